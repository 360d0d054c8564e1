/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which policies are worth having, and at which value of an assumed number that changes. */
#pragma once

#include "analysis/measures/statistics.h"
#include "analysis/reader/view.h"

#include <stdbool.h>
#include <stddef.h>

/* Marks the points that no other point beats: none is at most as large in both and smaller in one. Points with a NaN
 * are never on the front. `on_front` has `count` entries. */
void bh_pareto_front(const double *cost, const double *escape, size_t count, bool *on_front);

enum { BH_MOST_FLIPS = 8 };

/* How the order of two policies, by mean net overhead, depends on the uncertainty axis. Where either has an unfinished
 * replica both are compared by useful work rate. */
struct bh_flips {
    bool comparable; /* false: the file has no uncertainty axis, or a difference is not a number */
    bool equal;      /* no difference at any value */
    size_t count;    /* flips, from the axis' least value up; at most BH_MOST_FLIPS are kept */
    double critical[BH_MOST_FLIPS];
    /* Where the interval of the paired difference leaves 0, left and right of the critical value; NaN: it does not
     * within the axis. */
    double low[BH_MOST_FLIPS], high[BH_MOST_FLIPS];
    int sign_first, sign_last; /* of left - right in net overhead at the ends: -1 left is better, 1 right is better */
};
void bh_find_flips(const struct bh_view *view, size_t enclave, size_t left, size_t right, struct bh_flips *flips);

/* One policy against another over the draws of a posterior, which have no order: no critical values, but how often. */
struct bh_draws {
    double median, low, high; /* of the draws' mean net overhead, the middle 90 %; NaN where any run is not done */
    size_t better, worse;     /* draws in which the policy has the smaller and the greater mean than the other */
};
void bh_find_draws(const struct bh_view *view, size_t enclave, size_t policy, size_t other, struct bh_draws *draws);

/* The best policy at each value of the uncertainty axis; `best` has as many entries as the axis. */
void bh_find_best(const struct bh_view *view, size_t enclave, size_t *best);

/* The best of all policies at a point by mean net overhead, and the next. Policies of which a run is not done come after
 * the others, by useful work rate; `by_rate` says that this decided between the two. A policy whose every replica
 * equals the best's is no other policy, and not the next. */
struct bh_order {
    size_t best, next; /* next: policy.count if there is none */
    bool by_rate;
    struct bh_estimate best_value; /* net overhead, or useful work rate */
    struct bh_estimate ahead;      /* paired: next less best */
};
void bh_find_order(const struct bh_view *view, size_t point, size_t enclave, struct bh_order *order);

/* Where a difference that is `left` at axis value `from` and `right` at `to` passes 0, on a logarithmic axis (linear
 * if the axis touches 0). The differences have opposite signs. */
double bh_critical_value(double from, double to, double left, double right);
