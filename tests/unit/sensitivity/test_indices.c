/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Indices of functions whose indices are known in closed form: Ishigami's, Sobol's g, a linear one; with and without
 * replicas that scatter and share a part of it. Designs of fixed seeds. */
#include "analysis/sensitivity/indices.h"
#include "tests/support/helper.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { DESIGNS = 300, ROWS = 256, REPLICAS = 4, NUMBERS = 3 };

struct known {
    const char *name;
    double (*function)(const double x[NUMBERS]);
    double first[NUMBERS], total[NUMBERS], deviation;
};

/* sin a + 7 sin^2 b + 0.1 c^4 sin a of numbers in (-pi, pi). */
static double ishigami(const double x[NUMBERS])
{
    double a = M_PI * (2 * x[0] - 1), b = M_PI * (2 * x[1] - 1), c = M_PI * (2 * x[2] - 1);
    return sin(a) + 7 * gsl_pow_2(sin(b)) + 0.1 * gsl_pow_4(c) * sin(a);
}

static struct known known_ishigami(void)
{
    double one = gsl_pow_2(1 + 0.1 * gsl_pow_4(M_PI) / 5) / 2, two = 49.0 / 8, both = 0.01 * gsl_pow_8(M_PI) * 8 / 225,
           all = one + two + both;
    return (struct known){
        "ishigami", ishigami, {one / all, two / all, 0}, {(one + both) / all, two / all, both / all}, sqrt(all)};
}

static const double g_weights[NUMBERS] = {0, 1, 9};
static double sobol_g(const double x[NUMBERS])
{
    double product = 1;
    for (int i = 0; i < NUMBERS; i++)
        product *= (fabs(4 * x[i] - 2) + g_weights[i]) / (1 + g_weights[i]);
    return product;
}

static struct known known_g(void)
{
    struct known known = {"g", sobol_g, {0}, {0}, 0};
    double all = 1, part[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
        part[i] = 1 / (3 * gsl_pow_2(1 + g_weights[i]));
        all *= 1 + part[i];
    }
    for (int i = 0; i < NUMBERS; i++) {
        known.first[i] = part[i] / (all - 1);
        known.total[i] = part[i] * all / (1 + part[i]) / (all - 1);
    }
    known.deviation = sqrt(all - 1);
    return known;
}

static double linear(const double x[NUMBERS])
{
    return 2 * x[0] + x[1];
}

static struct known known_linear(void)
{
    return (struct known){"linear", linear, {0.8, 0.2, 0}, {0.8, 0.2, 0}, sqrt(5.0 / 12)};
}

/* A run of each replica: half of the scatter is the replica's own at all points. */
static void run(gsl_rng *rng, const struct known *known, const double x[NUMBERS], const double *shared, double noise,
                double *runs)
{
    for (int r = 0; r < REPLICAS; r++)
        runs[r] = known->function(x) + known->deviation * noise * (shared[r] + gsl_ran_ugaussian(rng));
}

struct covered {
    int first[NUMBERS], total[NUMBERS], given[NUMBERS];
    double mean_first[NUMBERS], mean_total[NUMBERS], mean_given[NUMBERS];
};

static void count(struct bh_estimate found, double truth, int *covered, double *mean)
{
    *covered += found.low <= truth && truth <= found.high;
    *mean += found.mean / DESIGNS;
}

static void play(gsl_rng *rng, const struct known *known, double noise, struct covered *covered)
{
    static double a[ROWS * REPLICAS], b[ROWS * REPLICAS], c[NUMBERS][ROWS * REPLICAS], draws[NUMBERS][ROWS];
    double shared[REPLICAS];
    for (int r = 0; r < REPLICAS; r++)
        shared[r] = gsl_ran_ugaussian(rng);
    for (int n = 0; n < ROWS; n++) {
        double x[NUMBERS], y[NUMBERS];
        for (int i = 0; i < NUMBERS; i++) {
            x[i] = draws[i][n] = gsl_rng_uniform(rng);
            y[i] = gsl_rng_uniform(rng);
        }
        run(rng, known, x, shared, noise, a + n * REPLICAS);
        run(rng, known, y, shared, noise, b + n * REPLICAS);
        for (int i = 0; i < NUMBERS; i++) {
            double own = x[i];
            x[i] = y[i];
            run(rng, known, x, shared, noise, c[i] + n * REPLICAS);
            x[i] = own;
        }
    }
    for (int i = 0; i < NUMBERS; i++) {
        struct bh_variance_shares shares = bh_variance_shares(a, b, c[i], ROWS, REPLICAS);
        count(shares.first, known->first[i], &covered->first[i], &covered->mean_first[i]);
        count(shares.total, known->total[i], &covered->total[i], &covered->mean_total[i]);
        count(bh_given_data(draws[i], a, ROWS, REPLICAS).first, known->first[i], &covered->given[i],
              &covered->mean_given[i]);
    }
}

/* So far the mean of 300 estimates may be from the truth: small ones are cut off at 0, of which half of a standard error, up
 * to 0.1 of one design, remains. */
static double off_by(double truth)
{
    return truth < 0.1 ? 0.06 : 0.03;
}

/* Of 300 designs 95 % +- 3.8 % (three standard errors) at least hold the truth; where an index is at an end of its range more
 * do. */
BH_TEST(indices_are_those_of_the_closed_forms)
{
    const struct known functions[] = {known_ishigami(), known_g(), known_linear()};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 1);
    for (int f = 0; f < 3; f++)
        for (int noisy = 0; noisy < 2; noisy++) {
            struct covered covered = {0};
            for (int d = 0; d < DESIGNS; d++)
                play(rng, &functions[f], noisy * 0.7, &covered);
            for (int i = 0; i < NUMBERS; i++) {
                print_message("# %s%s %d: first %.3f found %.3f (%d), by data %.3f (%d); total %.3f found %.3f (%d)\n",
                              functions[f].name, noisy ? " with noise" : "", i, functions[f].first[i],
                              covered.mean_first[i], covered.first[i], covered.mean_given[i], covered.given[i],
                              functions[f].total[i], covered.mean_total[i], covered.total[i]);
                assert_in_range(covered.first[i], 0.912 * DESIGNS, DESIGNS);
                assert_in_range(covered.total[i], 0.912 * DESIGNS, DESIGNS);
                assert_in_range(covered.given[i], 0.912 * DESIGNS, DESIGNS);
                assert_true(fabs(covered.mean_first[i] - functions[f].first[i]) < off_by(functions[f].first[i]));
                assert_true(fabs(covered.mean_total[i] - functions[f].total[i]) < off_by(functions[f].total[i]));
                assert_true(fabs(covered.mean_given[i] - functions[f].first[i]) < off_by(functions[f].first[i]));
            }
        }
    gsl_rng_free(rng);
}

BH_TEST(what_replicas_scatter_is_no_effect)
{
    enum { POINTS = 400 };
    static double runs[POINTS * REPLICAS];
    double shared[REPLICAS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 2);
    for (int r = 0; r < REPLICAS; r++)
        shared[r] = 10 * gsl_ran_ugaussian(rng);
    for (int p = 0; p < POINTS; p++)
        for (int r = 0; r < REPLICAS; r++)
            runs[p * REPLICAS + r] = shared[r] + gsl_ran_gaussian(rng, 2);
    /* 4 / 4 = 1; the sum of squares has 399 * 3 degrees of freedom: 4 % a standard error. */
    assert_true(fabs(bh_replica_noise(runs, POINTS, REPLICAS) - 1) < 0.13);
    assert_true(bh_replica_noise(runs, POINTS, 1) == 0);
    gsl_rng_free(rng);
}

BH_TEST(effects_are_sizes_per_range)
{
    struct bh_effects effects = bh_effects((const double[]){-1, 2, -3, 2}, 4);
    assert_true(effects.size.mean == 2 && effects.mean == 0);
    assert_true(fabs(effects.deviation - sqrt(6)) < 1e-12);
    assert_true(effects.size.low >= 0 && effects.size.low < 2 && effects.size.high > 2);
}

BH_TEST(too_little_tells_nothing)
{
    double same[64], runs[64];
    for (int i = 0; i < 64; i++) {
        same[i] = 1;
        runs[i] = i % 7;
    }
    assert_true(isnan(bh_given_data(same, runs, 64, 1).first.mean));
    assert_true(isnan(bh_given_data(runs, runs, BH_GIVEN_DATA_LEAST - 1, 1).first.mean));
    /* Ties: a number of seven values that is the result itself. */
    assert_true(bh_given_data(runs, runs, 64, 1).first.mean > 0.95);
    assert_true(isnan(bh_variance_shares(same, same, same, 8, 1).total.mean));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_are_those_of_the_closed_forms),
        cmocka_unit_test(what_replicas_scatter_is_no_effect),
        cmocka_unit_test(effects_are_sizes_per_range),
        cmocka_unit_test(too_little_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
