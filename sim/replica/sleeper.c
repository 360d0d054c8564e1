/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Actors that wait. SimGrid runs one at a time, so no locks guard what they share with the course. */
#include "sim/replica/sleeper.h"

#include "sim/enclaves/exchange.h"
#include "sim/platform/activity.h"
#include "sim/platform/traffic.h"
#include "sim/replica/moving.h"
#include "sim/replica/parts.h"

#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <stdlib.h>

/* An actor hands over to a fresh one: finished activities stay in SimGrid's lists. */
enum { ACTIVITIES_MOST = 1000 };

struct bh_sleeper {
    struct bh_bed bed;
    struct bh_traffic flows; /* of the exchange */
    struct bh_wait wait;
    double bytes; /* of the transfer that it waits for */
    bool is_new;  /* it was told something, and has not looked yet */
    size_t used;  /* activities of the SimGrid actor so far */
};

static bool sleep_until(struct bh_sleeper *sleeper, double until_s)
{
    while (!sleeper->is_new)
        if (bh_bed_sleep(&sleeper->bed, until_s))
            return true;
    return false;
}

static struct bh_activity *start_flow(const void *what, size_t number)
{
    const struct bh_waiter *waiter = what;
    const struct bh_platform *platform = waiter->course->platform;
    const struct bh_exchange_flow *flow = &waiter->exchange->flows[number];
    sg_host_t from = bh_platform_host(platform, flow->from), to = bh_platform_host(platform, flow->to);
    return isinf(flow->most) ? bh_activity_send(from, to, flow->bytes)
                             : bh_activity_send_bounded(from, to, flow->bytes, flow->most);
}

/* False when it has been told something else before. */
static bool carry(struct bh_waiter *waiter)
{
    struct bh_sleeper *sleeper = waiter->sleeper;
    double until_s = sleeper->wait.until_s;
    if (sleeper->wait.what == BH_WAIT_TIME)
        return sleep_until(sleeper, until_s);
    if (sleeper->wait.what == BH_WAIT_FLOWS) {
        sleeper->used += sleeper->flows.count;
        return bh_traffic_run(&sleeper->flows, start_flow, waiter);
    }
    sleeper->used += bh_transfer_activities(waiter->transfer);
    if (!bh_transfer_run(waiter->transfer, sleeper->wait.direction, sleeper->bytes))
        return false;
    return simgrid_get_clock() >= until_s || sleep_until(sleeper, until_s);
}

static void start(struct bh_waiter *waiter);

static void run(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct bh_waiter *waiter = sg_actor_self_get_data();
    struct bh_sleeper *sleeper = waiter->sleeper;
    for (;;) {
        sleeper->is_new = false;
        if (sleeper->wait.what == BH_WAIT_NO_MORE)
            return;
        if (sleeper->wait.what != BH_WAIT_NOTHING && carry(waiter) && !sleeper->is_new) {
            waiter->course->passing->slept(waiter);
            bh_bed_wake(&waiter->course->bed);
        }
        while (!sleeper->is_new)
            bh_bed_sleep(&sleeper->bed, INFINITY);
        if (sleeper->used >= ACTIVITIES_MOST && sleeper->wait.what != BH_WAIT_NO_MORE) {
            start(waiter);
            return;
        }
    }
}

static void start(struct bh_waiter *waiter)
{
    const char *argv[] = {waiter->name};
    sg_actor_t made = sg_actor_init(waiter->name, waiter->course->host);
    waiter->sleeper->used = 0;
    sg_actor_set_data(made, waiter);
    sg_actor_start_(made, run, 1, argv);
}

static bool is_moving(const struct bh_waiter *waiter)
{
    return waiter->sleeper->flows.is_active || (waiter->transfer != NULL && bh_transfer_is_active(waiter->transfer));
}

void bh_sleeper_tell(struct bh_waiter *waiter, const struct bh_wait *wait)
{
    bool is_first = waiter->sleeper == NULL;
    if (is_first && (wait->what == BH_WAIT_NOTHING || wait->what == BH_WAIT_NO_MORE))
        return;
    if (is_first) {
        waiter->sleeper = bh_allocate(1, sizeof *waiter->sleeper);
        waiter->sleeper->bed = bh_bed_create(waiter->course->bed.longest_s);
        if (waiter->exchange != NULL)
            bh_traffic_reserve(&waiter->sleeper->flows, waiter->exchange->flows_count);
    }
    waiter->sleeper->wait = *wait;
    waiter->sleeper->bytes = bh_waiter_bytes(waiter);
    waiter->sleeper->is_new = true;
    if (is_first)
        start(waiter);
    else if (!is_moving(waiter))
        bh_bed_wake(&waiter->sleeper->bed);
    else if (waiter->exchange != NULL)
        bh_traffic_interrupt(&waiter->sleeper->flows);
    else
        bh_transfer_interrupt(waiter->transfer);
}

bool bh_sleeper_has_arrived(const struct bh_waiter *waiter)
{
    const struct bh_sleeper *sleeper = waiter->sleeper;
    if (sleeper == NULL || sleeper->is_new)
        return false;
    if (waiter->exchange != NULL)
        return bh_traffic_has_arrived(&sleeper->flows);
    return waiter->transfer != NULL && bh_transfer_has_arrived(waiter->transfer);
}

void bh_sleeper_destroy(struct bh_sleeper *sleeper)
{
    if (sleeper == NULL)
        return;
    bh_bed_destroy(&sleeper->bed);
    bh_traffic_clear(&sleeper->flows);
    free(sleeper);
}
