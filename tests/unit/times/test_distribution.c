/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Distributions of times: against GSL where it has them, quadrature for moments and residual times, round trips from
 * one tail to the other, and draws against their distribution functions. */
#include "models/times/exponential.h"
#include "models/times/hyperexponential.h"
#include "models/times/lognormal.h"
#include "models/times/weibull_gamma.h"
#include "tests/support/helper.h"
#include "tests/support/uniform.h"

#include "models/base/random.h"
#include "models/times/age_table.h"
#include "models/times/distribution.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <string.h>

enum { SEED = 21 };

/* Shapes on both sides of 1, from days to years; the last are far from anything usual. */
static const struct bh_distribution cases[] = {
    {&bh_exponential, 1, {86400}, {0}},
    {&bh_weibull, 1, {0.7}, {1e6}},
    {&bh_weibull, 1, {1}, {3600}},
    {&bh_weibull, 1, {2.5}, {7e3}},
    {&bh_lognormal, 1, {4000}, {1.4}},
    {&bh_lognormal, 1, {1e7}, {0.2}},
    {&bh_gamma, 1, {0.4}, {5e5}},
    {&bh_gamma, 1, {1}, {2e4}},
    {&bh_gamma, 1, {6.5}, {900}},
    {&bh_hyperexponential, 2, {0.3, 0.7}, {200, 1e6}},
    {&bh_hyperexponential, 3, {0.2, 0.5, 0.3}, {1e2, 1e4, 1e5}},
    {&bh_uniform, 1, {0}, {86400}},
    {&bh_uniform, 1, {3600}, {7200}},
    {&bh_piecewise, 3, {0, 1e5, 1e6}, {1e-5, 1e-6, 3e-6}},
    {&bh_piecewise, 3, {0, 1e4, 2e4}, {0, 1e-4, 2e-5}},
    {&bh_piecewise, 1, {0}, {1e-6}},
    {&bh_weibull, 1, {0.15}, {1e5}},
    {&bh_weibull, 1, {12}, {1e5}},
    {&bh_gamma, 1, {0.05}, {1e6}},
    {&bh_gamma, 1, {300}, {10}},
    {&bh_lognormal, 1, {3600}, {3}},
};
enum { CASES = sizeof cases / sizeof *cases };

BH_TEST(test_equals_gsl)
{
    static const double at[] = {1e-6, 1e-3, 0.1, 0.7, 1, 1.6, 4, 20, 100};
    for (size_t c = 0; c < CASES; c++)
        for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
            const struct bh_distribution *d = &cases[c];
            double t = at[i] * bh_distribution_mean_s(d), a = d->a[0], b = d->b[0], p, q, density;
            if (d->type == &bh_weibull)
                p = gsl_cdf_weibull_P(t, b, a), q = gsl_cdf_weibull_Q(t, b, a), density = gsl_ran_weibull_pdf(t, b, a);
            else if (d->type == &bh_lognormal)
                p = gsl_cdf_lognormal_P(t, log(a), b), q = gsl_cdf_lognormal_Q(t, log(a), b),
                density = gsl_ran_lognormal_pdf(t, log(a), b);
            else if (d->type == &bh_gamma)
                p = gsl_cdf_gamma_P(t, a, b), q = gsl_cdf_gamma_Q(t, a, b), density = gsl_ran_gamma_pdf(t, a, b);
            else if (d->type == &bh_exponential)
                p = gsl_cdf_exponential_P(t, a), q = gsl_cdf_exponential_Q(t, a),
                density = gsl_ran_exponential_pdf(t, a);
            else if (d->type == &bh_uniform)
                p = gsl_cdf_flat_P(t, a, b), q = gsl_cdf_flat_Q(t, a, b), density = gsl_ran_flat_pdf(t, a, b);
            else
                continue;
            /* Digits that t has lost are multiplied by the exponent, up to 1e3 here. */
            if (p > 1e-290)
                assert_close(bh_distribution_cdf(d, t), p, 1e-11);
            if (q > 1e-290)
                assert_close(bh_distribution_survival(d, t), q, 1e-11);
            if (density > 1e-290 && density < 1e290)
                assert_close(bh_distribution_density(d, t), density, 1e-11);
        }
}

/* --- Moments, densities and residual times by quadrature ------------------------------------------------------------ */

struct integrand {
    const struct bh_distribution *d;
    int power; /* of t, times the survival */
};

/* Over y = ln t, so that every tail is smooth. */
static double survival_moment(double y, void *parameters)
{
    const struct integrand *integrand = parameters;
    double t = exp(y);
    return t * pow(t, integrand->power) * bh_distribution_survival(integrand->d, t);
}

static double density_over_log(double y, void *parameters)
{
    const struct integrand *integrand = parameters;
    return exp(y) * bh_distribution_density(integrand->d, exp(y));
}

static double integrate(double (*function)(double, void *), struct integrand *integrand, double from, double to)
{
    double sum = 0, knots[BH_DISTRIBUTION_PARTS_MOST + 3] = {from};
    size_t count = 1;
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(2000);
    /* Cut where the hazard jumps. */
    const struct bh_distribution *d = integrand->d;
    for (size_t i = 0; d->type == &bh_piecewise && i < d->parts; i++)
        if (d->a[i] > from && d->a[i] < to)
            knots[count++] = d->a[i];
    if (d->type == &bh_uniform && d->a[0] > from && d->a[0] < to)
        knots[count++] = d->a[0];
    if (d->type == &bh_uniform && d->b[0] > from && d->b[0] < to)
        knots[count++] = d->b[0];
    knots[count++] = to;
    for (size_t i = 0; i + 1 < count; i++) {
        gsl_function f = {function, integrand};
        double value, error;
        gsl_integration_qag(&f, log(knots[i]), log(knots[i + 1]), 0, 1e-11, 2000, GSL_INTEG_GAUSS31, workspace, &value,
                            &error);
        sum += value;
    }
    gsl_integration_workspace_free(workspace);
    return sum;
}

/* From where P(T <= t) is nothing to where P(T > t) is. */
static double first_time(const struct bh_distribution *d)
{
    return fmax(bh_distribution_mean_s(d) * 1e-18, 1e-280);
}

static double last_time(const struct bh_distribution *d)
{
    return fmin(bh_distribution_exceeded(d, 1e-200), bh_distribution_mean_s(d) * 1e60);
}

BH_TEST(test_moments)
{
    for (size_t c = 0; c < CASES; c++) {
        struct integrand mean = {&cases[c], 0}, second = {&cases[c], 1};
        double m = integrate(survival_moment, &mean, first_time(&cases[c]), last_time(&cases[c]));
        double s = 2 * integrate(survival_moment, &second, first_time(&cases[c]), last_time(&cases[c]));
        assert_close(bh_distribution_mean_s(&cases[c]), m, 1e-9);
        /* Where the variance is small beside the mean, quadrature's difference has fewer digits. */
        double variance = bh_distribution_variance_s2(&cases[c]);
        assert_close(variance, s - m * m, 1e-8 * s / variance);
    }
}

BH_TEST(test_density_and_hazard)
{
    static const double probabilities[] = {1e-6, 0.02, 0.3, 0.77, 0.999};
    for (size_t c = 0; c < CASES; c++) {
        const struct bh_distribution *d = &cases[c];
        for (size_t i = 0; i < sizeof probabilities / sizeof *probabilities; i++) {
            struct integrand integrand = {d, 0};
            double low = bh_distribution_quantile(d, probabilities[i]);
            double high = bh_distribution_quantile(d, probabilities[i] + 0.0005);
            double between = integrate(density_over_log, &integrand, low, high);
            assert_close(between, 0.0005, 1e-7);
            double t = (low + high) / 2;
            assert_close(bh_distribution_hazard(d, t) * bh_distribution_survival(d, t), bh_distribution_density(d, t),
                         1e-11);
        }
    }
}

BH_TEST(test_residual_times)
{
    static const double at[] = {1e-5, 0.02, 0.5, 1.1, 3, 9};
    for (size_t c = 0; c < CASES; c++) {
        const struct bh_distribution *d = &cases[c];
        double mean = bh_distribution_mean_s(d);
        for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
            struct integrand integrand = {d, 0};
            double t = at[i] * mean, end = last_time(d), begin = first_time(d);
            double after = t < end ? integrate(survival_moment, &integrand, t, end) / mean : 0;
            double before = integrate(survival_moment, &integrand, begin, t) / mean;
            if (after > 1e-150)
                assert_close(bh_residual_survival(d, t), after, 1e-8);
            assert_close(bh_residual_cdf(d, t), before, 1e-8);
        }
    }
}

/* --- Round trips ---------------------------------------------------------------------------------------------------- */

BH_TEST(test_round_trips)
{
    /* Cumulative hazards from where hardly any to where hardly all have failed: e^-2000 survive. */
    static const double hazards[] = {1e-200, 1e-17, 1e-9, 1e-3, 0.4, 0.7, 3, 40, 300, 650, 2000};
    for (size_t c = 0; c < CASES; c++)
        for (size_t i = 0; i < sizeof hazards / sizeof *hazards; i++) {
            const struct bh_distribution *d = &cases[c];
            double h = hazards[i], t = d->type->age(d, h), r = d->type->residual_age(d, h);
            /* A bound above 0 or below infinity leaves no digits near it, and a time may be too small for a double. */
            bool bounded = d->type == &bh_uniform || (d->type == &bh_piecewise && d->b[0] == 0);
            if (t > 1e-300 && !(bounded && (h < 1e-8 || h > 25)))
                assert_close(d->type->cumulative_hazard(d, t), h, 1e-9);
            if (r > 1e-300 && !(d->type == &bh_uniform && h > 25))
                assert_close(d->type->residual_hazard(d, r), h, 1e-9);
        }
}

BH_TEST(test_quantiles)
{
    for (size_t c = 0; c < CASES; c++) {
        const struct bh_distribution *d = &cases[c];
        for (double q = 0.05; q < 1; q += 0.1) {
            double t = bh_distribution_exceeded(d, q);
            assert_close(bh_distribution_survival(d, t), q, 1e-11);
            assert_close(bh_distribution_quantile(d, 1 - q), t, 1e-11);
            assert_close(bh_residual_survival(d, bh_residual_exceeded(d, q)), q, 1e-11);
            double age = bh_distribution_quantile(d, 0.6), later = bh_distribution_exceeded_from(d, age, q);
            assert_true(later >= age);
            assert_close(bh_distribution_survival(d, later) / bh_distribution_survival(d, age), q, 1e-10);
        }
        assert_close(bh_distribution_exceeded_from(d, 0, 0.3), bh_distribution_exceeded(d, 0.3), 0);
        assert_close(bh_distribution_cdf(d, 0), 0, 0);
        assert_close(bh_distribution_cdf(d, -1), 0, 0);
        assert_close(bh_distribution_survival(d, INFINITY), 0, 0);
        assert_close(bh_residual_cdf(d, 0), 0, 0);
    }
}

/* Ages by table: the distribution function at each is that of the age by inversion to 1e-12, and the hazard to 1e-12 of
 * itself, from where hardly any to where hardly all have failed. That the table is in use shows in last digits. */
BH_TEST(test_tables)
{
    enum { DRAWS = 100 };
    for (size_t c = 0; c < CASES; c++)
        for (int residual = 0; residual < 2; residual++) {
            const struct bh_distribution *d = &cases[c];
            bool is_closed = residual ? d->type->has_closed_residual_age : d->type->has_closed_age;
            bool bounded = d->type == &bh_uniform || (d->type == &bh_piecewise && d->b[0] == 0);
            enum bh_age_kind kind = residual ? BH_AGE_RESIDUAL : BH_AGE_BETWEEN;
            struct bh_age_polynomials *kept = bh_age_polynomials_create();
            struct bh_age_table *table = bh_age_table_create(d, kind, kept);
            struct bh_age_table *alone = bh_age_table_create(d, kind, NULL);
            unsigned other_digits = 0;
            for (int exponent = -60; exponent < 9; exponent++)
                for (int n = 0; n < DRAWS; n++) {
                    double h = ldexp(1 + (double)n / DRAWS, exponent);
                    double exact = residual ? d->type->residual_age(d, h) : d->type->age(d, h);
                    double t = bh_age_table_at(table, h);
                    other_digits += t != exact;
                    assert_close(bh_age_table_at(alone, h), t, 0);
                    assert_close(t, exact, is_closed ? 0 : 1e-6);
                    if (bounded && (h < 1e-8 || h > 25))
                        continue;
                    double at = residual ? d->type->residual_hazard(d, t) : d->type->cumulative_hazard(d, t);
                    double of_exact =
                        residual ? d->type->residual_hazard(d, exact) : d->type->cumulative_hazard(d, exact);
                    assert_true(fabs(at - of_exact) <= 1e-12 * h);
                    assert_true(fabs(expm1(-at) - expm1(-of_exact)) <= 1e-12);
                }
            assert_true(is_closed || other_digits > 6 * DRAWS); /* a gamma of shape 300 keeps its inversion below 2^0 */
            assert_true(bh_age_table_at(table, 0) == 0 && isinf(bh_age_table_at(table, INFINITY)));
            bh_age_table_destroy(table);
            bh_age_table_destroy(alone);
            /* Another is not told what the first has found out. */
            table = bh_age_table_create(d, kind, kept);
            alone = bh_age_table_create(d, kind, NULL);
            for (int n = 0; n < DRAWS; n++)
                assert_close(bh_age_table_at(table, 1e-3 + 1e-6 * n), bh_age_table_at(alone, 1e-3 + 1e-6 * n), 0);
            bh_age_table_destroy(table);
            bh_age_table_destroy(alone);
            bh_age_polynomials_destroy(kept);
        }
}

/* The special cases that are the exponential distribution, and memory that it lacks. */
BH_TEST(test_exponential_in_other_clothes)
{
    const struct bh_distribution exponential = bh_distribution_of(&bh_exponential, 5e4, 0);
    const struct bh_distribution same[] = {
        bh_distribution_of(&bh_weibull, 1, 5e4),
        bh_distribution_of(&bh_gamma, 1, 5e4),
        {&bh_hyperexponential, 2, {0.25, 0.75}, {5e4, 5e4}},
        {&bh_piecewise, 2, {0, 1e4}, {2e-5, 2e-5}},
    };
    for (size_t c = 0; c < sizeof same / sizeof *same; c++)
        for (double q = 1e-12; q < 1; q *= 7) {
            double t = bh_distribution_exceeded(&exponential, q);
            assert_close(bh_distribution_exceeded(&same[c], q), t, 1e-11);
            assert_close(bh_residual_exceeded(&same[c], q), t, 1e-11);
            assert_close(bh_distribution_exceeded_from(&same[c], 3e4, q), 3e4 + t, 1e-11);
        }
    /* To the bit what streams of exponential faults draw. */
    const struct bh_random random = {.seed = SEED};
    for (uint64_t n = 0; n < 1000; n++)
        assert_close(bh_distribution_exceeded(&exponential, bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 1, n, 0)),
                     bh_random_exponential(&random, BH_PURPOSE_ARRIVAL, 1, n, 0, 5e4), 0);
}

/* --- Draws ---------------------------------------------------------------------------------------------------------- */

/* First times, residual times, and what a renewal process shows to one who looks at it late: its residual time has
 * the steady state's distribution. The process is begun 30 means before the look; shapes that forget more slowly than
 * that are left out. Level 1e-6 each, and 6e-5 for all. */
static void test_draws(void **state)
{
    (void)state;
    enum { SAMPLES = 3000 };
    static double fresh[SAMPLES], residual[SAMPLES], late[SAMPLES];
    for (size_t c = 0; c < CASES; c++) {
        const struct bh_distribution *d = &cases[c];
        const struct bh_random random = {.seed = SEED, .replica = c};
        double mean = bh_distribution_mean_s(d), look = 30 * mean;
        double variation = sqrt(bh_distribution_variance_s2(d)) / mean;
        for (uint64_t n = 0; n < SAMPLES; n++) {
            double q = bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 0, n, 0), clock = 0;
            fresh[n] = bh_distribution_cdf(d, bh_distribution_exceeded(d, q));
            residual[n] = bh_residual_cdf(d, bh_residual_exceeded(d, q));
            for (uint64_t k = 0; clock <= look; k++)
                clock += bh_distribution_exceeded(d, bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 1, n, k));
            late[n] = bh_residual_cdf(d, clock - look);
        }
        double of_fresh = bh_test_distance(fresh, SAMPLES);
        double of_residual = bh_test_distance(residual, SAMPLES);
        double of_late = bh_test_distance(late, SAMPLES);
        print_message("# seed %d, %s %g %g: %.2f, %.2f; in steady state %.2f\n", SEED, d->type->name, d->a[0], d->b[0],
                      of_fresh, of_residual, of_late);
        assert_true(of_fresh < 2.69 && of_residual < 2.69);
        if (variation > 0.25 && variation < 2)
            assert_true(of_late < 2.69);
    }
}

BH_TEST(test_numbers_that_make_none)
{
    static const struct bh_distribution none[] = {
        {&bh_exponential, 1, {0}, {0}},
        {&bh_weibull, 1, {0}, {1}},
        {&bh_weibull, 1, {1}, {0}},
        {&bh_gamma, 1, {2e6}, {1}},
        {&bh_lognormal, 1, {1}, {0}},
        {&bh_lognormal, 1, {0}, {1}},
        {&bh_hyperexponential, 2, {0.5, 0.6}, {1, 1}},
        {&bh_hyperexponential, 2, {1, 0}, {1, 1}},
        {&bh_hyperexponential, 17, {1}, {1}},
        {&bh_uniform, 1, {3}, {3}},
        {&bh_piecewise, 2, {0, 1}, {1, 0}},
        {&bh_piecewise, 2, {0, 0}, {1, 1}},
        {&bh_piecewise, 1, {1}, {1}},
        {&bh_weibull, 1, {NAN}, {1}},
    };
    for (size_t c = 0; c < CASES; c++)
        assert_int_equal(bh_distribution_check(&cases[c], NULL), 0);
    for (size_t c = 0; c < sizeof none / sizeof *none; c++) {
        struct bh_error err = {0};
        assert_int_equal(bh_distribution_check(&none[c], &err), -1);
        assert_int_equal(err.code, BH_ERROR_INPUT);
        assert_non_null(strstr(err.text, none[c].type->name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_gsl),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_density_and_hazard),
        cmocka_unit_test(test_residual_times),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_exponential_in_other_clothes),
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_numbers_that_make_none),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
