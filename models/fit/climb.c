/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From some numbers of a distribution uphill to the maximum of its likelihood: Newton's method on logarithms, and where
 * that does not get there Nelder and Mead's simplex before it. */
#include "models/fit/climb.h"

#include "models/fit/likelihood.h"
#include "models/times/distribution.h"
#include "models/times/watched_times.h"

#include <float.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

/* --- Numbers without bounds ----------------------------------------------------------------------------------------- */

size_t bh_fit_count_free(const struct bh_distribution *d)
{
    if (d->type->has_weights)
        return 2 * d->parts - 1;
    return d->type->b_key != NULL ? 2 : 1;
}

/* Logarithms of all numbers, but of weights those of their ratios to the last. A scale is replaced by the mean: where
 * times vary little, shape and scale are one number twice, shape and mean are not. */
static void to_free(const struct bh_distribution *d, double *theta)
{
    if (!d->type->has_weights) {
        theta[0] = log(d->a[0]);
        if (d->type->b_key != NULL)
            theta[1] = log(d->b[0]) + (d->type->climbs_by_mean ? theta[0] : 0.0);
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
        d.b[0] = d.type->b_key != NULL ? exp(theta[1] - (d.type->climbs_by_mean ? theta[0] : 0.0)) : 0.0;
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

/* How a number changes with the free ones: d a[part] / d theta, d b[part] / d theta. */
static void slopes(const struct bh_distribution *d, size_t part, double *a, double *b)
{
    if (d->type->has_weights) {
        b[part] = d->b[part];
        for (size_t j = 0; j + 1 < d->parts; j++)
            a[d->parts + j] = d->a[part] * ((part == j ? 1.0 : 0.0) - d->a[j]);
        return;
    }
    a[0] = d->a[0];
    b[1] = d->b[0];
    b[0] = d->type->climbs_by_mean ? -d->b[0] : 0.0;
}

struct target {
    const struct bh_watched_times *times;
    struct bh_distribution like;
};

/* -INFINITY where there is no such distribution. */
static double height(const struct target *target, const double *theta)
{
    struct bh_distribution d = from_free(&target->like, theta);
    double value = d.type->expected(&d) == NULL ? bh_fit_watched_log_likelihood(target->times, &d) : -INFINITY;
    return isfinite(value) ? value : -INFINITY;
}

/* --- Simplex -------------------------------------------------------------------------------------------------------- */

static double depth(const gsl_vector *theta, void *parameters)
{
    double value = height(parameters, gsl_vector_const_ptr(theta, 0));
    return isfinite(value) ? -value : HUGE_VAL;
}

static void climb_by_simplex(struct target *target, double *theta, size_t free, double step, double tolerance)
{
    enum { STEPS_MOST = 3000 };
    gsl_multimin_function function = {depth, free, target};
    gsl_vector_view at = gsl_vector_view_array(theta, free);
    gsl_vector *steps = gsl_vector_alloc(free);
    gsl_multimin_fminimizer *minimizer = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, free);
    gsl_vector_set_all(steps, step);
    gsl_multimin_fminimizer_set(minimizer, &function, &at.vector, steps);
    for (int i = 0; i < STEPS_MOST && gsl_multimin_fminimizer_iterate(minimizer) == GSL_SUCCESS; i++)
        if (gsl_multimin_fminimizer_size(minimizer) < tolerance)
            break;
    gsl_vector_memcpy(&at.vector, gsl_multimin_fminimizer_x(minimizer));
    gsl_multimin_fminimizer_free(minimizer);
    gsl_vector_free(steps);
}

/* --- Newton --------------------------------------------------------------------------------------------------------- */

/* Where it stands: height, slope, curvature, by differences over steps that change the height by a little. */
struct stand {
    size_t free;
    double height, theta[BH_FIT_FREE_MOST], step[BH_FIT_FREE_MOST];
    double slope[BH_FIT_FREE_MOST], curve[BH_FIT_FREE_MOST * BH_FIT_FREE_MOST]; /* of -height */
};

static double height_off(const struct target *target, const struct stand *stand, size_t i, double by_i, size_t j,
                         double by_j)
{
    double theta[BH_FIT_FREE_MOST];
    memcpy(theta, stand->theta, sizeof theta);
    theta[i] += by_i;
    theta[j] += by_j;
    return height(target, theta);
}

/* The step in one direction is right where the height changes by far more than it is rounded, and by far less than it
 * has in all. */
static void look_along(const struct target *target, struct stand *stand, size_t i, double up[], double down[])
{
    static const double least = 2e-5, most = 2e-3, step_most = 0.5, step_least = 1e-9;
    for (int tries = 0; tries < 24; tries++) {
        double h = stand->step[i];
        up[i] = height_off(target, stand, i, h, i, 0.0);
        down[i] = height_off(target, stand, i, -h, i, 0.0);
        double change = fabs(stand->height - (up[i] + down[i]) / 2.0) + fabs(up[i] - down[i]) / 16.0;
        if ((!isfinite(change) || change > most) && h > step_least)
            stand->step[i] = h * (isfinite(change) ? fmax(sqrt(most / change) / 2.0, 0.05) : 0.1);
        else if (change < least && h < step_most)
            stand->step[i] = fmin(h * (change > 0.0 ? fmin(sqrt(least / change) * 3.0, 20.0) : 20.0), step_most);
        else
            break;
    }
    double h = stand->step[i];
    stand->slope[i] = (up[i] - down[i]) / (2.0 * h);
    stand->curve[i * stand->free + i] = -(up[i] + down[i] - 2.0 * stand->height) / (h * h);
}

static void look_around(const struct target *target, struct stand *stand)
{
    double up[BH_FIT_FREE_MOST], down[BH_FIT_FREE_MOST];
    stand->height = height(target, stand->theta);
    for (size_t i = 0; i < stand->free; i++)
        look_along(target, stand, i, up, down);
    for (size_t i = 0; i < stand->free; i++)
        for (size_t j = i + 1; j < stand->free; j++) {
            double hi = stand->step[i], hj = stand->step[j];
            double both = height_off(target, stand, i, hi, j, hj) + height_off(target, stand, i, -hi, j, -hj);
            double value = -(both - up[i] - down[i] - up[j] - down[j] + 2.0 * stand->height) / (2.0 * hi * hj);
            stand->curve[i * stand->free + j] = stand->curve[j * stand->free + i] = value;
        }
}

/* Inverts curve + damping * diagonal; false if it is not positive definite. */
static bool invert(const struct stand *stand, double damping, double *inverse)
{
    size_t n = stand->free;
    memcpy(inverse, stand->curve, n * n * sizeof *inverse);
    gsl_matrix_view view = gsl_matrix_view_array(inverse, n, n);
    for (size_t i = 0; i < n; i++) {
        double *at = &inverse[i * n + i];
        *at += damping * fmax(fabs(*at), 1.0 / (stand->step[i] * stand->step[i]));
        if (!isfinite(*at))
            return false;
    }
    return gsl_linalg_cholesky_decomp1(&view.matrix) == GSL_SUCCESS &&
           gsl_linalg_cholesky_invert(&view.matrix) == GSL_SUCCESS;
}

/* One step uphill; how much higher it is expected to lead, less than 0 if there is none. */
static double go_up(const struct target *target, struct stand *stand, double *inverse, bool *is_damped)
{
    enum { HALVES_MOST = 30 };
    size_t n = stand->free;
    double damping = 0.0, move[BH_FIT_FREE_MOST], gain = 0.0, longest = 0.0;
    while (!invert(stand, damping, inverse)) {
        damping = damping > 0.0 ? 10.0 * damping : 1e-3;
        if (damping > 1e9)
            return -1.0;
    }
    *is_damped = damping > 0.0;
    for (size_t i = 0; i < n; i++) {
        move[i] = 0.0;
        for (size_t j = 0; j < n; j++)
            move[i] += inverse[i * n + j] * stand->slope[j];
        gain += move[i] * stand->slope[i] / 2.0;
        longest = fmax(longest, fabs(move[i]));
    }
    double length = longest > 1.0 ? 1.0 / longest : 1.0; /* a factor of e at most */
    for (int halves = 0; halves < HALVES_MOST; halves++, length /= 2.0) {
        double theta[BH_FIT_FREE_MOST];
        for (size_t i = 0; i < n; i++)
            theta[i] = stand->theta[i] + length * move[i];
        if (height(target, theta) > stand->height) {
            memcpy(stand->theta, theta, sizeof theta);
            return gain;
        }
    }
    return gain < 1e-6 * fmax(1.0, fabs(stand->height) * DBL_EPSILON * 1e9) ? 0.0 : -1.0;
}

/* Whether it ends on a peak: hardly higher than where it stands, and lower in all directions. */
static bool climb_by_newton(const struct target *target, struct stand *stand, double gain_least, double *inverse)
{
    enum { STEPS_MOST = 60 };
    for (int i = 0; i < STEPS_MOST; i++) {
        bool is_damped;
        look_around(target, stand);
        if (!isfinite(stand->height))
            return false;
        double gain = go_up(target, stand, inverse, &is_damped);
        if (gain < 0.0)
            return false;
        if (gain < gain_least)
            return !is_damped;
    }
    return false;
}

/* --- Both ----------------------------------------------------------------------------------------------------------- */

static void fill_errors(const struct bh_distribution *d, const double *covariance, size_t free,
                        struct bh_fit_peak *peak)
{
    for (size_t p = 0; p < d->parts; p++) {
        double slope[2][BH_FIT_FREE_MOST] = {{0.0}, {0.0}}, variance[2] = {0.0, 0.0};
        slopes(d, p, slope[0], slope[1]);
        for (int which = 0; which < 2; which++)
            for (size_t i = 0; i < free; i++)
                for (size_t j = 0; j < free; j++)
                    variance[which] += slope[which][i] * slope[which][j] * covariance[i * free + j];
        peak->a_error[p] = variance[0] > 0.0 ? sqrt(variance[0]) : NAN;
        peak->b_error[p] = d->type->b_key != NULL && variance[1] > 0.0 ? sqrt(variance[1]) : NAN;
    }
}

void bh_fit_climb(const struct bh_watched_times *times, struct bh_distribution *d, const double *step,
                  struct bh_fit_peak *peak)
{
    struct target target = {times, *d};
    struct stand stand = {.free = bh_fit_count_free(d)};
    double covariance[BH_FIT_FREE_MOST * BH_FIT_FREE_MOST], from[BH_FIT_FREE_MOST];
    for (size_t i = 0; i < stand.free; i++)
        stand.step[i] = step != NULL ? step[i] : 1e-2;
    to_free(d, stand.theta);
    memcpy(from, stand.theta, sizeof from);
    /* In ln L, far below any difference that counts. The last step is taken, and leaves about the square of it; from nearby
     * that is enough. */
    static const double gain_least = 1e-8, gain_least_nearby = 1e-3;
    bool is_peak = climb_by_newton(&target, &stand, peak == NULL ? gain_least_nearby : gain_least, covariance);
    if (!is_peak && step == NULL) {
        memcpy(stand.theta, from, sizeof from);
        climb_by_simplex(&target, stand.theta, stand.free, 0.3, 1e-4);
        climb_by_simplex(&target, stand.theta, stand.free, 0.01, 1e-7);
        is_peak = climb_by_newton(&target, &stand, gain_least, covariance);
    }
    *d = from_free(&target.like, stand.theta);
    if (peak == NULL)
        return;
    *peak = (struct bh_fit_peak){.is_peak = is_peak};
    memcpy(peak->step, stand.step, sizeof peak->step);
    for (size_t p = 0; p < d->parts; p++)
        peak->a_error[p] = peak->b_error[p] = NAN;
    if (is_peak)
        fill_errors(d, covariance, stand.free, peak);
}

void bh_fit_stand(const struct bh_watched_times *times, const struct bh_distribution *d, struct bh_fit_peak *peak)
{
    struct target target = {times, *d};
    struct stand stand = {.free = bh_fit_count_free(d)};
    double covariance[BH_FIT_FREE_MOST * BH_FIT_FREE_MOST];
    for (size_t i = 0; i < stand.free; i++)
        stand.step[i] = 1e-2;
    to_free(d, stand.theta);
    look_around(&target, &stand);
    *peak = (struct bh_fit_peak){.is_peak = isfinite(stand.height) && invert(&stand, 0.0, covariance)};
    memcpy(peak->step, stand.step, sizeof peak->step);
    for (size_t p = 0; p < d->parts; p++)
        peak->a_error[p] = peak->b_error[p] = NAN;
    if (peak->is_peak)
        fill_errors(d, covariance, stand.free, peak);
}
