/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Intervals of means by resampling: bias-corrected and accelerated (BCa). */
#pragma once

#include "analysis/measures/statistics.h"

/* How 95 % intervals of means are made. */
enum bh_intervals { BH_INTERVALS_STUDENT, BH_INTERVALS_BCA };

/* Fewer replicas have no such interval: their resamples are too few different ones. */
enum { BH_BOOTSTRAP_LEAST = 20 };

/* Which values each resample draws, mostly of up to `most`: keyed draws, the same at every call and in every process. */
struct bh_resamples;
struct bh_resamples *bh_resamples_create(size_t most);
void bh_resamples_destroy(struct bh_resamples *resamples);

/* Mean of `count` values with its 95 % interval. With `resamples` NULL it is Student's (bh_mean). Else the interval has its
 * ends at the shares of the resamples' means below them that
 *   P(z0 + (z0 + z) / (1 - a (z0 + z))), z = -+ t sqrt(n / (n - 1)),
 * says, P being the normal distribution; z0 the normal quantile of the share of resamples whose mean is below the values'
 * own (ties count half), which is the bias of the median; a = sum (x - mean)^3 / (6 (sum (x - mean)^2)^1.5), which is how
 * much the error grows with the mean, by leaving one out. In place of the normal quantile z has Student's with n - 1 degrees
 * of freedom, widened since resamples spread as if the variance were divided by n: of normal values the interval is near
 * Student's (the manual of R's package resample, ExpandProbs). No interval of fewer than BH_BOOTSTRAP_LEAST values, nor where
 * all resamples lie on one side. */
struct bh_estimate bh_mean_by(const struct bh_resamples *resamples, const double *values, size_t count);
/* The same of left[i] - right[i]. */
struct bh_estimate bh_paired_difference_by(const struct bh_resamples *resamples, const double *left,
                                           const double *right, size_t count);
