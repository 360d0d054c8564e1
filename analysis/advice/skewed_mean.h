/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Intervals of means of skewed numbers, as regrets are: most are 0, few are large. */
#pragma once

#include "analysis/measures/statistics.h"

#include <stddef.h>

/* 95 % interval around `mean`, whose standard error is `error` with `freedom` degrees of freedom, of which `count` numbers
 * have the skewness that the numbers show. A mean in units of its own estimated error, T, has skewness opposite to the
 * numbers', since the largest raise both: its first-order expansion is P(T <= x) = P(t <= x) + g (2 x^2 + 1) p(x) / 6 with
 * g = skewness / sqrt(count). T + g T^2 / 3 + g^2 T^3 / 27 + g / 6 has none of that and is monotone, so that Student's
 * quantiles go back through it. */
struct bh_estimate bh_skewed_mean(double mean, double error, double freedom, const double *numbers, size_t count);
