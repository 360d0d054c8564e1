/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Compositions at run time: clocks that turn, guards that follow, partners that wait. All called by the injector but
 * where it says otherwise. */
#ifndef BH_SIM_ENCLAVES_COMPOSITIONS_H
#define BH_SIM_ENCLAVES_COMPOSITIONS_H

#include "models/node/node_model.h"
#include "models/policy/composition.h"
#include "sim/setup/setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_enclave;
struct bh_replica;

/* One composition: its clock, and since when it is on (the beginning: -INFINITY). */
struct bh_composing {
    struct bh_composition_clock clock;
    double opened_s;
};

/* Before the actors start: clocks at time 0, and every enclave's protection. */
void bh_composing_start(struct bh_replica *replica);
/* Schedules what comes of itself. */
void bh_composing_schedule(struct bh_replica *replica);
/* A composition begins or ends at its clock's time. */
void bh_composing_turn(struct bh_replica *replica, size_t composed);

/* An enclave's guards change of themselves, or may. */
void bh_protecting_advance(struct bh_replica *replica, size_t enclave, double time_s);
/* An error was signalled in a zone of this owner (-1: shared) on a partition: adaptive policies see it. */
void bh_protecting_see(struct bh_replica *replica, const struct bh_partition *partition, int owner);

/* Looks again who has to wait for a partner, after the state of an enclave has changed; by any actor. Returns how many
 * enclaves wait that did not before. */
size_t bh_composing_review(struct bh_replica *replica, size_t enclave);
/* Adds to a set of enclaves, one flag each, all that are composed with them now by such ties (a set of enum bh_tie), also
 * by way of others. */
void bh_composing_gather(const struct bh_replica *replica, unsigned ties, bool *in);
/* An enclave has failed and is to return to its newest state: those that restart together with it are told to return to
 * none that is newer. By any actor. */
void bh_composing_return(struct bh_replica *replica, size_t enclave, double state_s, long cause);

/* The level that stands at a boundary around a tenant's zones on a partition now (-1: around what all share). */
const struct bh_guard_level *bh_guard_now(const struct bh_replica *replica, const struct bh_partition *partition,
                                          int tenant, enum bh_boundary boundary);
/* The guard on a channel of a partition's nodes now. */
const struct bh_guard_level *bh_guard_on_channel(const struct bh_replica *replica, const struct bh_partition *partition,
                                                 size_t channel);
/* The composition that opens a channel on a partition; NULL where it is always open. */
const struct bh_composing *bh_composing_of_channel(const struct bh_replica *replica,
                                                   const struct bh_partition *partition, size_t channel);

/* --- Exchanges (sim/enclaves/exchange.c) ----------------------------------------------------------------------------------- */

/* Creates the actors of compositions that send anything. */
struct bh_exchange;
int bh_exchanges_start(struct bh_replica *replica, struct bh_error *err);
void bh_exchange_wake(struct bh_replica *replica, size_t composed);
void bh_exchanges_wake(struct bh_replica *replica);
void bh_exchanges_clear(struct bh_replica *replica);

#endif
