/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Prepares the points of a study. */
#include "sim/campaign/of_study.h"

#include "sim/runs/escape_ends.h"
#include "sim/runs/progress.h"
#include "sim/scenario/study.h"

#include <stdlib.h>

/* Replicas of a unit: enough to keep all jobs busy, and few enough that their rows take little memory. */
enum { MOST_IN_UNIT = 1024 };

static int prepare_points(struct bh_plan *plan, struct bh_progress *progress, struct bh_error *err)
{
    const struct bh_study *study = plan->study;
    size_t grid = plan->points - plan->uncertain, axes = study->axes_count;
    for (size_t p = 0; p < plan->points; p++) {
        size_t *index = &plan->index[p * axes];
        if (p < grid)
            bh_study_index(study, p, index);
        for (size_t a = 0; a < axes && p >= grid; a++)
            index[a] = study->uncertainty_at[a];
        plan->stages[p] = bh_stage_create(study, index, p < grid ? -1 : (int)(p - grid), plan->isolations, err);
        if (plan->stages[p] == NULL)
            return -1;
        bh_progress_step(progress);
    }
    for (size_t p = 0; p < grid && study->has_uncertainty; p++) {
        if (bh_stage_find_escape_ends(plan->stages[p], study, plan->isolations, err) != 0)
            return -1;
        bh_progress_step(progress);
    }
    return 0;
}

/* What all points have in common: an axis may bring verification, say, at some of its values only. */
static void find_common(struct bh_plan *plan)
{
    const struct bh_scenario **scenarios = bh_allocate(plan->points, sizeof *scenarios);
    for (size_t p = 0; p < plan->points; p++) {
        scenarios[p] = plan->stages[p]->scenario;
        for (int use = 0; use < BH_METRIC_USES && p < plan->points - plan->uncertain; use++)
            plan->says[use] = plan->says[use] || bh_metric_says(scenarios[p], (enum bh_metric_use)use);
    }
    bh_enclave_axis_find(&plan->enclaves, scenarios, plan->points);
    plan->first = plan->stages[0]->scenario;
    plan->replicas = plan->least = plan->first->replicas;
    plan->chunk = plan->replicas < MOST_IN_UNIT ? plan->replicas : MOST_IN_UNIT;
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

struct bh_plan *bh_plan_of_study(struct bh_study *study, bool shows_progress, struct bh_error *err)
{
    struct bh_plan *plan = bh_allocate(1, sizeof *plan);
    size_t grid = bh_study_points(study);
    plan->study = study;
    plan->axes = bh_allocate(study->axes_count + 1, sizeof *plan->axes);
    plan->uncertain_axis = SIZE_MAX;
    plan->uncertain = study->has_uncertainty ? study->uncertainty.count : 0;
    plan->points = grid + plan->uncertain;
    plan->index = bh_allocate(plan->points * study->axes_count + 1, sizeof *plan->index);
    plan->cost_s = bh_allocate(plan->points, sizeof *plan->cost_s);
    plan->order = bh_allocate(plan->points, sizeof *plan->order);
    for (size_t p = 0; p < plan->points; p++) {
        plan->cost_s[p] = 1.0;
        plan->order[p] = p;
    }
    plan->identities = number_points(plan->points);
    plan->isolations = bh_isolation_cache_create();
    plan->stages = bh_allocate(plan->points, sizeof *plan->stages);
    struct bh_progress *progress = bh_progress_start(
        "points prepared (platform, exact chains)", plan->points + (study->has_uncertainty ? grid : 0), shows_progress);
    int status = prepare_points(plan, progress, err);
    bh_progress_end(progress);
    if (status != 0) {
        bh_plan_destroy(plan);
        return NULL;
    }
    find_common(plan);
    return plan;
}
