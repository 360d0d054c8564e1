/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every process carried out: what an enclave waits for is what its processes do, and ends when they have done it. */
#include "sim/process/fleet.h"
#include "sim/replica/parts.h"
#include "sim/replica/sleeper.h"
#include "sim/setup/setup.h"
#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"

#include <math.h>

static bool is_finite_time(const struct bh_wait *wait)
{
    return wait->what == BH_WAIT_TRANSFER || !isinf(wait->until_s);
}

/* A state that is written or read: where its bytes go. */
static struct bh_order move(const struct bh_waiter *waiter, enum bh_direction direction)
{
    const struct bh_enclave *enclave = waiter->enclave;
    const struct bh_wait *wait = &waiter->wait;
    struct bh_order order = {.what = BH_ORDER_SLEEP, .until_s = wait->until_s, .direction = direction};
    if (wait->what == BH_WAIT_TRANSFER) {
        order.what = BH_ORDER_STORAGE;
        order.direction = wait->direction;
        order.bytes = enclave->moving_bytes;
        return order;
    }
    enum bh_level level = enclave->saving;
    const struct bh_saved_state *state = bh_checkpoint_newest(enclave, direction == BH_READ ? &level : NULL);
    if (level < BH_LEVELS && bh_level_goes_through(level, BH_THROUGH_PARTNER)) {
        order.what = BH_ORDER_PARTNER;
        order.distance = enclave->partners.distance;
        order.bytes = direction == BH_READ && state != NULL ? state->bytes : enclave->saving_bytes;
    }
    return order;
}

/* BH_ORDER_NONE: its processes have nothing to do meanwhile. */
static struct bh_order order_of(const struct bh_waiter *waiter)
{
    const struct bh_enclave *enclave = waiter->enclave;
    struct bh_order order = {.until_s = waiter->wait.until_s};
    if (!is_finite_time(&waiter->wait))
        return order;
    switch (enclave->phase) {
    case BH_PHASE_COMPUTE:
        order.what = BH_ORDER_COMPUTE;
        order.work_s = enclave->about.work_s;
        order.pace = enclave->about.pace;
        return order;
    case BH_PHASE_VERIFY:
        order.what = BH_ORDER_VERIFY;
        return order;
    case BH_PHASE_CHECKPOINT:
        return move(waiter, BH_WRITE);
    case BH_PHASE_RESTORE:
        return move(waiter, BH_READ);
    case BH_PHASE_RESTART:
        order.what = BH_ORDER_RELAUNCH;
        return order;
    case BH_PHASE_AWAIT_SIGNAL:
    case BH_PHASE_STALLED:
    case BH_PHASE_DETECT:
    case BH_PHASE_AWAIT_NODES:
    case BH_PHASE_AWAIT_STORAGE:
    case BH_PHASE_NOT_STARTED:
    case BH_PHASE_DONE:
        break;
    }
    return order;
}

static void begin(struct bh_waiter *waiter)
{
    struct bh_course *course = waiter->course;
    struct bh_fleet *fleet = course->replica->fleet;
    if (waiter->wait.what != BH_WAIT_TIME)
        course->replica->tallies.carried++;
    if (waiter->enclave == NULL) {
        bh_sleeper_tell(waiter, &waiter->wait);
        return;
    }
    size_t enclave = (size_t)waiter->enclave->index;
    struct bh_order order = order_of(waiter);
    if (order.what != BH_ORDER_NONE) {
        bh_fleet_look(fleet);
        bh_fleet_order(fleet, enclave, &order);
    } else if (waiter->enclave->phase == BH_PHASE_AWAIT_NODES) {
        bh_fleet_look(fleet);
        if (bh_fleet_await(fleet, enclave))
            bh_course_over(waiter);
    } else
        bh_sleeper_tell(waiter, &waiter->wait);
}

/* What the processes have done in the time that it took them is the stretch that the enclave books. */
static void take_progress(struct bh_waiter *waiter)
{
    struct bh_about *about = &waiter->enclave->about;
    struct bh_progress progress = bh_fleet_progress(waiter->course->replica->fleet, (size_t)waiter->enclave->index);
    double elapsed_s = waiter->course->replica->now_s - about->from_s;
    double share = about->work_s > 0.0 ? progress.work_s / about->work_s : 1.0;
    about->duration_s = share > 0.0 ? elapsed_s / share : INFINITY;
    about->noise_s = elapsed_s > 0.0 && share > 0.0 ? fmin(progress.noise_s, elapsed_s) / share : 0.0;
}

static void drop(struct bh_waiter *waiter)
{
    if (waiter->enclave == NULL)
        return; /* it is told of its next wait at once */
    struct bh_fleet *fleet = waiter->course->replica->fleet;
    enum bh_order_kind what = order_of(waiter).what;
    bh_fleet_stop(fleet, (size_t)waiter->enclave->index);
    if (what == BH_ORDER_COMPUTE)
        take_progress(waiter);
    if (what == BH_ORDER_NONE)
        bh_sleeper_tell(waiter, &(struct bh_wait){.what = BH_WAIT_NOTHING});
}

static enum bh_passed pass(struct bh_course *course, double until_s)
{
    bh_fleet_look(course->replica->fleet);
    return bh_passing_on_simgrid.pass(course, until_s);
}

static void tell(void *context, size_t enclave)
{
    struct bh_course *course = context;
    bh_course_over(&course->waiter[course->count - course->replica->setup->enclaves_count + enclave]);
    bh_bed_wake(&course->bed);
}

static void start(struct bh_course *course)
{
    course->replica->fleet = bh_fleet_create(course->replica, tell, course);
    bh_fleet_start(course->replica->fleet);
}

static void end(struct bh_course *course)
{
    bh_fleet_check(course->replica->fleet);
}

const struct bh_passing bh_passing_by_process = {.begin = begin,
                                                 .drop = drop,
                                                 .slept = bh_course_over,
                                                 .pass = pass,
                                                 .needs_simgrid = true,
                                                 .starts = start,
                                                 .ends = end};
