/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Random numbers: known answers, moments, bins, and that neighbouring keys know nothing of each other. */
#include "models/base/random.h"
#include "tests/support/helper.h"

#include <Random123/philox.h>
#include <gsl/gsl_cdf.h>
#include <string.h>

enum { DRAWS = 1 << 18, BINS = 256 };

/* Philox 4x64-10 as published with Random123 (kat_vectors): the installed library must give these. */
BH_TEST(test_known_answers)
{
    static const struct {
        philox4x64_ctr_t counter;
        philox4x64_key_t key;
        philox4x64_ctr_t expected;
    } cases[] = {
        {{{0, 0, 0, 0}}, {{0, 0}}, {{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}}},
        {{{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}},
         {{UINT64_MAX, UINT64_MAX}},
         {{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}}},
        {{{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}},
         {{0x452821e638d01377, 0xbe5466cf34e90c6c}},
         {{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        philox4x64_ctr_t found = philox4x64_R(10, cases[i].counter, cases[i].key);
        assert_memory_equal(&found, &cases[i].expected, sizeof found);
    }
}

/* Which argument goes where in key and counter is part of every result: it must never change. */
BH_TEST(test_uniform_is_philox)
{
    const struct bh_random zero = {.seed = 0, .replica = 0}, random = {.seed = 11, .replica = 22};
    assert_close(bh_random_uniform(&zero, (enum bh_purpose)0, 0, 0, 0), (double)(0x16554d9eca36314c >> 11) * 0x1p-53,
                 0);
    philox4x64_ctr_t counter = {{BH_PURPOSE_LANDING, 44, 55, 66}};
    philox4x64_key_t key = {{11, 22}};
    uint64_t bits = philox4x64_R(10, counter, key).v[0];
    assert_close(bh_random_uniform(&random, BH_PURPOSE_LANDING, 44, 55, 66), (double)(bits >> 11) * 0x1p-53, 0);
}

/* Never 0, whose logarithm is infinite, and never 1. */
BH_TEST(test_open_interval)
{
    assert_close(bh_random_open_interval(0), 0x1p-54, 0);
    assert_close(bh_random_open_interval(2047), 0x1p-54, 0);
    assert_close(bh_random_open_interval(2048), 0x1p-53, 0);
    assert_close(bh_random_open_interval(UINT64_MAX / 2 + 1), 0.5, 0);
    assert_close(bh_random_open_interval(UINT64_MAX), 1 - 0x1p-53, 0);
}

/* Draws a sample along the last counter. */
static double *draw(const struct bh_random *random, enum bh_purpose purpose, uint64_t stream, uint64_t a)
{
    double *sample = malloc(DRAWS * sizeof *sample);
    assert_non_null(sample);
    for (uint64_t b = 0; b < DRAWS; b++)
        sample[b] = bh_random_uniform(random, purpose, stream, a, b);
    return sample;
}

/* Of a uniform on (0, 1): mean 1/2, variance 1/12, third moment about the mean 0, fourth 1/80. */
BH_TEST(test_moments)
{
    const struct bh_random random = {.seed = 1, .replica = 0};
    double *sample = draw(&random, BH_PURPOSE_ARRIVAL, 1, 0);
    double moments[5] = {0}, least = 1, most = 0, odd = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        double deviation = sample[i] - 0.5;
        moments[1] += deviation / DRAWS;
        moments[2] += deviation * deviation / DRAWS;
        moments[3] += deviation * deviation * deviation / DRAWS;
        moments[4] += deviation * deviation * deviation * deviation / DRAWS;
        least = fmin(least, sample[i]);
        most = fmax(most, sample[i]);
        odd += fmod(sample[i] * 0x1p53, 2) / DRAWS; /* the last of the 53 bits */
    }
    /* Four standard errors, from the next moments. */
    assert_close(moments[1], 0, 4 * sqrt(1.0 / 12 / DRAWS));
    assert_close(moments[2], 1.0 / 12, 4 * 12 * sqrt((1.0 / 80 - 1.0 / 144) / DRAWS));
    assert_close(moments[3], 0, 4 * sqrt(1.0 / 448 / DRAWS));
    assert_close(moments[4], 1.0 / 80, 4 * 80 * sqrt((1.0 / 2304 - 1.0 / 6400) / DRAWS));
    assert_close(odd, 0.5, 4 * 2 * 0.5 / sqrt(DRAWS));
    assert_true(least > 0 && least < 20.0 / DRAWS && most < 1 && most > 1 - 20.0 / DRAWS);
    free(sample);
}

/* Probability that a uniform sample fills the bins as unevenly. */
static double bins_tail(const double *sample)
{
    size_t counts[BINS] = {0};
    double expected = (double)DRAWS / BINS, sum = 0;
    for (size_t i = 0; i < DRAWS; i++)
        counts[(size_t)(sample[i] * BINS)]++;
    for (size_t i = 0; i < BINS; i++)
        sum += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    return gsl_cdf_chisq_Q(sum, BINS - 1);
}

BH_TEST(test_bins)
{
    const struct bh_random random = {.seed = 20260101, .replica = 3};
    for (uint64_t stream = 0; stream < 4; stream++) {
        double *sample = draw(&random, BH_PURPOSE_ENDING, stream, 7);
        double tail = bins_tail(sample);
        assert_true(tail > 1e-4 && tail < 1 - 1e-4);
        free(sample);
    }
}

/* Each draw of a stream that shares is counted; sharing does not change what is drawn. */
BH_TEST(test_draws_are_counted)
{
    struct bh_random_shared shared;
    const struct bh_random random = {.seed = 5, .replica = 6}, counted = bh_random_share(5, 6, &shared);
    for (uint64_t b = 0; b < 3; b++)
        assert_true(bh_random_uniform(&random, BH_PURPOSE_ENDING, 1, 2, b) ==
                    bh_random_uniform(&counted, BH_PURPOSE_ENDING, 1, 2, b));
    assert_int_equal(shared.draws, 3);
    bh_random_exponential(&counted, BH_PURPOSE_ARRIVAL, 1, 2, 3, 1);
    assert_int_equal(shared.draws, 4);
}

/* Exponentials: mean, variance, and uniform bins of their distribution function. */
BH_TEST(test_exponential)
{
    const struct bh_random random = {.seed = 5, .replica = 6};
    const double mean = 3600;
    double *sample = malloc(DRAWS * sizeof *sample);
    double sum = 0, squares = 0;
    assert_non_null(sample);
    for (uint64_t b = 0; b < DRAWS; b++) {
        double time = bh_random_exponential(&random, BH_PURPOSE_ARRIVAL, 9, 0, b, mean);
        assert_true(time > 0 && isfinite(time));
        sum += time / DRAWS;
        squares += time * time / DRAWS;
        sample[b] = fmin(-expm1(-time / mean), 1 - 0x1p-53);
    }
    assert_close(sum, mean, 4 / sqrt(DRAWS));
    assert_close(squares - sum * sum, mean * mean, 4 * sqrt(8.0 / DRAWS));
    double tail = bins_tail(sample);
    assert_true(tail > 1e-4 && tail < 1 - 1e-4);
    free(sample);
}

static void assert_uncorrelated(double *left, double *right)
{
    double covariance = 0;
    assert_true(memcmp(left, right, DRAWS * sizeof *left) != 0);
    for (size_t i = 0; i < DRAWS; i++)
        covariance += (left[i] - 0.5) * (right[i] - 0.5) / DRAWS;
    assert_close(covariance * 12, 0, 4 / sqrt(DRAWS)); /* the correlation */
    free(right);
}

/* Keys that differ by one in any one part, the nearest there are, and consecutive draws. */
BH_TEST(test_neighbours)
{
    const struct bh_random random = {.seed = 100, .replica = 200}, next_seed = {.seed = 101, .replica = 200},
                           next_replica = {.seed = 100, .replica = 201}, swapped = {.seed = 200, .replica = 100};
    double *sample = draw(&random, BH_PURPOSE_KIND, 300, 400);
    assert_uncorrelated(sample, draw(&next_seed, BH_PURPOSE_KIND, 300, 400));
    assert_uncorrelated(sample, draw(&next_replica, BH_PURPOSE_KIND, 300, 400));
    assert_uncorrelated(sample, draw(&swapped, BH_PURPOSE_KIND, 300, 400));
    assert_uncorrelated(sample, draw(&random, BH_PURPOSE_SHARED_BUG, 300, 400));
    assert_uncorrelated(sample, draw(&random, BH_PURPOSE_KIND, 301, 400));
    assert_uncorrelated(sample, draw(&random, BH_PURPOSE_KIND, 300, 401));
    assert_uncorrelated(sample, draw(&random, BH_PURPOSE_KIND, 400, 300));
    double *shifted = malloc(DRAWS * sizeof *shifted);
    assert_non_null(shifted);
    memcpy(shifted, sample + 1, (DRAWS - 1) * sizeof *shifted);
    shifted[DRAWS - 1] = sample[0];
    assert_uncorrelated(sample, shifted);
    free(sample);
}

/* A draw depends on its key alone: drawn backwards and interleaved, it is the same. */
BH_TEST(test_order_does_not_matter)
{
    const struct bh_random random = {.seed = 1, .replica = 2}, other = {.seed = 2, .replica = 1};
    double *forwards = draw(&random, BH_PURPOSE_NOISE, 5, 6);
    for (uint64_t b = DRAWS; b-- > 0;) {
        bh_random_uniform(&other, BH_PURPOSE_HANG, b, 1, 2);
        assert_true(bh_random_uniform(&random, BH_PURPOSE_NOISE, 5, 6, b) == forwards[b]);
    }
    free(forwards);
}

/* Identities are part of results; XXH3 of the empty text is xxHash's own published value. */
BH_TEST(test_identities)
{
    assert_true(bh_identity("") == 0x2d06800538d394c2);
    assert_true(bh_identity("node-loss") == bh_identity("node-loss"));
    assert_true(bh_identity("node-loss") != bh_identity("node-losS"));
    assert_true(bh_identity_join(1, 2) != bh_identity_join(2, 1));
    assert_true(bh_identity_join(0, 0) != bh_identity_join(0, 1));
    /* Sixteen bytes, least significant first. */
    assert_true(bh_identity_join(0x6867666564636261, 0x706f6e6d6c6b6a69) == bh_identity("abcdefghijklmnop"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_uniform_is_philox),
        cmocka_unit_test(test_open_interval),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_bins),
        cmocka_unit_test(test_exponential),
        cmocka_unit_test(test_draws_are_counted),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_identities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
