/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Noise: the formulas for the slowest of N against N draws, and the sampler against the formulas. */
#include "tests/support/helper.h"
#include "tests/support/uniform.h"

#include "models/base/error.h"
#include "models/cost/noise.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdbool.h>

enum { SEED = 11 };

static struct bh_noise one_source(double share, bool bounded, uint64_t nodes, double step_s)
{
    return (struct bh_noise){.count = 1, .source = {{share, bounded}}, .nodes = nodes, .step_s = step_s};
}

struct moments {
    double mean, variance, z_mean, z_variance;
};

/* Moments of a sample; z against what is expected, the variance's standard error from the fourth moment. */
static struct moments moments_of(const double *sample, size_t n, double mean, double variance)
{
    double sum = 0, second = 0, fourth = 0;
    for (size_t i = 0; i < n; i++)
        sum += sample[i];
    struct moments moments = {.mean = sum / (double)n};
    for (size_t i = 0; i < n; i++) {
        double d = (sample[i] - moments.mean) * (sample[i] - moments.mean);
        second += d;
        fourth += d * d;
    }
    moments.variance = second / (double)(n - 1);
    fourth /= (double)n;
    moments.z_mean = (moments.mean - mean) / sqrt(variance / (double)n);
    moments.z_variance =
        (moments.variance - variance) / sqrt((fourth - moments.variance * moments.variance) / (double)n);
    return moments;
}

/* N = 1 and 2: exponential m, m^2 and 3/2 m, 5/4 m^2; uniform on (0, 2m) m, m^2/3 and 4/3 m, 2/9 m^2. */
BH_TEST(test_formulas_by_hand)
{
    static const struct {
        bool bounded;
        uint64_t nodes;
        double mean, variance;
    } cases[] = {{false, 1, 1, 1},
                 {false, 2, 1.5, 1.25},
                 {false, 3, 11.0 / 6, 49.0 / 36},
                 {true, 1, 1, 1.0 / 3},
                 {true, 2, 4.0 / 3, 2.0 / 9}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_noise noise = one_source(0.01, cases[i].bounded, cases[i].nodes, 5);
        assert_close(bh_noise_mean_s(&noise), 0.05 * cases[i].mean, 1e-12);
        assert_close(bh_noise_variance_s2(&noise), 0.05 * 0.05 * cases[i].variance, 1e-12);
    }
    struct bh_noise both = {.count = 2, .source = {{0.01, false}, {0.02, true}}, .nodes = 2, .step_s = 1};
    assert_close(bh_noise_mean_s(&both), 0.01 * 1.5 + 0.02 * 4 / 3, 1e-12);
    assert_close(bh_noise_variance_s2(&both), 1e-4 * 1.25 + 4e-4 * 2 / 9, 1e-12);
    struct bh_noise none = {.nodes = 1000, .step_s = 1};
    assert_close(bh_noise_mean_s(&none), 0, 0);
}

/* 2^20 nodes: H_N by its sum; the bounded maximum is nearly 2m. */
BH_TEST(test_formulas_at_scale)
{
    enum { N = 1 << 20 };
    double harmonic = 0, squares = 0;
    for (int i = N; i > 0; i--) {
        harmonic += 1.0 / i;
        squares += 1.0 / i / i;
    }
    struct bh_noise noise = one_source(0.002, false, N, 1);
    assert_close(bh_noise_mean_s(&noise), 0.002 * harmonic, 1e-12);
    assert_close(bh_noise_variance_s2(&noise), 4e-6 * squares, 1e-10);
    noise.source[0].is_bounded = true;
    assert_close(bh_noise_mean_s(&noise), 0.004, 1e-6);
    assert_true(bh_noise_mean_s(&noise) < 0.004);
}

/* The slowest of N by drawing all N, both tails. 4.9 standard errors: level 1e-6 each, 1e-5 for all of the 12. */
BH_TEST(test_formulas_against_all_draws)
{
    enum { SAMPLES = 20000 };
    static const uint64_t sizes[] = {1, 7, 60};
    static double sample[SAMPLES];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    for (int bounded = 0; bounded < 2; bounded++)
        for (size_t s = 0; s < 3; s++) {
            struct bh_noise noise = one_source(0.03, bounded, sizes[s], 2);
            for (size_t i = 0; i < SAMPLES; i++) {
                sample[i] = 0;
                for (uint64_t n = 0; n < sizes[s]; n++)
                    sample[i] = fmax(sample[i], bounded ? gsl_ran_flat(rng, 0, 0.12) : gsl_ran_exponential(rng, 0.06));
            }
            struct moments found = moments_of(sample, SAMPLES, bh_noise_mean_s(&noise), bh_noise_variance_s2(&noise));
            print_message("# seed %d: %s, N = %d: z %.2f and %.2f\n", SEED, bounded ? "bounded" : "exponential",
                          (int)sizes[s], found.z_mean, found.z_variance);
            assert_true(fabs(found.z_mean) < 4.9 && fabs(found.z_variance) < 4.9);
        }
    gsl_rng_free(rng);
}

/* The sampler for one step against the distribution of the maximum, F(x)^N: Kolmogorov-Smirnov, level 1e-5. */
BH_TEST(test_draw_has_the_distribution_of_the_maximum)
{
    enum { SAMPLES = 50000 };
    static double cdf[SAMPLES];
    const struct bh_random random = {.seed = SEED, .replica = 3};
    for (int bounded = 0; bounded < 2; bounded++)
        for (uint64_t nodes = 1; nodes <= 1000000; nodes *= 1000) {
            struct bh_noise noise = one_source(0.01, bounded, nodes, 1);
            for (size_t i = 0; i < SAMPLES; i++) {
                double drawn_s = bh_noise_draw_s(&noise, 1.0, &random, 42, i);
                cdf[i] = exp((double)nodes * (bounded ? log(drawn_s / 0.02) : log1p(-exp(-drawn_s / 0.01))));
            }
            assert_uniform(cdf, SAMPLES, 2.47);
        }
}

/* Stretches of steps, drawn singly and by the normal approximation: mean and variance, 4.9 standard errors. A fraction
 * of a step counts in proportion: half a step has half the mean and, drawn singly, a quarter of the variance. */
BH_TEST(test_moments_of_stretches)
{
    enum { SAMPLES = 40000 };
    static const struct {
        double steps, means, variances;
    } cases[] = {{0.5, 0.5, 0.25}, {1, 1, 1},       {5.5, 5.5, 5.25},           {8, 8, 8},
                 {8.5, 8.5, 8.5},  {100, 100, 100}, {12345.6, 12345.6, 12345.6}};
    static double sample[SAMPLES];
    const struct bh_random random = {.seed = SEED, .replica = 0};
    struct bh_noise noise = {.count = 2, .source = {{0.002, false}, {0.004, true}}, .nodes = 7, .step_s = 1.3};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (size_t i = 0; i < SAMPLES; i++)
            sample[i] = bh_noise_draw_s(&noise, cases[c].steps, &random, 1000 + c, i);
        struct moments found = moments_of(sample, SAMPLES, cases[c].means * bh_noise_mean_s(&noise),
                                          cases[c].variances * bh_noise_variance_s2(&noise));
        print_message("# seed %d: %g steps: z %.2f and %.2f\n", SEED, cases[c].steps, found.z_mean, found.z_variance);
        assert_true(fabs(found.z_mean) < 4.9 && fabs(found.z_variance) < 4.9);
    }
}

BH_TEST(test_draw_is_never_negative_and_pure)
{
    const struct bh_random random = {.seed = SEED, .replica = 1}, other = {.seed = SEED, .replica = 2};
    struct bh_noise noise = one_source(0.01, false, 1, 1); /* 9 steps: mean 9, deviation 3 */
    bool at_zero = false;
    for (uint64_t i = 0; i < 20000; i++) {
        double drawn = bh_noise_draw_s(&noise, 9, &random, 5, i);
        assert_true(drawn >= 0 && isfinite(drawn));
        at_zero = at_zero || drawn == 0;
    }
    assert_true(at_zero); /* 3 deviations below: met 27 times in 20,000 */
    double first = bh_noise_draw_s(&noise, 3, &random, 5, 6);
    assert_close(bh_noise_draw_s(&noise, 3, &random, 5, 6), first, 0);
    assert_true(bh_noise_draw_s(&noise, 3, &random, 5, 7) != first);
    assert_true(bh_noise_draw_s(&noise, 3, &random, 6, 6) != first);
    assert_true(bh_noise_draw_s(&noise, 3, &other, 5, 6) != first);
    assert_close(bh_noise_draw_s(&noise, 0, &random, 5, 6), 0, 0);
    noise.count = 0;
    assert_close(bh_noise_draw_s(&noise, 3, &random, 5, 6), 0, 0);
}

/* Of two equal exponential kernels the sum is gamma of shape 2: of two nodes the slowest has 11/4 m on average, where the maxima
 * sum to 3 m; of any number the integral of 1 - F^N, with F in closed form. */
BH_TEST(test_the_sum_of_maxima_is_too_much)
{
    static const uint64_t nodes[] = {1, 2, 256, 1000000};
    for (size_t i = 0; i < BH_COUNT(nodes); i++) {
        struct bh_noise noise = {.count = 2, .source = {{0.01, false}, {0.01, false}}, .nodes = nodes[i], .step_s = 5};
        double slowest = 0.0, piece = 1e-3;
        for (double x = piece / 2; x < 60; x += piece)
            slowest += (1 - pow(1 - exp(-x) * (1 + x), (double)nodes[i])) * piece;
        double excess_s = bh_noise_mean_s(&noise) - 0.05 * slowest;
        assert_true(fabs(bh_noise_excess_s(&noise) - excess_s) <= 0.01 * bh_noise_mean_s(&noise));
        if (nodes[i] == 2)
            assert_close(excess_s, 0.25 * 0.05, 1e-5);
        noise.count = 1;
        assert_true(bh_noise_excess_s(&noise) == 0.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas_by_hand),
        cmocka_unit_test(test_formulas_at_scale),
        cmocka_unit_test(test_formulas_against_all_draws),
        cmocka_unit_test(test_draw_has_the_distribution_of_the_maximum),
        cmocka_unit_test(test_moments_of_stretches),
        cmocka_unit_test(test_draw_is_never_negative_and_pure),
        cmocka_unit_test(test_the_sum_of_maxima_is_too_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
