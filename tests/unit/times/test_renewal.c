/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Renewal processes without a clock per component, against clocks one by one and closed forms. */
#include "models/times/exponential.h"
#include "models/times/hyperexponential.h"
#include "models/times/lognormal.h"
#include "models/times/weibull_gamma.h"
#include "tests/support/helper.h"

#include "models/base/error.h"
#include "models/times/renewal.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_gamma.h>

enum { SEED = 1953, FEATURES = 5 };

/* What a run of some time shows: events, their squares over components (bunching), components struck, the first event,
 * the mean number of the components struck (each is as likely as any). */
struct sums {
    double sum[FEATURES], squares[FEATURES];
    unsigned runs;
};

static void add(struct sums *sums, const unsigned *counts, unsigned components, double first_s)
{
    double feature[FEATURES] = {0, 0, 0, first_s, 0};
    for (unsigned c = 0; c < components; c++) {
        feature[0] += counts[c];
        feature[1] += (double)counts[c] * counts[c];
        feature[2] += counts[c] > 0;
        feature[4] += c * (double)counts[c];
    }
    for (int f = 0; f < FEATURES; f++) {
        sums->sum[f] += feature[f];
        sums->squares[f] += feature[f] * feature[f];
    }
    sums->runs++;
}

static double mean(const struct sums *sums, int feature)
{
    return sums->sum[feature] / sums->runs;
}

static double error_squared(const struct sums *sums, int feature)
{
    double average = mean(sums, feature);
    return fmax(0, sums->squares[feature] / sums->runs - average * average) / (sums->runs - 1);
}

/* By events: first ones from the sampler, later ones of each component in turn; `repair_s` stops a clock. */
static void run_events(const struct bh_renewal_law *law, struct bh_random random, unsigned components, double until_s,
                       double repair_s, struct sums *sums)
{
    unsigned *counts = bh_allocate(components, sizeof *counts);
    struct bh_first_events *events = bh_first_events_create(law, NULL, components, 3);
    struct bh_age_table *between = bh_age_table_create(&law->between, BH_AGE_BETWEEN, NULL);
    double time_s, first_s = until_s;
    uint64_t component;
    while (bh_first_events_next(events, &random, &time_s, &component) && time_s < until_s) {
        first_s = fmin(first_s, time_s);
        assert_int_equal(counts[component], 0);
        do {
            counts[component]++;
            time_s = bh_renewal_next_s(between, &random, 3, component, counts[component], time_s + repair_s);
        } while (time_s < until_s);
    }
    add(sums, counts, components, first_s);
    bh_first_events_destroy(events);
    bh_age_table_destroy(between);
    free(counts);
}

/* Clocks one by one, in another order and with another generator. */
static void run_clocks(const struct bh_renewal_law *law, gsl_rng *rng, unsigned components, double until_s,
                       double repair_s, struct sums *sums)
{
    unsigned *counts = bh_allocate(components, sizeof *counts);
    double first_s = until_s;
    for (unsigned c = 0; c < components; c++) {
        double time_s = law->is_steady ? bh_residual_exceeded(&law->between, gsl_rng_uniform_pos(rng))
                                       : bh_distribution_exceeded(&law->between, gsl_rng_uniform_pos(rng));
        first_s = fmin(first_s, time_s);
        for (; time_s < until_s; counts[c]++)
            time_s += repair_s + bh_distribution_exceeded(&law->between, gsl_rng_uniform_pos(rng));
    }
    add(sums, counts, components, first_s);
    free(counts);
}

/* Over all kinds of distribution and random settings, five features each, jointly at level 1e-4. */
BH_TEST(test_equals_clocks)
{
    enum { SETTINGS = 40, RUNS = 500 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    double limit = gsl_cdf_ugaussian_Qinv(1e-4 / (2.0 * SETTINGS * FEATURES)), events = 0, repeated = 0;
    int wrong = 0;
    for (int s = 0; s < SETTINGS; s++) {
        static const struct bh_distribution laws[] = {
            {&bh_exponential, 1, {1}, {0}}, {&bh_weibull, 1, {0.7}, {1}},
            {&bh_weibull, 1, {1.8}, {1}},   {&bh_lognormal, 1, {0.7}, {1.1}},
            {&bh_gamma, 1, {0.5}, {2}},     {&bh_hyperexponential, 2, {0.3, 0.7}, {0.1, 1.5}},
            {&bh_uniform, 1, {0.2}, {1.8}}, {&bh_piecewise, 2, {0, 0.5}, {2, 0.4}},
        };
        struct bh_renewal_law law = {laws[s % 8], s / 8 % 2};
        unsigned components = 2 + (unsigned)gsl_rng_uniform_int(rng, 30);
        double until_s = 0.1 + 3 * gsl_rng_uniform(rng), repair_s = s % 3 == 0 ? 0 : 0.5 * gsl_rng_uniform(rng);
        struct sums by_events = {0}, by_clocks = {0};
        for (unsigned r = 0; r < RUNS; r++) {
            struct bh_random random = {.seed = SEED + (uint64_t)s, .replica = r};
            run_events(&law, random, components, until_s, repair_s, &by_events);
            run_clocks(&law, rng, components, until_s, repair_s, &by_clocks);
        }
        events += by_events.sum[0];
        repeated += by_events.sum[0] - by_events.sum[2];
        for (int f = 0; f < FEATURES; f++) {
            double difference = mean(&by_events, f) - mean(&by_clocks, f);
            double error = sqrt(error_squared(&by_events, f) + error_squared(&by_clocks, f));
            if (fabs(difference) <= limit * error + 1e-12)
                continue;
            print_error("setting %d (%s, %s), feature %d: %g and %g, %.2f standard errors apart\n", s,
                        law.between.type->name, law.is_steady ? "steady" : "fresh", f, mean(&by_events, f),
                        mean(&by_clocks, f), difference / error);
            wrong++;
        }
    }
    gsl_rng_free(rng);
    assert_int_equal(wrong, 0);
    assert_true(events > 30000 && repeated > 0.2 * events); /* first and later events both matter */
}

/* Fresh Weibull machine of p components: the first event comes at scale p^{-1/k} Gamma(1 + 1/k) on average. */
BH_TEST(test_first_of_fresh_weibull)
{
    const uint64_t components = UINT64_C(1) << 20;
    const unsigned runs = 4000;
    static const double shapes[] = {0.7, 1, 2};
    for (int i = 0; i < 3; i++) {
        double k = shapes[i], sum = 0;
        struct bh_renewal_law law = {bh_distribution_of(&bh_weibull, k, 5e8), false};
        for (unsigned r = 0; r < runs; r++) {
            struct bh_random random = {.seed = SEED, .replica = r};
            struct bh_first_events *events = bh_first_events_create(&law, NULL, components, 9);
            double time_s;
            uint64_t component;
            assert_true(bh_first_events_next(events, &random, &time_s, &component));
            assert_true(component < components);
            sum += time_s;
            bh_first_events_destroy(events);
        }
        double expected = 5e8 * pow((double)components, -1 / k) * gsl_sf_gamma(1 + 1 / k);
        double relative_sigma = sqrt(gsl_sf_gamma(1 + 2 / k) / pow(gsl_sf_gamma(1 + 1 / k), 2) - 1);
        assert_close(sum / runs, expected, 5 * relative_sigma / sqrt(runs));
    }
}

/* In steady state the mean number of events in a time t is n t / mean from the start on, whatever the distribution. */
BH_TEST(test_steady_rate)
{
    enum { RUNS = 800, COMPONENTS = 200 };
    static const struct bh_distribution laws[] = {
        {&bh_weibull, 1, {0.6}, {1e6}}, {&bh_lognormal, 1, {3e5}, {1.5}}, {&bh_gamma, 1, {4}, {2e5}}};
    for (int l = 0; l < 3; l++)
        for (int late = 0; late < 2; late++) {
            struct bh_renewal_law law = {laws[l], true};
            double until_s = (late ? 0.5 : 0.01) * bh_distribution_mean_s(&laws[l]);
            struct sums sums = {0};
            for (unsigned r = 0; r < RUNS; r++)
                run_events(&law, (struct bh_random){.seed = SEED, .replica = r}, COMPONENTS, until_s, 0, &sums);
            double expected = COMPONENTS * until_s / bh_distribution_mean_s(&laws[l]);
            assert_true(fabs(mean(&sums, 0) - expected) < 5 * sqrt(error_squared(&sums, 0)));
            assert_true(sums.sum[0] > 1000);
        }
}

/* All of few components: each once, in order of time, then no more. */
BH_TEST(test_every_component_once)
{
    enum { COMPONENTS = 500 };
    struct bh_renewal_law law = {bh_distribution_of(&bh_uniform, 10, 20), false};
    struct bh_random random = {.seed = SEED, .replica = 0};
    struct bh_first_events *events = bh_first_events_create(&law, NULL, COMPONENTS, 1);
    bool seen[COMPONENTS] = {false};
    double time_s, before_s = 10;
    uint64_t component;
    for (int i = 0; i < COMPONENTS; i++) {
        assert_true(bh_first_events_next(events, &random, &time_s, &component));
        assert_true(time_s >= before_s && time_s <= 20);
        assert_false(seen[component]);
        seen[component] = true;
        before_s = time_s;
    }
    assert_false(bh_first_events_next(events, &random, &time_s, &component));
    bh_first_events_destroy(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_clocks),
        cmocka_unit_test(test_first_of_fresh_weibull),
        cmocka_unit_test(test_steady_rate),
        cmocka_unit_test(test_every_component_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
