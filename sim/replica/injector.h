/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* All that happens to the machine, in order of time: faults, errors, repairs and the horizon. */
#pragma once

#include "sim/state/replica_state.h"

/* Puts what is known before the start into the queue. */
void bh_injector_schedule(struct bh_replica *replica);
/* Lets the first event happen. */
void bh_injector_happen(struct bh_replica *replica);
/* When it is due; until the replica is over there is one. */
static inline double bh_injector_next_s(const struct bh_replica *replica)
{
    return bh_event_queue_first(&replica->queue)->time_s;
}
