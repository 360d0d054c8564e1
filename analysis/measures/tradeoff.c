/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Pareto front and critical values. */
#include "analysis/measures/tradeoff.h"

#include "analysis/measures/bootstrap.h"
#include "analysis/measures/outcome.h"
#include "analysis/reader/view_points.h"
#include "models/base/error.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>

void bh_pareto_front(const double *cost, const double *escape, size_t count, bool *on_front)
{
    for (size_t i = 0; i < count; i++) {
        on_front[i] = !isnan(cost[i]) && !isnan(escape[i]);
        for (size_t j = 0; j < count && on_front[i]; j++)
            if (cost[j] <= cost[i] && escape[j] <= escape[i] && (cost[j] < cost[i] || escape[j] < escape[i]))
                on_front[i] = false;
    }
}

double bh_critical_value(double from, double to, double left, double right)
{
    double share = left / (left - right);
    if (from > 0 && to > 0)
        return exp(log(from) + share * (log(to) - log(from)));
    return from + share * (to - from);
}

/* Per replica, at one value of the uncertainty axis: net overhead, or minus the work rate, so that less is better. */
static void cost_row(const struct bh_view *view, size_t policy, size_t value, size_t enclave, bool by_rate,
                     double *costs)
{
    for (size_t r = 0; r < view->replica.count; r++) {
        struct bh_outcome outcome = bh_outcome_at_value(view, policy, value, enclave, r);
        costs[r] = by_rate ? -outcome.work_rate : outcome.net_overhead;
    }
}

static bool is_done(const struct bh_view *view, size_t policy, size_t value, size_t enclave)
{
    for (size_t r = 0; r < view->replica.count; r++)
        if (!bh_outcome_at_value(view, policy, value, enclave, r).is_done)
            return false;
    return true;
}

static struct bh_estimate difference_at(const struct bh_view *view, size_t left, size_t right, size_t value,
                                        size_t enclave, bool by_rate)
{
    size_t replicas = view->replica.count;
    double *costs = bh_allocate(2 * replicas, sizeof *costs);
    cost_row(view, left, value, enclave, by_rate, costs);
    cost_row(view, right, value, enclave, by_rate, costs + replicas);
    struct bh_estimate difference = bh_paired_difference_by(view->resamples, costs, costs + replicas, replicas);
    free(costs);
    return difference;
}

static int sign_of(double value)
{
    return (value > 0) - (value < 0);
}

/* Going outward from value `at` beside a flip (step -1 or 1): where the interval of the difference leaves 0. */
static double interval_leaves_zero(const double *axis, const struct bh_estimate *differences, size_t count, size_t at,
                                   int step)
{
    for (size_t i = at; i < count; i += (size_t)step) { /* wraps below 0 */
        const struct bh_estimate *here = &differences[i], *inward = &differences[i - (size_t)step];
        if (isnan(here->low))
            return NAN;
        if (here->low <= 0 && here->high >= 0)
            continue;
        /* The end nearer to 0; on the flip's side it has passed it. */
        double end = here->low > 0 ? here->low : here->high;
        double end_inward = here->low > 0 ? inward->low : inward->high;
        if (sign_of(end) == sign_of(end_inward))
            return NAN;
        return bh_critical_value(axis[i - (size_t)step], axis[i], end_inward, end);
    }
    return NAN;
}

static void add_flip(struct bh_flips *flips, const double *axis, const struct bh_estimate *differences, size_t count,
                     size_t before, size_t after)
{
    if (flips->count == BH_MOST_FLIPS)
        return;
    size_t n = flips->count++;
    flips->critical[n] =
        bh_critical_value(axis[before], axis[after], differences[before].mean, differences[after].mean);
    flips->low[n] = interval_leaves_zero(axis, differences, count, before, -1);
    flips->high[n] = interval_leaves_zero(axis, differences, count, after, 1);
}

void bh_find_flips(const struct bh_view *view, size_t enclave, size_t left, size_t right, struct bh_flips *flips)
{
    size_t count = view->uncertainty.axis.count;
    *flips = (struct bh_flips){.comparable = count > 0};
    if (count == 0)
        return;
    /* One measure along the whole axis, or neighbouring differences could not be joined by a line. */
    bool by_rate = false;
    for (size_t i = 0; i < count; i++)
        by_rate = by_rate || !is_done(view, left, i, enclave) || !is_done(view, right, i, enclave);
    struct bh_estimate *differences = bh_allocate(count, sizeof *differences);
    flips->equal = true;
    size_t last = count; /* the last value with a difference other than 0 */
    for (size_t i = 0; i < count; i++) {
        differences[i] = difference_at(view, left, right, i, enclave, by_rate);
        flips->comparable = flips->comparable && !isnan(differences[i].mean);
    }
    for (size_t i = 0; i < count && flips->comparable; i++) {
        int sign = sign_of(differences[i].mean);
        if (sign == 0)
            continue;
        flips->equal = false;
        if (flips->sign_first == 0)
            flips->sign_first = sign;
        flips->sign_last = sign;
        if (last < count && sign_of(differences[last].mean) != sign)
            add_flip(flips, view->uncertainty.axis.numbers, differences, count, last, i);
        last = i;
    }
    free(differences);
}

void bh_find_draws(const struct bh_view *view, size_t enclave, size_t policy, size_t other, struct bh_draws *draws)
{
    size_t count = view->uncertainty.axis.count, replicas = view->replica.count;
    double *means = bh_allocate(count, sizeof *means), *costs = bh_allocate(replicas, sizeof *costs);
    bool all_done = true;
    *draws = (struct bh_draws){NAN, NAN, NAN, 0, 0};
    for (size_t i = 0; i < count; i++) {
        bool by_rate = !is_done(view, policy, i, enclave) || !is_done(view, other, i, enclave);
        double difference = difference_at(view, policy, other, i, enclave, by_rate).mean;
        draws->better += difference < 0;
        draws->worse += difference > 0;
        all_done = all_done && is_done(view, policy, i, enclave);
        cost_row(view, policy, i, enclave, false, costs);
        means[i] = bh_mean(costs, replicas).mean;
    }
    if (all_done) {
        gsl_sort(means, 1, count);
        draws->median = gsl_stats_quantile_from_sorted_data(means, 1, count, 0.5);
        draws->low = gsl_stats_quantile_from_sorted_data(means, 1, count, 0.05);
        draws->high = gsl_stats_quantile_from_sorted_data(means, 1, count, 0.95);
    }
    free(means);
    free(costs);
}

void bh_find_best(const struct bh_view *view, size_t enclave, size_t *best)
{
    size_t replicas = view->replica.count;
    double *costs = bh_allocate(replicas, sizeof *costs);
    for (size_t i = 0; i < view->uncertainty.axis.count; i++) {
        bool by_rate = false;
        for (size_t p = 0; p < view->policy.count; p++)
            by_rate = by_rate || !is_done(view, p, i, enclave);
        double least = INFINITY;
        best[i] = 0;
        for (size_t p = 0; p < view->policy.count; p++) {
            cost_row(view, p, i, enclave, by_rate, costs);
            double mean = bh_mean(costs, replicas).mean;
            if (mean < least) {
                least = mean;
                best[i] = p;
            }
        }
    }
    free(costs);
}

/* Net overhead and useful work rate of every replica of a policy at a point. */
struct standing {
    double *overhead, *rate;
    bool is_done; /* all are */
    double mean_overhead, mean_rate;
};

static struct standing stand(const struct bh_view *view, size_t policy, size_t point, size_t enclave)
{
    size_t replicas = view->replica.count;
    struct standing standing = {.is_done = true};
    bh_view_was_read(view);
    standing.overhead = bh_allocate(2 * replicas, sizeof *standing.overhead);
    standing.rate = standing.overhead + replicas;
    for (size_t r = 0; r < replicas; r++) {
        struct bh_outcome outcome = bh_outcome_at_point(view, policy * view->points + point, enclave, r);
        standing.is_done = standing.is_done && outcome.is_done;
        standing.overhead[r] = outcome.net_overhead;
        standing.rate[r] = outcome.work_rate;
    }
    standing.mean_overhead = bh_mean(standing.overhead, replicas).mean;
    standing.mean_rate = bh_mean(standing.rate, replicas).mean;
    return standing;
}

static bool is_better(const struct standing *left, const struct standing *right)
{
    if (left->is_done != right->is_done)
        return left->is_done;
    return left->is_done ? left->mean_overhead < right->mean_overhead : left->mean_rate > right->mean_rate;
}

static bool are_equal(const struct standing *left, const struct standing *right, size_t replicas)
{
    for (size_t r = 0; r < replicas; r++)
        if (left->rate[r] != right->rate[r])
            return false;
    return true;
}

void bh_find_order(const struct bh_view *view, size_t point, size_t enclave, struct bh_order *order)
{
    size_t policies = view->policy.count, replicas = view->replica.count;
    struct standing *standings = bh_allocate(policies, sizeof *standings);
    *order = (struct bh_order){.next = policies, .ahead = bh_estimate_none};
    for (size_t p = 0; p < policies; p++) {
        standings[p] = stand(view, p, point, enclave);
        if (is_better(&standings[p], &standings[order->best]))
            order->best = p;
    }
    const struct standing *best = &standings[order->best];
    for (size_t p = 0; p < policies; p++)
        if (!are_equal(&standings[p], best, replicas) &&
            (order->next == policies || is_better(&standings[p], &standings[order->next])))
            order->next = p;
    const struct standing *next = order->next < policies ? &standings[order->next] : best;
    order->by_rate = !best->is_done || !next->is_done;
    order->best_value = bh_mean_by(view->resamples, order->by_rate ? best->rate : best->overhead, replicas);
    if (order->next < policies)
        order->ahead = order->by_rate
                           ? bh_paired_difference_by(view->resamples, next->rate, best->rate, replicas)
                           : bh_paired_difference_by(view->resamples, next->overhead, best->overhead, replicas);
    for (size_t p = 0; p < policies; p++)
        free(standings[p].overhead);
    free(standings);
}
