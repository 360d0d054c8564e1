/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays the rows of a store out as arrays over labelled axes, one metric at a time. */
#include "sim/sweep/merge.h"

#include "sim/campaign/command_line.h"
#include "sim/results/hdf5_writer.h"
#include "sim/scenario/scenario.h"
#include "sim/store/store_view.h"
#include "sim/sweep/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* [policy, point, own axes], for `count` points from `first`: the metric's cells of one row stand apart by the replicas
 * where it has them. */
static void fill(const struct bh_merge *merge, const struct bh_layout_entry *entry, bool by_replica, size_t first,
                 size_t count, double *values)
{
    const size_t *sizes = merge->state.layout[by_replica].sizes;
    uint64_t replicas = by_replica ? merge->replicas : 1;
    size_t inner = 1;
    for (size_t d = entry->replica_place; d < entry->axes_count; d++)
        inner *= sizes[entry->axis[d]];
    size_t outer = entry->cells / inner;
    for (size_t i = 0; i < merge->policies * count; i++) {
        size_t policy = i / count, point = first + i % count;
        double *base = values + i * entry->cells * replicas;
        for (uint64_t r = 0; r < replicas; r++) {
            const double *row = NULL;
            if (!by_replica)
                row = bh_merge_point(merge, point, policy);
            else if (r < merge->counts[point])
                row = bh_merge_replica(merge, point, policy, r);
            for (size_t o = 0; o < outer; o++)
                for (size_t c = 0; c < inner; c++)
                    base[(o * replicas + r) * inner + c] = row == NULL ? NAN : row[entry->offset + o * inner + c];
        }
    }
}

/* Adds values over the axes given and the metric's own, and frees them. */
static void add_array(struct bh_results *results, const struct bh_metric *metric, const char *group,
                      const char *const *outer, size_t outer_count, double *values, size_t cells)
{
    const struct bh_metric_axes *own = &bh_metric_axes[metric->shape];
    const char *axes[BH_RESULTS_MOST_AXES];
    char *name = bh_print_text("%s%s", group, metric->name);
    uint8_t *flags = NULL;
    size_t used = 0;
    BH_BUG_ASSERT(outer_count + own->count <= BH_RESULTS_MOST_AXES);
    for (; used < outer_count; used++)
        axes[used] = outer[used];
    for (size_t d = 0; d < own->count; d++)
        axes[used++] = bh_metric_axis_names[own->axis[d]];
    if (metric->values == BH_FLAGS) {
        flags = bh_allocate(cells, 1);
        for (size_t i = 0; i < cells; i++)
            flags[i] = values[i] > 0.0; /* NaN: what is not there is not so */
    }
    bh_results_add_array(results, name, axes, used, flags ? BH_ELEMENT_UINT8 : BH_ELEMENT_DOUBLE,
                         flags ? (void *)flags : (void *)values, metric->unit, metric->description, NULL);
    free(values);
    free(flags);
    free(name);
}

/* All metrics in the order of their list: of the grid's points, or of those of the uncertain number. */
static void write_metrics(const struct bh_merge *merge, bool is_uncertain, struct bh_results *results)
{
    size_t points = bh_merge_points(merge), first = is_uncertain ? points : 0, next[2] = {0, 0};
    size_t count = is_uncertain ? merge->campaign->uncertain : points;
    const char *axes[BH_RESULTS_MOST_AXES] = {"policy", merge->campaign->study->uncertainty.name};
    size_t axes_count = is_uncertain ? 2 : bh_merge_axes(merge, axes);
    for (size_t m = 0; m < BH_METRICS; m++) {
        const struct bh_metric *metric = &bh_metrics[m];
        if (metric->use == BH_OVER_REPLICAS && !is_uncertain) {
            const struct bh_metric_axes *own = &bh_metric_axes[metric->shape];
            size_t cells = merge->policies * points;
            for (size_t d = 0; d < own->count; d++)
                cells *= own->axis[d] == BH_AXIS_REPLICA ? merge->replicas : merge->state.layout[0].sizes[own->axis[d]];
            double *values = bh_allocate(cells, sizeof *values);
            if (own->axis[0] == BH_AXIS_ENCLAVE)
                bh_merge_fill_overheads(merge, (enum bh_metric_name)m, values);
            else
                bh_merge_fill_interaction(merge, (enum bh_metric_name)m, values);
            add_array(results, metric, "", axes, axes_count, values, cells);
        }
        for (int by_replica = 0; by_replica < 2; by_replica++) {
            const struct bh_layout *layout = &merge->state.layout[by_replica];
            const struct bh_layout_entry *entry = &layout->entry[next[by_replica]];
            if (next[by_replica] == layout->count || entry->metric != metric)
                continue;
            next[by_replica]++;
            if (is_uncertain ? metric->use != BH_AT_POINTS_AND_UNCERTAIN : !merge->campaign->says[metric->use])
                continue;
            size_t cells = merge->policies * count * entry->cells * (by_replica ? merge->replicas : 1);
            double *values = bh_allocate(cells, sizeof *values);
            fill(merge, entry, by_replica, first, count, values);
            add_array(results, metric, is_uncertain ? "uncertainty/" : "", axes, axes_count, values, cells);
        }
    }
}

static void write_counts(const struct bh_merge *merge, struct bh_results *results)
{
    const char *axes[BH_RESULTS_MOST_AXES];
    size_t used = bh_merge_axes(merge, axes), points = merge->campaign->points;
    if (used == 1) /* one point alone: the axis of replicas tells it */
        return;
    uint64_t *counts = bh_allocate(points, sizeof *counts);
    for (size_t p = 0; p < points; p++)
        for (uint64_t r = 0; r < merge->counts[p]; r++)
            counts[p] += merge->replica_rows[p * merge->campaign->replicas + r].row != NULL;
    bh_results_add_array(results, "replicas_run", axes + 1, used - 1, BH_ELEMENT_UINT64, counts, "1",
                         "replicas that a point has; further places are NaN, and counts 0", NULL);
    free(counts);
}

/* Pearson's correlation of two policies' makespans over the replicas of a point. */
static double correlate(const struct bh_merge *merge, size_t point, size_t left, size_t right, size_t place)
{
    size_t count = 0;
    double sum[2] = {0.0, 0.0}, square[2] = {0.0, 0.0}, product = 0.0;
    for (int turn = 0; turn < 2; turn++)
        for (uint64_t r = 0; r < merge->counts[point]; r++) {
            const double *row = bh_merge_replica(merge, point, left, r);
            if (row == NULL)
                continue;
            double x = row[place], y = bh_merge_replica(merge, point, right, r)[place];
            if (turn == 0) {
                count++;
                sum[0] += x;
                sum[1] += y;
            } else {
                x -= sum[0] / (double)count;
                y -= sum[1] / (double)count;
                square[0] += x * x;
                square[1] += y * y;
                product += x * y;
            }
        }
    return count > 1 && square[0] > 0.0 && square[1] > 0.0 ? product / sqrt(square[0] * square[1]) : NAN;
}

static void write_correlation(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_scenario *scenario = merge->campaign->first;
    const char *axes[BH_RESULTS_MOST_AXES];
    size_t used = bh_merge_axes(merge, axes), points = merge->campaign->points;
    size_t place = bh_layout_offset(&merge->state.layout[1], BH_METRIC_makespan) + scenario->primary;
    double *values = bh_allocate(merge->policies * points, sizeof *values);
    for (size_t policy = 0; policy < merge->policies; policy++)
        for (size_t p = 0; p < points; p++)
            values[policy * points + p] = correlate(merge, p, policy, scenario->baseline, place);
    bh_results_add_array(results, "policy_correlation", axes, used, BH_ELEMENT_DOUBLE, values, "1",
                         "correlation of makespans with the baseline's over replicas: what common random numbers gain; "
                         "NaN where one does not vary",
                         NULL);
    free(values);
}

/* --- All of it ------------------------------------------------------------------------------------------------------------------- */

void bh_merge_write(const struct bh_merge *merge, struct bh_results *results)
{
    bh_merge_write_head(merge, results);
    write_metrics(merge, false, results);
    if (merge->campaign->document != NULL) {
        write_counts(merge, results);
        write_correlation(merge, results);
    }
    bh_merge_write_causes(merge, results);
    if (merge->campaign->uncertain == 0)
        return;
    bh_merge_write_uncertainty_axis(merge, results);
    write_metrics(merge, true, results);
}

static int write_file(const struct bh_merge *merge, const char *file, struct bh_error *err)
{
    struct bh_results *results = bh_results_create(file, err);
    if (results == NULL)
        return -1;
    bh_merge_write(merge, results);
    int status = bh_results_commit(results, err);
    bh_results_destroy(results);
    return status;
}

static char *describe_damage(const struct bh_store_view *view, size_t strangers)
{
    char *text =
        strangers == 0
            ? bh_copy_text("")
            : bh_print_text("%zu records are of points that the campaign does not have, and left out\n", strangers);
    for (size_t i = 0; i < view->logs_count; i++) {
        char *damage = bh_store_log_damage(&view->logs[i]);
        if (damage == NULL)
            continue;
        bh_add_text(&text, "", "%s: %s\n", view->logs[i].name, damage);
        free(damage);
    }
    return text;
}

static int fail_missing(const struct bh_campaign *campaign, const char *directory, size_t missing, struct bh_error *err)
{
    char *command = bh_campaign_command(campaign, "sweep", directory), *word = bh_shell_word(directory);
    bh_fail(
        err, BH_ERROR_INPUT,
        "%s: about %zu units are missing; %s --resume runs them, bulkhead status %s says more, and --partial leaves "
        "them out",
        directory, missing, command, word);
    free(command);
    free(word);
    return -1;
}

int bh_merge(const struct bh_campaign *campaign, const char *directory, const char *file, bool is_partial,
             struct bh_merge_outcome *outcome, struct bh_error *err)
{
    struct bh_merge merge;
    struct bh_store_view view;
    *outcome = (struct bh_merge_outcome){0};
    if (bh_store_view_open(&view, directory, err) != 0)
        return -1;
    int status = bh_merge_create(&merge, campaign, &view, err);
    outcome->damage = describe_damage(&view, merge.state.strangers);
    outcome->missing = merge.missing;
    if (outcome->missing > 0 && !is_partial)
        status = fail_missing(campaign, directory, outcome->missing, err);
    if (status == 0)
        status = write_file(&merge, file, err);
    bh_merge_release(&merge);
    bh_store_view_close(&view);
    return status;
}
