/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Prepares the points of a study. */
#include "sim/campaign/of_study.h"

#include "models/containment/isolation_cache.h"
#include "sim/campaign/identity.h"
#include "sim/results/metrics.h"
#include "sim/runs/escape_ends.h"
#include "sim/runs/point.h"
#include "sim/runs/progress.h"
#include "sim/scenario/study.h"

#include <stdlib.h>

/* Replicas of a unit: enough to keep all jobs busy, and few enough that their rows take little memory. */
enum { MOST_IN_UNIT = 1024 };

static int prepare_points(struct bh_campaign *campaign, struct bh_progress *progress, struct bh_error *err)
{
    const struct bh_study *study = campaign->study;
    size_t grid = campaign->points - campaign->uncertain, axes = study->axes_count;
    for (size_t p = 0; p < campaign->points; p++) {
        size_t *index = &campaign->index[p * axes];
        if (p < grid)
            bh_study_index(study, p, index);
        for (size_t a = 0; a < axes && p >= grid; a++)
            index[a] = study->uncertainty_at[a];
        campaign->resolved[p] =
            bh_point_create(study, index, p < grid ? -1 : (int)(p - grid), campaign->isolations, err);
        if (campaign->resolved[p] == NULL)
            return -1;
        bh_progress_step(progress);
    }
    for (size_t p = 0; p < grid && study->has_uncertainty; p++) {
        if (bh_point_find_escape_ends(campaign->resolved[p], study, campaign->isolations, err) != 0)
            return -1;
        bh_progress_step(progress);
    }
    return 0;
}

/* What all points have in common: an axis may bring verification, say, at some of its values only. */
static void find_common(struct bh_campaign *campaign)
{
    const struct bh_scenario **scenarios = bh_allocate(campaign->points, sizeof *scenarios);
    for (size_t p = 0; p < campaign->points; p++) {
        scenarios[p] = campaign->resolved[p]->scenario;
        for (int use = 0; use < BH_METRIC_USES && p < campaign->points - campaign->uncertain; use++)
            campaign->says[use] = campaign->says[use] || bh_metric_says(scenarios[p], (enum bh_metric_use)use);
    }
    bh_enclave_axis_find(&campaign->enclaves, scenarios, campaign->points);
    campaign->first = campaign->resolved[0]->scenario;
    campaign->replicas = campaign->least = campaign->first->replicas;
    campaign->chunk = campaign->replicas < MOST_IN_UNIT ? campaign->replicas : MOST_IN_UNIT;
    free(scenarios);
}

/* Nothing is stored for another process: points are known by their numbers. */
static struct bh_identities *number_points(size_t points)
{
    struct bh_identities *identities = bh_allocate(1, sizeof *identities);
    identities->points = points;
    identities->point = bh_allocate(points, sizeof *identities->point);
    identities->order = bh_allocate(points, sizeof *identities->order);
    for (size_t p = 0; p < points; p++) {
        identities->point[p] = (struct bh_identity){0, p};
        identities->order[p] = p;
    }
    return identities;
}

struct bh_campaign *bh_campaign_of_study(struct bh_study *study, bool shows_progress, struct bh_error *err)
{
    struct bh_campaign *campaign = bh_allocate(1, sizeof *campaign);
    size_t grid = bh_study_points(study);
    campaign->study = study;
    campaign->axes = bh_allocate(study->axes_count + 1, sizeof *campaign->axes);
    campaign->uncertain_axis = SIZE_MAX;
    campaign->uncertain = study->has_uncertainty ? study->uncertainty.count : 0;
    campaign->points = grid + campaign->uncertain;
    campaign->index = bh_allocate(campaign->points * study->axes_count + 1, sizeof *campaign->index);
    campaign->cost_s = bh_allocate(campaign->points, sizeof *campaign->cost_s);
    campaign->order = bh_allocate(campaign->points, sizeof *campaign->order);
    for (size_t p = 0; p < campaign->points; p++) {
        campaign->cost_s[p] = 1.0;
        campaign->order[p] = p;
    }
    campaign->identities = number_points(campaign->points);
    campaign->isolations = bh_isolation_cache_create();
    campaign->resolved = bh_allocate(campaign->points, sizeof *campaign->resolved);
    struct bh_progress *progress =
        bh_progress_start("points prepared (platform, exact chains)",
                          campaign->points + (study->has_uncertainty ? grid : 0), shows_progress);
    int status = prepare_points(campaign, progress, err);
    bh_progress_end(progress);
    if (status != 0) {
        bh_campaign_destroy(campaign);
        return NULL;
    }
    find_common(campaign);
    return campaign;
}
