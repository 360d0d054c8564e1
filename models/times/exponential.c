/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Exponential, uniform and piecewise constant hazard: whatever is written down in elementary functions. */
#include "models/times/exponential.h"

#include "models/times/distribution.h"
#include "models/times/watched_times.h"

#include <math.h>

/* --- Exponential: H(t) = t / mean; without memory, so the residual time is the time itself ------------------------- */

static const char *exponential_expected(const struct bh_distribution *d)
{
    return d->a[0] > 0.0 && isfinite(d->a[0]) ? NULL : "a mean above 0";
}

static double exponential_log_density(const struct bh_distribution *d, double t)
{
    return -log(d->a[0]) - t / d->a[0];
}

static double exponential_hazard(const struct bh_distribution *d, double t)
{
    return t / d->a[0];
}

static double exponential_age(const struct bh_distribution *d, double h)
{
    return d->a[0] * h;
}

static double exponential_mean(const struct bh_distribution *d)
{
    return d->a[0];
}

static double exponential_variance(const struct bh_distribution *d)
{
    return d->a[0] * d->a[0];
}

/* Without memory, so failures over time watched, whatever was not seen. */
static struct bh_distribution exponential_guess(const struct bh_watched_times *times, size_t phases)
{
    (void)phases;
    return bh_distribution_of(&bh_exponential, times->exposure / (double)times->ended, 0.0);
}

static double exponential_log_density_sum(const struct bh_distribution *d, const struct bh_watched_times *times)
{
    return -(double)times->count * log(d->a[0]) - times->sum / d->a[0];
}

const struct bh_distribution_type bh_exponential = {
    .name = "exponential",
    .a_key = "mean",
    .a_dimension = BH_DIMENSION_TIME,
    .expected = exponential_expected,
    .log_density = exponential_log_density,
    .cumulative_hazard = exponential_hazard,
    .age = exponential_age,
    .mean = exponential_mean,
    .variance = exponential_variance,
    .residual_hazard = exponential_hazard,
    .residual_age = exponential_age,
    .has_closed_age = true,
    .has_closed_residual_age = true,
    .guess = exponential_guess,
    .guess_is = BH_GUESS_BEST,
    .log_density_sum = exponential_log_density_sum,
};

/* --- Uniform on (least, most) -------------------------------------------------------------------------------------- */

static const char *uniform_expected(const struct bh_distribution *d)
{
    return d->a[0] >= 0.0 && d->b[0] > d->a[0] && isfinite(d->b[0]) ? NULL : "0 <= least < most";
}

static double uniform_log_density(const struct bh_distribution *d, double t)
{
    return t >= d->a[0] && t <= d->b[0] ? -log(d->b[0] - d->a[0]) : -INFINITY;
}

static double uniform_hazard(const struct bh_distribution *d, double t)
{
    if (t <= d->a[0])
        return 0.0;
    return t < d->b[0] ? -log1p(-(t - d->a[0]) / (d->b[0] - d->a[0])) : INFINITY;
}

static double uniform_age(const struct bh_distribution *d, double h)
{
    return d->a[0] - (d->b[0] - d->a[0]) * expm1(-h);
}

static double uniform_mean(const struct bh_distribution *d)
{
    return d->a[0] + (d->b[0] - d->a[0]) / 2.0;
}

static double uniform_variance(const struct bh_distribution *d)
{
    return (d->b[0] - d->a[0]) * (d->b[0] - d->a[0]) / 12.0;
}

/* P(residual > t) = 1 - t / mean up to `least`, then (1 + 2 least / width)^-1 ((most - t) / width)^2. */
static double uniform_residual_hazard(const struct bh_distribution *d, double t)
{
    double width = d->b[0] - d->a[0];
    if (t <= d->a[0])
        return -log1p(-t / uniform_mean(d));
    return t < d->b[0] ? log1p(2.0 * d->a[0] / width) - 2.0 * log1p(-(t - d->a[0]) / width) : INFINITY;
}

static double uniform_residual_age(const struct bh_distribution *d, double h)
{
    double width = d->b[0] - d->a[0], at_least = log1p(2.0 * d->a[0] / width);
    return h <= at_least ? -uniform_mean(d) * expm1(-h) : d->a[0] - width * expm1(-(h - at_least) / 2.0);
}

const struct bh_distribution_type bh_uniform = {
    .name = "uniform",
    .a_key = "least",
    .b_key = "most",
    .a_dimension = BH_DIMENSION_TIME,
    .b_dimension = BH_DIMENSION_TIME,
    .may_be_0 = true,
    .expected = uniform_expected,
    .log_density = uniform_log_density,
    .cumulative_hazard = uniform_hazard,
    .age = uniform_age,
    .mean = uniform_mean,
    .variance = uniform_variance,
    .residual_hazard = uniform_residual_hazard,
    .residual_age = uniform_residual_age,
    .has_closed_age = true,
    .has_closed_residual_age = true,
};

/* --- Piecewise constant hazard ------------------------------------------------------------------------------------- */

static const char *piecewise_expected(const struct bh_distribution *d)
{
    static const char *const text = "ages from 0 upwards, and hazards of which the last is above 0";
    if (d->parts < 1 || d->parts > BH_DISTRIBUTION_PARTS_MOST || d->a[0] != 0.0 || !(d->b[d->parts - 1] > 0.0))
        return text;
    for (size_t i = 0; i < d->parts; i++)
        if (!(d->b[i] >= 0.0) || !isfinite(d->b[i]) || !isfinite(d->a[i]) || (i > 0 && !(d->a[i] > d->a[i - 1])))
            return text;
    return NULL;
}

/* Length of piece i; the last has no end. */
static double piece_length(const struct bh_distribution *d, size_t i)
{
    return i + 1 < d->parts ? d->a[i + 1] - d->a[i] : INFINITY;
}

static size_t piece_of(const struct bh_distribution *d, double t)
{
    size_t i = 0;
    while (i + 1 < d->parts && t >= d->a[i + 1])
        i++;
    return i;
}

static double piecewise_hazard(const struct bh_distribution *d, double t)
{
    double sum = 0.0;
    size_t last = piece_of(d, t);
    for (size_t i = 0; i < last; i++)
        sum += d->b[i] * piece_length(d, i);
    return sum + d->b[last] * (t - d->a[last]);
}

static double piecewise_log_density(const struct bh_distribution *d, double t)
{
    return log(d->b[piece_of(d, t)]) - piecewise_hazard(d, t);
}

static double piecewise_age(const struct bh_distribution *d, double h)
{
    size_t i = 0;
    for (; i + 1 < d->parts && h > d->b[i] * piece_length(d, i); i++)
        h -= d->b[i] * piece_length(d, i);
    return d->a[i] + h / d->b[i];
}

/* Integral of e^(-r u) for u from 0 to x. */
static double decay_integral(double rate, double x)
{
    return rate > 0.0 ? -expm1(-rate * x) / rate : x;
}

/* Integral of P(T > u) from `from` to `to`: pieces of decay, each begun with what survives up to it. */
static double piecewise_integral(const struct bh_distribution *d, double from, double to)
{
    double sum = 0.0;
    for (size_t i = piece_of(d, from); i < d->parts && d->a[i] < to; i++) {
        double begin = fmax(from, d->a[i]), end = fmin(to, d->a[i] + piece_length(d, i));
        sum += exp(-piecewise_hazard(d, begin)) * decay_integral(d->b[i], end - begin);
    }
    return sum;
}

static double piecewise_mean(const struct bh_distribution *d)
{
    return piecewise_integral(d, 0.0, INFINITY);
}

/* E[T^2] = integral of 2 u P(T > u); over a piece from A, u = A + v, with the integral of v e^(-r v). */
static double piecewise_variance(const struct bh_distribution *d)
{
    double second = 0.0, mean = piecewise_mean(d);
    for (size_t i = 0; i < d->parts; i++) {
        double length = piece_length(d, i), rate = d->b[i], decay = decay_integral(rate, length), moment;
        if (rate * length < 1e-4) /* the difference below would lose digits: v (1 - r v + r^2 v^2 / 2) integrated */
            moment = length * length * (0.5 - rate * length / 3.0 + rate * rate * length * length / 8.0);
        else
            moment = (decay - (isfinite(length) ? length * exp(-rate * length) : 0.0)) / rate;
        second += 2.0 * exp(-piecewise_hazard(d, d->a[i])) * (d->a[i] * decay + moment);
    }
    return second - mean * mean;
}

/* In the last piece the residual time is exponential. */
static double piecewise_residual_hazard(const struct bh_distribution *d, double t)
{
    size_t last = d->parts - 1;
    double mean = piecewise_mean(d), beyond = fmax(0.0, t - d->a[last]), before = piecewise_integral(d, 0.0, t) / mean;
    if (before < 0.5)
        return -log1p(-before);
    return d->b[last] * beyond - log(piecewise_integral(d, t - beyond, INFINITY) / mean);
}

/* The slope of the above: P(T > t) over the integral of P(T > u) from t on. */
static double piecewise_residual_slope(const struct bh_distribution *d, double t, double hazard)
{
    (void)hazard;
    double from = fmin(t, d->a[d->parts - 1]);
    return exp(-piecewise_hazard(d, from)) / piecewise_integral(d, from, INFINITY);
}

static double piecewise_residual_age(const struct bh_distribution *d, double h)
{
    return bh_distribution_invert(d, h, piecewise_mean(d), piecewise_residual_hazard, piecewise_residual_slope);
}

const struct bh_distribution_type bh_piecewise = {
    .name = "piecewise",
    .a_key = "age",
    .b_key = "hazard",
    .a_dimension = BH_DIMENSION_TIME,
    .b_dimension = BH_DIMENSION_RATE,
    .has_parts = true,
    .may_be_0 = true,
    .expected = piecewise_expected,
    .log_density = piecewise_log_density,
    .cumulative_hazard = piecewise_hazard,
    .age = piecewise_age,
    .mean = piecewise_mean,
    .variance = piecewise_variance,
    .residual_hazard = piecewise_residual_hazard,
    .residual_age = piecewise_residual_age,
    .has_closed_age = true,
};
