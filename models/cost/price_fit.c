/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fits a system's costs to ratios of run times, through the very functions that the simulation reckons with. */
#include "models/cost/price_fit.h"

#include "models/catalog/system.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <string.h>

const char *const bh_price_keys[BH_PRICES] = {"compute-slowdown", "exit-time", "latency", "bandwidth-loss"};

/* What a difference is taken over: small beside any price that matters, and far above what rounding does to a ratio. */
static const double step_of[BH_PRICES] = {1e-6, 1e-9, 1e-9, 1e-6};
/* A column that keeps so little of its length beside those before it is one of them. */
static const double least_own = 1e-5;
enum { STEPS_MOST = 100, HALVINGS_MOST = 40 };

static double *price_of(struct bh_system *system, int price)
{
    double *const value[BH_PRICES] = {&system->compute_slowdown.value, &system->exit_time_s.value,
                                      &system->latency_s.value, &system->bandwidth_loss.value};
    return value[price];
}

double bh_price_log_ratio(const struct bh_run_pair *pair, const struct bh_price_testbed *testbed,
                          const struct bh_system *system)
{
    static const struct bh_guard_level *const none[BH_BOUNDARIES] = {NULL};
    const struct bh_slowdown native = bh_slowdown_of(pair->application, system, none, testbed->host_kernel, NULL,
                                                     testbed->network, pair->nodes),
                             guest = bh_slowdown_of(pair->application, system, testbed->guard, testbed->host_kernel,
                                                    testbed->guest_kernel, testbed->network, pair->nodes);
    return log((guest.noise.step_s + bh_noise_mean_s(&guest.noise)) /
               (native.noise.step_s + bh_noise_mean_s(&native.noise)));
}

/* --- Least squares --------------------------------------------------------------------------------------------------- */

struct work {
    const struct bh_run_pair *pairs;
    size_t count;
    const struct bh_price_testbed *testbed;
    struct bh_system system; /* with the prices as they are now */
    int told[BH_PRICES];
    size_t told_count;
    gsl_matrix *slopes; /* [pair][told] */
    gsl_vector *rest;   /* [pair]: what was measured less what is foretold */
};

static double fill_rest(struct work *work)
{
    double sum = 0.0;
    for (size_t i = 0; i < work->count; i++) {
        const struct bh_run_pair *pair = &work->pairs[i];
        double rest = log(pair->guest / pair->native) - bh_price_log_ratio(pair, work->testbed, &work->system);
        gsl_vector_set(work->rest, i, rest);
        sum += rest * rest;
    }
    return sum;
}

static double slope(const struct work *work, size_t pair, int price)
{
    struct bh_system above = work->system, below = work->system;
    *price_of(&above, price) += step_of[price];
    *price_of(&below, price) -= step_of[price];
    return (bh_price_log_ratio(&work->pairs[pair], work->testbed, &above) -
            bh_price_log_ratio(&work->pairs[pair], work->testbed, &below)) /
           (2.0 * step_of[price]);
}

static void fill_slopes(struct work *work)
{
    for (size_t j = 0; j < work->told_count; j++)
        for (size_t i = 0; i < work->count; i++)
            gsl_matrix_set(work->slopes, i, j, slope(work, i, work->told[j]));
}

/* Gram and Schmidt: which columns have something of their own beside those before them. */
static void choose_told(struct work *work)
{
    gsl_vector *own[BH_PRICES];
    for (int price = 0; price < BH_PRICES; price++) {
        gsl_vector *column = gsl_vector_alloc(work->count);
        for (size_t i = 0; i < work->count; i++)
            gsl_vector_set(column, i, slope(work, i, price));
        const double before = gsl_blas_dnrm2(column);
        for (int twice = 0; twice < 2; twice++)
            for (size_t j = 0; j < work->told_count; j++) {
                double part;
                gsl_blas_ddot(own[j], column, &part);
                gsl_blas_daxpy(-part, own[j], column);
            }
        const double after = gsl_blas_dnrm2(column);
        if (after > least_own * before) {
            gsl_vector_scale(column, 1.0 / after);
            own[work->told_count] = column;
            work->told[work->told_count++] = price;
        } else
            gsl_vector_free(column);
    }
    for (size_t j = 0; j < work->told_count; j++)
        gsl_vector_free(own[j]);
}

/* A step, as long as it makes the sum of squares no larger; false: there is none. *is_last: it changed nothing that counts. */
static bool take_step(struct work *work, const gsl_vector *step, const gsl_matrix *covariance, double *sum,
                      bool *is_last)
{
    const struct bh_system before = work->system;
    double share = 1.0;
    for (int halving = 0; halving < HALVINGS_MOST; halving++, share /= 2.0) {
        work->system = before;
        *is_last = true;
        for (size_t j = 0; j < work->told_count; j++) {
            const double by = share * gsl_vector_get(step, j);
            *price_of(&work->system, work->told[j]) += by;
            *is_last = *is_last && fabs(by) <= 1e-4 * sqrt(gsl_matrix_get(covariance, j, j)) + 1e-14;
        }
        const double now = fill_rest(work);
        if (now <= *sum || (isfinite(now) && *is_last)) {
            *sum = now;
            return true;
        }
    }
    work->system = before;
    return false;
}

static int fit_told(struct work *work, struct bh_price_fit *fit, struct bh_error *err)
{
    gsl_multifit_linear_workspace *space = gsl_multifit_linear_alloc(work->count, work->told_count);
    gsl_vector *step = gsl_vector_alloc(work->told_count);
    gsl_matrix *covariance = gsl_matrix_alloc(work->told_count, work->told_count);
    double sum = fill_rest(work), unused;
    bool is_last = false;
    for (int steps = 0; steps < STEPS_MOST && !is_last; steps++) {
        fill_slopes(work);
        fill_rest(work); /* as it was before the last try */
        if (gsl_multifit_linear(work->slopes, work->rest, step, covariance, &unused, space) != 0 ||
            !take_step(work, step, covariance, &sum, &is_last))
            break;
    }
    const double reach = gsl_cdf_tdist_Pinv(0.975, (double)fit->freedom);
    fit->scatter = sqrt(sum / (double)fit->freedom);
    for (size_t j = 0; is_last && j < work->told_count; j++) {
        struct bh_fitted_price *price = &fit->price[work->told[j]];
        const double error = sqrt(gsl_matrix_get(covariance, j, j));
        price->is_told = true;
        price->low = price->value = *price_of(&work->system, work->told[j]);
        price->high = price->value + reach * error;
        price->low -= reach * error;
    }
    gsl_matrix_free(covariance);
    gsl_vector_free(step);
    gsl_multifit_linear_free(space);
    return is_last
               ? 0
               : bh_fail(err, BH_ERROR_NUMERIC, "no costs of system %s come near these run times", work->system.name);
}

int bh_price_fit(const struct bh_run_pair *pairs, size_t count, const struct bh_price_testbed *testbed,
                 struct bh_price_fit *fit, struct bh_error *err)
{
    struct work work = {.pairs = pairs, .count = count, .testbed = testbed, .system = *testbed->system};
    *fit = (struct bh_price_fit){0};
    for (int price = 0; price < BH_PRICES; price++)
        fit->price[price].value = fit->price[price].low = fit->price[price].high = *price_of(&work.system, price);
    if (count < 3)
        return bh_fail(err, BH_ERROR_INPUT, "found %zu pairs of run times, expected at least 3", count);
    choose_told(&work);
    if (count < work.told_count + 2)
        return bh_fail(err, BH_ERROR_INPUT, "found %zu pairs of run times for %zu costs, expected at least %zu", count,
                       work.told_count, work.told_count + 2);
    fit->freedom = count - work.told_count;
    work.slopes = gsl_matrix_alloc(count, work.told_count);
    work.rest = gsl_vector_alloc(count);
    int status = fit_told(&work, fit, err);
    gsl_vector_free(work.rest);
    gsl_matrix_free(work.slopes);
    return status;
}
