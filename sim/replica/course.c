/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs a replica from instant to instant. */
#include "sim/replica/course.h"

#include "sim/enclaves/enclave.h"
#include "sim/enclaves/exchange.h"
#include "sim/platform/bed.h"
#include "sim/platform/engine.h"
#include "sim/process/fleet.h"
#include "sim/replica/injector.h"
#include "sim/replica/parts.h"
#include "sim/replica/sleeper.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <stdlib.h>

/* The first whose wait is over; NULL: none's is. */
static struct bh_waiter *take_over(struct bh_course *course)
{
    while (course->taken < course->over.count) {
        struct bh_waiter *waiter = course->over.list[course->taken++];
        if (waiter->is_over)
            return waiter;
    }
    course->taken = course->over.count = 0;
    return NULL;
}

static bool is_traffic(const struct bh_wait *wait)
{
    return wait->what == BH_WAIT_TRANSFER || wait->what == BH_WAIT_FLOWS;
}

/* What takes no time is not waited for, unless something has happened to it meanwhile. */
static bool is_at_once(const struct bh_waiter *waiter)
{
    double now_s = waiter->course->replica->now_s;
    bool is_signalled = waiter->enclave != NULL && waiter->enclave->is_signalled;
    return waiter->wait.what == BH_WAIT_TIME && waiter->wait.until_s - now_s < bh_instant_s(now_s) && !is_signalled;
}

static void begin_wait(struct bh_waiter *waiter)
{
    struct bh_course *course = waiter->course;
    if (waiter->wait.what == BH_WAIT_NO_MORE) {
        bh_sleeper_tell(waiter, &waiter->wait);
        course->left--;
        return;
    }
    waiter->begun_s = course->replica->now_s;
    if (waiter->exchange != NULL && course->replica->composing[waiter->number].is_to_look)
        bh_composing_look(course->replica, waiter->number);
    if (is_traffic(&waiter->wait)) {
        bh_waiters_append(&course->moving, waiter);
        course->replica->tallies.transfers++;
    }
    course->passing->begin(waiter);
}

static void end_wait(struct bh_waiter *waiter)
{
    waiter->course->passing->drop(waiter);
    if (is_traffic(&waiter->wait))
        bh_waiters_remove(&waiter->course->moving, waiter);
    waiter->is_over = false;
}

/* Goes on until there is something to wait for. */
static void step(struct bh_waiter *waiter, bool is_done)
{
    do {
        waiter->wait = waiter->enclave != NULL ? bh_enclave_next(waiter->enclave, is_done)
                                               : bh_exchange_next(waiter->exchange, is_done);
        if (waiter->wait.what == BH_WAIT_TRANSFER && !(waiter->enclave->moving_bytes > 0))
            waiter->wait.what = BH_WAIT_TIME;
        is_done = true;
    } while (is_at_once(waiter));
    begin_wait(waiter);
}

/* An exchange that is sending looks again when it has sent. */
static struct bh_waiter *find_looking(struct bh_course *course)
{
    struct bh_replica *replica = course->replica;
    struct bh_span *span = &replica->looking;
    for (; span->first < span->end; span->first++) {
        struct bh_waiter *waiter = &course->waiter[span->first];
        bool is_to_look = replica->composing[span->first].is_to_look || replica->over;
        if (waiter->exchange != NULL && is_to_look && waiter->wait.what == BH_WAIT_TIME) {
            replica->composing[span->first].is_to_look = false;
            return waiter;
        }
    }
    return NULL;
}

static struct bh_waiter *find_signalled(struct bh_course *course)
{
    struct bh_replica *replica = course->replica;
    struct bh_span *span = &replica->signalled;
    for (; span->first < span->end; span->first++) {
        struct bh_waiter *waiter = &course->waiter[bh_compositions_of(replica)->count + span->first];
        if (waiter->enclave->is_signalled && waiter->wait.what != BH_WAIT_NO_MORE) {
            span->first++;
            return waiter;
        }
    }
    return NULL;
}

static void look_all(struct bh_replica *replica)
{
    for (size_t c = 0; c < bh_compositions_of(replica)->count; c++)
        bh_composing_look(replica, c);
}

/* Whoever is to look first; `is_done` if its wait is over and nothing has happened to it. NULL: nobody. */
static struct bh_waiter *find_next(struct bh_course *course, bool *is_done)
{
    struct bh_waiter *waiter = find_looking(course);
    *is_done = false;
    if (waiter == NULL)
        waiter = find_signalled(course);
    if (waiter != NULL)
        return waiter;
    waiter = take_over(course);
    *is_done = waiter != NULL && (waiter->enclave == NULL || !waiter->enclave->is_signalled);
    return waiter;
}

/* Does the next that is to be done at the instant that ends then; false: nothing is. */
static bool do_next(struct bh_course *course, double end_s)
{
    struct bh_replica *replica = course->replica;
    bool was_over = replica->over, is_done;
    if (!was_over && bh_injector_next_s(replica) < end_s)
        bh_injector_happen(replica);
    else {
        struct bh_waiter *waiter = find_next(course, &is_done);
        if (waiter == NULL)
            return false;
        end_wait(waiter);
        step(waiter, is_done);
    }
    if (replica->over && !was_over)
        look_all(replica);
    return true;
}

static void begin_all(struct bh_course *course)
{
    for (size_t w = 0; w < course->count; w++)
        if (course->waiter[w].exchange != NULL)
            begin_wait(&course->waiter[w]);
        else if (course->waiter[w].enclave != NULL)
            step(&course->waiter[w], true);
}

/* As far as it can: to the end, or to where it needs SimGrid. */
static void run(struct bh_course *course)
{
    struct bh_replica *replica = course->replica;
    course->passed = BH_PASSED;
    while (course->passed == BH_PASSED) {
        double end_s = replica->now_s + bh_instant_s(replica->now_s);
        while (course->left > 0 && do_next(course, end_s))
            continue;
        if (course->left == 0)
            break;
        course->passed = course->passing->pass(course, replica->over ? INFINITY : bh_injector_next_s(replica));
    }
}

static void run_actor(void *data)
{
    struct bh_course *course = data;
    if (course->passing->starts != NULL)
        course->passing->starts(course);
    if (course->passing->needs_simgrid)
        begin_all(course);
    run(course);
    if (course->passing->ends != NULL)
        course->passing->ends(course);
}

/* --- Making and clearing ------------------------------------------------------------------------------------------ */

static void make_enclaves(struct bh_course *course, size_t first, struct bh_transfer *const *transfers)
{
    struct bh_replica *replica = course->replica;
    size_t enclaves = replica->setup->enclaves_count;
    for (size_t e = 0; e < enclaves; e++) {
        struct bh_waiter *waiter = &course->waiter[first + e];
        waiter->enclave = &replica->enclaves[e];
        waiter->name = replica->setup->enclaves[e].spec->name;
        waiter->transfer = transfers[e];
    }
    course->left += enclaves;
}

static void make_exchanges(struct bh_course *course)
{
    struct bh_replica *replica = course->replica;
    bh_exchanges_create(replica);
    for (size_t c = 0; c < bh_compositions_of(replica)->count; c++) {
        struct bh_exchange *exchange = replica->exchanges[c];
        if (exchange == NULL)
            continue;
        course->waiter[c].exchange = exchange;
        course->waiter[c].name = exchange->spec->name;
        course->waiter[c].wait = bh_exchange_begin(exchange);
        course->left++;
    }
}

static const struct bh_passing *passing_of(const struct bh_scenario *scenario)
{
    if (scenario->resolution == BH_RESOLUTION_PROCESS)
        return &bh_passing_by_process;
    return scenario->engine == BH_ENGINE_SIMGRID ? &bh_passing_on_simgrid : &bh_passing_by_calendar;
}

void bh_course_create(struct bh_replica *replica, struct bh_transfer *const *transfers)
{
    size_t exchanges = bh_compositions_of(replica)->count;
    struct bh_course *course = replica->course = bh_allocate(1, sizeof *course);
    course->replica = replica;
    course->platform = replica->platform;
    course->now_s = &replica->now_s;
    course->longest_s = 2.0 * replica->setup->scenario->horizon_s;
    course->passing = passing_of(replica->setup->scenario);
    course->host = course->passing == &bh_passing_by_process
                       ? bh_fleet_launcher(course->platform, replica->setup->scenario)
                       : bh_platform_host(course->platform, 0);
    course->count = exchanges + replica->setup->enclaves_count;
    course->waiter = bh_allocate(course->count, sizeof *course->waiter);
    for (size_t w = 0; w < course->count; w++) {
        course->waiter[w].course = course;
        course->waiter[w].number = w;
    }
    make_enclaves(course, exchanges, transfers);
    make_exchanges(course);
}

static int run_on_simgrid(struct bh_course *course, bool *is_stuck, struct bh_error *err)
{
    BH_BUG_ASSERT(!bh_engine_has_run());
    bh_course_go_to_bed(course);
    course->is_on_simgrid = true;
    return bh_engine_run("replica", course->host, run_actor, course, is_stuck, err);
}

int bh_course_run(struct bh_replica *replica, struct bh_error *err)
{
    struct bh_course *course = replica->course;
    bool is_stuck = false;
    course->err = err;
    course->passed = BH_PASSED_WITHOUT_SIMGRID;
    bh_injector_schedule(replica);
    if (!course->passing->needs_simgrid) {
        begin_all(course);
        run(course);
    }
    if (course->passed == BH_PASSED_WITHOUT_SIMGRID && run_on_simgrid(course, &is_stuck, err) != 0)
        return -1;
    if (course->passed == BH_PASSED_FAILED)
        return -1;
    if (is_stuck || course->passed == BH_PASSED_NEVER)
        return bh_fail(err, BH_ERROR_SYSTEM, "replica %llu: everybody waited for another at %g s; please report this",
                       (unsigned long long)replica->options.replica, replica->now_s);
    return 0;
}

void bh_course_clear(struct bh_replica *replica)
{
    struct bh_course *course = replica->course;
    if (course == NULL)
        return;
    for (size_t w = 0; w < course->count; w++)
        bh_sleeper_destroy(course->waiter[w].sleeper);
    bh_exchanges_clear(replica);
    bh_fleet_destroy(replica->fleet);
    bh_bed_destroy(&course->bed);
    free(course->over.list);
    free(course->moving.list);
    free(course->due.list);
    free(course->waiter);
    free(course);
}
