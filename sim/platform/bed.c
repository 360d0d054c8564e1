/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Beds: SimGrid semaphores with a capacity of one. */
#include "sim/platform/bed.h"

#include <math.h>
#include <simgrid/engine.h>

struct bh_bed bh_bed_create(double longest_s)
{
    return (struct bh_bed){sg_sem_init(0), longest_s};
}

void bh_bed_destroy(struct bh_bed *bed)
{
    if (bed->wakes != NULL)
        sg_sem_destroy(bed->wakes);
    *bed = (struct bh_bed){0};
}

void bh_bed_wake(struct bh_bed *bed)
{
    if (sg_sem_would_block(bed->wakes))
        sg_sem_release(bed->wakes);
}

bool bh_bed_sleep(struct bh_bed *bed, double until_s)
{
    double now_s = simgrid_get_clock();
    if (until_s - now_s < bh_instant_s(now_s))
        return true;
    return sg_sem_acquire_timeout(bed->wakes, fmin(until_s - now_s, bed->longest_s)) != 0;
}
