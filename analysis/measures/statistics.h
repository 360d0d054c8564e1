/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Means, differences and ratios over replicas, each with a 95 % interval. */
#pragma once

#include <stddef.h>

#define BH_CONFIDENCE 0.95

/* An estimate and its 95 % interval. NaN where there is nothing to tell: no value, or no interval from one replica. */
struct bh_estimate {
    double mean;
    double low, high;
};

extern const struct bh_estimate bh_estimate_none;

/* Mean of `count` values with Student's interval. Any value that is not finite makes the whole estimate NaN. */
struct bh_estimate bh_mean(const double *values, size_t count);
/* Mean of left[i] - right[i], pair by pair: replicas of two policies share their faults. */
struct bh_estimate bh_paired_difference(const double *left, const double *right, size_t count);

/* Share sum(parts) / sum(wholes) of counts, with replicas as clusters: the linearised variance of a ratio of sums
 * (the ratio estimator, linearised) and Student's quantile, clipped to [0, 1]. Where the clusters do
 * not vary (none seen, all seen, one replica), the exact binomial interval of bh_share_exact instead, so that it is
 * never a single point. All NaN when the wholes sum to 0. */
struct bh_estimate bh_share(const double *parts, const double *wholes, size_t count);
/* Clopper and Pearson's interval for `part` out of `whole` independent trials. */
struct bh_estimate bh_share_exact(double part, double whole);
/* `count` independent events over an exposure: their rate, with the exact Poisson interval (Garwood's, by quantiles of
 * chi-square). All NaN without exposure. */
struct bh_estimate bh_rate_exact(double count, double exposure);

/* A share as in bh_share beside an `expected` one. `error` is the standard error with replicas as clusters, or that of as
 * many independent trials if it is larger; `level` the probability of so large a deviation by chance, by Student's
 * distribution or, if that is larger, the binomial one. NaN where there is nothing to compare. */
struct bh_deviation {
    double difference, error, level;
};
struct bh_deviation bh_share_deviation(const double *parts, const double *wholes, size_t count, double expected);

/* sum(tops) / sum(bottoms) of any two positive sums, intervals as in bh_share but not clipped above and without the
 * exact fallback. Infinite when only the bottoms sum to 0. */
struct bh_estimate bh_ratio(const double *tops, const double *bottoms, size_t count);

/* sum(times) / sum(events): mean time per event of events that come one by one, with replicas as clusters. Events are taken
 * as Poisson's, but as much more or less regular as the replicas show: with dispersion phi (the variance of the total over
 * the total, by the ratio estimator) and K events, K / phi is as good as Poisson's, and the interval of the rate is that of a
 * gamma distribution of shape K / phi + 1/2 (between the two of Garwood's exact interval), phi widened by Student's quantile
 * over the normal one for the few replicas that it is known from. Coverage is tested. Without events the mean is infinite and
 * the low end is that of none seen. All NaN without time. */
struct bh_estimate bh_time_per_event(const double *times, const double *events, size_t count);

/* Pearson's correlation of two lists; NaN when either does not vary. */
double bh_correlation(const double *left, const double *right, size_t count);
