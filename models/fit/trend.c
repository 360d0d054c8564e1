/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Sums over the failures of a log, and how likely they are without a trend. */
#include "models/fit/trend.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

struct bh_trend bh_trend_of(const struct bh_failure_log *log, const struct bh_sample_rule *rule)
{
    struct bh_trend trend = {0, NAN, NAN, NAN, NAN};
    double off = 0.0, variance = 0.0, logs = 0.0;
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        const struct bh_failure_node *node = &log->nodes[failure->node];
        if (!bh_sample_takes(log, rule, failure) || (node->is_unnamed && !rule->of_system))
            continue;
        const struct bh_failure_system *system = &log->systems[node->system];
        double from_s = rule->of_system ? system->from_s : node->from_s,
               length_s = (rule->of_system ? system->to_s : node->to_s) - from_s, t = failure->start_s - from_s;
        if (!(t > 0.0 && t <= length_s))
            continue;
        trend.failures++;
        off += t - length_s / 2.0;
        variance += length_s * length_s / 12.0;
        logs += log1p((length_s - t) / t);
    }
    if (trend.failures == 0)
        return trend;
    double n = (double)trend.failures;
    trend.laplace = off / sqrt(variance);
    trend.laplace_p = 2.0 * gsl_cdf_ugaussian_Q(fabs(trend.laplace));
    if (logs > 0.0) {
        trend.beta = n / logs;
        double below = gsl_cdf_chisq_P(2.0 * logs, 2.0 * n), above = gsl_cdf_chisq_Q(2.0 * logs, 2.0 * n);
        trend.beta_p = fmin(1.0, 2.0 * fmin(below, above));
    }
    return trend;
}
