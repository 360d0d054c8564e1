/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How much of a result's variance a number makes, and how far it moves the result. Results are runs [point][replica], of
 * which the mean over replicas counts; what replicas scatter is taken out of the variances where there are several. */
#pragma once

#include "analysis/measures/statistics.h"

#include <stddef.h>

/* Fewer points than this tell nothing of given data. */
enum { BH_GIVEN_DATA_LEAST = 32 };

/* What random draws tell of one number, whatever drew them: the share of the variance of the means that its mean curve
 * makes (the first-order index), and the curve near its ends.
 * The curve is a sum of six cosines over the ranks of the draws, c_j cos(pi j u), u = (rank + 1/2) / n: these are orthogonal,
 * so that SS = n sum c_j^2 / 2 is explained, of which 6 s^2 is chance (s^2: what is left over per degree of freedom). The
 * index is (SS - 6 s^2) / (n - 1) over the variance. Its interval is that of a ratio of sums, linearised, with the variance
 * 2 * 6 s^4 of the chance part. */
struct bh_given_data {
    struct bh_estimate first;
    double at_low,
        at_high; /* the curve where 5 % of the draws lie below, and above; NaN where its interval begins at 0 */
};
struct bh_given_data bh_given_data(const double *draws, const double *runs, size_t points, size_t replicas);

/* Saltelli's design: runs of rows of A, of B, and of A with one number from B, [row][replica] each. With means a, b, c,
 * V the variance of a and b together: first order mean((b - m)(c - a)) / V, total mean((a - c)^2) / (2 V). */
struct bh_variance_shares {
    struct bh_estimate first, total;
};
struct bh_variance_shares bh_variance_shares(const double *a, const double *b, const double *c, size_t rows,
                                             size_t replicas);

/* Morris' elementary effects of a number, per whole range of it: mean of their sizes, their mean and standard deviation. */
struct bh_effects {
    struct bh_estimate size;
    double mean, deviation;
};
struct bh_effects bh_effects(const double *effects, size_t count);

/* How much replicas scatter the mean of a point, beyond what moves all points alike: the variance between points that would
 * be seen if no number mattered. 0 where there is one replica, which cannot tell. */
double bh_replica_noise(const double *runs, size_t points, size_t replicas);
