/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds every row of a store and lays them out as arrays over labelled axes, one metric at a time. */
#include "sim/sweep/merge.h"

#include "sim/campaign/command_line.h"
#include "sim/results/hdf5_writer.h"
#include "sim/store/store_view.h"
#include "sim/sweep/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Rows ------------------------------------------------------------------------------------------------------------------- */

static int take(void *context, const struct bh_record_head *head, const void *payload, struct bh_error *err)
{
    struct bh_merge *merge = context;
    if (bh_state_take(&merge->state, head, payload, err) != 0)
        return -1;
    size_t length = merge->state.layout[1].length * merge->policies;
    uint64_t replicas = head->kind == BH_RECORD_REPLICAS ? bh_state_clip(merge->plan, head) : 0;
    const size_t *points;
    size_t count = bh_identities_find(merge->plan->identities, head->identity, &points);
    for (size_t i = 0; i < count; i++) {
        if (head->kind == BH_RECORD_POINT)
            merge->point_rows[points[i]] = payload;
        for (uint64_t r = 0; r < replicas; r++)
            merge->replica_rows[points[i] * merge->plan->replicas + head->first + r] =
                (struct bh_merge_row){(const double *)payload + r * length, head, r};
    }
    return 0;
}

/* How many replicas each point counts with, and the most of them. */
static size_t count_replicas(struct bh_merge *merge)
{
    size_t missing = 0;
    merge->replicas = 1;
    for (size_t p = 0; p < merge->plan->points; p++) {
        bool is_final;
        uint64_t target = bh_state_target(&merge->state, p, &is_final);
        uint64_t count = bh_state_count(&merge->state, p);
        missing += !merge->state.point_done[p];
        uint64_t gaps = 0;
        for (uint64_t r = 0; r < target; r++)
            gaps += !merge->state.replica_done[p * merge->plan->replicas + r];
        missing += (gaps + merge->plan->chunk - 1) / merge->plan->chunk;
        merge->counts[p] = is_final && target < count ? target : count;
        if (!merge->plan->precision.is_on)
            merge->counts[p] = target; /* with gaps, as they are */
        if (merge->counts[p] > merge->replicas)
            merge->replicas = merge->counts[p];
    }
    return missing;
}

/* --- Arrays ------------------------------------------------------------------------------------------------------------------- */

/* [policy, point, own axes]: the metric's cells of one row stand apart by the replicas where it has them. */
static void fill(const struct bh_merge *merge, const struct bh_layout_entry *entry, bool by_replica, double *values)
{
    const struct bh_plan *plan = merge->plan;
    const size_t *sizes = merge->state.layout[by_replica].sizes;
    uint64_t replicas = by_replica ? merge->replicas : 1;
    size_t length = merge->state.layout[by_replica].length, inner = 1;
    for (size_t d = entry->replica_place; d < entry->axes_count; d++)
        inner *= sizes[entry->axis[d]];
    size_t outer = entry->cells / inner;
    for (size_t policy = 0; policy < merge->policies; policy++)
        for (size_t point = 0; point < plan->points; point++) {
            double *base = values + (policy * plan->points + point) * entry->cells * replicas;
            for (uint64_t r = 0; r < replicas; r++) {
                const double *row = NULL;
                if (by_replica && r < merge->counts[point])
                    row = merge->replica_rows[point * plan->replicas + r].row;
                else if (!by_replica)
                    row = merge->point_rows[point];
                for (size_t o = 0; o < outer; o++)
                    for (size_t i = 0; i < inner; i++)
                        base[(o * replicas + r) * inner + i] =
                            row == NULL ? NAN : row[policy * length + entry->offset + o * inner + i];
            }
        }
}

static void write_metric(const struct bh_merge *merge, struct bh_results *results, const struct bh_layout_entry *entry,
                         bool by_replica)
{
    const struct bh_metric *metric = entry->metric;
    const struct bh_metric_axes *own = &bh_metric_axes[metric->shape];
    const char *axes[BH_RESULTS_MOST_AXES];
    size_t used = bh_merge_axes(merge, axes);
    for (size_t d = 0; d < own->count && used < BH_RESULTS_MOST_AXES; d++)
        axes[used++] = bh_metric_axis_names[own->axis[d]];
    size_t cells = merge->policies * merge->plan->points * entry->cells * (by_replica ? merge->replicas : 1);
    double *values = bh_allocate(cells, sizeof *values);
    uint8_t *flags = NULL;
    fill(merge, entry, by_replica, values);
    if (metric->values == BH_FLAGS) {
        flags = bh_allocate(cells, 1);
        for (size_t i = 0; i < cells; i++)
            flags[i] = values[i] != 0.0 && !isnan(values[i]);
    }
    bh_results_add_array(results, metric->name, axes, used, flags ? BH_ELEMENT_UINT8 : BH_ELEMENT_DOUBLE,
                         flags ? (void *)flags : (void *)values, metric->unit, metric->description, NULL);
    free(values);
    free(flags);
}

/* Metrics in the order of their table, which is the order of `bulkhead run` too. */
static void write_metrics(const struct bh_merge *merge, struct bh_results *results)
{
    size_t next[2] = {0, 0};
    for (size_t m = 0; m < BH_METRICS; m++) {
        if (bh_metrics[m].use == BH_OVER_REPLICAS)
            bh_merge_write_statistic(merge, &bh_metrics[m], results);
        for (int by_replica = 0; by_replica < 2; by_replica++) {
            const struct bh_layout *layout = &merge->state.layout[by_replica];
            if (next[by_replica] == layout->count || layout->entry[next[by_replica]].metric != &bh_metrics[m])
                continue;
            if (merge->plan->says[bh_metrics[m].use])
                write_metric(merge, results, &layout->entry[next[by_replica]], by_replica);
            next[by_replica]++;
        }
    }
}

static void write_counts(const struct bh_merge *merge, struct bh_results *results)
{
    const char *axes[BH_RESULTS_MOST_AXES];
    size_t used = bh_merge_axes(merge, axes), points = merge->plan->points;
    if (used == 1) /* one point alone: the axis of replicas tells it */
        return;
    uint64_t *counts = bh_allocate(points, sizeof *counts);
    for (size_t p = 0; p < points; p++)
        for (uint64_t r = 0; r < merge->counts[p]; r++)
            counts[p] += merge->replica_rows[p * merge->plan->replicas + r].row != NULL;
    bh_results_add_array(results, "replicas_run", axes + 1, used - 1, BH_ELEMENT_UINT64, counts, "1",
                         "replicas that a point has; further places are NaN, and counts 0", NULL);
    free(counts);
}

/* Pearson's correlation of two policies' makespans over the replicas of a point. */
static double correlate(const struct bh_merge *merge, size_t point, size_t left, size_t right, size_t place)
{
    size_t length = merge->state.layout[1].length, count = 0;
    double sum[2] = {0.0, 0.0}, square[2] = {0.0, 0.0}, product = 0.0;
    for (int turn = 0; turn < 2; turn++)
        for (uint64_t r = 0; r < merge->counts[point]; r++) {
            const double *row = merge->replica_rows[point * merge->plan->replicas + r].row;
            if (row == NULL)
                continue;
            double x = row[left * length + place], y = row[right * length + place];
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
    const struct bh_scenario *scenario = merge->plan->first;
    const char *axes[BH_RESULTS_MOST_AXES];
    size_t used = bh_merge_axes(merge, axes), points = merge->plan->points, place = 0;
    for (size_t i = 0; i < merge->state.layout[1].count; i++)
        if (strcmp(merge->state.layout[1].entry[i].metric->name, "makespan") == 0)
            place = merge->state.layout[1].entry[i].offset + scenario->primary;
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

static int write_file(const struct bh_merge *merge, const char *file, struct bh_error *err)
{
    struct bh_results *results = bh_results_create(file, err);
    if (results == NULL)
        return -1;
    bh_merge_write_head(merge, results);
    write_metrics(merge, results);
    write_counts(merge, results);
    write_correlation(merge, results);
    bh_merge_write_causes(merge, results);
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
        char *longer = bh_print_text("%s%s: %s\n", text, view->logs[i].name, damage);
        free(text);
        free(damage);
        text = longer;
    }
    return text;
}

static int fail_missing(const struct bh_plan *plan, const char *directory, size_t missing, struct bh_error *err)
{
    char *command = bh_campaign_command(plan, "sweep", directory), *word = bh_shell_word(directory);
    bh_fail(
        err, BH_ERROR_INPUT,
        "%s: about %zu units are missing; %s --resume runs them, bulkhead status %s says more, and --partial leaves "
        "them out",
        directory, missing, command, word);
    free(command);
    free(word);
    return -1;
}

int bh_merge(const struct bh_plan *plan, const char *directory, const char *file, bool is_partial,
             struct bh_merge_outcome *outcome, struct bh_error *err)
{
    struct bh_merge merge = {.plan = plan, .policies = plan->first->policies_count};
    struct bh_store_view view;
    *outcome = (struct bh_merge_outcome){0};
    if (bh_store_view_open(&view, directory, err) != 0)
        return -1;
    bh_state_create(&merge.state, plan);
    merge.point_rows = bh_allocate(plan->points, sizeof *merge.point_rows);
    merge.replica_rows = bh_allocate(plan->points * plan->replicas, sizeof *merge.replica_rows);
    merge.counts = bh_allocate(plan->points, sizeof *merge.counts);
    int status = bh_store_view_visit(&view, take, &merge, err);
    outcome->damage = describe_damage(&view, merge.state.strangers);
    outcome->missing = status == 0 ? count_replicas(&merge) : 0;
    if (outcome->missing > 0 && !is_partial)
        status = fail_missing(plan, directory, outcome->missing, err);
    if (status == 0)
        status = write_file(&merge, file, err);
    bh_state_release(&merge.state);
    free(merge.point_rows);
    free(merge.replica_rows);
    free(merge.counts);
    bh_store_view_close(&view);
    return status;
}
