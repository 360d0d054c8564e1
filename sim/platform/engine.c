/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs SimGrid, and remembers that it did. */
#include "sim/platform/engine.h"

#include "sim/platform/activity.h"

#include <simgrid/actor.h>
#include <simgrid/engine.h>

/* SimGrid's deadlock callback carries no data, and it runs once. */
static bool has_run, has_deadlocked;

struct call {
    void (*body)(void *data);
    void *data;
};

static void note_deadlock(void)
{
    has_deadlocked = true;
}

static void run_actor(int argc, char **argv)
{
    (void)argc, (void)argv;
    const struct call *call = sg_actor_self_get_data();
    call->body(call->data);
}

bool bh_engine_has_run(void)
{
    return has_run;
}

int bh_engine_run(const char *name, sg_host_t host, void (*body)(void *data), void *data, bool *is_stuck,
                  struct bh_error *err)
{
    struct call call = {body, data};
    const char *argv[] = {name};
    sg_actor_t actor = sg_actor_init(name, host);
    if (actor == NULL)
        return bh_fail(err, BH_ERROR_SYSTEM, "SimGrid made no actor for %s", name);
    bh_activity_on_deadlock(note_deadlock);
    sg_actor_set_data(actor, &call);
    sg_actor_start_(actor, run_actor, 1, argv);
    has_run = true;
    simgrid_run();
    *is_stuck = has_deadlocked;
    return 0;
}
