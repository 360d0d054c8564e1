/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Limits of a share that was counted: quantiles of beta distributions. */
#include "models/base/share_limits.h"

#include <gsl/gsl_cdf.h>

/* Where a beta distribution has `below` below it. GSL's quantile is lost at counts of thousands (NaN, or no end), its
 * distribution function is not. */
static double beta_quantile(double below, double a, double b)
{
    double low = 0, high = 1;
    if (a + b <= 1000)
        return gsl_cdf_beta_Pinv(below, a, b);
    for (int i = 0; i < 200 && low < (low + high) / 2 && (low + high) / 2 < high; i++) {
        double middle = (low + high) / 2;
        if (gsl_cdf_beta_P(middle, a, b) < below)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

int bh_share_limits(double part, double whole, double outside, double *low, double *high)
{
    if (!(whole > 0) || !(part >= 0) || part > whole)
        return -1;
    *low = part > 0 ? beta_quantile(outside, part, whole - part + 1) : 0;
    *high = 1;
    if (part < whole) /* in GSL's own way where that works, for the last bits */
        *high = whole <= 999 ? gsl_cdf_beta_Qinv(outside, part + 1, whole - part)
                             : 1 - beta_quantile(outside, whole - part, part + 1);
    return 0;
}
