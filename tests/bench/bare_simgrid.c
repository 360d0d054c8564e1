/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A checkpointed application and its failures on SimGrid alone, without models, causes or a ledger. */
#include "tests/bench/bare_simgrid.h"

#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/cond.h>
#include <simgrid/disk.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/mutex.h>
#include <stdbool.h>
#include <stdlib.h>

/* --- Events --------------------------------------------------------------------------------------------------------- */

struct bare {
    double work_s, interval_s, checkpoint_s, restart_s, mtti_s;
    sg_mutex_t mutex[2]; /* of the application and of the injector */
    sg_cond_t wakes[2];
    bool has_failed, is_done;
    double events;
};

/* True when the time is up, false when woken before. */
static bool sleep_on(struct bare *bare, int who, double duration_s)
{
    sg_mutex_lock(bare->mutex[who]);
    bool is_timeout = sg_cond_wait_for(bare->wakes[who], bare->mutex[who], fmax(duration_s, 1e-9)) != 0;
    sg_mutex_unlock(bare->mutex[who]);
    return is_timeout;
}

static void recover(struct bare *bare)
{
    do {
        bare->has_failed = false;
        bare->events++;
    } while (!sleep_on(bare, 0, bare->restart_s));
    bare->events++;
}

static void application(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct bare *bare = sg_actor_self_get_data();
    double work_s = 0.0;
    while (work_s < bare->work_s) {
        if (bare->has_failed)
            recover(bare);
        if (!sleep_on(bare, 0, bare->interval_s) || !sleep_on(bare, 0, bare->checkpoint_s))
            continue;
        work_s += bare->interval_s;
        bare->events++;
    }
    bare->is_done = true;
    sg_cond_notify_one(bare->wakes[1]);
}

static void injector(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct bare *bare = sg_actor_self_get_data();
    while (!bare->is_done) {
        double wait_s = -bare->mtti_s * log(((double)rand() + 0.5) / ((double)RAND_MAX + 1.0));
        if (!sleep_on(bare, 1, wait_s) || bare->is_done)
            continue;
        bare->has_failed = true;
        sg_cond_notify_one(bare->wakes[0]);
    }
}

static void start(const char *name, sg_host_t host, void *data, xbt_main_func_t body)
{
    const char *argv[] = {name};
    sg_actor_t actor = sg_actor_init(name, host);
    sg_actor_set_data(actor, data);
    sg_actor_start_(actor, body, 1, argv);
}

double bh_bare_events(sg_host_t host, double work_s, double interval_s, double checkpoint_s, double restart_s,
                      double mtti_s)
{
    struct bare bare = {.work_s = work_s,
                        .interval_s = interval_s,
                        .checkpoint_s = checkpoint_s,
                        .restart_s = restart_s,
                        .mtti_s = mtti_s};
    for (int who = 0; who < 2; who++) {
        bare.mutex[who] = sg_mutex_init();
        bare.wakes[who] = sg_cond_init();
    }
    srand(1);
    start("application", host, &bare, application);
    start("injector", host, &bare, injector);
    simgrid_run();
    return bare.events;
}

/* --- Transfers ------------------------------------------------------------------------------------------------------ */

struct transfers {
    sg_host_t from, to;
    sg_disk_t disk;
    double bytes;
    unsigned times;
};

static void writer(int argc, char **argv)
{
    (void)argc, (void)argv;
    const struct transfers *transfers = sg_actor_self_get_data();
    for (unsigned i = 0; i < transfers->times; i++) {
        sg_host_sendto(transfers->from, transfers->to, transfers->bytes);
        sg_disk_write(transfers->disk, (sg_size_t)transfers->bytes);
    }
}

void bh_bare_transfers(sg_host_t from, sg_host_t to, sg_disk_t disk, double bytes, unsigned times)
{
    struct transfers transfers = {from, to, disk, bytes, times};
    start("writer", from, &transfers, writer);
    simgrid_run();
}
