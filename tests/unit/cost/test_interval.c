/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint intervals: Young's and Daly's formulas, the exact optimum, and the makespan that it minimises. */
#include "tests/support/helper.h"

#include "models/cost/interval.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdbool.h>

static const double month_s = 30 * 86400.0;

/* tau/M by Newton's method on its own equation, 1 - x = exp(-(x + delta/M)), in extended precision. */
static double root_of(double ratio)
{
    long double x = ratio > 1 ? 1.0L : sqrtl(2.0L * (long double)ratio);
    for (int i = 0; i < 200; i++)
        x -= (-expm1l(-(x + (long double)ratio)) - x) / (expl(-(x + (long double)ratio)) - 1.0L);
    return (double)x;
}

BH_TEST(test_young)
{
    assert_close(bh_interval_young_s(50, 10000), 1000, 1e-15);
    assert_close(bh_interval_young_s(0, 10000), 0, 0);
}

/* delta = M/2: sqrt(2 delta M) = M, so tau = M (1 + 1/6 + 1/36) - M/2 = 25/36 M. From delta = 2 M on: M. */
BH_TEST(test_daly)
{
    assert_close(bh_interval_daly_s(1800, 3600), 2500, 1e-14);
    assert_close(bh_interval_daly_s(0, 3600), 0, 0);
    assert_close(bh_interval_daly_s(7200, 3600), 3600, 0);
    assert_close(bh_interval_daly_s(1e9, 3600), 3600, 0);
    /* First order: Young less delta. */
    assert_close(bh_interval_daly_s(1e-6, month_s), bh_interval_young_s(1e-6, month_s), 1e-6);
}

/* tau = M/2 solves it for delta = M (ln 2 - 1/2): exp(-(1/2 + ln 2 - 1/2)) = 1/2. */
BH_TEST(test_exact_by_hand)
{
    assert_close(bh_interval_exact_s(3600 * (M_LN2 - 0.5), 3600), 1800, 1e-13);
    assert_close(bh_interval_exact_s(0, 3600), 0, 0);
    assert_close(bh_interval_exact_s(50 * 3600.0, 3600), 3600, 1e-12); /* far beyond: one interval is M */
    assert_close(bh_interval_exact_s(1e9, 3600), 3600, 1e-15);
}

/* To the 1e-9 that the header promises, over 16 decades. */
BH_TEST(test_exact_solves_its_equation)
{
    for (double ratio = 1e-13; ratio < 1e3; ratio *= 1.37)
        assert_close(bh_interval_exact_s(ratio * month_s, month_s), root_of(ratio) * month_s, 1e-9);
}

/* The series below delta/M = 1e-7 and Lambert's function above meet: the step between neighbours 1e-12 apart is no
 * larger than both methods' errors, 1e-9. */
BH_TEST(test_series_meets_lambert)
{
    double below = bh_interval_exact_s(0.999999999999e-7, 1), above = bh_interval_exact_s(1.000000000001e-7, 1);
    assert_true(below != above);
    assert_close(above, below, 1e-9);
    for (double ratio = 0.9e-7; ratio < 1.1e-7; ratio += 0.005e-7)
        assert_true(bh_interval_exact_s(ratio + 0.005e-7, 1) > bh_interval_exact_s(ratio, 1));
}

BH_TEST(test_exact_minimises_the_makespan)
{
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

BH_TEST(test_nothing_interrupts)
{
    for (double checkpoint = 0; checkpoint < 100; checkpoint += 60) {
        assert_true(isinf(bh_interval_young_s(checkpoint, INFINITY)));
        assert_true(isinf(bh_interval_daly_s(checkpoint, INFINITY)));
        assert_true(isinf(bh_interval_exact_s(checkpoint, INFINITY)));
    }
}

/* M = 100, R = 100 ln 2, tau + delta = 100 ln 3: 100 x 2 x (3 - 1) x 5 intervals. Without failures, work + checkpoints. */
BH_TEST(test_makespan_by_hand)
{
    double interval = 100, checkpoint = 100 * log(3.0) - 100;
    assert_close(bh_daly_makespan_s(500, interval, checkpoint, 100 * M_LN2, 100), 2000, 1e-13);
    assert_close(bh_daly_makespan_s(500, interval, 10, 1e3, 1e15), 550, 1e-11);
}

/* Daly's assumptions played out: 20 intervals with a checkpoint each; a failure costs a restart, which may fail too.
 * Tolerance 4.4 standard errors: two-sided level 1e-5. */
BH_TEST(test_makespan_against_play)
{
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

/* --- Silent errors ------------------------------------------------------------------------------------------------- */

static const struct bh_verified_segment both_kinds = {.verification_s = 300,
                                                      .checkpoint_s = 200,
                                                      .failure_rate = 1 / 7200.0,
                                                      .silent_rate = 1 / 5000.0,
                                                      .recovery_s = 700,
                                                      .rollback_s = 400};

BH_TEST(test_verified_segment_in_its_limits)
{
    struct bh_verified_segment silent = both_kinds, failures = both_kinds;
    silent.failure_rate = 0;
    assert_close(bh_verified_segment_s(&silent, 5000), M_E * 5300 + (M_E - 1) * 400 + 200, 1e-14);
    silent.failure_rate = 1e-14; /* the limit is met without a step */
    assert_close(bh_verified_segment_s(&silent, 5000), M_E * 5300 + (M_E - 1) * 400 + 200, 1e-9);
    failures.silent_rate = failures.verification_s = 0;
    assert_close(bh_verified_segment_s(&failures, 3600), bh_daly_makespan_s(3600, 3600, 200, 700, 7200), 1e-13);
}

/* The time to a failure, or `most_s` if none strikes before. */
static double until_failure(gsl_rng *rng, const struct bh_verified_segment *segment, double most_s, bool *strikes)
{
    double at_s = gsl_ran_exponential(rng, 1 / segment->failure_rate);
    *strikes = at_s < most_s;
    return *strikes ? at_s : most_s;
}

static double recover(gsl_rng *rng, const struct bh_verified_segment *segment)
{
    double spent_s = 0;
    bool strikes = true;
    while (strikes)
        spent_s += until_failure(rng, segment, segment->recovery_s, &strikes);
    return spent_s;
}

/* One segment played out step by step. */
static double play(gsl_rng *rng, const struct bh_verified_segment *segment, double work_s)
{
    double spent_s = 0;
    for (;;) {
        bool strikes;
        spent_s += until_failure(rng, segment, work_s + segment->verification_s, &strikes);
        bool is_wrong = gsl_ran_exponential(rng, 1 / segment->silent_rate) < work_s;
        if (!strikes)
            spent_s += until_failure(rng, segment, is_wrong ? segment->rollback_s : segment->checkpoint_s, &strikes);
        if (strikes)
            spent_s += recover(rng, segment);
        else if (!is_wrong)
            return spent_s;
    }
}

BH_TEST(test_verified_segment_is_the_mean_of_what_happens)
{
    const double works_s[] = {500, 3600, 9000};
    enum { RUNS = 200000 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 5);
    for (size_t w = 0; w < 3; w++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < RUNS; i++) {
            double spent_s = play(rng, &both_kinds, works_s[w]);
            sum += spent_s;
            squares += spent_s * spent_s;
        }
        double mean = sum / RUNS, error = sqrt((squares / RUNS - mean * mean) / RUNS);
        /* Three comparisons at a joint level of 1e-4: 4.15 standard errors each, of about 0.3 %. */
        if (fabs(mean - bh_verified_segment_s(&both_kinds, works_s[w])) > 4.15 * error)
            fail_msg("work %g s: played %g +- %g s, expected %g s (seed 5)", works_s[w], mean, error,
                     bh_verified_segment_s(&both_kinds, works_s[w]));
    }
    gsl_rng_free(rng);
}

BH_TEST(test_verified_interval_is_best)
{
    struct bh_verified_segment segment = both_kinds;
    for (int i = 0; i < 40; i++) {
        segment.failure_rate = i % 4 == 0 ? 0 : pow(10, -7 + i % 5);
        segment.silent_rate = i % 4 == 1 ? 0 : pow(10, -8 + i % 7);
        double best_s = bh_interval_verified_s(&segment, 1e12);
        double least = bh_verified_segment_s(&segment, best_s) / best_s;
        for (double factor = 0.1; factor < 10; factor *= 1.02)
            assert_true(bh_verified_segment_s(&segment, best_s * factor) / (best_s * factor) >= least * (1 - 1e-12));
    }
    /* Without silent errors and verification it is the exact optimum; without any strike there is none. */
    segment = (struct bh_verified_segment){.checkpoint_s = 200, .failure_rate = 1 / 7200.0, .recovery_s = 700};
    assert_close(bh_interval_verified_s(&segment, 1e9), bh_interval_exact_s(200, 7200), 1e-7);
    segment.failure_rate = 0;
    assert_true(isinf(bh_interval_verified_s(&segment, 1e9)));
    segment.silent_rate = 1e-12; /* the best is far beyond the work */
    assert_true(isinf(bh_interval_verified_s(&segment, 86400)));
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
        cmocka_unit_test(test_verified_segment_in_its_limits),
        cmocka_unit_test(test_verified_segment_is_the_mean_of_what_happens),
        cmocka_unit_test(test_verified_interval_is_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
