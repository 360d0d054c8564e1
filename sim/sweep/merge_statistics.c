/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics over all replicas of a point, which no unit sees: computed at the merge, by the functions that `run` uses, of a
 * stage that has of its replicas what the store has. */
#include "sim/runs/study_run.h"
#include "sim/sweep/parts.h"

#include <stdlib.h>
#include <string.h>

/* The first cell of a metric in a row; NULL if the row is missing or has no such metric. */
static const double *find_cell(const struct bh_layout *layout, const double *row, const char *name)
{
    for (size_t i = 0; row != NULL && i < layout->count; i++)
        if (strcmp(layout->entry[i].metric->name, name) == 0)
            return row + layout->entry[i].offset;
    return NULL;
}

static void copy_cells(const struct bh_layout *layout, const double *row, const char *name, double *into, size_t count)
{
    const double *from = find_cell(layout, row, name);
    if (from != NULL)
        memcpy(into, from, count * sizeof *into);
}

/* One point under one policy: its replicas' counts, and the exact values. */
struct part {
    struct bh_scenario scenario;
    struct bh_setup setup, *setups; /* exact values in its isolation */
    struct bh_stage stage, *stages;
    struct bh_campaign campaign;
};

static void fill_part(struct part *part, const struct bh_merge *merge, size_t point, size_t policy)
{
    const struct bh_layout *at_point = &merge->state.layout[0], *layout = &merge->state.layout[1];
    const double *exact =
        merge->point_rows[point] == NULL ? NULL : merge->point_rows[point] + policy * at_point->length;
    struct bh_replica_record *records = part->stage.records;
    size_t count = 0;
    copy_cells(at_point, exact, "escape_exact", part->setup.isolation.escape, BH_BOUNDARIES);
    copy_cells(at_point, exact, "containment_exact", part->setup.isolation.coverage, BH_SCOPES);
    for (uint64_t r = 0; r < merge->counts[point]; r++) {
        const double *row = merge->replica_rows[point * merge->plan->replicas + r].row;
        if (row == NULL)
            continue;
        struct bh_tallies *tallies = &records[count++].tallies;
        row += policy * layout->length;
        copy_cells(layout, row, "escape_seen", tallies->escape_seen, BH_BOUNDARIES);
        copy_cells(layout, row, "escape_exposed", tallies->escape_exposed, BH_BOUNDARIES);
        copy_cells(layout, row, "system_extent", tallies->system_extent, BH_SCOPES);
    }
    part->scenario = *merge->plan->first;
    part->scenario.replicas = count;
    part->scenario.policies_count = 1;
    part->setups = &part->setup;
    part->stage.scenario = &part->scenario;
    part->stage.setups = &part->setups;
    part->stages = &part->stage;
    part->campaign = (struct bh_campaign){.study = merge->plan->study, .points = 1, .stages = &part->stages};
}

void bh_merge_write_statistic(const struct bh_merge *merge, const struct bh_metric *metric, struct bh_results *results)
{
    const struct bh_metric_axes *own = &bh_metric_axes[metric->shape];
    const char *axes[BH_RESULTS_MOST_AXES];
    size_t used = bh_merge_axes(merge, axes), points = merge->plan->points, inner = 1;
    for (size_t d = 0; d < own->count && used < BH_RESULTS_MOST_AXES; d++) {
        axes[used++] = bh_metric_axis_names[own->axis[d]];
        inner *= merge->state.layout[0].sizes[own->axis[d]];
    }
    double *values = bh_allocate(merge->policies * points * inner, sizeof *values);
    for (size_t i = 0; i < merge->policies * points; i++) {
        struct part part = {.stage.records = bh_allocate(merge->replicas, sizeof *part.stage.records)};
        fill_part(&part, merge, i % points, i / points);
        struct bh_metric_cell cell = {&part.campaign, &part.stage, 0, 0, {0}};
        for (size_t c = 0; c < inner; c++) {
            size_t rest = c;
            for (size_t d = own->count; d-- > 0; rest /= merge->state.layout[0].sizes[own->axis[d]])
                cell.at[own->axis[d]] = rest % merge->state.layout[0].sizes[own->axis[d]];
            values[i * inner + c] = bh_metric_value(metric, &cell);
        }
        free(part.stage.records);
    }
    bh_results_add_array(results, metric->name, axes, used, BH_ELEMENT_DOUBLE, values, metric->unit,
                         metric->description, NULL);
    free(values);
}
