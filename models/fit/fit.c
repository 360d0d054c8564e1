/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Likelihoods of distributions of times and their maxima. */
#include "models/fit/fit.h"
#include "models/fit/distance.h"
#include "models/fit/parts.h"
#include "models/times/watched_times.h"

#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Likelihood ----------------------------------------------------------------------------------------------------- */

static double log_likelihood_of(const struct bh_watched_time *time, const struct bh_distribution *d)
{
    double t = time->until_s;
    if (isnan(time->age_s))
        return time->ended ? -bh_distribution_cumulative_hazard(d, t) - log(bh_distribution_mean_s(d))
                           : -d->type->residual_hazard(d, t);
    double given = bh_distribution_cumulative_hazard(d, time->age_s);
    return given + (time->ended ? bh_distribution_log_density(d, t) : -bh_distribution_cumulative_hazard(d, t));
}

struct bh_watched_times *bh_fit_watched(const struct bh_sample *sample)
{
    struct bh_watched_times *times = bh_allocate(1, sizeof *times);
    times->log_t = bh_allocate(sample->count + 1, sizeof *times->log_t);
    times->t = bh_allocate(sample->count + 1, sizeof *times->t);
    times->others = bh_allocate(sample->count + 1, sizeof *times->others);
    for (size_t i = 0; i < sample->count; i++) {
        const struct bh_duration *duration = &sample->durations[i];
        double age_s = isnan(duration->age_s) ? 0.0 : duration->age_s;
        times->exposure += duration->until_s - age_s;
        times->ended += duration->ended;
        if (!duration->ended || duration->age_s != 0.0) {
            times->others[times->others_count++] =
                (struct bh_watched_time){duration->until_s, duration->age_s, duration->ended};
            continue;
        }
        double log_t = log(duration->until_s);
        times->t[times->count] = duration->until_s;
        times->log_t[times->count++] = log_t;
        times->sum += duration->until_s;
        times->log_sum += log_t;
    }
    times->log_mean = times->log_sum / (double)times->count;
    for (size_t i = 0; i < times->count; i++)
        times->log_squares += pow(times->log_t[i] - times->log_mean, 2.0);
    return times;
}

void bh_fit_watched_destroy(struct bh_watched_times *times)
{
    free(times->log_t);
    free(times->t);
    free(times->others);
    free(times);
}

/* Sum of ln f over the times that were seen from start to end. */
static double log_density_sum(const struct bh_watched_times *times, const struct bh_distribution *d)
{
    if (d->type->log_density_sum != NULL)
        return d->type->log_density_sum(d, times);
    double sum = 0.0;
    for (size_t i = 0; i < times->count; i++)
        sum += d->type->log_density(d, times->t[i]);
    return sum;
}

static double log_likelihood(const struct bh_watched_times *times, const struct bh_distribution *d)
{
    double sum = log_density_sum(times, d);
    for (size_t i = 0; i < times->others_count; i++)
        sum += log_likelihood_of(&times->others[i], d);
    return sum;
}

double bh_fit_log_likelihood(const struct bh_sample *sample, const struct bh_distribution *distribution)
{
    struct bh_watched_times *times = bh_fit_watched(sample);
    double value = log_likelihood(times, distribution);
    bh_fit_watched_destroy(times);
    return value;
}

/* --- Numbers without bounds ----------------------------------------------------------------------------------------- */

/* Numbers that a fit is free to choose: logarithms of all numbers, but of weights those of their ratios to the last. */
static size_t count_free(const struct bh_distribution *d)
{
    if (d->type->has_weights)
        return 2 * d->parts - 1;
    return d->type->b_key != NULL ? 2 : 1;
}

static void to_free(const struct bh_distribution *d, double *theta)
{
    if (!d->type->has_weights) {
        theta[0] = log(d->a[0]);
        if (d->type->b_key != NULL)
            theta[1] = log(d->b[0]);
        return;
    }
    for (size_t i = 0; i < d->parts; i++)
        theta[i] = log(d->b[i]);
    for (size_t i = 0; i + 1 < d->parts; i++)
        theta[d->parts + i] = log(d->a[i] / d->a[d->parts - 1]);
}

static struct bh_distribution from_free(const struct bh_distribution *like, const double *theta)
{
    struct bh_distribution d = *like;
    if (!d.type->has_weights) {
        d.a[0] = exp(theta[0]);
        d.b[0] = d.type->b_key != NULL ? exp(theta[1]) : 0.0;
        return d;
    }
    double sum = 1.0;
    for (size_t i = 0; i + 1 < d.parts; i++)
        sum += exp(theta[d.parts + i]);
    for (size_t i = 0; i < d.parts; i++) {
        d.b[i] = exp(theta[i]);
        d.a[i] = (i + 1 < d.parts ? exp(theta[d.parts + i]) : 1.0) / sum;
    }
    return d;
}

struct target {
    const struct bh_watched_times *times;
    const struct bh_distribution *like;
};

static double minus_log_likelihood(const gsl_vector *theta, void *parameters)
{
    const struct target *target = parameters;
    struct bh_distribution d = from_free(target->like, gsl_vector_const_ptr(theta, 0));
    double value = d.type->expected(&d) == NULL ? -log_likelihood(target->times, &d) : HUGE_VAL;
    return isfinite(value) ? value : HUGE_VAL;
}

void bh_fit_climb(const struct bh_watched_times *times, struct bh_distribution *d, double step, double tolerance)
{
    enum { STEPS_MOST = 3000 };
    size_t free = count_free(d);
    struct bh_distribution like = *d;
    struct target target = {times, &like};
    gsl_multimin_function function = {minus_log_likelihood, free, &target};
    gsl_vector *theta = gsl_vector_alloc(free), *steps = gsl_vector_alloc(free);
    gsl_multimin_fminimizer *minimizer = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, free);
    to_free(d, gsl_vector_ptr(theta, 0));
    gsl_vector_set_all(steps, step);
    gsl_multimin_fminimizer_set(minimizer, &function, theta, steps);
    for (int i = 0; i < STEPS_MOST && gsl_multimin_fminimizer_iterate(minimizer) == GSL_SUCCESS; i++)
        if (gsl_multimin_fminimizer_size(minimizer) < tolerance)
            break;
    *d = from_free(&like, gsl_vector_const_ptr(gsl_multimin_fminimizer_x(minimizer), 0));
    gsl_multimin_fminimizer_free(minimizer);
    gsl_vector_free(steps);
    gsl_vector_free(theta);
}

/* --- Standard errors ------------------------------------------------------------------------------------------------ */

/* Second differences. 1e-3 in logarithms is far below any standard error that matters, and far above rounding. */
static void fill_information(const struct bh_watched_times *times, const struct bh_distribution *d,
                             gsl_matrix *information)
{
    static const double step = 1e-3;
    size_t free = information->size1;
    double theta[2 * BH_FIT_PHASES_MOST];
    to_free(d, theta);
    for (size_t i = 0; i < free; i++)
        for (size_t j = i; j < free; j++) {
            double sum = 0.0;
            for (int corner = 0; corner < 4; corner++) {
                double moved[2 * BH_FIT_PHASES_MOST], u = corner & 1 ? step : -step, v = corner & 2 ? step : -step;
                memcpy(moved, theta, sizeof moved);
                moved[i] += u;
                moved[j] += v;
                struct bh_distribution at = from_free(d, moved);
                sum += (u * v > 0.0 ? 1.0 : -1.0) * log_likelihood(times, &at);
            }
            gsl_matrix_set(information, i, j, -sum / (4.0 * step * step));
            gsl_matrix_set(information, j, i, -sum / (4.0 * step * step));
        }
}

/* Standard error of a number whose derivatives by theta are `slope`. */
static double error_of(const gsl_matrix *covariance, const double *slope)
{
    double variance = 0.0;
    for (size_t i = 0; i < covariance->size1; i++)
        for (size_t j = 0; j < covariance->size1; j++)
            variance += slope[i] * slope[j] * gsl_matrix_get(covariance, i, j);
    return variance > 0.0 ? sqrt(variance) : NAN;
}

static void fill_errors(const gsl_matrix *covariance, struct bh_fit *fit)
{
    const struct bh_distribution *d = &fit->distribution;
    for (size_t p = 0; p < d->parts; p++) {
        double a[2 * BH_FIT_PHASES_MOST] = {0.0}, b[2 * BH_FIT_PHASES_MOST] = {0.0};
        if (d->type->has_weights) {
            b[p] = d->b[p];
            for (size_t j = 0; j + 1 < d->parts; j++)
                a[d->parts + j] = d->a[p] * ((p == j ? 1.0 : 0.0) - d->a[j]);
        } else {
            a[0] = d->a[0];
            b[1] = d->b[0];
        }
        fit->a_error[p] = error_of(covariance, a);
        fit->b_error[p] = d->type->b_key != NULL ? error_of(covariance, b) : NAN;
    }
}

static void find_errors(const struct bh_watched_times *times, struct bh_fit *fit)
{
    gsl_matrix *information = gsl_matrix_alloc(fit->free, fit->free);
    fill_information(times, &fit->distribution, information);
    for (size_t p = 0; p < fit->distribution.parts; p++)
        fit->a_error[p] = fit->b_error[p] = NAN;
    if (gsl_linalg_cholesky_decomp1(information) == GSL_SUCCESS &&
        gsl_linalg_cholesky_invert(information) == GSL_SUCCESS)
        fill_errors(information, fit);
    gsl_matrix_free(information);
}

void bh_fit_interval(double value, double error, double *low, double *high)
{
    static const double normal_975 = 1.959963984540054;
    *low = value * exp(-normal_975 * error / value);
    *high = value * exp(normal_975 * error / value);
}

/* --- Where to begin ------------------------------------------------------------------------------------------------- */

bool bh_fit_guess_is_best(const struct bh_watched_times *times, const struct bh_distribution_type *type)
{
    return type->guess_is == BH_GUESS_BEST || (type->guess_is == BH_GUESS_BEST_OF_WHOLE && times->others_count == 0);
}

/* At least 3 different times. */
static bool is_enough(const struct bh_watched_times *times)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < times->count; i++) {
        low = fmin(low, times->t[i]);
        high = fmax(high, times->t[i]);
    }
    for (size_t i = 0; i < times->count; i++)
        if (times->t[i] > low && times->t[i] < high)
            return true;
    return false;
}

static int by_mean(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (a[1] > b[1]) - (a[1] < b[1]);
}

static void sort_phases(struct bh_distribution *d)
{
    double phase[BH_DISTRIBUTION_PARTS_MOST][2];
    for (size_t i = 0; i < d->parts; i++) {
        phase[i][0] = d->a[i];
        phase[i][1] = d->b[i];
    }
    qsort(phase, d->parts, sizeof *phase, by_mean);
    for (size_t i = 0; i < d->parts; i++) {
        d->a[i] = phase[i][0];
        d->b[i] = phase[i][1];
    }
}

void bh_fit_maximize(const struct bh_watched_times *times, const struct bh_distribution_type *type, size_t phases,
                     struct bh_distribution *d)
{
    *d = type->guess(times, phases);
    if (bh_fit_guess_is_best(times, type))
        return;
    if (type->guess_is == BH_GUESS_NEAR) {
        bh_fit_climb(times, d, 0.1, 1e-6);
    } else {
        bh_fit_climb(times, d, 0.3, 1e-4);
        bh_fit_climb(times, d, 0.01, 1e-7);
    }
    if (type->has_weights)
        sort_phases(d);
}

int bh_fit(const struct bh_sample *sample, const struct bh_distribution_type *type, size_t phases, struct bh_fit *fit,
           struct bh_error *err)
{
    struct bh_watched_times *times = bh_fit_watched(sample);
    *fit = (struct bh_fit){.p = NAN};
    int status = 0;
    if (!is_enough(times)) {
        status = bh_fail(err, BH_ERROR_NUMERIC, "found fewer than 3 different times that were seen to their end");
    } else {
        bh_fit_maximize(times, type, phases, &fit->distribution);
        fit->free = count_free(&fit->distribution);
        fit->log_likelihood = log_likelihood(times, &fit->distribution);
        fit->aic = 2.0 * (double)fit->free - 2.0 * fit->log_likelihood;
        find_errors(times, fit);
        fit->distance = bh_fit_distance(sample, &fit->distribution);
    }
    bh_fit_watched_destroy(times);
    return status;
}
