/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads a scenario, and sets one of its points up. */
#include "command/process/parts.h"

#include "command/data_directory.h"
#include "command/point.h"
#include "models/containment/isolation_cache.h"
#include "sim/runs/point.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <stdlib.h>

static struct bh_study *read_study(const struct bh_options *options, const struct bh_setting *own, size_t own_count,
                                   struct bh_error *err)
{
    char *models = bh_models_directory(err);
    if (models == NULL)
        return NULL;
    size_t count = 0;
    struct bh_setting *settings = bh_allocate(options->settings_count + own_count + 1, sizeof *settings);
    for (size_t i = 0; i < options->settings_count; i++)
        settings[count++] = options->settings[i];
    for (size_t i = 0; i < own_count; i++)
        settings[count++] = own[i];
    struct bh_study *study = bh_study_read(options->file, models, settings, count, err);
    free(settings);
    free(models);
    return study;
}

int bh_one_point_read(struct bh_one_point *one, const struct bh_options *options, const struct bh_setting *own,
                      size_t own_count, const char *policy, struct bh_error *err)
{
    one->study = read_study(options, own, own_count, err);
    if (one->study == NULL)
        return -1;
    size_t *index = bh_point_choose(one->study, options->points, options->points_count, err);
    struct bh_scenario *scenario = index != NULL ? bh_study_resolve(one->study, index, -1, err) : NULL;
    free(index);
    if (scenario == NULL)
        return -1;
    const struct bh_policy_spec *chosen =
        policy != NULL ? bh_policy_choose(scenario, "--policy", policy, err) : scenario->policies;
    if (chosen == NULL) {
        bh_scenario_destroy(scenario);
        return -1;
    }
    one->policy = (size_t)(chosen - scenario->policies);
    one->cache = bh_isolation_cache_create();
    one->point = bh_point_create_from(scenario, NULL, one->cache, err);
    return one->point != NULL ? 0 : -1;
}

void bh_one_point_clear(struct bh_one_point *one)
{
    bh_point_destroy(one->point);
    bh_isolation_cache_destroy(one->cache);
    bh_study_destroy(one->study);
}
