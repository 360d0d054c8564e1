/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Resolves a point again at other values of the uncertain number, for its exact chains alone. */
#include "sim/runs/escape_ends.h"

#include "sim/runs/point.h"
#include "sim/scenario/study.h"
#include "sim/setup/setup.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <stdlib.h>

/* Position of the least and of the greatest value on the uncertainty axis. */
static size_t extreme_value(const struct bh_axis *axis, bool greatest)
{
    size_t best = 0;
    for (size_t i = 1; i < axis->count; i++)
        if (greatest ? axis->values[i].number > axis->values[best].number
                     : axis->values[i].number < axis->values[best].number)
            best = i;
    return best;
}

/* The ratios at one value of the uncertain number: escape[(policy * BH_BOUNDARIES + boundary) * stride]. */
static int find_escapes(const struct bh_point *resolved, const struct bh_study *study, size_t value,
                        struct bh_isolation_cache *cache, double *escape, size_t stride, struct bh_error *err)
{
    struct bh_scenario *scenario = bh_study_resolve(study, resolved->index, (int)value, err);
    int status = scenario != NULL ? 0 : -1;
    for (size_t p = 0; status == 0 && p < resolved->scenario->policies_count; p++) {
        struct bh_setup *setup = bh_setup_create(scenario, p, &resolved->facts, cache, err);
        status = setup != NULL ? 0 : -1;
        for (size_t b = 0; b < BH_BOUNDARIES && status == 0; b++)
            escape[(p * BH_BOUNDARIES + b) * stride] = setup->isolation.escape[b];
        bh_setup_destroy(setup);
    }
    bh_scenario_destroy(scenario);
    return status;
}

int bh_point_find_escape_ends(struct bh_point *resolved, const struct bh_study *study, struct bh_isolation_cache *cache,
                              struct bh_error *err)
{
    if (!study->has_uncertainty)
        return 0;
    const struct bh_axis *axis = &study->uncertainty;
    bool has_ends = study->posterior.source == NULL;
    size_t cells = resolved->scenario->policies_count * BH_BOUNDARIES, values = has_ends ? 2 : axis->count;
    double *escape = bh_allocate(cells * values, sizeof *escape);
    int status = 0;
    for (size_t v = 0; v < values && status == 0; v++)
        status =
            find_escapes(resolved, study, has_ends ? extreme_value(axis, v == 1) : v, cache, escape + v, values, err);
    for (size_t c = 0; c < cells && status == 0; c++) {
        double *ends = &resolved->escape_ends[2 * c], *sorted = escape + c * values;
        if (!has_ends)
            gsl_sort(sorted, 1, values);
        for (size_t end = 0; end < 2; end++)
            ends[end] =
                has_ends ? sorted[end] : gsl_stats_quantile_from_sorted_data(sorted, 1, values, end == 0 ? 0.05 : 0.95);
    }
    free(escape);
    return status;
}
