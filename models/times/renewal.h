/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Renewal processes of very many alike components, at a cost that grows with their events and not with their number.
 * Each component has a clock: independent times between events, all of one distribution. */
#pragma once

#include "models/base/random.h"
#include "models/times/age_table.h"
#include "models/times/distribution.h"

#include <stdbool.h>
#include <stdint.h>

/* The law of a clock, and how long it has run when the simulation begins. */
struct bh_renewal_law {
    struct bh_distribution between; /* times between events */
    bool is_steady;                 /* it has long been running; else it is fresh at time 0 */
};

/* First events, in order of time. With H the cumulative hazard of the first event's time, H(T) is exponential with mean
 * 1; so of n components whose first event is still to come, the next one's is at H + E/n, E exponential with mean 1 (order
 * statistics of exponential times), and which one it is is uniform among them. That is equal in distribution to n clocks,
 * exactly, and takes one step per event. Draws are numbered by event: the sequence is a function of seed, replica and
 * identity alone. */
struct bh_first_events;
/* Keeps pointers to the law, and to polynomials as bh_age_table_create does. */
struct bh_first_events *bh_first_events_create(const struct bh_renewal_law *law, struct bh_age_polynomials *polynomials,
                                               uint64_t components, uint64_t identity);
/* Of components with another law of the first event: at first_s(owner, H), H its cumulative hazard; INFINITY: never. */
struct bh_first_events *bh_first_events_create_for(double (*first_s)(const void *owner, double hazard),
                                                   const void *owner, uint64_t components, uint64_t identity);
void bh_first_events_destroy(struct bh_first_events *events);
/* The next first event and its component; false when all components have had theirs. */
bool bh_first_events_next(struct bh_first_events *events, const struct bh_random *random, double *time_s,
                          uint64_t *component);

/* When a component whose clock was set to 0 at from_s (at its last event, or when its repair was done) has event number
 * `number`, from 1 up. Only its own repair resets it. `between` has the ages of the times between events. */
double bh_renewal_next_s(struct bh_age_table *between, const struct bh_random *random, uint64_t identity,
                         uint64_t component, uint64_t number, double from_s);
