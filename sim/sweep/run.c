/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Prepares a study's points, sweeps them into memory and looks at what is there. */
#include "sim/sweep/run.h"

#include "sim/campaign/of_study.h"
#include "sim/sweep/parts.h"
#include "sim/sweep/sweep.h"

#include <stdlib.h>

static int sweep(struct bh_run *run, unsigned jobs, bool shows_progress, struct bh_error *err)
{
    struct bh_sweep_outcome outcome;
    size_t cut = 0;
    run->store = bh_store_open(NULL, 0, 1, &cut, err);
    if (run->store == NULL)
        return -1;
    struct bh_sweep_options options = {
        .memory = run->store, .share = {0, 1}, .jobs = jobs, .shows_progress = shows_progress};
    if (bh_sweep_run(run->campaign, &options, &outcome, err) != 0)
        return -1;
    run->merge = bh_allocate(1, sizeof *run->merge);
    return bh_merge_create(run->merge, run->campaign, bh_store_in_memory(run->store), err);
}

struct bh_run *bh_run_study(struct bh_study *study, unsigned jobs, bool shows_progress, struct bh_error *err)
{
    return bh_run_campaign(bh_campaign_of_study(study, jobs, shows_progress, err), jobs, shows_progress, err);
}

struct bh_run *bh_run_campaign(struct bh_campaign *campaign, unsigned jobs, bool shows_progress, struct bh_error *err)
{
    struct bh_run *run = bh_allocate(1, sizeof *run);
    run->campaign = campaign;
    if (run->campaign != NULL && sweep(run, jobs, shows_progress, err) == 0)
        return run;
    bh_run_destroy(run);
    return NULL;
}

void bh_run_destroy(struct bh_run *run)
{
    if (run == NULL)
        return;
    if (run->merge != NULL)
        bh_merge_release(run->merge);
    free(run->merge);
    bh_store_close(run->store);
    bh_campaign_destroy(run->campaign);
    free(run);
}

void bh_run_write(const struct bh_run *run, struct bh_results *results)
{
    bh_merge_write(run->merge, results);
}

const double *bh_run_value(const struct bh_run *run, enum bh_metric_name metric, size_t point, size_t policy,
                           uint64_t replica)
{
    for (int by_replica = 0; by_replica < 2; by_replica++) {
        size_t offset = bh_layout_offset(&run->merge->state.layout[by_replica], metric);
        if (offset != SIZE_MAX)
            return (by_replica ? bh_merge_replica(run->merge, point, policy, replica)
                               : bh_merge_point(run->merge, point, policy)) +
                   offset;
    }
    return NULL;
}
