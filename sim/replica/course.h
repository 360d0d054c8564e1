/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The course of one replica: from instant to instant, and what happens at each in which order. */
#ifndef BH_SIM_REPLICA_COURSE_H
#define BH_SIM_REPLICA_COURSE_H

#include <stdbool.h>

struct bh_error;
struct bh_replica;
struct bh_transfer;

/* Makes all that waits. The transfers, of the enclaves (bh_transfers_plan), stay the caller's. */
void bh_course_create(struct bh_replica *replica, struct bh_transfer *const *transfers);
void bh_course_clear(struct bh_replica *replica);

/* To be called before SimGrid runs: the actor that runs the replica. All begin: exchanges, then enclaves. Then, at each
 * instant, always the first of these that there is:
 *   1. an event of the queue: what strikes at the very end of a wait still strikes;
 *   2. somebody who was signalled: none sees half of an event;
 *   3. somebody whose wait is over.
 * Of several, exchanges before enclaves, by their number. */
int bh_course_start(struct bh_replica *replica, struct bh_error *err);
/* Every waiter waited for another. */
bool bh_course_is_stuck(const struct bh_replica *replica);

#endif
