/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Interaction: what errors that meet outages and each other do otherwise than the exact chain's single ones. It is of all
 * replicas of a point together, which no unit sees. */
#include "sim/runs/point.h"
#include "sim/sweep/parts.h"

#include <math.h>
#include <stdlib.h>

/* A share of errors beside the exact chain's: which errors count, of which. */
struct share {
    enum bh_metric_name part, whole, exact;
    bool is_within; /* of all errors, those up to a scope; else counted at a boundary */
};

static struct share share_of(enum bh_metric_name metric)
{
    if (metric == BH_METRIC_escape_interaction || metric == BH_METRIC_escape_interaction_error)
        return (struct share){BH_METRIC_escape_seen, BH_METRIC_escape_exposed, BH_METRIC_escape_exact, false};
    return (struct share){BH_METRIC_system_extent, BH_METRIC_system_extent, BH_METRIC_containment_exact, true};
}

static double sum_of(const double *values, size_t first, size_t last)
{
    double sum = 0.0;
    for (size_t i = first; i <= last; i++)
        sum += values[i];
    return sum;
}

/* What is simulated less what is exact, or the standard error of that: it has replicas as clusters,
 * sqrt(sum (y_i - R x_i)^2 / (n (n - 1))) / mean(x), and is never below that of as many independent errors. */
static double compare(const double *parts, const double *wholes, size_t count, double exact, bool wants_error)
{
    double part = 0.0, whole = 0.0, squares = 0.0, n = (double)count;
    for (size_t r = 0; r < count; r++) {
        part += parts[r];
        whole += wholes[r];
    }
    if (!wants_error || whole <= 0.0)
        return whole > 0.0 ? part / whole - exact : NAN;
    for (size_t r = 0; r < count; r++)
        squares += pow(parts[r] - part / whole * wholes[r], 2.0);
    double clustered = sqrt(squares / (n * (n - 1.0))) / (whole / n);
    return fmax(n > 1.0 ? clustered : 0.0, sqrt(exact * (1.0 - exact) / whole));
}

/* At one boundary or scope, `at` of `count`; `counts` has room for two numbers per replica. */
static double interaction_at(const struct bh_merge *merge, enum bh_metric_name metric, size_t point, size_t policy,
                             size_t at, size_t count, double *counts)
{
    struct share share = share_of(metric);
    const struct bh_layout *layout = merge->state.layout;
    const double *exact = bh_merge_point(merge, point, policy);
    size_t part = bh_layout_offset(&layout[1], share.part), whole = bh_layout_offset(&layout[1], share.whole), n = 0;
    double *wholes = counts + merge->replicas;
    for (uint64_t r = 0; r < merge->counts[point]; r++) {
        const double *row = bh_merge_replica(merge, point, policy, r);
        if (row == NULL)
            continue;
        counts[n] = sum_of(row + part, share.is_within ? 0 : at, at);
        wholes[n++] = sum_of(row + whole, share.is_within ? 0 : at, share.is_within ? count - 1 : at);
    }
    if (exact == NULL)
        return NAN;
    return compare(counts, wholes, n, exact[bh_layout_offset(&layout[0], share.exact) + at],
                   metric == BH_METRIC_escape_interaction_error || metric == BH_METRIC_containment_interaction_error);
}

void bh_merge_fill_interaction(const struct bh_merge *merge, enum bh_metric_name metric, double *values)
{
    const struct bh_campaign *campaign = merge->campaign;
    size_t points = bh_merge_points(merge),
           count = merge->state.layout[0].sizes[bh_metric_axes[bh_metrics[metric].shape].axis[0]];
    double *counts = bh_allocate(2 * merge->replicas, sizeof *counts);
    for (size_t i = 0; i < merge->policies * points * count; i++) {
        size_t at = i % count, point = i / count % points;
        const struct bh_scenario *scenario =
            campaign->resolved != NULL ? campaign->resolved[point]->scenario : campaign->first;
        /* Errors of a script are not those that the chain weighs. */
        values[i] = scenario->script_count > 0
                        ? NAN
                        : interaction_at(merge, metric, point, i / count / points, at, count, counts);
    }
    free(counts);
}
