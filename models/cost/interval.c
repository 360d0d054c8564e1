/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint intervals: Young, Daly, and the exact optimum. */
#include "models/cost/interval.h"

#include <gsl/gsl_sf_lambert.h>
#include <math.h>

double bh_interval_young_s(double checkpoint_s, double mtti_s)
{
    if (isinf(mtti_s))
        return INFINITY;
    return sqrt(2.0 * checkpoint_s * mtti_s);
}

double bh_interval_daly_s(double checkpoint_s, double mtti_s)
{
    if (isinf(mtti_s))
        return INFINITY;
    if (checkpoint_s >= 2.0 * mtti_s)
        return mtti_s;
    /* tau = sqrt(2 delta M) [1 + sqrt(delta/2M)/3 + (delta/2M)/9] - delta */
    double ratio = checkpoint_s / (2.0 * mtti_s);
    return sqrt(2.0 * checkpoint_s * mtti_s) * (1.0 + sqrt(ratio) / 3.0 + ratio / 9.0) - checkpoint_s;
}

double bh_interval_exact_s(double checkpoint_s, double mtti_s)
{
    if (isinf(mtti_s))
        return INFINITY;
    gsl_sf_result lambert;
    double ratio = checkpoint_s / mtti_s, root = sqrt(2.0 * ratio);
    /* Near the branch point -1/e the argument loses digits: there 1 + W0 = q - q^2/3 + q^3/36 - ... with
     * q = sqrt(2 delta/M), and both ways are good to 1e-9. */
    if (ratio < 1e-7)
        return mtti_s * root * (1.0 - root / 3.0 + root * root / 36.0);
    if (gsl_sf_lambert_W0_e(-exp(-1.0 - ratio), &lambert) != 0)
        return bh_interval_daly_s(checkpoint_s, mtti_s);
    return mtti_s * (1.0 + lambert.val);
}

double bh_daly_makespan_s(double work_s, double interval_s, double checkpoint_s, double restart_s, double mtti_s)
{
    return mtti_s * exp(restart_s / mtti_s) * expm1((interval_s + checkpoint_s) / mtti_s) * work_s / interval_s;
}

double bh_verified_segment_s(const struct bh_verified_segment *segment, double work_s)
{
    double f = segment->failure_rate, s = segment->silent_rate, c = segment->checkpoint_s;
    if (f <= 0.0)
        return exp(s * work_s) * (work_s + segment->verification_s) + expm1(s * work_s) * segment->rollback_s + c;
    double attempt =
        expm1(f * (work_s + segment->verification_s)) + expm1(-s * work_s) * expm1(-f * segment->rollback_s);
    return exp(f * segment->recovery_s) / f * (exp(s * work_s + f * c) * attempt + expm1(f * c));
}

double bh_interval_verified_s(const struct bh_verified_segment *segment, double most_s)
{
    double rate = segment->failure_rate + segment->silent_rate;
    if (rate <= 0.0)
        return INFINITY;
    /* Golden section on the logarithm: E/W falls, then rises. Beyond 50 mean times between strikes it only rises. */
    const double golden = 0.5 * (sqrt(5.0) - 1.0);
    double low = log(1e-9 / rate), high = log(fmin(most_s, 50.0 / rate));
    double limit = high;
    double left = high - golden * (high - low), right = low + golden * (high - low);
    double at_left = bh_verified_segment_s(segment, exp(left)) / exp(left);
    double at_right = bh_verified_segment_s(segment, exp(right)) / exp(right);
    while (high - low > 1e-9) {
        if (at_left <= at_right) {
            high = right, right = left, at_right = at_left;
            left = high - golden * (high - low);
            at_left = bh_verified_segment_s(segment, exp(left)) / exp(left);
        } else {
            low = left, left = right, at_left = at_right;
            right = low + golden * (high - low);
            at_right = bh_verified_segment_s(segment, exp(right)) / exp(right);
        }
    }
    return high > limit - 1e-8 ? INFINITY : exp(0.5 * (low + high));
}
