/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* When the faults of a stream strike a machine, and where: clocks of nodes, domains or the machine, and what each fault
 * brings along. */
#pragma once

#include "models/base/random.h"
#include "models/faults/streams.h"

#include <stdbool.h>
#include <stdint.h>

/* The faults of one stream over `nodes` nodes, in order of time, each a function of seed, replica and stream alone.
 *
 * Every carrier (a node; a domain; the machine) has a clock, whose times between events are those of the class. An event
 * that calls for repair stops the clock for as long as its repair takes, whatever a policy makes of it; nothing else
 * does. Exponential clocks are superposed: over n carriers they are one Poisson process, each event on a carrier drawn
 * uniformly, and a stopped clock that is struck is struck while down. Others are sampled by models/times/renewal.h: the cost is
 * per event, whatever the number of nodes.
 *
 * The faults of a class with recorded arrivals are those of its replay (models/faults/replay.h).
 *
 * `is_steady`: the clocks have long been running when time begins, with all carriers up; else they begin with it. */
struct bh_fault_arrivals;
struct bh_fault_arrivals *bh_fault_arrivals_create(const struct bh_fault_stream *stream, uint64_t nodes,
                                                   bool is_steady);
void bh_fault_arrivals_destroy(struct bh_fault_arrivals *arrivals);
/* The next fault; false when there are no more. `random` is the same at each call. */
bool bh_fault_arrivals_next(struct bh_fault_arrivals *arrivals, const struct bh_random *random, struct bh_fault *fault);
