/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint intervals: Young's and Daly's formulas, the exact optimum, and the makespan that it minimises. */
#include "tests/helper.h"

#include "models/interval.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

static const double month_s = 30 * 86400.0;

/* tau/M by Newton's method on its own equation, 1 - x = exp(-(x + delta/M)), in extended precision. */
static double root_of(double ratio)
{
    long double x = ratio > 1 ? 1.0L : sqrtl(2.0L * (long double)ratio);
    for (int i = 0; i < 200; i++)
        x -= (-expm1l(-(x + (long double)ratio)) - x) / (expl(-(x + (long double)ratio)) - 1.0L);
    return (double)x;
}

static void test_young(void **state)
{
    (void)state;
    assert_close(bh_interval_young_s(50, 10000), 1000, 1e-15);
    assert_close(bh_interval_young_s(0, 10000), 0, 0);
}

/* delta = M/2: sqrt(2 delta M) = M, so tau = M (1 + 1/6 + 1/36) - M/2 = 25/36 M. From delta = 2 M on: M. */
static void test_daly(void **state)
{
    (void)state;
    assert_close(bh_interval_daly_s(1800, 3600), 2500, 1e-14);
    assert_close(bh_interval_daly_s(0, 3600), 0, 0);
    assert_close(bh_interval_daly_s(7200, 3600), 3600, 0);
    assert_close(bh_interval_daly_s(1e9, 3600), 3600, 0);
    /* First order: Young less delta. */
    assert_close(bh_interval_daly_s(1e-6, month_s), bh_interval_young_s(1e-6, month_s), 1e-6);
}

/* tau = M/2 solves it for delta = M (ln 2 - 1/2): exp(-(1/2 + ln 2 - 1/2)) = 1/2. */
static void test_exact_by_hand(void **state)
{
    (void)state;
    assert_close(bh_interval_exact_s(3600 * (M_LN2 - 0.5), 3600), 1800, 1e-13);
    assert_close(bh_interval_exact_s(0, 3600), 0, 0);
    assert_close(bh_interval_exact_s(50 * 3600.0, 3600), 3600, 1e-12); /* far beyond: one interval is M */
    assert_close(bh_interval_exact_s(1e9, 3600), 3600, 1e-15);
}

/* To the 1e-9 that the header promises, over 16 decades. */
static void test_exact_solves_its_equation(void **state)
{
    (void)state;
    for (double ratio = 1e-13; ratio < 1e3; ratio *= 1.37)
        assert_close(bh_interval_exact_s(ratio * month_s, month_s), root_of(ratio) * month_s, 1e-9);
}

/* The series below delta/M = 1e-7 and Lambert's function above meet: the step between neighbours 1e-12 apart is no
 * larger than both methods' errors, 1e-9. */
static void test_series_meets_lambert(void **state)
{
    (void)state;
    double below = bh_interval_exact_s(0.999999999999e-7, 1), above = bh_interval_exact_s(1.000000000001e-7, 1);
    assert_true(below != above);
    assert_close(above, below, 1e-9);
    for (double ratio = 0.9e-7; ratio < 1.1e-7; ratio += 0.005e-7)
        assert_true(bh_interval_exact_s(ratio + 0.005e-7, 1) > bh_interval_exact_s(ratio, 1));
}

static void test_exact_minimises_the_makespan(void **state)
{
    (void)state;
    static const double factors[] = {0.5, 0.9, 0.99, 0.999, 1.001, 1.01, 1.1, 2.0};
    for (double ratio = 1e-6; ratio < 20; ratio *= 3) {
        double mtti = 5000, checkpoint = ratio * mtti, best = bh_interval_exact_s(checkpoint, mtti);
        double least = bh_daly_makespan_s(1e6, best, checkpoint, 300, mtti);
        for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
            assert_true(bh_daly_makespan_s(1e6, best * factors[i], checkpoint, 300, mtti) > least);
        least *= 1 - 1e-12; /* both estimates may meet the optimum but for rounding */
        assert_true(bh_daly_makespan_s(1e6, bh_interval_daly_s(checkpoint, mtti), checkpoint, 300, mtti) >= least);
        assert_true(bh_daly_makespan_s(1e6, bh_interval_young_s(checkpoint, mtti), checkpoint, 300, mtti) >= least);
    }
}

static void test_nothing_interrupts(void **state)
{
    (void)state;
    for (double checkpoint = 0; checkpoint < 100; checkpoint += 60) {
        assert_true(isinf(bh_interval_young_s(checkpoint, INFINITY)));
        assert_true(isinf(bh_interval_daly_s(checkpoint, INFINITY)));
        assert_true(isinf(bh_interval_exact_s(checkpoint, INFINITY)));
    }
}

/* M = 100, R = 100 ln 2, tau + delta = 100 ln 3: 100 x 2 x (3 - 1) x 5 intervals. Without failures, work + checkpoints. */
static void test_makespan_by_hand(void **state)
{
    (void)state;
    double interval = 100, checkpoint = 100 * log(3.0) - 100;
    assert_close(bh_daly_makespan_s(500, interval, checkpoint, 100 * M_LN2, 100), 2000, 1e-13);
    assert_close(bh_daly_makespan_s(500, interval, 10, 1e3, 1e15), 550, 1e-11);
}

/* Daly's assumptions played out: 20 intervals with a checkpoint each; a failure costs a restart, which may fail too.
 * Tolerance 4.4 standard errors: two-sided level 1e-5. */
static void test_makespan_against_play(void **state)
{
    (void)state;
    enum { RUNS = 20000, SEED = 7 };
    const double mtti = 1000, interval = 400, checkpoint = 60, restart = 150;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    double sum = 0, squares = 0;
    for (int run = 0; run < RUNS; run++) {
        double time = 0;
        for (int done = 0; done < 20;) {
            double fails = gsl_ran_exponential(rng, mtti);
            if (fails >= interval + checkpoint) {
                time += interval + checkpoint;
                done++;
                continue;
            }
            time += fails;
            while ((fails = gsl_ran_exponential(rng, mtti)) < restart)
                time += fails;
            time += restart;
        }
        sum += time;
        squares += time * time;
    }
    gsl_rng_free(rng);
    double mean = sum / RUNS, error = sqrt((squares / RUNS - mean * mean) / RUNS);
    double z = (mean - bh_daly_makespan_s(20 * interval, interval, checkpoint, restart, mtti)) / error;
    print_message("# seed %d: z %.2f, standard error %.2g of the mean\n", SEED, z, error / mean);
    assert_true(fabs(z) < 4.4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_young),
        cmocka_unit_test(test_daly),
        cmocka_unit_test(test_exact_by_hand),
        cmocka_unit_test(test_exact_solves_its_equation),
        cmocka_unit_test(test_series_meets_lambert),
        cmocka_unit_test(test_exact_minimises_the_makespan),
        cmocka_unit_test(test_nothing_interrupts),
        cmocka_unit_test(test_makespan_by_hand),
        cmocka_unit_test(test_makespan_against_play),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
