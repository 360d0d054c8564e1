/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Estimates over replicas. */
#include "analysis/measures/statistics.h"

#include "models/base/error.h"

#include "models/base/share_limits.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

const struct bh_estimate bh_estimate_none = {NAN, NAN, NAN};

/* Half of what lies outside the interval. */
static const double tail = (1 - BH_CONFIDENCE) / 2;

static double sum_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

struct bh_estimate bh_mean(const double *values, size_t count)
{
    struct bh_estimate estimate = bh_estimate_none;
    double mean = sum_of(values, count) / (double)count;
    if (count == 0 || !isfinite(mean))
        return estimate;
    estimate.mean = mean;
    if (count < 2)
        return estimate;
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    /* mean -+ t(n-1) s / sqrt(n) */
    double error = sqrt(squares / (double)(count - 1) / (double)count);
    double reach = gsl_cdf_tdist_Qinv(tail, (double)(count - 1)) * error;
    estimate.low = mean - reach;
    estimate.high = mean + reach;
    return estimate;
}

struct bh_estimate bh_paired_difference(const double *left, const double *right, size_t count)
{
    double *difference = bh_allocate(count, sizeof *difference);
    for (size_t i = 0; i < count; i++)
        difference[i] = left[i] - right[i];
    struct bh_estimate estimate = bh_mean(difference, count);
    free(difference);
    return estimate;
}

/* Standard error of R = sum(tops) / sum(bottoms): sqrt(sum (y_i - R x_i)^2 / (n (n - 1))) / mean(x); NaN for a single
 * cluster. */
static double ratio_error(const double *tops, const double *bottoms, size_t count, double ratio)
{
    if (count < 2)
        return NAN;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        double rest = tops[i] - ratio * bottoms[i];
        squares += rest * rest;
    }
    double n = (double)count;
    return sqrt(squares / (n * (n - 1))) / (sum_of(bottoms, count) / n);
}

/* Half the width of its interval. */
static double ratio_reach(const double *tops, const double *bottoms, size_t count, double ratio)
{
    double error = ratio_error(tops, bottoms, count, ratio);
    return isnan(error) ? NAN : gsl_cdf_tdist_Qinv(tail, (double)count - 1) * error;
}

struct bh_estimate bh_share_exact(double part, double whole)
{
    struct bh_estimate estimate = {.mean = part / whole};
    return bh_share_limits(part, whole, tail, &estimate.low, &estimate.high) == 0 ? estimate : bh_estimate_none;
}

/* Where a chi-square distribution has `below` below it: GSL's quantile does not always converge at thousands of degrees of
 * freedom. */
static double chisq_quantile(double below, double freedom)
{
    double low = 0, high = freedom + 20 * sqrt(2 * freedom) + 100;
    for (double middle = high / 2; low < middle && middle < high; middle = (low + high) / 2)
        if (gsl_cdf_chisq_P(middle, freedom) < below)
            low = middle;
        else
            high = middle;
    return low;
}

struct bh_estimate bh_rate_exact(double count, double exposure)
{
    if (!(exposure > 0) || !(count >= 0))
        return bh_estimate_none;
    double low = count > 0 ? chisq_quantile(tail, 2 * count) / 2 : 0;
    double high = chisq_quantile(1 - tail, 2 * (count + 1)) / 2;
    return (struct bh_estimate){count / exposure, low / exposure, high / exposure};
}

struct bh_estimate bh_share(const double *parts, const double *wholes, size_t count)
{
    double part = sum_of(parts, count), whole = sum_of(wholes, count);
    if (!(whole > 0) || !(part >= 0))
        return bh_estimate_none;
    struct bh_estimate estimate = {part / whole, 0, 1};
    double reach = ratio_reach(parts, wholes, count, estimate.mean);
    /* Residuals that vanish but for rounding tell nothing about the spread. */
    if (part == 0 || part == whole || !(reach > 1e-12 * estimate.mean))
        return bh_share_exact(part, whole);
    estimate.low = fmax(0, estimate.mean - reach);
    estimate.high = fmin(1, estimate.mean + reach);
    return estimate;
}

/* Probability of a count at least as far out as `part` of `whole`, where the exact share is within rounding of 1 or 0. */
static double binomial_level(double part, double whole, double share)
{
    const double rounding = 1e-9;
    double low = fmax(share - rounding, 0), high = fmin(share + rounding, 1);
    if (part > whole * high)
        return high > 0 ? fmin(1, 2 * gsl_cdf_beta_P(high, part, whole - part + 1)) : 0;
    if (part < whole * low)
        return low < 1 ? fmin(1, 2 * gsl_cdf_beta_Q(low, part + 1, whole - part)) : 0;
    return 1;
}

struct bh_deviation bh_share_deviation(const double *parts, const double *wholes, size_t count, double expected)
{
    double part = sum_of(parts, count), whole = sum_of(wholes, count);
    if (!(whole > 0) || !isfinite(expected))
        return (struct bh_deviation){NAN, NAN, NAN};
    struct bh_deviation deviation = {.difference = part / whole - expected};
    double clustered = ratio_error(parts, wholes, count, part / whole);
    deviation.error = fmax(clustered, sqrt(expected * (1 - expected) / whole)); /* of a number and NaN, the number */
    deviation.level = binomial_level(part, whole, expected);
    if (count > 1 && deviation.error > 0)
        deviation.level =
            fmax(deviation.level, 2 * gsl_cdf_tdist_Q(fabs(deviation.difference) / deviation.error, (double)count - 1));
    return deviation;
}

struct bh_estimate bh_ratio(const double *tops, const double *bottoms, size_t count)
{
    double top = sum_of(tops, count), bottom = sum_of(bottoms, count);
    if (!isfinite(top) || !isfinite(bottom) || (top == 0 && bottom == 0))
        return bh_estimate_none;
    struct bh_estimate estimate = {top / bottom, NAN, NAN};
    if (bottom == 0)
        return estimate;
    double reach = ratio_reach(tops, bottoms, count, estimate.mean);
    estimate.low = fmax(0, estimate.mean - reach);
    estimate.high = estimate.mean + reach;
    if (isnan(reach))
        estimate.low = NAN;
    return estimate;
}

struct bh_estimate bh_time_per_event(const double *times, const double *events, size_t count)
{
    double time = sum_of(times, count), total = sum_of(events, count), phi = 1;
    if (!(time > 0) || !(total >= 0))
        return bh_estimate_none;
    if (total == 0)
        return (struct bh_estimate){INFINITY, time / bh_rate_exact(0, 1).high, INFINITY};
    double mean = time / total, error = ratio_error(times, events, count, mean) / mean;
    if (!isnan(error)) {
        double widened = gsl_cdf_tdist_Qinv(tail, (double)count - 1) / gsl_cdf_ugaussian_Qinv(tail);
        phi = error * error * total * widened * widened;
    }
    if (!(phi > 1e-12)) /* all alike */
        return (struct bh_estimate){mean, mean, mean};
    double freedom = 2 * total / phi + 1;
    return (struct bh_estimate){mean, 2 * time / phi / chisq_quantile(1 - tail, freedom),
                                2 * time / phi / chisq_quantile(tail, freedom)};
}

double bh_correlation(const double *left, const double *right, size_t count)
{
    double n = (double)count, mean_left = sum_of(left, count) / n, mean_right = sum_of(right, count) / n;
    double both = 0, of_left = 0, of_right = 0;
    for (size_t i = 0; i < count; i++) {
        both += (left[i] - mean_left) * (right[i] - mean_right);
        of_left += (left[i] - mean_left) * (left[i] - mean_left);
        of_right += (right[i] - mean_right) * (right[i] - mean_right);
    }
    return of_left > 0 && of_right > 0 ? both / sqrt(of_left * of_right) : NAN;
}
