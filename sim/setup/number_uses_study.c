/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The numbers that some point of a study reads, and axes over others. */
#include "sim/setup/number_uses_study.h"

#include "models/catalog/lookup.h"
#include "sim/scenario/overrides.h"
#include "sim/scenario/study.h"
#include "sim/setup/number_uses.h"

#include <stdlib.h>
#include <string.h>

/* Points of a product that are looked at for numbers that no axis alone asks for. */
enum { POINTS_MOST = 256 };

/* What is asked for, and what has been found. */
struct search {
    const struct bh_study *study;
    const char *const *paths;
    size_t count;
    bool *is_used;
};

static bool is_complete(const struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        if (!search->is_used[i])
            return false;
    return true;
}

static void look_at(const struct search *search, const size_t *index)
{
    struct bh_error ignored = {0};
    struct bh_place nowhere = {0};
    if (is_complete(search))
        return;
    struct bh_scenario *scenario = bh_study_resolve(search->study, index, -1, &ignored);
    if (scenario == NULL)
        return;
    struct bh_number_uses *uses = bh_number_uses_find(scenario, true);
    for (size_t i = 0; i < search->count; i++) {
        const struct bh_parameter *parameter;
        const struct bh_word *word;
        if (search->is_used[i])
            continue;
        if ((word = bh_catalog_word(scenario->catalog, search->paths[i])) != NULL)
            search->is_used[i] = bh_number_uses_read_word(scenario, word);
        else if ((parameter = bh_catalog_parameter(scenario->catalog, search->paths[i], nowhere, &ignored)) != NULL)
            search->is_used[i] = bh_number_uses_has(uses, parameter);
    }
    bh_number_uses_destroy(uses);
    bh_scenario_destroy(scenario);
}

/* The next point of the product; false after the last. */
static bool step(const struct bh_study *study, size_t *index)
{
    for (size_t a = 0; a < study->axes_count; a++) {
        if (++index[a] < study->axes[a].count)
            return true;
        index[a] = 0;
    }
    return false;
}

void bh_number_uses_of_study(const struct bh_study *study, const char *const *paths, size_t count, bool *is_used,
                             bool *is_sure)
{
    struct search search = {study, paths, count, is_used};
    size_t *index = bh_allocate(study->axes_count + 1, sizeof *index);
    double points = 1.0;
    look_at(&search, index);
    for (size_t a = 0; a < study->axes_count; a++) {
        for (index[a] = 1; index[a] < study->axes[a].count; index[a]++)
            look_at(&search, index);
        index[a] = 0;
        points *= (double)study->axes[a].count;
    }
    *is_sure = points <= POINTS_MOST;
    do
        look_at(&search, index);
    while (*is_sure && !is_complete(&search) && step(study, index));
    free(index);
}

/* The numbers that an axis sets, each once; *others: it sets other keys too. The caller frees. */
static const char **numbers_of(const struct bh_axis *axis, size_t *count, bool *others)
{
    size_t most = 0;
    for (size_t v = 0; v < axis->count; v++)
        most += axis->values[v].settings_count;
    const char **paths = bh_allocate(most + 1, sizeof *paths);
    *count = 0;
    *others = false;
    for (size_t v = 0; v < axis->count; v++)
        for (size_t s = 0; s < axis->values[v].settings_count; s++) {
            const char *path = bh_models_path(axis->values[v].paths[s]);
            size_t known = 0;
            *others = *others || path == NULL;
            while (path != NULL && known < *count && strcmp(paths[known], path) != 0)
                known++;
            if (path != NULL && known == *count)
                paths[(*count)++] = path;
        }
    return paths;
}

int bh_number_uses_check_axis(const struct bh_study *study, const struct bh_axis *axis, bool each, struct bh_error *err)
{
    size_t count, used = 0, unused = 0;
    bool others, is_sure = false;
    const char **paths = numbers_of(axis, &count, &others);
    bool *is_used = bh_allocate(count + 1, sizeof *is_used);
    if (count > 0 && (each || !others))
        bh_number_uses_of_study(study, paths, count, is_used, &is_sure);
    for (size_t i = 0; i < count; i++)
        if (is_used[i])
            used++;
        else
            unused = i;
    int status = 0;
    if (is_sure && used < count && (each || used == 0))
        status =
            bh_fail_at(err, axis->place,
                       "the axis `%s` sets models.%s, which nothing in this scenario reads; expected a number that "
                       "`bulkhead check` lists as used",
                       axis->name, paths[unused]);
    free(is_used);
    free(paths);
    return status;
}

int bh_number_uses_check(const struct bh_study *study, struct bh_error *err)
{
    for (size_t a = 0; a < study->axes_count; a++)
        if (bh_number_uses_check_axis(study, &study->axes[a], false, err) != 0)
            return -1;
    /* Draws of a posterior are of what was measured, all of which a scenario need not have. */
    if (study->has_uncertainty && study->posterior.source == NULL)
        return bh_number_uses_check_axis(study, &study->uncertainty, false, err);
    return 0;
}
