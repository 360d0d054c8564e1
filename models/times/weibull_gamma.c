/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Weibull: H(t) = (t / scale)^shape. Gamma, whose tail Weibull's residual time has. */
#include "models/times/weibull_gamma.h"

#include "models/times/distribution.h"
#include "models/times/watched_times.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

static const char *shape_and_scale_expected(const struct bh_distribution *d)
{
    bool fine = d->a[0] >= 0.01 && d->a[0] <= 1e6 && d->b[0] > 0.0 && isfinite(d->b[0]);
    return fine ? NULL : "a shape from 0.01 to 1e6 and a scale above 0";
}

/* --- Gamma --------------------------------------------------------------------------------------------------------- */

/* Q(a, x) for x > a + 1 as a continued fraction (Abramowitz and Stegun 6.5.31), since GSL's own ends at 1e-308:
 *     Q = x^a e^-x / Gamma(a) / (x + 1 - a + K),  K = 1 (a-1) / (x+3-a + 2 (a-2) / (x+5-a + ...)).
 * Returns K, by the modified Lentz algorithm. */
static double tail_fraction(double a, double x)
{
    enum { TERMS_MOST = 100000 };
    double b = x + 3.0 - a, c = 1.0 / DBL_MIN, d = 1.0 / b, fraction = (a - 1.0) * d;
    for (int i = 2; i < TERMS_MOST; i++) {
        double numerator = (double)i * (a - (double)i);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        c = b + numerator / c;
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        fraction *= c * d;
        if (fabs(c * d - 1.0) < DBL_EPSILON)
            break;
    }
    return fraction;
}

/* -ln Q(a, x), from whichever of P and Q is small. */
static double unit_gamma_hazard(double a, double x)
{
    if (!(x > 0.0))
        return 0.0;
    if (!isfinite(x))
        return INFINITY;
    /* Above a + 1 it is Q that is small. */
    double p = x < a + 1.0 ? gsl_cdf_gamma_P(x, a, 1.0) : 1.0;
    if (p < 0.5)
        return -log1p(-p);
    double q = gsl_cdf_gamma_Q(x, a, 1.0);
    return q > 1e-280 ? -log(q) : x + gsl_sf_lngamma(a) - a * log(x) + log(x + 1.0 - a + tail_fraction(a, x));
}

static double gamma_hazard(const struct bh_distribution *d, double t)
{
    return unit_gamma_hazard(d->a[0], t / d->b[0]);
}

static double gamma_log_density(const struct bh_distribution *d, double t)
{
    double x = t / d->b[0], power = d->a[0] == 1.0 ? 0.0 : (d->a[0] - 1.0) * log(x);
    return power - x - gsl_sf_lngamma(d->a[0]) - log(d->b[0]);
}

static double gamma_slope(const struct bh_distribution *d, double t, double hazard)
{
    return exp(gamma_log_density(d, t) + hazard);
}

static double gamma_mean(const struct bh_distribution *d)
{
    return d->a[0] * d->b[0];
}

static double gamma_age(const struct bh_distribution *d, double h)
{
    return bh_distribution_invert(d, h, gamma_mean(d), gamma_hazard, gamma_slope);
}

static double gamma_variance(const struct bh_distribution *d)
{
    return d->a[0] * d->b[0] * d->b[0];
}

/* With x = t / scale: P(residual <= t) = P(k + 1, x) + (x / k) Q(k, x), P(residual > t) = Q(k + 1, x) - (x / k) Q(k, x).
 * In the tail the difference loses all digits; it is Q(k, x) (1 + K) / k by Q(k + 1, x) = Q(k, x) + x^k e^-x / Gamma(k +
 * 1) and the fraction K above. */
static double gamma_residual_hazard(const struct bh_distribution *d, double t)
{
    double k = d->a[0], x = t / d->b[0];
    if (!isfinite(x))
        return INFINITY;
    double before = gsl_cdf_gamma_P(x, k + 1.0, 1.0) + x / k * gsl_cdf_gamma_Q(x, k, 1.0);
    if (before < 0.5)
        return -log1p(-before);
    if (x > k + 1.0)
        return unit_gamma_hazard(k, x) - log((1.0 + tail_fraction(k, x)) / k);
    return -log(gsl_cdf_gamma_Q(x, k + 1.0, 1.0) - x / k * gsl_cdf_gamma_Q(x, k, 1.0));
}

static double gamma_residual_slope(const struct bh_distribution *d, double t, double hazard)
{
    return exp(hazard - gamma_hazard(d, t)) / gamma_mean(d);
}

static double gamma_residual_age(const struct bh_distribution *d, double h)
{
    return bh_distribution_invert(d, h, gamma_mean(d), gamma_residual_hazard, gamma_residual_slope);
}

/* With s = ln(mean) - mean(ln), shape is close to (3 - s + sqrt((s - 3)^2 + 24 s)) / (12 s). */
static struct bh_distribution gamma_guess(const struct bh_watched_times *times, size_t phases)
{
    (void)phases;
    double s = fmax(log(times->seen.mean) - times->seen.log_mean, 1e-6);
    double shape = fmin(fmax((3.0 - s + sqrt((s - 3.0) * (s - 3.0) + 24.0 * s)) / (12.0 * s), 0.05), 1e5);
    return bh_distribution_of(&bh_gamma, shape, times->exposure / (double)times->ended / shape);
}

static double gamma_log_density_sum(const struct bh_distribution *d, const struct bh_watched_times *times)
{
    double n = (double)times->count, a = d->a[0], b = d->b[0];
    return -n * (gsl_sf_lngamma(a) + a * log(b)) + (a - 1.0) * times->log_sum - times->sum / b;
}

static double gamma_draw(const struct bh_distribution *d, const gsl_rng *numbers)
{
    return gsl_ran_gamma(numbers, d->a[0], d->b[0]);
}

const struct bh_distribution_type bh_gamma = {
    .name = "gamma",
    .a_key = "shape",
    .b_key = "scale",
    .a_dimension = BH_DIMENSION_FACTOR,
    .b_dimension = BH_DIMENSION_TIME,
    .expected = shape_and_scale_expected,
    .log_density = gamma_log_density,
    .cumulative_hazard = gamma_hazard,
    .age = gamma_age,
    .mean = gamma_mean,
    .variance = gamma_variance,
    .residual_hazard = gamma_residual_hazard,
    .residual_age = gamma_residual_age,
    .guess = gamma_guess,
    .log_density_sum = gamma_log_density_sum,
    .climbs_by_mean = true,
    .draw = gamma_draw,
};

/* --- Weibull ------------------------------------------------------------------------------------------------------- */

static double weibull_hazard(const struct bh_distribution *d, double t)
{
    return pow(t / d->b[0], d->a[0]);
}

static double weibull_log_density(const struct bh_distribution *d, double t)
{
    double k = d->a[0], power = k == 1.0 ? 0.0 : (k - 1.0) * log(t / d->b[0]);
    return log(k / d->b[0]) + power - weibull_hazard(d, t);
}

static double weibull_age(const struct bh_distribution *d, double h)
{
    return d->b[0] * pow(h, 1.0 / d->a[0]);
}

/* scale Gamma(1 + 1/shape) */
static double weibull_mean(const struct bh_distribution *d)
{
    return d->b[0] * exp(gsl_sf_lngamma(1.0 + 1.0 / d->a[0]));
}

/* mean^2 (Gamma(1 + 2/k) / Gamma(1 + 1/k)^2 - 1) */
static double weibull_variance(const struct bh_distribution *d)
{
    double k = d->a[0], mean = weibull_mean(d);
    return mean * mean * expm1(gsl_sf_lngamma(1.0 + 2.0 / k) - 2.0 * gsl_sf_lngamma(1.0 + 1.0 / k));
}

/* The integral of e^(-(u / scale)^k) from t on is mean * Q(1/k, (t / scale)^k). */
static double weibull_residual_hazard(const struct bh_distribution *d, double t)
{
    double power = weibull_hazard(d, t);
    return power > 1e-300 ? unit_gamma_hazard(1.0 / d->a[0], power) : t / weibull_mean(d);
}

static double weibull_residual_age(const struct bh_distribution *d, double h)
{
    struct bh_distribution power = bh_distribution_of(&bh_gamma, 1.0 / d->a[0], 1.0);
    double x = gamma_age(&power, h);
    /* The power may be too small for a double where the time is not. */
    return x > 1e-300 ? weibull_age(d, x) : weibull_mean(d) * h;
}

/* The logarithm of a Weibull time has the deviation pi / (sqrt(6) shape). */
static struct bh_distribution weibull_guess(const struct bh_watched_times *times, size_t phases)
{
    (void)phases;
    double sigma = times->seen.log_sigma;
    return bh_distribution_of(&bh_weibull, fmin(fmax(M_PI / (sqrt(6.0) * sigma), 0.1), 20.0),
                              times->exposure / (double)times->ended);
}

static double weibull_log_density_sum(const struct bh_distribution *d, const struct bh_watched_times *times)
{
    double n = (double)times->count, a = d->a[0], log_b = log(d->b[0]), sum = 0.0;
    if (times->weight == NULL)
        for (size_t i = 0; i < times->values; i++)
            sum -= exp(a * (times->log_t[i] - log_b));
    else
        for (size_t i = 0; i < times->values; i++)
            sum -= times->weight[i] * exp(a * (times->log_t[i] - log_b));
    return sum + n * (log(a) - a * log_b) + (a - 1.0) * times->log_sum;
}

const struct bh_distribution_type bh_weibull = {
    .name = "weibull",
    .a_key = "shape",
    .b_key = "scale",
    .a_dimension = BH_DIMENSION_FACTOR,
    .b_dimension = BH_DIMENSION_TIME,
    .expected = shape_and_scale_expected,
    .log_density = weibull_log_density,
    .cumulative_hazard = weibull_hazard,
    .age = weibull_age,
    .mean = weibull_mean,
    .variance = weibull_variance,
    .residual_hazard = weibull_residual_hazard,
    .residual_age = weibull_residual_age,
    .has_closed_age = true,
    .guess = weibull_guess,
    .log_density_sum = weibull_log_density_sum,
};
