/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The calendar: one clock, and no actor for what is not traffic. Traffic that is alone takes what SimGrid said of it once.
 * When more begins, it is made up for on SimGrid from where it began, and goes on there with the other: so it is exact. */
#include "models/base/extremes.h"
#include "sim/replica/parts.h"
#include "sim/replica/sleeper.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/engine.h>

/* --- A heap of those that are due, by time and number -------------------------------------------------------------- */

static bool is_before(const struct bh_waiter *left, const struct bh_waiter *right)
{
    return left->due_s != right->due_s ? left->due_s < right->due_s : left->number < right->number;
}

static void put(struct bh_waiters *due, size_t place, struct bh_waiter *waiter)
{
    due->list[place] = waiter;
    waiter->place = place + 1;
}

static void rise(struct bh_waiters *due, size_t hole, struct bh_waiter *waiter)
{
    for (; hole > 0 && is_before(waiter, due->list[(hole - 1) / 2]); hole = (hole - 1) / 2)
        put(due, hole, due->list[(hole - 1) / 2]);
    put(due, hole, waiter);
}

static void sink(struct bh_waiters *due, size_t hole, struct bh_waiter *waiter)
{
    for (size_t child; (child = 2 * hole + 1) < due->count; hole = child) {
        if (child + 1 < due->count && is_before(due->list[child + 1], due->list[child]))
            child++;
        if (!is_before(due->list[child], waiter))
            break;
        put(due, hole, due->list[child]);
    }
    put(due, hole, waiter);
}

static void enter(struct bh_waiter *waiter, double due_s)
{
    struct bh_waiters *due = &waiter->course->due;
    if (isinf(due_s))
        return;
    waiter->due_s = due_s;
    bh_waiters_append(due, waiter);
    rise(due, due->count - 1, waiter);
}

static void strike_out(struct bh_waiter *waiter)
{
    struct bh_waiters *due = &waiter->course->due;
    size_t hole = waiter->place - 1;
    if (waiter->place == 0)
        return;
    struct bh_waiter *last = due->list[--due->count];
    waiter->place = 0;
    if (last == waiter)
        return;
    if (hole > 0 && is_before(last, due->list[(hole - 1) / 2]))
        rise(due, hole, last);
    else
        sink(due, hole, last);
}

/* --- Traffic ------------------------------------------------------------------------------------------------------- */

static double at_least_until(const struct bh_waiter *waiter, double time_s)
{
    return waiter->wait.what == BH_WAIT_TRANSFER ? bh_greater(time_s, waiter->wait.until_s) : time_s;
}

static void stop(struct bh_waiter *waiter)
{
    bh_sleeper_tell(waiter, &(struct bh_wait){.what = BH_WAIT_NOTHING});
}

static void pass_on_simgrid(struct bh_course *course, double clock_s)
{
    while (!bh_bed_sleep(&course->bed, clock_s))
        continue;
}

/* All that moves goes on on SimGrid, each as if it had been there since it began. */
static void make_real(struct bh_course *course)
{
    bool is_first = course->real == 0;
    double begun_s = INFINITY, clock_s = simgrid_get_clock(), now_s = *course->now_s;
    for (size_t i = 0; i < course->moving.count; i++) {
        struct bh_waiter *waiter = course->moving.list[i];
        if (waiter->is_real)
            continue;
        begun_s = bh_lesser(begun_s, waiter->begun_s);
        pass_on_simgrid(course, clock_s + (waiter->begun_s - begun_s));
        strike_out(waiter);
        bh_waiter_carry(waiter);
        waiter->is_real = true;
        course->real++;
        course->replica->tallies.carried++;
    }
    if (!is_first)
        return;
    pass_on_simgrid(course, clock_s + (now_s - begun_s));
    course->since_s = now_s;
    course->since_clock_s = simgrid_get_clock();
}

/* What has arrived shares nothing any more, though the enclave may wait on. */
static void forget_arrived(struct bh_course *course)
{
    double now_s = *course->now_s;
    for (size_t i = course->moving.count; i-- > 0;) {
        struct bh_waiter *waiter = course->moving.list[i];
        if (!waiter->is_real && waiter->place > 0 && waiter->arrives_s - now_s < bh_instant_s(now_s))
            bh_waiters_remove(&course->moving, waiter);
    }
}

/* Traffic that has begun at this instant, now that it is known what else has. */
static enum bh_passed begin_traffic(struct bh_course *course)
{
    double takes_s;
    forget_arrived(course);
    if (course->real > 0 || course->moving.count > 1) {
        if (!course->is_on_simgrid)
            return BH_PASSED_WITHOUT_SIMGRID;
        make_real(course);
    } else if (course->moving.count == 1 && course->moving.list[0]->place == 0) {
        struct bh_waiter *waiter = course->moving.list[0];
        if (bh_alone_s(waiter, &takes_s, course->err) != 0)
            return BH_PASSED_FAILED;
        waiter->arrives_s = waiter->begun_s + takes_s;
        enter(waiter, at_least_until(waiter, waiter->arrives_s));
    }
    return BH_PASSED;
}

static void leave_simgrid(struct bh_waiter *waiter)
{
    waiter->is_real = false;
    waiter->course->real--;
}

static void gather_arrived(struct bh_course *course)
{
    double now_s = *course->now_s;
    for (size_t i = 0; course->real > 0 && i < course->moving.count; i++) {
        struct bh_waiter *waiter = course->moving.list[i];
        if (!waiter->is_real || !(waiter->has_arrived || bh_sleeper_has_arrived(waiter)))
            continue;
        leave_simgrid(waiter);
        waiter->arrives_s = now_s;
        enter(waiter, at_least_until(waiter, now_s));
    }
}

/* --- The engine ---------------------------------------------------------------------------------------------------- */

static void begin(struct bh_waiter *waiter)
{
    if (waiter->wait.what == BH_WAIT_TIME)
        enter(waiter, waiter->wait.until_s);
}

static void drop(struct bh_waiter *waiter)
{
    strike_out(waiter);
    if (!waiter->is_real)
        return;
    leave_simgrid(waiter);
    stop(waiter);
}

static void slept(struct bh_waiter *waiter)
{
    waiter->has_arrived = true;
}

static enum bh_passed pass(struct bh_course *course, double until_s)
{
    double *now_s = course->now_s, from_s = *now_s;
    enum bh_passed begun = course->moving.count > 0 || course->real > 0 ? begin_traffic(course) : BH_PASSED;
    if (begun != BH_PASSED)
        return begun;
    if (course->due.count > 0)
        until_s = bh_lesser(until_s, course->due.list[0]->due_s);
    if (course->real == 0)
        *now_s = until_s;
    else if (bh_bed_sleep(&course->bed, course->since_clock_s + (until_s - course->since_s)) && !isinf(until_s))
        *now_s = until_s;
    else
        *now_s =
            bh_lesser(until_s, bh_greater(*now_s, course->since_s + (simgrid_get_clock() - course->since_clock_s)));
    if (isinf(*now_s))
        return BH_PASSED_NEVER;
    if (course->real > 0) {
        course->replica->tallies.carried_s += *now_s - from_s;
        gather_arrived(course);
    }
    double end_s = *now_s + bh_instant_s(*now_s);
    while (course->due.count > 0 && course->due.list[0]->due_s < end_s) {
        struct bh_waiter *waiter = course->due.list[0];
        strike_out(waiter);
        bh_course_over(waiter);
    }
    return BH_PASSED;
}

const struct bh_passing bh_passing_by_calendar = {.begin = begin, .drop = drop, .slept = slept, .pass = pass};
