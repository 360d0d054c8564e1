/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Kolmogorov-Smirnov for tests: whether numbers are uniform on (0, 1). */
#pragma once

#include "tests/support/helper.h"

#include <gsl/gsl_sort.h>

/* The distance of the empirical distribution from the uniform, times the root of the number. Sorts the values. */
static inline double bh_test_distance(double *values, size_t n)
{
    double distance = 0;
    gsl_sort(values, 1, n);
    for (size_t i = 0; i < n; i++)
        distance = fmax(distance, fmax(values[i] - (double)i / (double)n, (double)(i + 1) / (double)n - values[i]));
    return distance * sqrt((double)n);
}

/* A distance above `most` has a probability of 2 exp(-2 most^2) for many values: 1e-5 at 2.47. */
static inline void assert_uniform(double *values, size_t n, double most)
{
    double distance = bh_test_distance(values, n);
    if (distance >= most)
        fail_msg("distance x sqrt(n) = %g, expected below %g", distance, most);
}
