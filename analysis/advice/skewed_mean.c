/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Student's interval with the skewness of the numbers taken out. */
#include "analysis/advice/skewed_mean.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

/* x + g x^2 / 3 + g^2 x^3 / 27 + g / 6 = y, where the left side is ((1 + g x / 3)^3 - 1) / g + g / 6. */
static double solve(double g, double y)
{
    return fabs(g) < 1e-9 ? y : 3 / g * (cbrt(1 + g * (y - g / 6)) - 1);
}

struct bh_estimate bh_skewed_mean(double mean, double error, double freedom, const double *numbers, size_t count)
{
    double deviation = gsl_stats_sd(numbers, 1, count);
    double g = deviation > 0 && count > 2 ? gsl_stats_skew(numbers, 1, count) / sqrt((double)count) : 0;
    double reach = gsl_cdf_tdist_Qinv((1 - BH_CONFIDENCE) / 2, freedom);
    return (struct bh_estimate){mean, mean - error * solve(g, reach), mean - error * solve(g, -reach)};
}
