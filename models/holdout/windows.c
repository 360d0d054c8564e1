/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Cuts the time of each run of nodes into what a start there would have met. */
#include "models/holdout/windows.h"

#include "models/base/error.h"
#include "models/holdout/history.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct sweep {
    struct bh_windows *windows;
    double from_s, block_s;
    size_t group;
};

static void count(struct sweep *sweep, double from_s, double to_s, bool is_hit)
{
    struct bh_windows *windows = sweep->windows;
    if (!(to_s > from_s))
        return;
    double length_s = to_s - from_s, hit_s = is_hit ? length_s : 0.0;
    windows->whole.all_s += length_s;
    windows->whole.hit_s += hit_s;
    windows->group[sweep->group].all_s += length_s;
    windows->group[sweep->group].hit_s += hit_s;
    size_t block = (size_t)fmin(BH_TIME_BLOCKS - 1, floor((from_s - sweep->from_s) / sweep->block_s));
    for (double at_s = from_s; at_s < to_s; block++) {
        double end_s = block + 1 < BH_TIME_BLOCKS ? sweep->from_s + (double)(block + 1) * sweep->block_s : to_s;
        double part_s = fmax(0.0, fmin(end_s, to_s) - at_s);
        windows->block[block].all_s += part_s;
        windows->block[block].hit_s += is_hit ? part_s : 0.0;
        if (block + 1 == BH_TIME_BLOCKS)
            break;
        at_s = fmax(at_s, fmin(end_s, to_s));
    }
}

void bh_windows_fill(const struct bh_history *history, double from_s, double to_s, uint32_t size, double length_s,
                     struct bh_windows *windows)
{
    size_t *first;
    uint32_t *order;
    *windows = (struct bh_windows){.runs = bh_history_runs(history, size, &first, &order)};
    windows->run_rate = bh_allocate(windows->runs + 1, sizeof *windows->run_rate);
    double last_s = to_s - length_s;
    struct sweep sweep = {windows, from_s, (last_s - from_s) / BH_TIME_BLOCKS, 0};
    for (size_t r = 0; r < windows->runs && last_s > from_s; r++) {
        double at_s = from_s, end_s = to_s, up_s = 0.0;
        size_t failures = 0;
        for (size_t n = r * size; n < (r + 1) * size; n++) {
            at_s = fmax(at_s, history->watch[n].from_s);
            end_s = fmin(end_s, history->watch[n].to_s);
        }
        double limit_s = fmin(last_s, end_s - length_s);
        sweep.group = r * BH_NODE_GROUPS / windows->runs;
        for (size_t i = first[r]; i < first[r + 1]; i++) {
            const struct bh_outage *outage = &history->outage[order[i]];
            if (outage->at_s >= end_s)
                break;
            if (outage->at_s >= at_s) {
                count(&sweep, at_s, fmin(outage->at_s - length_s, limit_s), false);
                count(&sweep, fmax(at_s, outage->at_s - length_s), fmin(outage->at_s, limit_s), true);
                up_s += outage->at_s - at_s;
                failures++;
            }
            at_s = fmax(at_s, outage->up_s);
        }
        count(&sweep, at_s, limit_s, false);
        up_s += fmax(0.0, end_s - at_s);
        windows->run_rate[r] = up_s > 0.0 ? (double)failures / up_s : NAN;
    }
    free(first);
    free(order);
}

void bh_windows_clear(struct bh_windows *windows)
{
    free(windows->run_rate);
    *windows = (struct bh_windows){0};
}
