/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes the measures of every policy at every point. */
#include "analysis/tables/measures_csv.h"

#include "analysis/measures/measures.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/selection_rows.h"
#include "models/base/error.h"

#include <stddef.h>
#include <stdlib.h>

/* Estimates, each with its ends. */
static const struct {
    const char *name;
    size_t offset;
} estimates[] = {
    {"makespan_s", offsetof(struct bh_measures, makespan_s)},
    {"net_overhead", offsetof(struct bh_measures, net_overhead)},
    {"work_rate", offsetof(struct bh_measures, work_rate)},
    {"points_from_protection_first", offsetof(struct bh_measures, difference)},
    {"mtti_s", offsetof(struct bh_measures, mtti_s)},
    {"right_results", offsetof(struct bh_measures, right)},
    {"wrong_results", offsetof(struct bh_measures, wrong)},
    {"faults", offsetof(struct bh_measures, faults)},
    {"errors", offsetof(struct bh_measures, errors)},
    {"failures", offsetof(struct bh_measures, failures)},
};

static void add_columns(const struct bh_view *view, struct bh_rows *rows)
{
    static const char *const first[] = {"policy", "system", "kind"}, *const last[] = {"replicas", "not_done", "price"},
                             *const ends[] = {"", "_low", "_high"};
    for (size_t i = 0; i < BH_COUNT(first); i++)
        bh_rows_column(rows, first[i]);
    for (size_t a = 0; a < view->axes_count; a++)
        bh_rows_column(rows, view->axes[a].name);
    for (size_t i = 0; i < BH_COUNT(last); i++)
        bh_rows_column(rows, last[i]);
    for (size_t i = 0; i < BH_COUNT(estimates); i++)
        for (size_t e = 0; e < BH_COUNT(ends); e++) {
            char *name = bh_print_text("%s%s", estimates[i].name, ends[e]);
            bh_rows_column(rows, name);
            free(name);
        }
}

static void add_row(const struct bh_view *view, size_t policy, size_t point, size_t enclave, struct bh_rows *rows)
{
    struct bh_measures measures;
    bh_measure(view, policy, point, enclave, &measures);
    bh_rows_text(rows, view->policy.labels[policy]);
    bh_rows_text(rows, view->policy_system[policy]);
    bh_rows_text(rows, view->policy_policy[policy]);
    for (size_t a = 0; a < view->axes_count; a++) {
        size_t position = bh_view_position(view, point, a);
        if (view->axes[a].numbers != NULL)
            bh_rows_number(rows, view->axes[a].numbers[position]);
        else
            bh_rows_text(rows, view->axes[a].labels[position]);
    }
    bh_rows_number(rows, (double)measures.replicas);
    bh_rows_number(rows, (double)measures.unfinished);
    bh_rows_number(rows, measures.price);
    /* A difference of work rates is none of net overhead. */
    if (measures.difference_is_rate)
        measures.difference = bh_estimate_none;
    for (size_t i = 0; i < BH_COUNT(estimates); i++) {
        const struct bh_estimate *estimate =
            (const struct bh_estimate *)(const void *)((const char *)&measures + estimates[i].offset);
        /* Points: hundredths, by name. */
        double factor = estimates[i].offset == offsetof(struct bh_measures, difference) ? 100 : 1;
        bh_rows_number(rows, factor * estimate->mean);
        bh_rows_number(rows, factor * estimate->low);
        bh_rows_number(rows, factor * estimate->high);
    }
}

void bh_measures_csv_print(const struct bh_view *view, size_t enclave, FILE *stream)
{
    struct bh_rows rows = {0};
    add_columns(view, &rows);
    for (size_t policy = 0; policy < view->policy.count; policy++)
        for (size_t point = 0; point < view->points; point++)
            add_row(view, policy, point, enclave, &rows);
    bh_rows_print(&rows, BH_SELECTION_CSV, stream);
    bh_rows_release(&rows);
}
