/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The rule that stops a point by the precision of its mean. */
#include "sim/campaign/precision.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

uint64_t bh_precision_next_look(uint64_t look, uint64_t most)
{
    uint64_t next = look + (look + 1) / 2;
    return next < most ? next : most;
}

double bh_precision_half_width(const double *values, size_t count, double *mean)
{
    double sum = 0.0, squares = 0.0;
    *mean = NAN;
    if (count < 2)
        return NAN;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    *mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - *mean) * (values[i] - *mean);
    double deviation = sqrt(squares / (double)(count - 1));
    return gsl_cdf_tdist_Pinv(0.975, (double)(count - 1)) * deviation / sqrt((double)count);
}

uint64_t bh_precision_stop(const double *values, size_t count, double relative_half_width, uint64_t least,
                           uint64_t most)
{
    bool was_enough = false;
    for (uint64_t look = least; look <= count; look = bh_precision_next_look(look, most)) {
        double mean, half_width = bh_precision_half_width(values, look, &mean);
        if (isnan(half_width))
            return look;
        bool is_enough = half_width <= relative_half_width * fabs(mean);
        if ((is_enough && was_enough) || look == most)
            return look;
        was_enough = is_enough;
    }
    return 0;
}
