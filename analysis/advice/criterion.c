/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Names of numbers, and what they are of a run. */
#include "analysis/advice/criterion.h"

#include "analysis/advice/comparison.h"
#include "analysis/measures/bootstrap.h"
#include "analysis/measures/outcome.h"
#include "analysis/reader/view_points.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum bh_criterion_kind kind;
    enum bh_metric_name metric;
    bool is_flag, is_share;
    const char *unit;
} own_names[] = {
    {"net-overhead", BH_CRITERION_NET_OVERHEAD, BH_METRIC_makespan, false, true, "1"},
    {"lost-node-time", BH_CRITERION_LOST_NODE_TIME, BH_METRIC_node_time, false, true, "1"},
    {"failure-time", BH_CRITERION_FAILURE_TIME, BH_METRIC_node_time, false, true, "1"},
    {"node-hours", BH_CRITERION_NODE_HOURS, BH_METRIC_node_time, false, false, "node-hours"},
    {"unfinished", BH_CRITERION_UNFINISHED, BH_METRIC_finished, true, true, "1"},
    {"right-results", BH_CRITERION_RIGHT, BH_METRIC_finished, true, true, "1"},
    {"not-done", BH_CRITERION_NOT_DONE, BH_METRIC_finished, true, true, "1"},
    {"wrong-results", BH_CRITERION_METRIC, BH_METRIC_sdc, true, true, "1"},
    {"violation", BH_CRITERION_METRIC, BH_METRIC_unacceptable, true, true, "1"},
};
enum { OWN_NAMES = BH_COUNT(own_names) };

static const struct bh_view_axis *axis_of(const struct bh_view *view, enum bh_metric_axis axis)
{
    switch (axis) {
    case BH_AXIS_ENCLAVE:
        return &view->enclave;
    case BH_AXIS_REPLICA:
        return &view->replica;
    case BH_AXIS_PART:
        return &view->part;
    case BH_AXIS_SCOPE:
        return &view->scope;
    case BH_AXIS_BOUNDARY:
        return &view->boundary;
    case BH_AXIS_LEVEL:
        return &view->level;
    case BH_METRIC_AXES:
        break;
    }
    BH_BUG_ASSERT(false);
    return NULL;
}

static bool has_axis(enum bh_metric_name metric, enum bh_metric_axis axis)
{
    const struct bh_metric_axes *axes = &bh_metric_axes[bh_metrics[metric].shape];
    for (size_t i = 0; i < axes->count; i++)
        if (axes->axis[i] == axis)
            return true;
    return false;
}

/* The axis beyond enclave and replica; NULL: there is none. */
static const struct bh_view_axis *further_axis(const struct bh_view *view, enum bh_metric_name metric)
{
    const struct bh_metric_axes *axes = &bh_metric_axes[bh_metrics[metric].shape];
    for (size_t i = 0; i < axes->count; i++)
        if (axes->axis[i] != BH_AXIS_ENCLAVE && axes->axis[i] != BH_AXIS_REPLICA)
            return axis_of(view, axes->axis[i]);
    return NULL;
}

static int find_label(const struct bh_view *view, const char *label, struct bh_criterion *criterion,
                      struct bh_error *err)
{
    const struct bh_view_axis *axis = further_axis(view, criterion->metric);
    if (axis == NULL)
        return label[0] == '\0' ? 0
                                : bh_fail(err, BH_ERROR_INPUT, "`%s`: %s is one number, without [LABEL]",
                                          criterion->name, bh_metrics[criterion->metric].name);
    size_t length = strlen(label);
    for (size_t i = 0; i < axis->count && length > 2; i++)
        if (strlen(axis->labels[i]) == length - 2 && strncmp(label + 1, axis->labels[i], length - 2) == 0) {
            criterion->label = i;
            return 0;
        }
    char *labels = bh_join_texts((const char *const *)axis->labels, axis->count, ", ");
    bh_fail(err, BH_ERROR_INPUT, "`%s`: expected %s[LABEL] with a %s of: %s", criterion->name,
            bh_metrics[criterion->metric].name, axis->name, labels);
    free(labels);
    return -1;
}

static int fail_unknown(const struct bh_view *view, const char *name, struct bh_error *err)
{
    const char *names[OWN_NAMES + BH_METRICS];
    size_t count = 0;
    for (size_t i = 0; i < OWN_NAMES; i++)
        if (view->numbers[own_names[i].metric] != NULL)
            names[count++] = own_names[i].name;
    char *listed = bh_join_texts(names, count, ", ");
    for (size_t m = 0; m < BH_METRICS; m++)
        if (view->numbers[m] != NULL)
            names[count++] = bh_metrics[m].name;
    const char *nearest = bh_nearest_name(name, names, count);
    bh_fail(err, BH_ERROR_INPUT,
            "no metric `%s`%s%s%s in %s; there are %s, and those that `bulkhead results FILE` lists", name,
            nearest != NULL ? " (nearest is `" : "", nearest != NULL ? nearest : "", nearest != NULL ? "`)" : "",
            view->file, listed);
    free(listed);
    return -1;
}

/* Whether a metric's name is this one, with `-` for `_`. */
static bool is_called(const char *name, const char *metric)
{
    for (; *name != '\0' && *metric != '\0'; name++, metric++)
        if (*name != *metric && !(*name == '-' && *metric == '_'))
            return false;
    return *name == *metric;
}

int bh_criterion_find(const struct bh_view *view, const char *name, struct bh_criterion *criterion,
                      struct bh_error *err)
{
    *criterion = (struct bh_criterion){.metric = BH_METRICS};
    snprintf(criterion->name, sizeof criterion->name, "%s", name);
    size_t length = strcspn(criterion->name, "[");
    char stem[sizeof criterion->name];
    snprintf(stem, sizeof stem, "%.*s", (int)length, criterion->name);
    for (size_t i = 0; i < OWN_NAMES; i++)
        if (is_called(own_names[i].name, name) || strcmp(name, own_names[i].name) == 0) {
            criterion->kind = own_names[i].kind;
            criterion->metric = own_names[i].metric;
            criterion->is_flag = own_names[i].is_flag;
            criterion->is_share = own_names[i].is_share;
            criterion->unit = own_names[i].unit;
            return view->numbers[criterion->metric] != NULL ? 0 : fail_unknown(view, name, err);
        }
    for (size_t m = 0; m < BH_METRICS; m++)
        if (is_called(stem, bh_metrics[m].name) && view->numbers[m] != NULL)
            criterion->metric = (enum bh_metric_name)m;
    if (criterion->metric == BH_METRICS)
        return fail_unknown(view, name, err);
    criterion->kind = BH_CRITERION_METRIC;
    criterion->is_flag = bh_metrics[criterion->metric].values == BH_FLAGS;
    criterion->is_share = criterion->is_flag || criterion->metric == BH_METRIC_price;
    criterion->is_exact = !has_axis(criterion->metric, BH_AXIS_REPLICA);
    criterion->unit = bh_metrics[criterion->metric].unit;
    return find_label(view, criterion->name + length, criterion, err);
}

static double metric_at(const struct bh_view *view, enum bh_metric_name metric, size_t label, size_t cell,
                        size_t enclave, size_t replica)
{
    const struct bh_metric_axes *axes = &bh_metric_axes[bh_metrics[metric].shape];
    size_t at = cell;
    for (size_t i = 0; i < axes->count; i++)
        at = at * axis_of(view, axes->axis[i])->count + (axes->axis[i] == BH_AXIS_ENCLAVE   ? enclave
                                                         : axes->axis[i] == BH_AXIS_REPLICA ? replica
                                                                                            : label);
    return view->numbers[metric][at];
}

static double node_time(const struct bh_view *view, size_t cell, size_t enclave, size_t replica)
{
    double sum = 0;
    for (size_t p = 0; p < view->part.count; p++)
        sum += metric_at(view, BH_METRIC_node_time, p, cell, enclave, replica);
    return sum;
}

/* What failures cost, waiting for a partner that is down too. */
static double failure_time(const struct bh_view *view, size_t cell, size_t enclave, size_t replica)
{
    static const char *const parts[] = {"lost-work",       "detection", "restart", "restore", "repair-and-spare-wait",
                                        "composition-wait"};
    double sum = 0;
    for (size_t i = 0; i < BH_COUNT(parts); i++) {
        size_t part = bh_view_find_label(&view->part, parts[i]);
        sum += part < view->part.count ? metric_at(view, BH_METRIC_node_time, part, cell, enclave, replica) : 0;
    }
    return sum;
}

double bh_criterion_value(const struct bh_view *view, const struct bh_criterion *criterion, size_t policy, size_t point,
                          size_t enclave, size_t replica)
{
    size_t cell = policy * view->points + point;
    switch (criterion->kind) {
    case BH_CRITERION_NET_OVERHEAD:
        return bh_outcome_at_point(view, cell, enclave, replica).net_overhead;
    case BH_CRITERION_LOST_NODE_TIME:
        return 1 - bh_outcome_at_point(view, cell, enclave, replica).work_rate;
    case BH_CRITERION_FAILURE_TIME:
        return failure_time(view, cell, enclave, replica) / node_time(view, cell, enclave, replica);
    case BH_CRITERION_NODE_HOURS:
        return node_time(view, cell, enclave, replica) / 3600;
    case BH_CRITERION_UNFINISHED:
        return metric_at(view, BH_METRIC_finished, 0, cell, enclave, replica) == 0;
    case BH_CRITERION_RIGHT:
        return metric_at(view, BH_METRIC_finished, 0, cell, enclave, replica) != 0 &&
               (view->numbers[BH_METRIC_sdc] == NULL || metric_at(view, BH_METRIC_sdc, 0, cell, enclave, replica) == 0);
    case BH_CRITERION_NOT_DONE:
        return !bh_outcome_at_point(view, cell, enclave, replica).is_done;
    case BH_CRITERION_METRIC:
        return metric_at(view, criterion->metric, criterion->label, cell, enclave, replica);
    }
    BH_BUG_ASSERT(false);
    return NAN;
}

/* Share of flags over worlds: with worlds as clusters, or with replicas, whichever tells less. */
static struct bh_estimate share_over_worlds(const double *runs, size_t worlds, size_t replicas)
{
    double *by_world = bh_allocate(2 * (worlds + replicas), sizeof *by_world), *by_replica = by_world + worlds,
           *world_wholes = by_replica + replicas, *replica_wholes = world_wholes + worlds;
    for (size_t w = 0; w < worlds; w++)
        for (size_t r = 0; r < replicas; r++) {
            by_world[w] += runs[w * replicas + r];
            by_replica[r] += runs[w * replicas + r];
            world_wholes[w] = (double)replicas;
            replica_wholes[r] = (double)worlds;
        }
    struct bh_estimate worldly = bh_share(by_world, world_wholes, worlds),
                       chance = bh_share(by_replica, replica_wholes, replicas);
    free(by_world);
    return (struct bh_estimate){worldly.mean, fmin(worldly.low, chance.low), fmax(worldly.high, chance.high)};
}

struct bh_estimate bh_criterion_mean_of(const struct bh_criterion *criterion, const struct bh_resamples *resamples,
                                        const double *runs, size_t worlds, size_t replicas)
{
    double all = 0;
    for (size_t i = 0; i < worlds * replicas; i++)
        all += runs[i];
    if (criterion->is_exact && worlds == 1)
        return (struct bh_estimate){runs[0], runs[0], runs[0]};
    if (!isfinite(all))
        return bh_estimate_none;
    if (criterion->is_flag)
        return worlds > 1 ? share_over_worlds(runs, worlds, replicas) : bh_share_exact(all, (double)replicas);
    if (resamples != NULL && worlds == 1)
        return bh_mean_by(resamples, runs, replicas);
    double *nothing = bh_allocate(worlds * replicas, sizeof *nothing);
    struct bh_lead lead = bh_lead_of(runs, nothing, worlds, replicas);
    free(nothing);
    return bh_lead_interval(&lead);
}

struct bh_estimate bh_criterion_mean(const struct bh_view *view, const struct bh_criterion *criterion, size_t policy,
                                     const size_t *points, size_t worlds, size_t enclave, size_t replicas)
{
    double *runs = bh_allocate(worlds * replicas, sizeof *runs);
    for (size_t w = 0; w < worlds; w++)
        for (size_t r = 0; r < replicas; r++)
            runs[w * replicas + r] = bh_criterion_value(view, criterion, policy, points[w], enclave, r);
    struct bh_estimate estimate = bh_criterion_mean_of(criterion, view->resamples, runs, worlds, replicas);
    free(runs);
    return estimate;
}

double bh_criterion_weight(const struct bh_view *view, const struct bh_criterion *criterion, size_t policy,
                           size_t point, size_t enclave, size_t replica)
{
    size_t cell = policy * view->points + point;
    double weight = 1;
    if (criterion->kind == BH_CRITERION_LOST_NODE_TIME || criterion->kind == BH_CRITERION_FAILURE_TIME)
        weight = node_time(view, cell, enclave, replica);
    else if (view->numbers[BH_METRIC_enclave_nodes] != NULL)
        weight = metric_at(view, BH_METRIC_enclave_nodes, 0, cell, enclave, replica);
    return weight > 0 ? weight : 0; /* NaN: there is no such enclave at this point */
}
