/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How long traffic takes alone, as SimGrid says. As long as SimGrid has not run in this process a child asks it, at clock 0,
 * and all processes know it then; after that it is asked here. */
#include "models/base/error.h"
#include "sim/enclaves/exchange.h"
#include "sim/platform/alone_times.h"
#include "sim/platform/engine.h"
#include "sim/platform/platform.h"
#include "sim/replica/moving.h"
#include "sim/replica/parts.h"

#include <errno.h>
#include <math.h>
#include <simgrid/engine.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

struct question {
    struct bh_waiter *waiter;
    int answer; /* a pipe's end */
};

static double measure(struct bh_waiter *waiter)
{
    double begun_s = simgrid_get_clock();
    bh_waiter_carry(waiter);
    while (!waiter->has_arrived)
        bh_bed_sleep(&waiter->course->bed, INFINITY);
    return simgrid_get_clock() - begun_s;
}

/* In the child; nobody waits for SimGrid's end. */
static void answer(void *data)
{
    const struct question *question = data;
    double takes_s = measure(question->waiter);
    _exit(write(question->answer, &takes_s, sizeof takes_s) == sizeof takes_s ? 0 : 1);
}

static _Noreturn void run_child(struct bh_waiter *waiter, int end)
{
    struct question question = {waiter, end};
    struct bh_error err = {0};
    bool is_stuck;
    bh_course_go_to_bed(waiter->course);
    bh_engine_run(waiter->name, bh_platform_host(waiter->course->platform, 0), answer, &question, &is_stuck, &err);
    _exit(1);
}

static int ask_child(struct bh_waiter *waiter, double *takes_s, struct bh_error *err)
{
    int ends[2], status = 1;
    pid_t pid = pipe(ends) == 0 ? fork() : -1;
    if (pid == 0)
        run_child(waiter, ends[1]);
    if (pid < 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "no process to ask SimGrid how long traffic takes: %s", strerror(errno));
    close(ends[1]);
    ssize_t count;
    while ((count = read(ends[0], takes_s, sizeof *takes_s)) < 0 && errno == EINTR)
        continue;
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return count == sizeof *takes_s
               ? 0
               : bh_fail(err, BH_ERROR_SYSTEM, "SimGrid did not say how long the traffic of `%s` takes", waiter->name);
}

static uint64_t key_of(const struct bh_waiter *waiter)
{
    const struct bh_exchange *exchange = waiter->exchange;
    return exchange == NULL ? bh_transfer_key(waiter->transfer, waiter->wait.direction, bh_waiter_bytes(waiter))
                            : XXH3_64bits(exchange->flows, exchange->flows_count * sizeof *exchange->flows) | 1;
}

static int find_out(struct bh_waiter *waiter, double *takes_s, struct bh_error *err)
{
    struct bh_alone_times *times = bh_platform_alone_times(waiter->course->platform);
    if (waiter->course->is_on_simgrid) {
        *takes_s = measure(waiter);
        return 0;
    }
    uint64_t key = key_of(waiter);
    *takes_s = bh_alone_times_find(times, key);
    if (!isnan(*takes_s))
        return 0;
    if (ask_child(waiter, takes_s, err) != 0)
        return -1;
    bh_alone_times_keep(times, key, *takes_s);
    return 0;
}

int bh_alone_s(struct bh_waiter *waiter, double *takes_s, struct bh_error *err)
{
    enum bh_direction direction = waiter->wait.direction;
    double bytes = bh_waiter_bytes(waiter);
    for (size_t i = 0; i < waiter->alone_count; i++)
        if (waiter->alone[i].bytes == bytes && waiter->alone[i].direction == direction) {
            *takes_s = waiter->alone[i].takes_s;
            return 0;
        }
    if (find_out(waiter, takes_s, err) != 0)
        return -1;
    size_t place = waiter->alone_count < BH_ALONE_MOST ? waiter->alone_count++ : 0;
    waiter->alone[place] = (struct bh_alone){direction, bytes, *takes_s};
    return 0;
}
