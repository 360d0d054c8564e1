/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Hyperexponential: with probability w_i an exponential time of mean m_i. P(T > t) = sum of w_i e^(-t / m_i). */
#include "models/times/hyperexponential.h"

#include "models/times/distribution.h"
#include "models/times/watched_times.h"

#include <gsl/gsl_rng.h>
#include <math.h>

static const char *hyperexponential_expected(const struct bh_distribution *d)
{
    static const char *const text = "weights above 0 that sum to 1, and means above 0";
    double sum = 0.0;
    if (d->parts < 1 || d->parts > BH_DISTRIBUTION_PARTS_MOST)
        return text;
    for (size_t i = 0; i < d->parts; i++) {
        if (!(d->a[i] > 0.0) || !(d->b[i] > 0.0) || !isfinite(d->b[i]))
            return text;
        sum += d->a[i];
    }
    return fabs(sum - 1.0) <= 1e-9 ? NULL : text;
}

static double longest(const struct bh_distribution *d)
{
    double most = d->b[0];
    for (size_t i = 1; i < d->parts; i++)
        most = fmax(most, d->b[i]);
    return most;
}

/* The longest phase's decay is drawn out of the sum, so that the tail is never 0. */
static double log_mixture(const struct bh_distribution *d, double t, bool density)
{
    double most = longest(d), sum = 0.0;
    for (size_t i = 0; i < d->parts; i++)
        sum += d->a[i] / (density ? d->b[i] : 1.0) * exp(t / most - t / d->b[i]);
    return log(sum) - t / most;
}

static double hyperexponential_log_density(const struct bh_distribution *d, double t)
{
    return log_mixture(d, t, true);
}

static double hyperexponential_hazard(const struct bh_distribution *d, double t)
{
    double before = 0.0;
    for (size_t i = 0; i < d->parts; i++)
        before -= d->a[i] * expm1(-t / d->b[i]);
    return before < 0.5 ? -log1p(-before) : -log_mixture(d, t, false);
}

static double hyperexponential_slope(const struct bh_distribution *d, double t, double hazard)
{
    (void)hazard;
    return exp(log_mixture(d, t, true) - log_mixture(d, t, false));
}

static double hyperexponential_mean(const struct bh_distribution *d)
{
    double sum = 0.0;
    for (size_t i = 0; i < d->parts; i++)
        sum += d->a[i] * d->b[i];
    return sum;
}

static double hyperexponential_age(const struct bh_distribution *d, double h)
{
    return bh_distribution_invert(d, h, hyperexponential_mean(d), hyperexponential_hazard, hyperexponential_slope);
}

static double hyperexponential_variance(const struct bh_distribution *d)
{
    double second = 0.0, mean = hyperexponential_mean(d);
    for (size_t i = 0; i < d->parts; i++)
        second += 2.0 * d->a[i] * d->b[i] * d->b[i];
    return second - mean * mean;
}

/* The residual time is hyperexponential too, each phase weighed by the time spent in it. */
static struct bh_distribution residual_of(const struct bh_distribution *d)
{
    struct bh_distribution residual = *d;
    double mean = hyperexponential_mean(d);
    for (size_t i = 0; i < d->parts; i++)
        residual.a[i] *= d->b[i] / mean;
    return residual;
}

static double hyperexponential_residual_hazard(const struct bh_distribution *d, double t)
{
    struct bh_distribution residual = residual_of(d);
    return hyperexponential_hazard(&residual, t);
}

static double hyperexponential_residual_age(const struct bh_distribution *d, double h)
{
    struct bh_distribution residual = residual_of(d);
    return hyperexponential_age(&residual, h);
}

/* --- Fitting -------------------------------------------------------------------------------------------------------- */

/* Sums that one step collects per phase: times that belong to it (in expectation), and how long they took. */
struct sums {
    double weight[BH_DISTRIBUTION_PARTS_MOST], ended[BH_DISTRIBUTION_PARTS_MOST], time[BH_DISTRIBUTION_PARTS_MOST];
    double log_likelihood;
};

/* A time t belongs to phase i with probability proportional to w_i / m_i e^(-t / m_i), or without 1 / m_i if it has not
 * ended. One that has not is expected to take m_i more, so mean_i = time_i / ended_i needs no more than time and ends. */
static void add(struct sums *sums, const struct bh_distribution *d, double t, bool ended, double count)
{
    double share[BH_DISTRIBUTION_PARTS_MOST], total = 0.0;
    for (size_t i = 0; i < d->parts; i++)
        total += share[i] = d->a[i] * (ended ? 1.0 / d->b[i] : 1.0) * exp(-t / d->b[i]);
    if (!(total > 0.0)) { /* beyond all phases: the longest has it */
        size_t longest = 0;
        for (size_t i = 1; i < d->parts; i++)
            longest = d->b[i] > d->b[longest] ? i : longest;
        for (size_t i = 0; i < d->parts; i++)
            share[i] = i == longest;
        total = 1.0;
    } else {
        sums->log_likelihood += count * log(total);
    }
    for (size_t i = 0; i < d->parts; i++) {
        double part = count * share[i] / total;
        sums->weight[i] += part;
        sums->time[i] += part * t;
        sums->ended[i] += ended ? part : 0.0;
    }
}

/* As log_density, with one logarithm for as many times as a product of their mixtures can hold. */
static double hyperexponential_log_density_sum(const struct bh_distribution *d, const struct bh_watched_times *times)
{
    static const double least = 1e-100, most = 1e100;
    double longest_s = longest(d), sum = 0.0, product = 1.0, time_s = 0.0;
    double factor[BH_DISTRIBUTION_PARTS_MOST], decay[BH_DISTRIBUTION_PARTS_MOST];
    for (size_t p = 0; p < d->parts; p++) {
        factor[p] = d->a[p] / d->b[p];
        decay[p] = 1.0 / longest_s - 1.0 / d->b[p];
    }
    for (size_t i = 0; i < times->values; i++) {
        double t = times->t[i], mixture = 0.0, weight = times->weight != NULL ? times->weight[i] : 1.0;
        for (size_t p = 0; p < d->parts; p++)
            mixture += factor[p] * (decay[p] < 0.0 ? exp(decay[p] * t) : 1.0);
        time_s += weight * t;
        if (weight != 1.0 || !(mixture > least && mixture < most)) {
            sum += weight * log(mixture);
            continue;
        }
        product *= mixture;
        if (!(product > least && product < most)) {
            sum += log(product);
            product = 1.0;
        }
    }
    return sum + log(product) - time_s / longest_s;
}

static double improve(const struct bh_watched_times *times, struct bh_distribution *d)
{
    static const double least_weight = 1e-9;
    struct sums sums = {.log_likelihood = 0.0};
    double n = 0.0;
    for (size_t i = 0; i < times->values; i++)
        add(&sums, d, times->t[i], true, times->weight != NULL ? times->weight[i] : 1.0);
    for (size_t i = 0; i < times->others_count; i++)
        add(&sums, d, times->others[i].until_s, times->others[i].ended, times->others[i].weight);
    for (size_t i = 0; i < d->parts; i++)
        n += sums.weight[i] = fmax(sums.weight[i], least_weight);
    for (size_t i = 0; i < d->parts; i++) {
        d->a[i] = sums.weight[i] / n;
        /* A phase in which hardly anything ended keeps its mean. */
        if (sums.ended[i] > 1e-6)
            d->b[i] = sums.time[i] / sums.ended[i];
    }
    return sums.log_likelihood;
}

/* By expectation-maximization, in which times watched from some age or from an unknown one are taken as if from their
 * start; they get their own likelihood in the climb that follows. */
static struct bh_distribution hyperexponential_guess(const struct bh_watched_times *times, size_t phases)
{
    enum { STEPS_MOST = 300 };
    /* Means spread over three deviations of the logarithm, from below the typical time to above it. */
    double spread = fmax(times->seen.log_sigma, 0.5), last = -INFINITY;
    struct bh_distribution d = {.type = &bh_hyperexponential, .parts = phases};
    for (size_t i = 0; i < phases; i++) {
        d.a[i] = 1.0 / (double)phases;
        d.b[i] = exp(times->seen.log_mean + spread * (3.0 * (double)i / (double)(phases - 1) - 1.0));
    }
    for (int i = 0; i < STEPS_MOST; i++) {
        double log_likelihood = improve(times, &d);
        if (fabs(log_likelihood - last) <= 1e-9 * fabs(log_likelihood))
            break;
        last = log_likelihood;
    }
    return d;
}

/* The phase first, then its time. */
static double hyperexponential_draw(const struct bh_distribution *d, const gsl_rng *numbers)
{
    double chosen = gsl_rng_uniform(numbers);
    size_t phase = 0;
    while (phase + 1 < d->parts && chosen >= d->a[phase])
        chosen -= d->a[phase++];
    return -d->b[phase] * log1p(-gsl_rng_uniform(numbers));
}

const struct bh_distribution_type bh_hyperexponential = {
    .name = "hyperexponential",
    .a_key = "weight",
    .b_key = "mean",
    .a_dimension = BH_DIMENSION_PROBABILITY,
    .b_dimension = BH_DIMENSION_TIME,
    .has_parts = true,
    .expected = hyperexponential_expected,
    .log_density = hyperexponential_log_density,
    .log_density_sum = hyperexponential_log_density_sum,
    .cumulative_hazard = hyperexponential_hazard,
    .age = hyperexponential_age,
    .mean = hyperexponential_mean,
    .variance = hyperexponential_variance,
    .residual_hazard = hyperexponential_residual_hazard,
    .residual_age = hyperexponential_residual_age,
    .has_weights = true,
    .draw = hyperexponential_draw,
    .guess = hyperexponential_guess,
    .guess_is = BH_GUESS_NEAR,
};
