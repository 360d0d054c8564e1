/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Prepares the points of a study. */
#include "sim/campaign/of_study.h"

#include "models/containment/isolation_cache.h"
#include "sim/campaign/chains.h"
#include "sim/campaign/identity.h"
#include "sim/results/metrics.h"
#include "sim/runs/point.h"
#include "sim/runs/probe.h"
#include "sim/runs/progress.h"
#include "sim/scenario/study.h"

#include <stdlib.h>

/* Replicas of a unit are few enough that their rows take little memory, and that all jobs end at about the same time. */
enum { MOST_IN_UNIT = 1024, UNITS_PER_JOB = 8 };

static int make_point(struct bh_campaign *campaign, size_t point, struct bh_isolation_cache *cache,
                      struct bh_error *err)
{
    const struct bh_study *study = campaign->study;
    size_t grid = campaign->points - campaign->uncertain, axes = study->axes_count;
    size_t *index = &campaign->index[point * axes];
    if (point < grid)
        bh_study_index(study, point, index);
    for (size_t a = 0; a < axes && point >= grid; a++)
        index[a] = study->uncertainty_at[a];
    campaign->resolved[point] =
        bh_point_create(study, index, point < grid ? -1 : (int)(point - grid), campaign->probes, cache, err);
    return campaign->resolved[point] != NULL ? 0 : -1;
}

/* Points, and the ends of their escape ratios. */
static size_t askers_of(const struct bh_campaign *campaign)
{
    return campaign->points + (campaign->study->has_uncertainty ? campaign->points - campaign->uncertain : 0);
}

static struct bh_chain_asker asker_of(const struct bh_campaign *campaign, size_t number)
{
    bool is_ends = number >= campaign->points;
    return (struct bh_chain_asker){is_ends ? number - campaign->points : number, is_ends};
}

static int prepare(struct bh_campaign *campaign, bool shows_progress, struct bh_error *err)
{
    size_t askers = askers_of(campaign);
    struct bh_progress *progress =
        bh_progress_start("points prepared (platform, exact chains)", askers, shows_progress);
    int status = 0;
    for (size_t n = 0; n < askers && status == 0; n++) {
        struct bh_chain_asker asker = asker_of(campaign, n);
        status = campaign->resolved[asker.point] == NULL ? make_point(campaign, asker.point, campaign->isolations, err)
                                                         : bh_chain_ask(campaign, asker, campaign->isolations, err);
        bh_progress_step(progress);
    }
    bh_progress_end(progress);
    return status;
}

/* Finds out which chains there will be, has them computed, and makes setups with them. */
static int prepare_at_once(struct bh_campaign *campaign, unsigned jobs, bool shows_progress, struct bh_error *err)
{
    struct bh_isolation_cache *list = bh_isolation_cache_create_list();
    struct bh_chain_asker *first = NULL; /* [number in the list] */
    int status = 0;
    for (size_t n = 0, listed = 0; n < askers_of(campaign) && status == 0; n++) {
        struct bh_chain_asker asker = asker_of(campaign, n);
        status = asker.is_ends ? bh_chain_ask(campaign, asker, list, err) : make_point(campaign, n, list, err);
        size_t count = bh_isolation_cache_count(list);
        first = bh_reallocate(first, count + 1, sizeof *first);
        for (; listed < count; listed++)
            first[listed] = asker;
    }
    if (status == 0)
        status = bh_chains_compute(campaign, list, first, jobs, shows_progress, err);
    if (status == 0)
        status = prepare(campaign, shows_progress, err);
    free(first);
    bh_isolation_cache_destroy(list);
    return status;
}

/* Without faults the first replica of a unit may stand for all of it. */
static uint64_t unit_of(const struct bh_campaign *campaign, unsigned jobs)
{
    uint64_t most = campaign->first->random_faults ? campaign->points * campaign->replicas / (UNITS_PER_JOB * jobs) + 1
                                                   : campaign->replicas;
    most = most < campaign->replicas ? most : campaign->replicas;
    return most < MOST_IN_UNIT ? most : MOST_IN_UNIT;
}

/* What all points have in common: an axis may bring verification, say, at some of its values only. */
static void find_common(struct bh_campaign *campaign, unsigned jobs)
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
    campaign->chunk = unit_of(campaign, jobs);
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

struct bh_campaign *bh_campaign_of_study(struct bh_study *study, unsigned jobs, bool shows_progress,
                                         struct bh_error *err)
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
    campaign->probes = bh_probes_create();
    campaign->resolved = bh_allocate(campaign->points, sizeof *campaign->resolved);
    int status =
        jobs > 1 ? prepare_at_once(campaign, jobs, shows_progress, err) : prepare(campaign, shows_progress, err);
    if (status != 0) {
        bh_campaign_destroy(campaign);
        return NULL;
    }
    find_common(campaign, jobs);
    return campaign;
}
