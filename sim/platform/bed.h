/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where one actor sleeps. */
#pragma once

#include "models/base/extremes.h"

#include <math.h>
#include <simgrid/semaphore.h>
#include <stdbool.h>

/* What is less apart than this is at one instant: SimGrid has no time-outs below a nanosecond, and a clock of months no
 * finer steps. */
static inline double bh_instant_s(double now_s)
{
    return bh_greater(1e-9, 1e-15 * now_s);
}

/* A semaphore costs SimGrid a third of what a condition variable with its mutex does, and keeps a wake-up that comes while
 * its actor is about: then the next sleep ends at once, so sleepers look whether anything happened. At most one is kept. */
struct bh_bed {
    sg_sem_t wakes;
    double longest_s; /* time-outs must be finite: who sleeps longer is woken by others */
};

struct bh_bed bh_bed_create(double longest_s);
void bh_bed_destroy(struct bh_bed *bed);
/* Sleeps until `until_s`, or until woken. False when woken, now or since the last sleep. */
bool bh_bed_sleep(struct bh_bed *bed, double until_s);
void bh_bed_wake(struct bh_bed *bed);
