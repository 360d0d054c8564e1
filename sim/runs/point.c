/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Resolves a point of a study. */
#include "sim/runs/point.h"

#include "sim/runs/estimate.h"
#include "sim/runs/estimate_limits.h"
#include "sim/runs/probe.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/setup.h"

#include <math.h>
#include <stdlib.h>

/* Before anything that takes long; `study` is NULL where the results are not kept in memory. */
static int check_size(const struct bh_point *resolved, const struct bh_study *study, struct bh_error *err)
{
    struct bh_estimate_point point;
    if (bh_estimate_at(resolved->scenario, &resolved->facts, &point, err) != 0 ||
        bh_estimate_check(resolved->scenario, &point, err) != 0)
        return -1;
    return study != NULL ? bh_estimate_check_run(study, resolved->scenario, &point, err) : 0;
}

static int create_setups(struct bh_point *resolved, struct bh_isolation_cache *cache, struct bh_error *err)
{
    const struct bh_scenario *scenario = resolved->scenario;
    size_t policies = scenario->policies_count;
    resolved->setups = bh_allocate(policies, sizeof *resolved->setups);
    resolved->baselines = bh_allocate(policies, sizeof *resolved->baselines);
    for (size_t p = 0; p < policies; p++) {
        resolved->setups[p] = bh_setup_create(scenario, p, &resolved->facts, cache, err);
        resolved->baselines[p] = bh_setup_create_baseline(scenario, &resolved->facts, cache, err);
        if (resolved->setups[p] == NULL || resolved->baselines[p] == NULL)
            return -1;
        bh_setup_copy_intervals(resolved->baselines[p], resolved->setups[p]);
    }
    resolved->bare = bh_setup_create_baseline(scenario, &resolved->facts, cache, err);
    if (resolved->bare == NULL)
        return -1;
    bh_setup_drop_checkpoints(resolved->bare);
    resolved->records = bh_allocate(policies, sizeof *resolved->records);
    resolved->fault_free = bh_allocate(policies, sizeof *resolved->fault_free);
    resolved->native = bh_allocate(policies, sizeof *resolved->native);
    resolved->escape_ends = bh_allocate(policies * BH_BOUNDARIES * 2, sizeof *resolved->escape_ends);
    for (size_t i = 0; i < policies * BH_BOUNDARIES * 2; i++)
        resolved->escape_ends[i] = NAN;
    return 0;
}

struct bh_point *bh_point_create(const struct bh_study *study, const size_t *index, int uncertain,
                                 struct bh_probes *probes, struct bh_isolation_cache *cache, struct bh_error *err)
{
    struct bh_point *resolved = bh_allocate(1, sizeof *resolved);
    resolved->index = bh_allocate(study->axes_count > 0 ? study->axes_count : 1, sizeof *resolved->index);
    for (size_t a = 0; a < study->axes_count; a++)
        resolved->index[a] = index[a];
    resolved->uncertain = uncertain;
    resolved->scenario = bh_study_resolve(study, index, uncertain, err);
    if (resolved->scenario == NULL || bh_probes_ask(probes, resolved->scenario, &resolved->facts, err) != 0 ||
        check_size(resolved, study, err) != 0 || create_setups(resolved, cache, err) != 0) {
        bh_point_destroy(resolved);
        return NULL;
    }
    return resolved;
}

struct bh_point *bh_point_create_from(struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                                      struct bh_isolation_cache *cache, struct bh_error *err)
{
    struct bh_point *resolved = bh_allocate(1, sizeof *resolved);
    resolved->uncertain = -1;
    resolved->scenario = scenario;
    int status;
    if (facts == NULL)
        status = bh_probe_platform(scenario, &resolved->facts, err);
    else {
        resolved->facts = *facts;
        status = bh_scenario_check_platform(scenario, facts, err);
    }
    if (status != 0 || check_size(resolved, NULL, err) != 0 || create_setups(resolved, cache, err) != 0) {
        bh_point_destroy(resolved);
        return NULL;
    }
    return resolved;
}

static void drop_setups(struct bh_point *resolved)
{
    size_t policies = resolved->scenario != NULL ? resolved->scenario->policies_count : 0;
    for (size_t p = 0; p < policies; p++) {
        if (resolved->setups != NULL)
            bh_setup_destroy(resolved->setups[p]);
        if (resolved->baselines != NULL)
            bh_setup_destroy(resolved->baselines[p]);
        if (resolved->fault_free != NULL)
            bh_replica_record_clear(&resolved->fault_free[p]);
        if (resolved->native != NULL)
            bh_replica_record_clear(&resolved->native[p]);
        if (resolved->records != NULL)
            bh_replica_record_clear(&resolved->records[p]);
    }
    bh_replica_record_clear(&resolved->native_bare);
    bh_setup_destroy(resolved->bare);
    free(resolved->setups);
    free(resolved->baselines);
    free(resolved->records);
    free(resolved->escape_ends);
    free(resolved->fault_free);
    free(resolved->native);
}

int bh_point_set_up(struct bh_point *resolved, struct bh_isolation_cache *cache, struct bh_error *err)
{
    drop_setups(resolved);
    resolved->setups = resolved->baselines = NULL;
    resolved->bare = NULL;
    resolved->records = resolved->fault_free = resolved->native = NULL;
    resolved->native_bare = (struct bh_replica_record){0};
    resolved->escape_ends = NULL;
    return create_setups(resolved, cache, err);
}

void bh_point_destroy(struct bh_point *resolved)
{
    if (resolved == NULL)
        return;
    drop_setups(resolved);
    free(resolved->index);
    bh_scenario_destroy(resolved->scenario);
    free(resolved);
}
