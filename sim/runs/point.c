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
static int check_size(const struct bh_stage *stage, const struct bh_study *study, struct bh_error *err)
{
    struct bh_estimate_point point;
    if (bh_estimate_at(stage->scenario, &stage->facts, &point, err) != 0 ||
        bh_estimate_check(stage->scenario, &point, err) != 0)
        return -1;
    return study != NULL ? bh_estimate_check_run(study, stage->scenario, &point, err) : 0;
}

static int create_setups(struct bh_stage *stage, struct bh_isolation_cache *cache, struct bh_error *err)
{
    const struct bh_scenario *scenario = stage->scenario;
    size_t policies = scenario->policies_count;
    stage->setups = bh_allocate(policies, sizeof *stage->setups);
    stage->baselines = bh_allocate(policies, sizeof *stage->baselines);
    for (size_t p = 0; p < policies; p++) {
        stage->setups[p] = bh_setup_create(scenario, p, &stage->facts, cache, err);
        stage->baselines[p] = bh_setup_create_baseline(scenario, &stage->facts, cache, err);
        if (stage->setups[p] == NULL || stage->baselines[p] == NULL)
            return -1;
        bh_setup_copy_intervals(stage->baselines[p], stage->setups[p]);
    }
    stage->bare = bh_setup_create_baseline(scenario, &stage->facts, cache, err);
    if (stage->bare == NULL)
        return -1;
    bh_setup_drop_checkpoints(stage->bare);
    stage->records = bh_allocate(policies, sizeof *stage->records);
    stage->fault_free = bh_allocate(policies, sizeof *stage->fault_free);
    stage->native = bh_allocate(policies, sizeof *stage->native);
    stage->escape_ends = bh_allocate(policies * BH_BOUNDARIES * 2, sizeof *stage->escape_ends);
    for (size_t i = 0; i < policies * BH_BOUNDARIES * 2; i++)
        stage->escape_ends[i] = NAN;
    return 0;
}

struct bh_stage *bh_stage_create(const struct bh_study *study, const size_t *index, int uncertain,
                                 struct bh_isolation_cache *cache, struct bh_error *err)
{
    struct bh_stage *stage = bh_allocate(1, sizeof *stage);
    stage->index = bh_allocate(study->axes_count > 0 ? study->axes_count : 1, sizeof *stage->index);
    for (size_t a = 0; a < study->axes_count; a++)
        stage->index[a] = index[a];
    stage->uncertain = uncertain;
    stage->scenario = bh_study_resolve(study, index, uncertain, err);
    if (stage->scenario == NULL || bh_probe_platform(stage->scenario, &stage->facts, err) != 0 ||
        check_size(stage, study, err) != 0 || create_setups(stage, cache, err) != 0) {
        bh_stage_destroy(stage);
        return NULL;
    }
    return stage;
}

struct bh_stage *bh_stage_create_from(struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                                      struct bh_isolation_cache *cache, struct bh_error *err)
{
    struct bh_stage *stage = bh_allocate(1, sizeof *stage);
    stage->uncertain = -1;
    stage->scenario = scenario;
    int status;
    if (facts == NULL)
        status = bh_probe_platform(scenario, &stage->facts, err);
    else {
        stage->facts = *facts;
        status = bh_scenario_check_platform(scenario, facts, err);
    }
    if (status != 0 || check_size(stage, NULL, err) != 0 || create_setups(stage, cache, err) != 0) {
        bh_stage_destroy(stage);
        return NULL;
    }
    return stage;
}

void bh_stage_destroy(struct bh_stage *stage)
{
    if (stage == NULL)
        return;
    size_t policies = stage->scenario != NULL ? stage->scenario->policies_count : 0;
    for (size_t p = 0; p < policies; p++) {
        if (stage->setups != NULL)
            bh_setup_destroy(stage->setups[p]);
        if (stage->baselines != NULL)
            bh_setup_destroy(stage->baselines[p]);
        if (stage->fault_free != NULL)
            bh_replica_record_clear(&stage->fault_free[p]);
        if (stage->native != NULL)
            bh_replica_record_clear(&stage->native[p]);
        if (stage->records != NULL)
            bh_replica_record_clear(&stage->records[p]);
    }
    bh_replica_record_clear(&stage->native_bare);
    bh_setup_destroy(stage->bare);
    free(stage->setups);
    free(stage->baselines);
    free(stage->records);
    free(stage->escape_ends);
    free(stage->fault_free);
    free(stage->native);
    free(stage->index);
    bh_scenario_destroy(stage->scenario);
    free(stage);
}
