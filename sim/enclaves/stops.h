/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Zones that others need and that are down: who stands still meanwhile, whose I/O waits, and whose fault that is. */
#ifndef BH_SIM_ENCLAVES_STOPS_H
#define BH_SIM_ENCLAVES_STOPS_H

#include "models/node/zone_tree.h"
#include "sim/state/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_replica;
struct bh_enclave;
struct bh_partition;
struct bh_node_setup;

/* A needed zone of a slot that is down: found until detected_s, up again at until_s. */
struct bh_zone_outage {
    uint64_t slot;
    size_t zone;
    const struct bh_partition *partition;
    double until_s;
    bool is_over; /* its node came anew before */
    struct bh_zone_outage *prev, *next;
};

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

/* Zones of a slot have gone down, by a failure of this cause that the enclaves have heard of: what needs those zones stops
 * until each is up, after detection and its restart (a guest's boot for one with a kernel of its own). A node that goes down
 * as a whole brings them when it comes. Called by the injector. */
void bh_stops_begin(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *down, long cause);
/* A slot's node is about to go down as a whole, or the system: what was down on its own comes with it. */
void bh_stops_end_slot(struct bh_replica *replica, uint64_t slot);
void bh_stops_end_all(struct bh_replica *replica);
/* The event of a zone that is up again. Frees it. */
void bh_stops_end(struct bh_replica *replica, struct bh_zone_outage *outage);
/* A hang of a zone that the enclave needs for I/O begins or ends. */
void bh_stops_hang(struct bh_enclave *enclave, bool begins, long cause);

/* Whether the enclave is stopped, and until when as far as is known now (INFINITY: by a hang too; -INFINITY: never was). */
bool bh_stops_is_down(const struct bh_enclave *enclave, enum bh_need_for what);
double bh_stops_up_s(const struct bh_enclave *enclave, enum bh_need_for what);
/* The cause of the last piece; -1 if there was none. */
long bh_stops_cause(const struct bh_enclave *enclave, enum bh_need_for what);
/* When the zones that a slot's part needs are up; -INFINITY if they are. */
double bh_stops_slot_up_s(const struct bh_replica *replica, uint64_t slot, enum bh_need_for what);

/* Books time that an enclave waited, of so many nodes, for what stopped another (or itself): to detection and restart, by
 * pieces; what is in no piece to `rest`, and to the cause of that. */
void bh_stops_book(struct bh_enclave *enclave, const struct bh_enclave *stopped, enum bh_need_for what, double from_s,
                   double to_s, double nodes, enum bh_part rest, long rest_cause);

/* Called by an enclave that is about to write: sleeps until its I/O gets through or something happens to it, and books
 * that. */
void bh_stops_await_io(struct bh_enclave *enclave);

#endif
