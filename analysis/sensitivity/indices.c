/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Indices of sensitivity from runs at random points and from Saltelli's and Morris' designs. */
#include "analysis/sensitivity/indices.h"

#include "models/base/error.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

enum { COSINES = 6 };

static double quantile(size_t degrees)
{
    return gsl_cdf_tdist_Qinv((1 - BH_CONFIDENCE) / 2, (double)degrees);
}

/* A share of a variance with so large a standard error, in its own range. */
static struct bh_estimate share(double mean, double error, size_t degrees)
{
    double reach = quantile(degrees) * error;
    return (struct bh_estimate){GSL_MAX(0, GSL_MIN(1, mean)), GSL_MAX(0, GSL_MIN(1, mean - reach)),
                                GSL_MAX(0, GSL_MIN(1, mean + reach))};
}

static double *means_of(const double *runs, size_t points, size_t replicas)
{
    double *means = bh_allocate(points, sizeof *means);
    for (size_t i = 0; i < points; i++)
        means[i] = gsl_stats_mean(runs + i * replicas, 1, replicas);
    return means;
}

double bh_replica_noise(const double *runs, size_t points, size_t replicas)
{
    if (replicas < 2 || points < 2)
        return 0;
    double *means = means_of(runs, points, replicas), sum = 0, mean = gsl_stats_mean(means, 1, points);
    for (size_t r = 0; r < replicas; r++) {
        double of_replica = gsl_stats_mean(runs + r, replicas, points);
        for (size_t i = 0; i < points; i++)
            sum += gsl_pow_2(runs[i * replicas + r] - means[i] - of_replica + mean);
    }
    free(means);
    return sum / (double)((points - 1) * (replicas - 1)) / (double)replicas;
}

/* --- Given data -------------------------------------------------------------------------------------------------------- */

struct cosines {
    double coefficient[COSINES];
};

static double curve_at(const struct cosines *curve, double u)
{
    double sum = 0;
    for (int j = 0; j < COSINES; j++)
        sum += curve->coefficient[j] * cos(M_PI * (j + 1) * u);
    return sum;
}

/* The place of each draw among all, in (0, 1). Equal draws share the middle of their places. */
static void find_places(const double *draws, size_t points, double *place)
{
    size_t *order = bh_allocate(points, sizeof *order);
    gsl_sort_index(order, draws, 1, points);
    for (size_t i = 0, j; i < points; i = j) {
        for (j = i + 1; j < points && draws[order[j]] == draws[order[i]];)
            j++;
        for (size_t k = i; k < j; k++)
            place[order[k]] = (double)(i + j) / 2 / (double)points;
    }
    free(order);
}

struct bh_given_data bh_given_data(const double *draws, const double *runs, size_t points, size_t replicas)
{
    struct bh_given_data told = {bh_estimate_none, NAN, NAN};
    double least, most, n = (double)points, explained = 0, left = 0;
    gsl_stats_minmax(&least, &most, draws, 1, points);
    if (points < BH_GIVEN_DATA_LEAST || least == most)
        return told;
    double *means = means_of(runs, points, replicas), *place = bh_allocate(points, sizeof *place);
    double mean = gsl_stats_mean(means, 1, points), spread = gsl_stats_variance(means, 1, points);
    double variance = spread - bh_replica_noise(runs, points, replicas);
    struct cosines curve = {{0}};
    find_places(draws, points, place);
    for (int j = 0; j < COSINES; j++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < points; i++) {
            double wave = cos(M_PI * (j + 1) * place[i]);
            sum += (means[i] - mean) * wave;
            square += wave * wave;
        }
        curve.coefficient[j] = sum / square;
    }
    for (size_t i = 0; i < points; i++) {
        double off = means[i] - mean, beside = off - curve_at(&curve, place[i]);
        explained += off * off - beside * beside;
        left += beside * beside;
    }
    double chance = left / (n - 1 - COSINES), index = (explained - COSINES * chance) / (n - 1) / variance, sum = 0;
    for (size_t i = 0; i < points; i++) {
        double off = means[i] - mean, beside = off - curve_at(&curve, place[i]);
        sum += gsl_pow_2(off * off - beside * beside - index * off * off);
    }
    if (variance > 0)
        told.first = share(index, sqrt(n / (n - 1) * sum + 2 * COSINES * chance * chance) / ((n - 1) * variance),
                           points - COSINES);
    if (told.first.low > 0) {
        told.at_low = mean + curve_at(&curve, 0.05);
        told.at_high = mean + curve_at(&curve, 0.95);
    }
    free(place);
    free(means);
    return told;
}

/* --- Saltelli's design --------------------------------------------------------------------------------------------------- */

/* Mean over replicas of (x_r - mean x)(y_r - mean y), unbiased, as it enters a product of two means over replicas. */
static double scatter(const double *x, const double *y, size_t replicas)
{
    return replicas < 2 ? 0 : gsl_stats_covariance(x, 1, y, 1, replicas) / (double)replicas;
}

/* Sum(tops) / sum(bottoms) over rows, linearised. */
static struct bh_estimate ratio(const double *tops, const double *bottoms, size_t rows)
{
    double top = 0, bottom = 0, sum = 0, n = (double)rows;
    for (size_t i = 0; i < rows; i++) {
        top += tops[i];
        bottom += bottoms[i];
    }
    if (rows < 2 || !(bottom > 0))
        return bh_estimate_none;
    for (size_t i = 0; i < rows; i++)
        sum += gsl_pow_2(tops[i] - top / bottom * bottoms[i]);
    return share(top / bottom, sqrt(n / (n - 1) * sum) / bottom, rows - 1);
}

struct bh_variance_shares bh_variance_shares(const double *a, const double *b, const double *c, size_t rows,
                                             size_t replicas)
{
    double *mean_a = means_of(a, rows, replicas), *mean_b = means_of(b, rows, replicas),
           *mean_c = means_of(c, rows, replicas), *first = bh_allocate(rows, sizeof *first),
           *total = bh_allocate(rows, sizeof *total), *whole = bh_allocate(rows, sizeof *whole),
           *step = bh_allocate(replicas, sizeof *step);
    double mean = (gsl_stats_mean(mean_a, 1, rows) + gsl_stats_mean(mean_b, 1, rows)) / 2, n = (double)rows;
    double noise = (bh_replica_noise(a, rows, replicas) + bh_replica_noise(b, rows, replicas)) / 2;
    for (size_t i = 0; i < rows; i++) {
        const double *at_a = a + i * replicas, *at_b = b + i * replicas, *at_c = c + i * replicas;
        for (size_t r = 0; r < replicas; r++)
            step[r] = at_c[r] - at_a[r];
        double moved = mean_c[i] - mean_a[i];
        first[i] = (mean_b[i] - mean) * moved - scatter(at_b, step, replicas);
        total[i] = (moved * moved - scatter(step, step, replicas)) / 2;
        whole[i] = (gsl_pow_2(mean_a[i] - mean) + gsl_pow_2(mean_b[i] - mean)) / 2 * (2 * n / (2 * n - 1)) - noise;
    }
    struct bh_variance_shares shares = {ratio(first, whole, rows), ratio(total, whole, rows)};
    free(step);
    free(whole);
    free(total);
    free(first);
    free(mean_c);
    free(mean_b);
    free(mean_a);
    return shares;
}

/* --- Morris' design ------------------------------------------------------------------------------------------------------ */

struct bh_effects bh_effects(const double *effects, size_t count)
{
    double *sizes = bh_allocate(count, sizeof *sizes);
    for (size_t i = 0; i < count; i++)
        sizes[i] = fabs(effects[i]);
    struct bh_effects told = {bh_mean(sizes, count), gsl_stats_mean(effects, 1, count),
                              count > 1 ? gsl_stats_sd(effects, 1, count) : NAN};
    told.size.low = GSL_MAX(0, told.size.low);
    free(sizes);
    return told;
}
