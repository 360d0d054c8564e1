/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lists of waiters, and what brings one, or the course itself, to SimGrid. */
#include "models/base/error.h"
#include "sim/replica/parts.h"
#include "sim/replica/sleeper.h"

void bh_waiters_add(struct bh_waiters *waiters, size_t place, struct bh_waiter *waiter)
{
    if (waiters->count == waiters->room) {
        waiters->room = 2 * waiters->room + 16;
        waiters->list = bh_reallocate(waiters->list, waiters->room, sizeof(struct bh_waiter *));
    }
    for (size_t i = waiters->count; i > place; i--)
        waiters->list[i] = waiters->list[i - 1];
    waiters->list[place] = waiter;
    waiters->count++;
}

void bh_waiters_remove(struct bh_waiters *waiters, const struct bh_waiter *waiter)
{
    for (size_t i = 0; i < waiters->count; i++)
        if (waiters->list[i] == waiter) {
            waiters->count--;
            for (; i < waiters->count; i++)
                waiters->list[i] = waiters->list[i + 1];
        }
}

void bh_course_over(struct bh_waiter *waiter)
{
    struct bh_waiters *over = &waiter->course->over;
    size_t place = over->count;
    if (waiter->is_over)
        return;
    waiter->is_over = true;
    while (place > waiter->course->taken && over->list[place - 1]->number > waiter->number)
        place--;
    if (place == over->count)
        bh_waiters_append(over, waiter);
    else
        bh_waiters_add(over, place, waiter);
}

void bh_course_go_to_bed(struct bh_course *course)
{
    course->bed = bh_bed_create(course->longest_s);
}

void bh_waiter_carry(struct bh_waiter *waiter)
{
    struct bh_wait traffic = waiter->wait;
    traffic.until_s = 0.0;
    waiter->has_arrived = false;
    bh_sleeper_tell(waiter, &traffic);
}
