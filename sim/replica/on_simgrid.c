/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The reference: SimGrid carries every wait out, and its clock is the replica's. */
#include "sim/replica/parts.h"
#include "sim/replica/sleeper.h"
#include "sim/state/replica_state.h"

#include <simgrid/actor.h>
#include <simgrid/engine.h>

static void begin(struct bh_waiter *waiter)
{
    if (waiter->wait.what != BH_WAIT_TIME)
        waiter->course->replica->tallies.carried++;
    bh_sleeper_tell(waiter, &waiter->wait);
}

/* It is told of its next wait at once. */
static void drop(struct bh_waiter *waiter)
{
    (void)waiter;
}

/* All whose time is up at this instant run before the course goes on; those whose traffic has arrived need not have found
 * out. */
static enum bh_passed pass(struct bh_course *course, double until_s)
{
    double from_s = *course->now_s;
    bh_bed_sleep(&course->bed, until_s);
    sg_actor_yield();
    double now_s = *course->now_s = simgrid_get_clock();
    if (course->moving.count > 0)
        course->replica->tallies.carried_s += now_s - from_s;
    for (size_t i = 0; i < course->moving.count; i++) {
        struct bh_waiter *waiter = course->moving.list[i];
        bool is_late = waiter->wait.what == BH_WAIT_TRANSFER && waiter->wait.until_s - now_s >= bh_instant_s(now_s);
        if (!is_late && bh_sleeper_has_arrived(waiter))
            bh_course_over(waiter);
    }
    return BH_PASSED;
}

const struct bh_passing bh_passing_on_simgrid = {
    .begin = begin, .drop = drop, .slept = bh_course_over, .pass = pass, .needs_simgrid = true};
