/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What runs cost beyond native ones, and the interval of its mean: of makespans under faults and one without, which no unit of
 * work has together. Tables and figures compute the same from the arrays (analysis/measures/measures.c); a test compares. */
#include "sim/sweep/parts.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* Makespan over the native one; NaN where it is not done. */
static double slowdown_of(const struct bh_merge *merge, const double *row, size_t enclave, double native_s)
{
    const struct bh_layout *layout = &merge->state.layout[1];
    bool is_done = row != NULL && row[bh_layout_offset(layout, BH_METRIC_finished) + enclave] > 0.0;
    if (is_done && !merge->campaign->first->wrong_is_done)
        is_done = !(row[bh_layout_offset(layout, BH_METRIC_sdc) + enclave] > 0.0);
    return is_done ? row[bh_layout_offset(layout, BH_METRIC_makespan) + enclave] / native_s : NAN;
}

/* Of as many values: the mean, or an end of its 95 % interval by Student's t, mean -+ t(n - 1) s / sqrt(n). NaN where one of
 * them is: the mean of the rest would flatter. */
static double estimate(enum bh_metric_name metric, const double *values, size_t count)
{
    double mean = 0.0, squares = 0.0, n = (double)count;
    for (size_t r = 0; r < count; r++)
        mean += values[r] / n;
    if (count == 0 || !isfinite(mean) || metric == BH_METRIC_net_overhead_mean)
        return count == 0 ? NAN : mean;
    for (size_t r = 0; r < count; r++)
        squares += pow(values[r] - mean, 2.0);
    double reach = count < 2 ? NAN : gsl_cdf_tdist_Qinv(0.025, n - 1.0) * sqrt(squares / (n - 1.0) / n);
    return metric == BH_METRIC_net_overhead_low ? mean - reach : mean + reach;
}

void bh_merge_fill_overheads(const struct bh_merge *merge, enum bh_metric_name metric, double *values)
{
    size_t points = bh_merge_points(merge), enclaves = merge->state.layout[0].sizes[BH_AXIS_ENCLAVE];
    bool by_replica = metric == BH_METRIC_slowdown || metric == BH_METRIC_net_overhead;
    double *overheads = bh_allocate(merge->replicas, sizeof *overheads);
    for (size_t i = 0; i < merge->policies * points * enclaves; i++) {
        size_t enclave = i % enclaves, point = i / enclaves % points, policy = i / enclaves / points, n = 0;
        const double *exact = bh_merge_point(merge, point, policy);
        double native_s =
            exact == NULL ? NAN
                          : exact[bh_layout_offset(&merge->state.layout[0], BH_METRIC_native_bare_makespan) + enclave];
        for (uint64_t r = 0; r < merge->replicas; r++) {
            const double *row = r < merge->counts[point] ? bh_merge_replica(merge, point, policy, r) : NULL;
            double slowdown = slowdown_of(merge, row, enclave, native_s);
            if (by_replica)
                values[i * merge->replicas + r] = metric == BH_METRIC_slowdown ? slowdown : slowdown - 1.0;
            if (row != NULL)
                overheads[n++] = slowdown - 1.0;
        }
        if (!by_replica)
            values[i] = estimate(metric, overheads, n);
    }
    free(overheads);
}
