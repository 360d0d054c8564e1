/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* All that happens to the machine, in order of time: faults, errors, repairs and the horizon. */
#ifndef BH_SIM_REPLICA_INJECTOR_H
#define BH_SIM_REPLICA_INJECTOR_H

#include <stdbool.h>

struct bh_replica;

/* Puts what is known before the start into the queue. */
void bh_injector_schedule(struct bh_replica *replica);
/* Lets the first event happen if it is due before a time; false: it is not. */
bool bh_injector_happen(struct bh_replica *replica, double before_s);
/* When the next event is due; until the replica is over there is one. */
double bh_injector_next_s(const struct bh_replica *replica);

#endif
