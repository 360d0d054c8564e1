/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fits recover what samples were drawn from, as often as their intervals promise, with all kinds of censoring; their
 * distances and p-values are what they claim. */
#include "models/fit/bootstrap.h"
#include "models/fit/distance.h"
#include "models/times/distribution_types.h"
#include "models/times/exponential.h"
#include "models/times/hyperexponential.h"
#include "models/times/lognormal.h"
#include "models/times/weibull_gamma.h"
#include "tests/support/helper.h"

#include "models/base/random.h"
#include "models/fit/climb.h"
#include "models/fit/fit.h"
#include "models/fit/likelihood.h"
#include "models/times/watched_times.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <string.h>

enum { SEED = 31, UNITS = 60 };

static const struct bh_distribution laws[] = {
    {&bh_exponential, 1, {3e5}, {0}}, {&bh_weibull, 1, {0.7}, {2e5}}, {&bh_weibull, 1, {1.6}, {3e5}},
    {&bh_lognormal, 1, {1e5}, {1.4}}, {&bh_gamma, 1, {0.5}, {6e5}},   {&bh_hyperexponential, 2, {0.4, 0.6}, {2e4, 5e5}},
};
enum { LAWS = sizeof laws / sizeof *laws };

enum watching { COMPLETE, FROM_BIRTH, FROM_AN_AGE, STEADY, WATCHINGS };
static const char *const watching_names[] = {"complete", "from birth", "from an age", "in steady state"};

/* A log of UNITS nodes watched for some 6 mean times each, begun in one of four ways. */
static struct bh_sample *draw(const struct bh_distribution *d, enum watching watching, uint64_t replica)
{
    const struct bh_random random = {.seed = SEED, .replica = replica};
    struct bh_sample *sample = bh_allocate(1, sizeof *sample);
    double mean = bh_distribution_mean_s(d);
    sample->is_renewal = watching != COMPLETE;
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        double age = 0, window = 6 * mean;
        if (watching ==
            FROM_AN_AGE) { /* a machine that was there half a mean time before its log, and had not failed */
            age = mean / 2;
        } else if (watching == STEADY) {
            age = NAN;
        }
        for (uint64_t k = 0; watching == COMPLETE ? k < 6 : window > 0; k++, age = 0) {
            double q = bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, unit, k, watching), from = isnan(age) ? 0 : age;
            double until = isnan(age) ? bh_residual_exceeded(d, q) : bh_distribution_exceeded_from(d, age, q);
            bool ended = watching == COMPLETE || until - from < window;
            bh_sample_add(sample,
                          (struct bh_duration){ended ? until : from + window, age, ended, ended && k > 0, unit, 0});
            window -= until - from;
        }
        sample->units++;
    }
    return sample;
}

/* 95 % intervals hold the truth in 95 % of the logs. 60 logs of some 360 failures per case, 48 numbers; each count is
 * binomial with a share of at least 0.92 (intervals are right in the limit of long logs only) and tested at level
 * 2e-6, 1e-4 for all. */
BH_TEST(test_coverage)
{
    enum { LOGS = 60 };
    unsigned all = 0, trials = 0;
    for (size_t l = 0; l < LAWS; l++)
        for (int w = 0; w < WATCHINGS; w++) {
            unsigned covered[4] = {0};
            size_t numbers = laws[l].parts > 1 ? 3 : laws[l].type->b_key != NULL ? 2 : 1;
            for (uint64_t n = 0; n < LOGS; n++) {
                struct bh_sample *sample = draw(&laws[l], w, 1000 * l + n);
                struct bh_fit fit;
                assert_int_equal(bh_fit(sample, laws[l].type, laws[l].parts, &fit, NULL), 0);
                const struct bh_distribution *d = &fit.distribution;
                const double truth[] = {laws[l].a[0], laws[l].b[0], laws[l].b[1]};
                const double value[] = {d->a[0], d->b[0], d->b[1]};
                const double error[] = {fit.a_error[0], fit.b_error[0], fit.b_error[1]};
                for (size_t i = 0; i < numbers; i++) {
                    double low, high;
                    bh_fit_interval(value[i], error[i], &low, &high);
                    covered[i] += truth[i] >= low && truth[i] <= high;
                }
                bh_sample_destroy(sample);
            }
            for (size_t i = 0; i < numbers; i++) {
                print_message("# seed %d: %s %g, %s, number %zu: %u of %d\n", SEED, laws[l].type->name, laws[l].a[0],
                              watching_names[w], i, covered[i], LOGS);
                assert_true(gsl_cdf_binomial_P(covered[i], 0.92, LOGS) > 1e-6);
                all += covered[i];
                trials += LOGS;
            }
        }
    /* Numbers of one log go together, hence the wide limits. */
    print_message("# %u of %u intervals hold the truth\n", all, trials);
    assert_true(all > 0.93 * trials && all < 0.965 * trials);
}

/* No neighbour is likelier, whatever the censoring: a climb that stops early or a likelihood at odds with its sums is
 * found. */
BH_TEST(test_maximum)
{
    for (size_t l = 0; l < LAWS; l++)
        for (int w = 0; w < WATCHINGS; w++) {
            struct bh_sample *sample = draw(&laws[l], w, 7);
            struct bh_fit fit;
            assert_int_equal(bh_fit(sample, laws[l].type, laws[l].parts, &fit, NULL), 0);
            double best = bh_fit_log_likelihood(sample, &fit.distribution);
            assert_close(fit.log_likelihood, best, 1e-12);
            assert_true(best >= bh_fit_log_likelihood(sample, &laws[l]));
            for (size_t i = 0; i < laws[l].parts; i++)
                for (int sign = -1; sign <= 1; sign += 2) {
                    struct bh_distribution moved = fit.distribution;
                    if (moved.parts == 1)
                        moved.a[i] *= 1 + 2e-3 * sign;
                    assert_true(bh_fit_log_likelihood(sample, &moved) <= best + 1e-9);
                    moved = fit.distribution;
                    moved.b[i] *= 1 + 2e-3 * sign;
                    assert_true(bh_fit_log_likelihood(sample, &moved) <= best + 1e-9);
                }
            bh_sample_destroy(sample);
        }
}

/* By hand: failures over time watched; and the moments of logarithms. */
BH_TEST(test_closed_forms)
{
    struct bh_sample sample = {.is_renewal = true};
    bh_sample_add(&sample, (struct bh_duration){10, 0, true, true, 0, 0});
    bh_sample_add(&sample, (struct bh_duration){30, 0, true, true, 0, 0});
    bh_sample_add(&sample, (struct bh_duration){5, 0, true, true, 0, 0});
    bh_sample_add(&sample, (struct bh_duration){20, 15, false, false, 1, 0});
    bh_sample_add(&sample, (struct bh_duration){50, NAN, false, false, 2, 0});
    struct bh_fit fit;
    assert_int_equal(bh_fit(&sample, &bh_exponential, 0, &fit, NULL), 0);
    assert_close(fit.distribution.a[0], 100.0 / 3, 1e-14);
    assert_close(fit.a_error[0], 100.0 / 3 / sqrt(3), 1e-4);
    assert_close(fit.aic, 2 + 2 * (3 * log(100.0 / 3) + 3), 1e-12);
    sample.count = 3;
    assert_int_equal(bh_fit(&sample, &bh_lognormal, 0, &fit, NULL), 0);
    double mu = (log(10) + log(30) + log(5)) / 3;
    assert_close(log(fit.distribution.a[0]), mu, 1e-14);
    assert_close(fit.distribution.b[0], sqrt((pow(log(10) - mu, 2) + pow(log(30) - mu, 2) + pow(log(5) - mu, 2)) / 3),
                 1e-13);
    assert_close(fit.b_error[0], fit.distribution.b[0] / sqrt(6), 1e-4);
    sample.count = 1;
    struct bh_error err = {0};
    assert_int_equal(bh_fit(&sample, &bh_weibull, 0, &fit, &err), -1);
    assert_int_equal(err.code, BH_ERROR_NUMERIC);
    free(sample.durations);
}

/* Without censoring the estimate is the empirical distribution; with it, Kaplan and Meier's by hand; with late entry,
 * those not yet there are not at risk. */
BH_TEST(test_product_limit)
{
    double *t, *p;
    const double values[] = {3, 1, 2, 2};
    struct bh_sample *complete = bh_sample_of(values, 4);
    assert_int_equal(bh_product_limit(complete, &t, &p), 3);
    assert_close(t[1], 2, 0);
    assert_close(p[0], 0.25, 1e-15);
    assert_close(p[1], 0.75, 1e-15);
    assert_close(p[2], 1, 0);
    free(t);
    free(p);
    struct bh_distribution d = bh_distribution_of(&bh_uniform, 0, 4);
    assert_close(bh_fit_distance(complete, &d), 0.25, 1e-12);
    /* 5 watched: fails at 1; censored at 1.5; enters at age 1.8, fails at 2; enters at 2.5; fails at 3 and 4. */
    complete->count = 0;
    complete->ended = 0;
    bh_sample_add(complete, (struct bh_duration){1, 0, true, true, 0, 0});
    bh_sample_add(complete, (struct bh_duration){1.5, 0, false, false, 1, 0});
    bh_sample_add(complete, (struct bh_duration){2, 1.8, true, false, 2, 0});
    bh_sample_add(complete, (struct bh_duration){3, 2.5, true, false, 3, 0});
    bh_sample_add(complete, (struct bh_duration){4, 0, true, true, 4, 0});
    bh_sample_add(complete, (struct bh_duration){2.2, NAN, true, true, 5, 0});
    assert_int_equal(bh_product_limit(complete, &t, &p), 4);
    assert_close(p[0], 1 - 2.0 / 3, 1e-15);         /* three from birth at risk */
    assert_close(p[1], 1 - 2.0 / 3 / 2, 1e-15);     /* the last, and who came at 1.8 */
    assert_close(p[2], 1 - 2.0 / 3 / 2 / 2, 1e-15); /* the last, and who came at 2.5 */
    assert_close(p[3], 1, 0);
    free(t);
    free(p);
    bh_sample_destroy(complete);
}

/* p-values of the right distribution are uniform: 60 logs, shares below 0.1 and 0.5 within binomial limits of level
 * 1e-5 each. Those of a wrong one are as small as they can be. And threads change nothing. */
BH_TEST(test_p_values)
{
    enum { LOGS = 60, DRAWS = 39 };
    for (int w = 0; w <= STEADY; w += STEADY) {
        unsigned below_tenth = 0, below_half = 0;
        for (uint64_t n = 0; n < LOGS; n++) {
            struct bh_sample *sample = draw(&laws[1], w, 5000 + n);
            struct bh_fit fit, wrong;
            assert_int_equal(bh_fit(sample, &bh_weibull, 0, &fit, NULL), 0);
            bh_fit_bootstrap(sample, &fit, DRAWS, SEED, n, 1);
            below_tenth += fit.p <= 0.1;
            below_half += fit.p <= 0.5;
            if (n == 0) {
                double p = fit.p;
                bh_fit_bootstrap(sample, &fit, DRAWS, SEED, n, 3);
                assert_close(fit.p, p, 0);
                assert_int_equal(bh_fit(sample, &bh_exponential, 0, &wrong, NULL), 0);
                bh_fit_bootstrap(sample, &wrong, DRAWS, SEED, n, 0);
                assert_close(wrong.p, 1.0 / (DRAWS + 1), 1e-15);
                assert_true(wrong.aic > fit.aic);
            }
            bh_sample_destroy(sample);
        }
        print_message("# seed %d, %s: %u and %u of %d below 0.1 and 0.5\n", SEED, watching_names[w], below_tenth,
                      below_half, LOGS);
        assert_true(gsl_cdf_binomial_P(below_tenth, 0.1, LOGS) > 1e-5 &&
                    gsl_cdf_binomial_Q(below_tenth, 0.1, LOGS) > 1e-6);
        assert_true(gsl_cdf_binomial_P(below_half, 0.5, LOGS) > 1e-5 &&
                    gsl_cdf_binomial_Q(below_half, 0.5, LOGS) > 1e-6);
    }
}

/* Whatever kind fits are made of has an example above. */
BH_TEST(test_all_kinds)
{
    for (size_t t = 0; bh_distribution_types[t] != NULL; t++) {
        bool has_example = bh_distribution_types[t]->guess == NULL;
        for (size_t l = 0; l < LAWS; l++)
            has_example = has_example || laws[l].type == bh_distribution_types[t];
        if (!has_example)
            fail_msg("%s: no example among laws[]", bh_distribution_types[t]->name);
    }
}

/* Akaike's figure finds what a long log was drawn from, of laws that are not each other's special cases. */
BH_TEST(test_choice)
{
    const size_t true_laws[] = {1, 3, 4, 5};
    for (size_t i = 0; i < 4; i++) {
        const struct bh_distribution *law = &laws[true_laws[i]];
        struct bh_sample *sample = bh_allocate(1, sizeof *sample);
        const struct bh_random random = {.seed = SEED, .replica = i};
        for (uint64_t n = 0; n < 5000; n++)
            bh_sample_add(sample,
                          (struct bh_duration){
                              bh_distribution_exceeded(law, bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 9, n, 0)), 0,
                              true, true, 0, 0});
        double least = INFINITY;
        const struct bh_distribution_type *best = NULL;
        for (int t = 0; bh_distribution_types[t] != NULL; t++) {
            struct bh_fit fit;
            if (bh_distribution_types[t]->guess == NULL)
                continue;
            assert_int_equal(bh_fit(sample, bh_distribution_types[t], 2, &fit, NULL), 0);
            if (fit.aic < least) {
                least = fit.aic;
                best = fit.distribution.type;
            }
        }
        assert_string_equal(best->name, law->type->name);
        bh_sample_destroy(sample);
    }
}

/* The distance looks at a part of the steps, and finds what looking at all of them finds. */
BH_TEST(test_distance_looks_everywhere)
{
    for (uint64_t i = 0; i < 12; i++) {
        const struct bh_random random = {.seed = SEED, .replica = i};
        const struct bh_distribution law = bh_distribution_of(&bh_weibull, 0.5 + 0.2 * (double)i, 1000.0),
                                     other = bh_distribution_of(&bh_lognormal, 700.0, 1.1);
        struct bh_sample *sample = bh_allocate(1, sizeof *sample);
        size_t count = i == 0 ? 1 : i == 1 ? 65 : 300 * i;
        for (uint64_t n = 0; n < count; n++) {
            double t = bh_distribution_exceeded(&law, bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 8, n, 0));
            t = i % 3 == 0 ? ceil(t / 50.0) * 50.0 : t; /* ties */
            bool ended = n % 5 != 0 || count == 1;
            bh_sample_add(sample, (struct bh_duration){t, n % 7 == 0 ? t / 2.0 : 0.0, ended, true, (uint32_t)n, 0});
        }
        double *t_s, *p, most = 0.0, before = 0.0;
        size_t steps = bh_product_limit(sample, &t_s, &p);
        for (size_t k = 0; k < steps; k++) {
            double at = bh_distribution_cdf(&other, t_s[k]);
            assert_true(k == 0 || t_s[k] > t_s[k - 1]);
            most = fmax(most, fmax(fabs(at - before), fabs(at - p[k])));
            before = p[k];
        }
        assert_close(bh_fit_distance(sample, &other), most, 1e-12);
        free(t_s);
        free(p);
        bh_sample_destroy(sample);
    }
}

/* Few values that stand for many times have their maximum within a hundredth of a standard error of that of all. */
BH_TEST(test_thinned)
{
    const struct bh_random random = {.seed = SEED, .replica = 77};
    const struct bh_distribution law = bh_distribution_of(&bh_weibull, 0.7, 1e5);
    struct bh_sample *sample = bh_allocate(1, sizeof *sample);
    for (uint64_t n = 0; n < 40000; n++) {
        double t = bh_distribution_exceeded(&law, bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 9, n, 0));
        bh_sample_add(sample,
                      (struct bh_duration){fmin(t, 2e5), n % 50 == 0 ? NAN : 0.0, t < 2e5, true, (uint32_t)n, 0});
    }
    static const struct bh_distribution_type *const types[] = {&bh_weibull, &bh_lognormal, &bh_gamma,
                                                               &bh_hyperexponential};
    for (size_t i = 0; i < BH_COUNT(types); i++) {
        struct bh_fit fit;
        struct bh_error err = {0};
        assert_int_equal(bh_fit(sample, types[i], 2, &fit, &err), 0);
        assert_null(fit.flaw);
        struct bh_watched_times *thin = bh_fit_watched(sample);
        size_t all = thin->values + thin->others_count;
        assert_true(bh_fit_watched_thin(thin));
        assert_true(thin->values + thin->others_count < all / 5);
        struct bh_distribution d = fit.distribution;
        struct bh_fit_peak peak;
        bh_fit_climb(thin, &d, NULL, &peak);
        assert_true(peak.is_peak);
        for (size_t p = 0; p < d.parts; p++) {
            assert_true(fabs(d.a[p] - fit.distribution.a[p]) < fit.a_error[p] / 100.0);
            assert_true(fabs(d.b[p] - fit.distribution.b[p]) < fit.b_error[p] / 100.0);
        }
        bh_fit_watched_destroy(thin);
    }
    bh_sample_destroy(sample);
}

/* The sum that a law has at once is that of its densities, also where these are far from 1, and where times have weights. */
BH_TEST(test_sums)
{
    static const struct bh_distribution two = {&bh_hyperexponential, 3, {0.3, 1e-6, 0.7}, {1e-9, 1e14, 5e3}};
    const struct bh_random random = {.seed = SEED, .replica = 78};
    struct bh_sample *sample = bh_allocate(1, sizeof *sample);
    for (uint64_t n = 0; n < 30000; n++) {
        double u = bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 9, n, 0);
        bh_sample_add(sample, (struct bh_duration){exp(log(1e-9) + u * log(1e22)), 0.0, true, true, (uint32_t)n, 0});
    }
    for (int is_thin = 0; is_thin < 2; is_thin++) {
        struct bh_watched_times *times = bh_fit_watched(sample);
        assert_true(!is_thin || bh_fit_watched_thin(times));
        for (size_t l = 0; l <= LAWS; l++) {
            const struct bh_distribution *d = l < LAWS ? &laws[l] : &two;
            double sum = 0.0;
            for (size_t i = 0; i < times->values; i++)
                sum += (is_thin ? times->weight[i] : 1.0) * bh_distribution_log_density(d, times->t[i]);
            double found = bh_fit_watched_log_likelihood(times, d);
            /* Laws that keep sums of all times are off by what the few values stand for, at times over 22 decades. */
            double allowed = is_thin && !d->type->has_weights ? 1e-2 : 1e-10;
            assert_true(fabs(found - sum) <= allowed * fabs(sum));
        }
        bh_fit_watched_destroy(times);
    }
    bh_sample_destroy(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms), cmocka_unit_test(test_product_limit),
        cmocka_unit_test(test_maximum),      cmocka_unit_test(test_all_kinds),
        cmocka_unit_test(test_choice),       cmocka_unit_test(test_distance_looks_everywhere),
        cmocka_unit_test(test_thinned),      cmocka_unit_test(test_p_values),
        cmocka_unit_test(test_coverage),     cmocka_unit_test(test_sums),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
