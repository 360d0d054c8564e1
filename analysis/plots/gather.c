/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From runs to values: which make each, and their means and quantiles. */
#include "analysis/plots/parts.h"

#include "analysis/measures/outcome.h"
#include "analysis/reader/view_points.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells in order of the place where their value stands, then of the band, then of their points. */
struct member {
    size_t place, band;
    struct bh_plot_cell cell;
};

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    if (a->band != b->band)
        return a->band < b->band ? -1 : 1;
    if (a->cell.policy != b->cell.policy)
        return a->cell.policy < b->cell.policy ? -1 : 1;
    return (a->cell.point > b->cell.point) - (a->cell.point < b->cell.point);
}

/* Replicas, from the first, that are there: others may have more of them. */
static size_t count_runs(const struct bh_view *view, const struct bh_plot_cell *cell)
{
    size_t row = (cell->policy * view->points + cell->point) * view->enclave.count + cell->enclave, replicas = 0;
    const double *elapsed = view->numbers[BH_METRIC_elapsed] + row * view->replica.count;
    while (replicas < view->replica.count && !isnan(elapsed[replicas]))
        replicas++;
    return replicas;
}

/* Numbers of what was done, which a run that is not done has none of. */
static bool needs_end(const struct bh_criterion *criterion)
{
    return criterion->kind == BH_CRITERION_NET_OVERHEAD || criterion->metric == BH_METRIC_makespan;
}

static double run_of_enclave(const struct bh_plot *plot, const struct bh_criterion *criterion,
                             const struct bh_plot_cell *cell, size_t enclave, size_t replica)
{
    if (needs_end(criterion) &&
        !bh_outcome_at_point(plot->view, cell->policy * plot->view->points + cell->point, enclave, replica).is_done)
        return NAN;
    return bh_criterion_value(plot->view, criterion, cell->policy, cell->point, enclave, replica);
}

static double run_of(const struct bh_plot *plot, const struct bh_criterion *criterion, const struct bh_plot_cell *cell,
                     size_t replica)
{
    if (!plot->over_enclaves)
        return run_of_enclave(plot, criterion, cell, cell->enclave, replica);
    double sum = 0, weights = 0;
    for (size_t e = 0; e < plot->view->enclave.count; e++) {
        double weight = bh_criterion_weight(plot->view, criterion, cell->policy, cell->point, e, replica);
        if (weight <= 0)
            continue;
        sum += weight * run_of_enclave(plot, criterion, cell, e, replica);
        weights += weight;
    }
    return weights > 0 ? sum / weights : NAN;
}

/* Mean over members, which are worlds. */
static struct bh_estimate mean_of(const struct bh_plot *plot, const struct bh_criterion *criterion,
                                  const struct member *members, size_t count, struct bh_plot_value *value)
{
    size_t replicas = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t own = count_runs(plot->view, &members[i].cell);
        replicas = own < replicas ? own : replicas;
    }
    if (replicas == 0)
        return bh_estimate_none;
    bh_view_was_read(plot->view);
    double *runs = bh_allocate(count * replicas, sizeof *runs);
    for (size_t i = 0; i < count; i++)
        for (size_t r = 0; r < replicas; r++) {
            double run = run_of(plot, criterion, &members[i].cell, r);
            value->not_done += needs_end(criterion) && isnan(run);
            runs[i * replicas + r] = run;
        }
    value->runs += count * replicas;
    struct bh_estimate estimate = bh_criterion_mean_of(criterion, plot->view->resamples, runs, count, replicas);
    free(runs);
    return estimate;
}

/* Type 7 of R. Hyndman and Fan's list; what lies between something and no end has none. */
static double quantile(const double *sorted, size_t count, double share)
{
    double place = share * (double)(count - 1);
    size_t below = (size_t)place, above = below + 1 < count ? below + 1 : below;
    double part = place - (double)below;
    if (isinf(sorted[above]))
        return part > 0 || isinf(sorted[below]) ? INFINITY : sorted[below];
    return sorted[below] + part * (sorted[above] - sorted[below]);
}

static void fill_band(const struct bh_plot *plot, const struct bh_criterion *criterion, const struct member *members,
                      size_t count, struct bh_plot_value *value)
{
    static const double shares[BH_PLOT_QUANTILES] = {0.05, 0.5, 0.95};
    double *means = bh_allocate(count, sizeof *means);
    size_t found = 0;
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && members[next].band == members[first].band;)
            next++;
        double mean = mean_of(plot, criterion, members + first, next - first, value).mean;
        if (isfinite(mean))
            means[found++] = mean;
        else if (needs_end(criterion) && value->runs > 0)
            means[found++] = INFINITY; /* no end: longer than all others */
    }
    gsl_sort(means, 1, found);
    for (size_t q = 0; q < BH_PLOT_QUANTILES; q++)
        value->quantile[q] = found > 0 ? quantile(means, found, shares[q]) : NAN;
    value->estimate = bh_estimate_none;
    value->estimate.mean = isfinite(value->quantile[1]) ? value->quantile[1] : NAN;
    free(means);
}

/* Two members that nothing tells apart. */
static int fail_double(const struct bh_plot *plot, const struct member *left, const struct member *right,
                       struct bh_error *err)
{
    const struct bh_view *view = plot->view;
    if (left->cell.policy != right->cell.policy)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "several policies would stand in one place: '%s' and '%s'; tell them apart by --series or --panel "
            "(policy, system or kind), or choose by --where",
            view->policy.labels[left->cell.policy], view->policy.labels[right->cell.policy]);
    return bh_fail(
        err, BH_ERROR_INPUT,
        "several points would stand in one place, as number %zu and number %zu; tell them apart by --series or "
        "--panel, choose by --where, or take --mean",
        left->cell.point, right->cell.point);
}

static int check_members(const struct bh_plot *plot, const struct member *members, size_t count, struct bh_error *err)
{
    for (size_t i = 1; i < count; i++) {
        const struct member *left = &members[i - 1], *right = &members[i];
        if (left->place != right->place || left->band != right->band)
            continue;
        bool is_told = false;
        for (size_t m = 0; m < plot->means_count; m++)
            is_told = is_told || bh_plot_dimension_value(plot->view, &plot->mean[m], &left->cell) !=
                                     bh_plot_dimension_value(plot->view, &plot->mean[m], &right->cell);
        if (left->cell.policy != right->cell.policy || !is_told)
            return fail_double(plot, left, right, err);
    }
    return 0;
}

/* Values of a dimension that any cell has, in order. `index` becomes a value's place among them. */
static void note_used(struct bh_plot *plot, enum bh_plot_role role, const bool *is_used, size_t *index)
{
    const struct bh_plot_dimension *dimension = &plot->dimension[role];
    size_t count = dimension->kind == BH_DIMENSION_NONE ? 1 : dimension->count;
    plot->used[role] = bh_allocate(count + 1, sizeof *plot->used[role]);
    for (size_t v = 0; v < count; v++)
        if (is_used[v]) {
            index[v] = plot->used_count[role];
            plot->used[role][plot->used_count[role]++] = v;
        }
}

static void number_places(struct bh_plot *plot, struct member *members, size_t count)
{
    size_t *index[BH_PLOT_ROLES];
    for (int role = 0; role < BH_PLOT_ROLES; role++) {
        bool *is_used = bh_allocate(plot->dimension[role].count + 1, sizeof *is_used);
        index[role] = bh_allocate(plot->dimension[role].count + 1, sizeof *index[role]);
        for (size_t i = 0; i < count; i++)
            is_used[bh_plot_dimension_value(plot->view, &plot->dimension[role], &members[i].cell)] = true;
        note_used(plot, (enum bh_plot_role)role, is_used, index[role]);
        free(is_used);
    }
    plot->series_policy = bh_allocate(plot->used_count[BH_PLOT_SERIES] + 1, sizeof *plot->series_policy);
    for (size_t i = 0; i < count; i++) {
        size_t at[BH_PLOT_ROLES];
        for (int role = 0; role < BH_PLOT_ROLES; role++)
            at[role] = index[role][bh_plot_dimension_value(plot->view, &plot->dimension[role], &members[i].cell)];
        members[i].place =
            (at[BH_PLOT_PANEL] * plot->used_count[BH_PLOT_SERIES] + at[BH_PLOT_SERIES]) * plot->used_count[BH_PLOT_X] +
            at[BH_PLOT_X];
        members[i].band = at[BH_PLOT_BAND];
        plot->series_policy[at[BH_PLOT_SERIES]] = members[i].cell.policy;
    }
    for (int role = 0; role < BH_PLOT_ROLES; role++)
        free(index[role]);
}

static int check_counts(const struct bh_plot *plot, struct bh_error *err)
{
    static const enum bh_plot_role roles[] = {BH_PLOT_SERIES, BH_PLOT_PANEL};
    for (size_t i = 0; i < BH_COUNT(roles); i++)
        if (plot->used_count[roles[i]] > BH_PLOT_MOST_SERIES)
            return bh_fail(
                err, BH_ERROR_INPUT,
                "%s %s: %zu %s, at most %d can be told apart; choose some by --where, or sum them up by --band or "
                "--mean",
                roles[i] == BH_PLOT_SERIES ? "--series" : "--panel", plot->dimension[roles[i]].name,
                plot->used_count[roles[i]], roles[i] == BH_PLOT_SERIES ? "series" : "panels", BH_PLOT_MOST_SERIES);
    return 0;
}

static bool has_enclaves(const struct bh_plot *plot)
{
    for (int role = 0; role < BH_PLOT_ROLES; role++)
        if (plot->dimension[role].kind == BH_DIMENSION_ENCLAVE)
            return true;
    return false;
}

static struct member *list_members(const struct bh_plot *plot, size_t *count)
{
    const struct bh_view *view = plot->view;
    bool all_enclaves = has_enclaves(plot);
    size_t policies = 0, points = 0;
    for (size_t p = 0; p < view->policy.count; p++)
        policies += plot->keeps_policy[p];
    for (size_t p = 0; p < view->points; p++)
        points += plot->keeps_point[p];
    struct member *members =
        bh_allocate(policies * points * (all_enclaves ? view->enclave.count : 1) + 1, sizeof *members);
    *count = 0;
    for (size_t p = 0; p < view->policy.count; p++)
        for (size_t q = 0; q < view->points; q++)
            for (size_t e = 0; e < view->enclave.count && plot->keeps_policy[p] && plot->keeps_point[q]; e++)
                if (all_enclaves || e == plot->request->enclave)
                    members[(*count)++].cell = (struct bh_plot_cell){p, q, e};
    return members;
}

int bh_plot_gather(struct bh_plot *plot, struct bh_error *err)
{
    size_t count;
    struct member *members = list_members(plot, &count);
    if (count == 0) {
        free(members);
        return bh_fail(err, BH_ERROR_INPUT, "--where: nothing is left of %s at which all of that holds",
                       plot->view->file);
    }
    number_places(plot, members, count);
    qsort(members, count, sizeof *members, compare_members);
    int status = check_counts(plot, err);
    if (status == 0)
        status = check_members(plot, members, count, err);
    size_t places = plot->used_count[BH_PLOT_PANEL] * plot->used_count[BH_PLOT_SERIES] * plot->used_count[BH_PLOT_X];
    plot->values = bh_allocate(plot->metrics_count * places + 1, sizeof *plot->values);
    for (size_t i = 0; i < plot->metrics_count * places; i++)
        plot->values[i].estimate = bh_estimate_none;
    for (size_t m = 0; m < plot->metrics_count && status == 0; m++)
        for (size_t first = 0, next; first < count; first = next) {
            struct bh_plot_value *value = &plot->values[m * places + members[first].place];
            for (next = first + 1; next < count && members[next].place == members[first].place;)
                next++;
            if (plot->dimension[BH_PLOT_BAND].kind != BH_DIMENSION_NONE)
                fill_band(plot, &plot->metric[m].criterion, members + first, next - first, value);
            else
                value->estimate = mean_of(plot, &plot->metric[m].criterion, members + first, next - first, value);
        }
    free(members);
    return status;
}

const struct bh_plot_value *bh_plot_at(const struct bh_plot *plot, size_t metric, size_t panel, size_t series, size_t x)
{
    const size_t *count = plot->used_count;
    return &plot->values[((metric * count[BH_PLOT_PANEL] + panel) * count[BH_PLOT_SERIES] + series) * count[BH_PLOT_X] +
                         x];
}

double bh_plot_x(const struct bh_plot *plot, size_t x)
{
    const struct bh_plot_dimension *dimension = &plot->dimension[BH_PLOT_X];
    return dimension->numbers != NULL && dimension->is_ordered ? dimension->numbers[plot->used[BH_PLOT_X][x]]
                                                               : (double)(x + 1);
}

const char *bh_plot_label(const struct bh_plot *plot, enum bh_plot_role role, size_t used)
{
    const struct bh_plot_dimension *dimension = &plot->dimension[role];
    return dimension->kind == BH_DIMENSION_NONE ? "" : dimension->labels[plot->used[role][used]];
}
