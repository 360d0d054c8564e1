/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The bootstrap of a mean. */
#include "analysis/measures/bootstrap.h"

#include "models/base/error.h"
#include "models/base/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Beyond an end lie some 160 resamples of normal values, of skewed ones at the far end a few. */
enum { RESAMPLES = 10000, WIDTH_MOST = 1024 };

struct bh_resamples {
    size_t width;
    uint32_t *draw; /* [resample][width], evenly over all numbers of 32 bits: of n values the one at draw n / 2^32 */
};

/* The draws behind the kept ones are those again, mixed (the finalizer of MurmurHash3, public domain). */
static uint32_t draw_at(const struct bh_resamples *resamples, size_t resample, size_t i)
{
    uint32_t draw = resamples->draw[resample * resamples->width + i % resamples->width];
    if (i < resamples->width)
        return draw;
    draw += (uint32_t)(i / resamples->width) * 0x9e3779b9U;
    draw = (draw ^ draw >> 16) * 0x85ebca6bU;
    draw = (draw ^ draw >> 13) * 0xc2b2ae35U;
    return draw ^ draw >> 16;
}

struct bh_resamples *bh_resamples_create(size_t most)
{
    struct bh_resamples *resamples = bh_allocate(1, sizeof *resamples);
    const uint64_t stream = bh_identity("intervals of means");
    const size_t width = resamples->width = most < WIDTH_MOST ? most : WIDTH_MOST;
    resamples->draw = bh_allocate(RESAMPLES * width + 1, sizeof *resamples->draw);
    for (size_t r = 0; r < RESAMPLES; r++) {
        const struct bh_random random = {.seed = 1, .replica = r};
        for (size_t i = 0; i < width; i++)
            resamples->draw[r * width + i] =
                (uint32_t)(0x1p32 * bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, stream, i, 0));
    }
    return resamples;
}

void bh_resamples_destroy(struct bh_resamples *resamples)
{
    if (resamples != NULL)
        free(resamples->draw);
    free(resamples);
}

/* sum (x - mean)^3 / (6 (sum (x - mean)^2)^1.5) */
static double acceleration(const double *values, size_t count, double mean)
{
    double squares = 0, cubes = 0;
    for (size_t i = 0; i < count; i++) {
        double off = values[i] - mean;
        squares += off * off;
        cubes += off * off * off;
    }
    return cubes / (6 * pow(squares, 1.5));
}

/* Where so much of the sorted means lies below that a normal z becomes once bias and acceleration are in it. */
static double end_of(const double *means, double bias, double growth, double z)
{
    double below = gsl_cdf_ugaussian_P(bias + (bias + z) / (1 - growth * (bias + z)));
    return gsl_stats_quantile_from_sorted_data(means, 1, RESAMPLES, below);
}

static void bootstrap(const struct bh_resamples *resamples, const double *values, size_t count,
                      struct bh_estimate *estimate)
{
    double *means = bh_allocate(RESAMPLES, sizeof *means), below = 0, n = (double)count;
    for (size_t r = 0; r < RESAMPLES; r++) {
        for (size_t i = 0; i < count; i++)
            means[r] += values[((uint64_t)draw_at(resamples, r, i) * count) >> 32];
        means[r] /= n;
        below += means[r] < estimate->mean ? 1 : means[r] == estimate->mean ? 0.5 : 0;
    }
    gsl_sort(means, 1, RESAMPLES);
    double bias = gsl_cdf_ugaussian_Pinv(below / RESAMPLES), growth = acceleration(values, count, estimate->mean);
    double z = gsl_cdf_tdist_Qinv((1 - BH_CONFIDENCE) / 2, n - 1) * sqrt(n / (n - 1));
    /* Beyond 1 / growth the formula turns over: no end is there. */
    if (isfinite(bias) && fabs(growth) * (fabs(bias) + z) < 1) {
        estimate->low = end_of(means, bias, growth, -z);
        estimate->high = end_of(means, bias, growth, z);
    }
    free(means);
}

struct bh_estimate bh_mean_by(const struct bh_resamples *resamples, const double *values, size_t count)
{
    struct bh_estimate estimate = bh_mean(values, count);
    bool varies = estimate.low < estimate.high;
    if (resamples == NULL || (count >= BH_BOOTSTRAP_LEAST && !varies))
        return estimate;
    estimate.low = estimate.high = NAN;
    if (count >= BH_BOOTSTRAP_LEAST)
        bootstrap(resamples, values, count, &estimate);
    return estimate;
}

struct bh_estimate bh_paired_difference_by(const struct bh_resamples *resamples, const double *left,
                                           const double *right, size_t count)
{
    double *difference = bh_allocate(count, sizeof *difference);
    for (size_t i = 0; i < count; i++)
        difference[i] = left[i] - right[i];
    struct bh_estimate estimate = bh_mean_by(resamples, difference, count);
    free(difference);
    return estimate;
}
