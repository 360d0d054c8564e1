/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lognormal: with z = ln(t / median) / sigma, P(T > t) = Q(z), the normal tail. */
#include "models/times/lognormal.h"

#include "models/times/distribution.h"
#include "models/times/watched_times.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_erf.h>
#include <math.h>

static const double log_root_two_pi = 0.91893853320467274178;

static const char *lognormal_expected(const struct bh_distribution *d)
{
    bool fine = d->a[0] > 0.0 && isfinite(d->a[0]) && d->b[0] >= 1e-6 && d->b[0] <= 20.0;
    return fine ? NULL : "a median above 0 and a sigma from 1e-6 to 20";
}

static double score(const struct bh_distribution *d, double t)
{
    return log(t / d->a[0]) / d->b[0];
}

/* -ln Q(z), from whichever of P and Q is small. */
static double normal_hazard(double z)
{
    return z < 0.0 ? -log1p(-gsl_cdf_ugaussian_P(z)) : M_LN2 - gsl_sf_log_erfc(z / M_SQRT2);
}

static double lognormal_hazard(const struct bh_distribution *d, double t)
{
    return normal_hazard(score(d, t));
}

static double lognormal_log_density(const struct bh_distribution *d, double t)
{
    if (t == 0.0)
        return -INFINITY;
    double z = score(d, t);
    return -z * z / 2.0 - log_root_two_pi - log(d->b[0] * t);
}

/* GSL's inverse of Q ends where Q does, at 1e-308; beyond, Newton's method from z = sqrt(2 h), with slope
 * d h / d z = phi(z) / Q(z). */
static double normal_score(double h)
{
    if (h < M_LN2)
        return gsl_cdf_ugaussian_Pinv(-expm1(-h));
    if (h < 600.0)
        return gsl_cdf_ugaussian_Qinv(exp(-h));
    double z = sqrt(2.0 * h);
    for (int step = 0; step < 6; step++)
        z -= (normal_hazard(z) - h) / gsl_sf_hazard(z);
    return z;
}

static double lognormal_age(const struct bh_distribution *d, double h)
{
    return d->a[0] * exp(d->b[0] * normal_score(h));
}

static double lognormal_mean(const struct bh_distribution *d)
{
    return d->a[0] * exp(d->b[0] * d->b[0] / 2.0);
}

static double lognormal_variance(const struct bh_distribution *d)
{
    double mean = lognormal_mean(d);
    return mean * mean * expm1(d->b[0] * d->b[0]);
}

/* P(residual <= t) = P(z - sigma) + (t / mean) Q(z). P(residual > t) = Q(z - sigma) - (t / mean) Q(z), which is
 * phi(z - sigma) (M(z - sigma) - M(z)) with Mills' ratio M = Q / phi, because t / mean = phi(z - sigma) / phi(z). */
static double lognormal_residual_hazard(const struct bh_distribution *d, double t)
{
    double z = score(d, t), shifted = z - d->b[0];
    double before = gsl_cdf_ugaussian_P(shifted) + t / lognormal_mean(d) * gsl_cdf_ugaussian_Q(z);
    if (before < 0.5)
        return -log1p(-before);
    if (!isfinite(z))
        return INFINITY;
    return shifted * shifted / 2.0 + log_root_two_pi - log(1.0 / gsl_sf_hazard(shifted) - 1.0 / gsl_sf_hazard(z));
}

static double lognormal_residual_slope(const struct bh_distribution *d, double t, double hazard)
{
    return exp(hazard - lognormal_hazard(d, t)) / lognormal_mean(d);
}

static double lognormal_residual_age(const struct bh_distribution *d, double h)
{
    return bh_distribution_invert(d, h, lognormal_mean(d), lognormal_residual_hazard, lognormal_residual_slope);
}

/* The moments of the logarithms. */
static struct bh_distribution lognormal_guess(const struct bh_watched_times *times, size_t phases)
{
    (void)phases;
    return bh_distribution_of(&bh_lognormal, exp(times->seen.log_mean), times->seen.log_sigma);
}

static double lognormal_log_density_sum(const struct bh_distribution *d, const struct bh_watched_times *times)
{
    double n = (double)times->count, b = d->b[0], off = times->log_mean - log(d->a[0]);
    return -n * (log(b) + log_root_two_pi) - times->log_sum - (times->log_squares + n * off * off) / (2.0 * b * b);
}

static double lognormal_draw(const struct bh_distribution *d, const gsl_rng *numbers)
{
    return d->a[0] * exp(gsl_ran_gaussian_ziggurat(numbers, d->b[0]));
}

const struct bh_distribution_type bh_lognormal = {
    .name = "lognormal",
    .a_key = "median",
    .b_key = "sigma",
    .a_dimension = BH_DIMENSION_TIME,
    .b_dimension = BH_DIMENSION_FACTOR,
    .expected = lognormal_expected,
    .log_density = lognormal_log_density,
    .cumulative_hazard = lognormal_hazard,
    .age = lognormal_age,
    .mean = lognormal_mean,
    .variance = lognormal_variance,
    .residual_hazard = lognormal_residual_hazard,
    .residual_age = lognormal_residual_age,
    .has_closed_age = true,
    .guess = lognormal_guess,
    .guess_is = BH_GUESS_BEST_OF_WHOLE,
    .log_density_sum = lognormal_log_density_sum,
    .draw = lognormal_draw,
};
