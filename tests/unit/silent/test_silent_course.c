/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One silent error's course: by hand, and the exact sum against jobs played event by event over random settings. */
#include "models/containment/containment.h"
#include "models/silent/course_exact.h"
#include "models/silent/course_monte_carlo.h"
#include "tests/support/helper.h"

#include "models/silent/course.h"

#include <gsl/gsl_rng.h>
#include <string.h>

enum { SEED = 20260318, CASES = 200, TRIALS = 4000 };

static struct bh_taint one_rank(void)
{
    struct bh_taint taint;
    assert_int_equal(bh_taint_halo(&taint, 1, 0, 0, NULL), 0);
    return taint;
}

static struct bh_silent_outcome exactly(const struct bh_silent_course *course)
{
    struct bh_error err = {0};
    if (bh_silent_course_check(course, &err) != 0)
        fail_msg("%s", err.text);
    return bh_silent_course_exact(course);
}

/* Levels before storage. */

/* Ten segments of 100 s, verified for 7 s before each checkpoint of 3 s. */
static struct bh_silent_course ten_segments(void)
{
    return (struct bh_silent_course){.work_s = 1000,
                                     .interval_s = 100,
                                     .level = {[BH_LEVEL_LOCAL] = {3, 1, 1}},
                                     .verify_every_s = 100,
                                     .verifies_at_end = true,
                                     .verify_s = 7,
                                     .recall = 1,
                                     .step_s = 10,
                                     .taint = one_rank()};
}

/* --- By hand ------------------------------------------------------------------------------------------------------- */

BH_TEST(test_perfect_recall)
{
    struct bh_silent_course course = ten_segments();
    struct bh_silent_outcome outcome = exactly(&course);
    assert_close(outcome.found, 1, 1e-14);
    assert_close(outcome.corrupted, 0, 0);
    assert_close(outcome.delay_s, 57, 1e-14);
    assert_close(outcome.delay_half_s, 57, 1e-5);
    assert_close(outcome.delay_95_s, 102, 1e-5);
    assert_close(outcome.back[BH_RETURN_NEWEST], 0.9, 1e-14);
    assert_close(outcome.back[BH_RETURN_BEGINNING], 0.1, 1e-14); /* of the first segment */
    assert_close(outcome.lost_work_s, 100, 1e-14);
    assert_close(outcome.ranks, 1, 1e-14);
    /* Nobody looks at the last segment. */
    course.verifies_at_end = false;
    outcome = exactly(&course);
    assert_close(outcome.found, 0.9, 1e-14);
    assert_close(outcome.back[BH_RETURN_BEGINNING], 1.0 / 9, 1e-14);
}

/* A verdict 50 s after its verification: the checkpoint between is tainted, and the one that it replaced was clean. */
BH_TEST(test_latency_needs_a_second_checkpoint)
{
    struct bh_silent_course course = ten_segments();
    course.latency_s = 50;
    struct bh_silent_outcome outcome = exactly(&course);
    /* At the end there is no checkpoint between. */
    assert_close(outcome.back[BH_RETURN_NEWEST], 0.1, 1e-14);
    assert_close(outcome.back[BH_RETURN_BEGINNING], 0.9, 1e-14);
    assert_close(outcome.delay_s, 107, 1e-14);
    /* 50 s after the verification 47 s have been computed; the whole job so far is lost. */
    double lost = 0;
    for (int segment = 1; segment <= 9; segment++)
        lost += 0.1 * (100 * segment + 47);
    assert_close(outcome.lost_work_s, lost + 0.1 * 100, 1e-14);
    course.level[BH_LEVEL_LOCAL].keep = 2;
    outcome = exactly(&course);
    assert_close(outcome.back[BH_RETURN_OLDER], 0.8, 1e-14);
    assert_close(outcome.back[BH_RETURN_BEGINNING], 0.1, 1e-14);
    assert_close(outcome.lost_work_s, 0.9 * 147 + 0.1 * 100, 1e-14);
    /* Storage, every second one, keeps what the local level has replaced. */
    course.level[BH_LEVEL_LOCAL].keep = 1;
    course.level[BH_LEVEL_STORAGE] = (struct bh_course_level){0, 2, 2};
    outcome = exactly(&course);
    assert_close(outcome.back[BH_RETURN_STORAGE], 0.7, 1e-14); /* of segments 3 to 9 */
    assert_close(outcome.back[BH_RETURN_BEGINNING], 0.2, 1e-14);
    /* A partner's copy of every third: of segment 4 it is newer than storage's (3, not 2), of 7 and 8 as new and nearer (6),
     * of 3, 5, 6 and 9 older. */
    course.level[BH_LEVEL_PARTNER] = (struct bh_course_level){0, 3, 9};
    outcome = exactly(&course);
    assert_close(outcome.back[BH_RETURN_STORAGE], 0.4, 1e-14); /* segments 3, 5, 6 and 9 */
    assert_close(outcome.back[BH_RETURN_OLDER], 0.3, 1e-14);   /* segments 4, 7 and 8 */
    assert_close(outcome.back[BH_RETURN_BEGINNING], 0.2, 1e-14);
}

/* Recall r: m verifications miss with (1 - r)^m r, each costs a segment with its checkpoint and verification; k kept
 * checkpoints reach k - 1 misses back. A long job: what happens at its ends is below 3e-3. */
BH_TEST(test_partial_recall)
{
    const double r = 0.4;
    for (uint64_t k = 1; k <= 4; k++) {
        struct bh_silent_course course = ten_segments();
        course.work_s = 2e5;
        course.recall = r;
        course.level[BH_LEVEL_LOCAL].keep = k;
        struct bh_silent_outcome outcome = exactly(&course);
        assert_close(outcome.found, 1, 3e-3);
        assert_close(outcome.delay_s, 57 + (1 / r - 1) * 110, 3e-3);
        assert_close(outcome.back[BH_RETURN_NEWEST], r, 3e-3);
        assert_close(outcome.back[BH_RETURN_OLDER], 1 - r - pow(1 - r, (double)k), 3e-3);
        assert_close(outcome.back[BH_RETURN_BEGINNING], pow(1 - r, (double)k), 3e-3);
    }
}

/* The exact chance to be missed by all: of ten segments, segment j has 11 - j verifications left. */
BH_TEST(test_corruption)
{
    for (double r = 0; r <= 1; r += 0.125) {
        struct bh_silent_course course = ten_segments();
        course.recall = r;
        double missed = 0;
        for (int left = 1; left <= 10; left++)
            missed += 0.1 * pow(1 - r, left);
        struct bh_silent_outcome outcome = exactly(&course);
        assert_close(outcome.corrupted, missed, 1e-12);
        assert_close(outcome.found + outcome.corrupted, 1, 1e-12);
        assert_true(r > 0 || (isnan(outcome.delay_s) && isnan(outcome.back[0]) && isnan(outcome.delay_95_s)));
    }
    struct bh_silent_course never = ten_segments();
    never.interval_s = never.verify_every_s = INFINITY;
    assert_close(exactly(&never).found, 1, 0); /* at its end */
    assert_close(exactly(&never).back[BH_RETURN_BEGINNING], 1, 0);
    assert_close(exactly(&never).lost_work_s, 1000, 0);
    never.verifies_at_end = false;
    assert_close(exactly(&never).found, 0, 0);
}

/* A line of ranks loses two more with each of the 10 s steps: after d s of computing, 1 + 2 d/10 on average. */
BH_TEST(test_taint_at_the_verdict)
{
    struct bh_silent_course course = ten_segments();
    assert_int_equal(bh_taint_halo(&course.taint, 1000, 1, 0, NULL), 0);
    assert_close(exactly(&course).ranks, 1 + 2 * 5, 1e-13);
    course.latency_s = 50; /* 47 s more of computing, but at the end of the work */
    assert_close(exactly(&course).ranks, 1 + 2 * (5 + 0.9 * 4.7), 1e-13);
    assert_int_equal(bh_taint_halo(&course.taint, 1000, 1, 3, NULL), 0); /* all at the end of the step */
    course.latency_s = 0;
    assert_close(exactly(&course).ranks, 0.9 * 1000 + 0.1 * 500.5, 1e-13);
}

/* --- Random settings ------------------------------------------------------------------------------------------------ */

static double uniform(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static struct bh_taint random_taint(gsl_rng *rng)
{
    struct bh_taint taint;
    uint64_t ranks = 1 + gsl_rng_uniform_int(rng, 100);
    double collectives = gsl_rng_uniform(rng) < 0.5 ? 0 : uniform(rng, 0, 0.1);
    if (gsl_rng_uniform(rng) < 0.3)
        assert_int_equal(bh_taint_random(&taint, ranks, uniform(rng, 0, 0.5), collectives, NULL), 0);
    else
        assert_int_equal(bh_taint_halo(&taint, ranks, (unsigned)gsl_rng_uniform_int(rng, 4), collectives, NULL), 0);
    return taint;
}

/* There with a probability, at every checkpoint up to every n-th. */
static struct bh_course_level random_level(gsl_rng *rng, double share, uint64_t most_every, double most_s)
{
    bool is_there = gsl_rng_uniform(rng) < share;
    return (struct bh_course_level){uniform(rng, 0, most_s), is_there ? 1 + gsl_rng_uniform_int(rng, most_every) : 0,
                                    1 + gsl_rng_uniform_int(rng, 3)};
}

static struct bh_silent_course random_course(gsl_rng *rng)
{
    double interval_s = uniform(rng, 30, 300), work_s = interval_s * uniform(rng, 0.5, 30);
    double verify_s = interval_s * (gsl_rng_uniform(rng) < 0.4   ? 1.0
                                    : gsl_rng_uniform(rng) < 0.3 ? 1.0 + (double)gsl_rng_uniform_int(rng, 3)
                                                                 : uniform(rng, 0.3, 3));
    bool without = gsl_rng_uniform(rng) < 0.05;
    return (struct bh_silent_course){
        .work_s = work_s,
        .interval_s = without ? INFINITY : interval_s,
        .level = {random_level(rng, 0.3, 2, 5), random_level(rng, 0.8, 1, 20), random_level(rng, 0.3, 4, 30),
                  random_level(rng, 0.8, 4, 60)},
        .verify_every_s = verify_s,
        .verifies_at_end = gsl_rng_uniform(rng) < 0.5,
        .verify_s = gsl_rng_uniform(rng) < 0.3 ? 0 : uniform(rng, 0, 30),
        .latency_s = gsl_rng_uniform(rng) < 0.4 ? 0 : uniform(rng, 0, 2.5 * interval_s),
        .recall = gsl_rng_uniform(rng) < 0.2 ? 1 : uniform(rng, 0.05, 1),
        .step_s = uniform(rng, 0.5, 20),
        .taint = random_taint(rng),
    };
}

/* All outcomes of 200 jobs of 4,000 errors jointly: no level below 1e-5 over their number. */
BH_TEST(test_exact_against_trials)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    struct bh_agreement agreement = {1.0, 0, NULL};
    double returns[BH_RETURNS] = {0}, farthest = 0;
    for (int i = 0; i < CASES; i++) {
        struct bh_silent_course course = random_course(rng);
        struct bh_silent_outcome exact = exactly(&course);
        struct bh_silent_outcome simulated = bh_silent_course_monte_carlo(&course, SEED + (uint64_t)i, TRIALS, 0);
        bh_silent_course_compare(&course, &exact, &simulated, &agreement);
        if (simulated.found * TRIALS < 400)
            continue;
        for (int r = 0; r < BH_RETURNS; r++)
            returns[r] += exact.back[r];
        farthest = fmax(farthest, fabs(simulated.delay_95_s - exact.delay_95_s) / course.work_s);
    }
    gsl_rng_free(rng);
    print_message("# seed %d: %zu outcomes, least level %.2g: %s; quantiles within %.2g of the work\n", SEED,
                  agreement.outcomes, agreement.least_level, agreement.worst, farthest);
    for (int r = 0; r < BH_RETURNS; r++)
        assert_true(returns[r] > 5); /* each kind of return was met often */
    assert_true(agreement.outcomes > 6 * CASES);
    assert_true(farthest < 0.15); /* of 400 errors found, 20 are beyond the quantile, far apart */
    assert_true(agreement.least_level > 1e-5 / (double)agreement.outcomes);
}

BH_TEST(test_threads_do_not_matter)
{
    struct bh_silent_course course = ten_segments();
    course.recall = 0.5;
    assert_int_equal(bh_taint_random(&course.taint, 50, 0.3, 0.01, NULL), 0);
    struct bh_silent_outcome one = bh_silent_course_monte_carlo(&course, 3, 5000, 1),
                             five = bh_silent_course_monte_carlo(&course, 3, 5000, 5),
                             other = bh_silent_course_monte_carlo(&course, 4, 5000, 5);
    assert_memory_equal(&one, &five, sizeof one);
    assert_true(one.delay_s != other.delay_s);
}

/* A better verification, or more checkpoints, never finds less or loses more. */
BH_TEST(test_monotone)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED + 1);
    for (int i = 0; i < 200; i++) {
        struct bh_silent_course course = random_course(rng), more = course;
        for (int l = 0; l < BH_LEVELS; l++)
            more.level[l].keep++;
        struct bh_silent_outcome less = exactly(&course), kept = exactly(&more);
        assert_close(kept.found, less.found, 1e-14);
        if (less.found > 0) {
            assert_true(kept.lost_work_s <= less.lost_work_s * (1 + 1e-12));
            assert_true(kept.back[BH_RETURN_BEGINNING] <= less.back[BH_RETURN_BEGINNING] + 1e-12);
        }
        course.recall = fmin(1, course.recall * 1.3);
        assert_true(exactly(&course).found >= less.found - 1e-12);
    }
    gsl_rng_free(rng);
}

BH_TEST(test_bad_numbers)
{
    struct bh_silent_course good = ten_segments(), bad[8];
    for (size_t i = 0; i < 8; i++)
        bad[i] = good;
    bad[0].work_s = 0;
    bad[1].interval_s = -1;
    bad[2].recall = 1.5;
    bad[3].recall = NAN;
    bad[4].level[BH_LEVEL_LOCAL].keep = 0;
    bad[5].latency_s = INFINITY;
    bad[6].step_s = 0;
    bad[7].verify_every_s = 1e-6;
    for (size_t i = 0; i < 8; i++) {
        struct bh_error err = {0};
        assert_int_equal(bh_silent_course_check(&bad[i], &err), -1);
        assert_true(err.code == (i == 7 ? BH_ERROR_NUMERIC : BH_ERROR_INPUT));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_perfect_recall),        cmocka_unit_test(test_latency_needs_a_second_checkpoint),
        cmocka_unit_test(test_partial_recall),        cmocka_unit_test(test_corruption),
        cmocka_unit_test(test_taint_at_the_verdict),  cmocka_unit_test(test_exact_against_trials),
        cmocka_unit_test(test_threads_do_not_matter), cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_bad_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
