/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Zones that an enclave needs and that are down: until when, whose fault that is, and what waiting for them is booked to. */
#pragma once

#include "models/node/zone_tree.h"
#include "sim/setup/setup.h"
#include "sim/state/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_enclave;
struct bh_partition;
struct bh_replica;
struct bh_zone_set;

/* A needed zone of a slot that is down: found until detected_s, up again at until_s. */
struct bh_zone_outage {
    uint64_t slot;
    size_t zone;
    const struct bh_partition *partition;
    double until_s;
    bool is_over; /* its node came anew before */
    struct bh_zone_outage *prev, *next;
};

/* A zone of a slot that is degraded: whose fault that is. */
struct bh_degraded {
    uint64_t slot;
    size_t zone;
    const struct bh_partition *partition;
    enum bh_slow slow;
    long cause;
    uint64_t identity; /* names its draws */
    bool is_over;      /* its zone went down before it was noticed */
    struct bh_degraded *prev, *next;
    struct bh_degraded *next_here; /* on the same slot */
};

/* A zone is degraded from now on, until it goes down or that is noticed, by a draw of `identity`. */
void bh_degraded_begin(struct bh_replica *replica, uint64_t slot, size_t zone, enum bh_slow slow, long cause,
                       uint64_t identity);
/* Zones of a slot have gone down; or those of an enclave on all slots, or of all enclaves (enclave < 0). */
void bh_degraded_clear(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *down);
void bh_degraded_clear_everywhere(struct bh_replica *replica, int enclave);
/* It has been noticed. */
void bh_degraded_end(struct bh_replica *replica, struct bh_degraded *degraded);
/* What is slower of the enclave's part on a slot: it is in a degraded zone, or needs one for its progress. */
enum bh_slow bh_degraded_slow_on(const struct bh_enclave *enclave, uint64_t slot);
/* The replica is over: frees what finds them by slot; they themselves are their events'. */
void bh_degraded_forget(struct bh_replica *replica);
/* Whether what the enclave sends to others or takes from them goes through a degraded zone. */
bool bh_degraded_sends(const struct bh_enclave *enclave);

/* A time in which an enclave is stopped, and the failure that has it be stopped so long. One that comes while another goes
 * on makes a piece of its own if it takes longer: from where that would have ended. */
struct bh_stop_piece {
    double from_s, detected_s, until_s;
    long cause;
};

/* What an enclave waits for, for I/O or for progress. */
struct bh_stop {
    size_t count, room;
    struct bh_stop_piece *piece; /* by time */
    unsigned hangs;              /* zones whose outage would stop it so, and that hang: of I/O alone, others stall it */
    long hang_cause;
    double node_s; /* node-seconds booked to it */
};

/* A hang of a zone that the enclave needs for I/O begins or ends. */
void bh_stops_hang(struct bh_enclave *enclave, bool begins, long cause);

/* When what stops it ends, hangs apart; -INFINITY: never was. */
double bh_stop_end_s(const struct bh_stop *stop);

/* Whether the enclave is stopped, and until when as far as is known now (INFINITY: by a hang too; -INFINITY: never was). */
bool bh_stops_is_down(const struct bh_enclave *enclave, enum bh_need_for what);
double bh_stops_up_s(const struct bh_enclave *enclave, enum bh_need_for what);
/* The cause of the last piece; -1 if there was none. */
long bh_stops_cause(const struct bh_enclave *enclave, enum bh_need_for what);
/* What a tenant of a node cannot do while a zone there is down or paused: anything, if the zone is its own, around it or needed
 * for progress; BH_NEEDS: that is nothing to it. */
enum bh_need_for bh_stops_keep_from(const struct bh_zone_tree *tree, size_t zone, size_t tenant);
/* When the zones that a slot's part needs are up; -INFINITY if they are. */
double bh_stops_slot_up_s(const struct bh_replica *replica, uint64_t slot, enum bh_need_for what);

/* Books time that an enclave waited, of so many nodes, for what stopped another (or itself): to detection and restart, by
 * pieces; what is in no piece to `rest`, and to the cause of that. */
void bh_stops_book(struct bh_enclave *enclave, const struct bh_enclave *stopped, enum bh_need_for what, double from_s,
                   double to_s, double nodes, enum bh_part rest, long rest_cause);

/* Books time that an enclave was held up by `part` (bh_enclave_held_by), of so many nodes: where data waited for I/O that
 * did not get through, that is to blame. */
void bh_stops_book_held(struct bh_enclave *enclave, enum bh_part part, double from_s, double to_s, double nodes);
