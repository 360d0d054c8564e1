/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs activities of SimGrid that begin together. */
#include "sim/platform/traffic.h"

#include "models/base/error.h"
#include "sim/platform/activity.h"

#include <stdlib.h>

void bh_traffic_reserve(struct bh_traffic *traffic, size_t count)
{
    traffic->count = count;
    traffic->activity = bh_reallocate(traffic->activity, count > 0 ? count : 1, sizeof(struct bh_activity *));
}

void bh_traffic_clear(struct bh_traffic *traffic)
{
    free(traffic->activity);
    *traffic = (struct bh_traffic){0};
}

/* As many as it can; fewer when an interruption comes between two of them, since each lets other actors run. */
static void start_all(struct bh_traffic *traffic, struct bh_activity *(*start)(const void *what, size_t number),
                      const void *what)
{
    while (traffic->started < traffic->count && !traffic->is_interrupted) {
        traffic->activity[traffic->started] = start(what, traffic->started);
        traffic->started++;
    }
}

bool bh_traffic_run(struct bh_traffic *traffic, struct bh_activity *(*start)(const void *what, size_t number),
                    const void *what)
{
    BH_BUG_ASSERT(!traffic->is_active);
    traffic->is_active = true;
    traffic->is_interrupted = false;
    traffic->started = traffic->awaited = 0;
    start_all(traffic, start, what);
    for (; traffic->awaited < traffic->started && !traffic->is_interrupted; traffic->awaited++) {
        bool arrived = bh_activity_wait(traffic->activity[traffic->awaited]);
        /* The probe refuses platforms whose resources fail. */
        BH_BUG_ASSERT(arrived || traffic->is_interrupted);
    }
    /* Who interrupts wakes only; cleaning up here means that nobody else holds what is freed. */
    for (size_t i = 0; i < traffic->started; i++) {
        if (traffic->is_interrupted)
            bh_activity_cancel(traffic->activity[i]);
        bh_activity_free(traffic->activity[i]);
    }
    traffic->is_active = false;
    return !traffic->is_interrupted;
}

void bh_traffic_interrupt(struct bh_traffic *traffic)
{
    if (!traffic->is_active || traffic->is_interrupted)
        return;
    traffic->is_interrupted = true;
    if (traffic->started == traffic->count && traffic->awaited < traffic->started)
        bh_activity_cancel(traffic->activity[traffic->awaited]);
}

bool bh_traffic_has_arrived(const struct bh_traffic *traffic)
{
    if (!traffic->is_active || traffic->is_interrupted || traffic->started < traffic->count)
        return false;
    for (size_t i = traffic->awaited; i < traffic->count; i++)
        if (bh_activity_remaining(traffic->activity[i]) > 0.0)
            return false;
    return true;
}
