/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Patterns of checkpoints and verifications: their chain against closed forms and a naive twin that plays jobs event by event,
 * and the choice among them against a fine grid and published optima. */
#include "tests/support/helper.h"

#include "models/cost/interval.h"
#include "models/silent/choose_pattern.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <string.h>

static const double hour_s = 3600.0;

static struct bh_pattern_job usual(void)
{
    return (struct bh_pattern_job){.work_s = 24 * hour_s,
                                   .matters = 0.5,
                                   .verify_s = 10.0,
                                   .recall = 0.9,
                                   .returns = 2,
                                   .write_s = 60.0,
                                   .failure_rate = 1.0 / (6 * hour_s),
                                   .recovery_s = 120.0,
                                   .read_s = 30.0,
                                   .relaunch_s = 10.0,
                                   .silent_rate = 1.0 / (8 * hour_s)};
}

/* Every segment but the last with its checkpoint. */
static double segments_s(struct bh_verified_segment segment, double work_s, double intervals)
{
    double whole_s = bh_verified_segment_s(&segment, work_s / intervals);
    segment.checkpoint_s = 0.0;
    return (intervals - 1.0) * whole_s + bh_verified_segment_s(&segment, work_s / intervals);
}

/* Where one verification of each interval finds all, errors strike computing only, and a return is to a state known to be
 * right, no interval depends on another: the closed form of each, exactly. Without errors it is Daly's. */
BH_TEST(test_closed_forms)
{
    for (double silent = 0.0; silent < 3e-3; silent = 2.0 * silent + 2e-5)
        for (double failures = 0.0; failures < 1e-3; failures = 3.0 * failures + 1e-5)
            for (uint64_t n = 1; n < 200; n = 3 * n + 1) {
                struct bh_pattern_job job = usual();
                job.recall = 1.0;
                job.knows_age = job.silent_spares_rest = true;
                job.relaunch_s = job.read_s;
                job.silent_rate = silent;
                job.failure_rate = failures;
                job.work_s = 4 * hour_s;
                struct bh_verified_segment segment = {.verification_s = job.verify_s,
                                                      .checkpoint_s = job.write_s,
                                                      .failure_rate = failures,
                                                      .silent_rate = silent,
                                                      .recovery_s = job.recovery_s,
                                                      .rollback_s = job.read_s};
                double expected_s = segments_s(segment, job.work_s, (double)n);
                if (expected_s > 1e8) /* the closed form loses digits, too */
                    continue;
                struct bh_pattern pattern = {n, 1, 1};
                assert_close(bh_pattern_expect(&job, &pattern).expected_s, expected_s, 1e-9);
                pattern.verifications = 0;
                job.verify_s = segment.verification_s = segment.silent_rate = 0.0;
                assert_close(bh_pattern_expect(&job, &pattern).expected_s, segments_s(segment, job.work_s, (double)n),
                             1e-9);
            }
}

/* --- A naive twin ------------------------------------------------------------------------------------------------------ */

enum { STATES_MOST = 64, ERRORS_MOST = 4096 };

/* Errors are numbered as they come; a state holds all up to a number but those that were gone by then. */
struct kept {
    uint64_t interval; /* done with it */
    size_t errors;
    uint64_t returns; /* because of wrong data, with no verification passed since */
};

struct twin {
    const struct bh_pattern_job *job;
    const struct bh_pattern *pattern;
    gsl_rng *random;
    double now_s, failure_s; /* of the next */
    size_t errors, kept_count;
    struct kept kept[STATES_MOST];
    uint64_t interval; /* being done */
};

static double draw(const struct twin *twin, double rate)
{
    return rate > 0.0 ? gsl_ran_exponential(twin->random, 1.0 / rate) : INFINITY;
}

/* Whether no failure comes meanwhile; else it is back. Errors of that time are counted. */
static bool lives(struct twin *twin, double time_s, bool is_rest)
{
    const struct bh_pattern_job *job = twin->job;
    double silent = job->silent_spares_rest && is_rest ? 0.0 : job->silent_rate, end_s = twin->now_s + time_s;
    if (twin->failure_s >= end_s) {
        twin->errors += gsl_ran_poisson(twin->random, silent * time_s);
        twin->now_s = end_s;
        return true;
    }
    do {
        twin->now_s = twin->failure_s;
        twin->failure_s += draw(twin, job->failure_rate);
        end_s = twin->now_s + job->recovery_s;
    } while (twin->failure_s < end_s);
    twin->now_s = end_s;
    return false;
}

/* To the newest state that is left, or the beginning. */
static void restore(struct twin *twin)
{
    const struct kept *newest = twin->kept_count > 0 ? &twin->kept[twin->kept_count - 1] : NULL;
    twin->interval = newest != NULL ? newest->interval : 0;
    twin->errors = newest != NULL ? newest->errors : 0;
}

static void find(struct twin *twin)
{
    if (twin->kept_count > 0 && twin->kept[twin->kept_count - 1].returns >= twin->job->returns)
        twin->kept_count--;
    restore(twin);
    double back_s = twin->kept_count > 0 ? twin->job->read_s : twin->job->relaunch_s;
    if (twin->kept_count > 0)
        twin->kept[twin->kept_count - 1].returns++;
    size_t errors = twin->errors;
    lives(twin, back_s, true);
    twin->errors = errors; /* it computes nothing meanwhile */
}

/* One verification: false where it takes the job back. */
static bool passes(struct twin *twin)
{
    size_t there = twin->errors;
    if (!lives(twin, twin->job->verify_s, true)) {
        restore(twin);
        return false;
    }
    for (size_t i = 0; i < there; i++)
        if (gsl_rng_uniform(twin->random) < twin->job->recall) {
            find(twin);
            return false;
        }
    for (size_t i = 0; i < twin->kept_count; i++)
        twin->kept[i].returns = 0;
    return true;
}

static void do_interval(struct twin *twin)
{
    double piece_s = bh_pattern_piece_s(twin->job, twin->pattern);
    for (uint64_t piece = 0; piece < twin->pattern->verifications; piece++) {
        if (!lives(twin, piece_s, false)) {
            restore(twin);
            return;
        }
        if (!passes(twin))
            return;
    }
    if (twin->interval + 1 < twin->pattern->intervals) {
        if (!lives(twin, twin->job->write_s, true)) {
            restore(twin);
            return;
        }
        if (twin->kept_count == twin->pattern->keep)
            memmove(twin->kept, twin->kept + 1, --twin->kept_count * sizeof *twin->kept);
        twin->kept[twin->kept_count++] = (struct kept){twin->interval + 1, twin->errors, 0};
    }
    twin->interval++;
}

struct played {
    double mean_s, error_s, wrong, wrong_error;
};

static struct played play(const struct bh_pattern_job *job, const struct bh_pattern *pattern, size_t jobs)
{
    double sum = 0.0, squares = 0.0, wrong = 0.0;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 15);
    for (size_t i = 0; i < jobs; i++) {
        struct twin twin = {.job = job, .pattern = pattern, .random = random};
        twin.failure_s = draw(&twin, job->failure_rate);
        while (twin.interval < pattern->intervals)
            do_interval(&twin);
        bool is_wrong = false;
        for (size_t e = 0; e < twin.errors; e++)
            is_wrong = is_wrong || gsl_rng_uniform(random) < job->matters;
        sum += twin.now_s;
        squares += twin.now_s * twin.now_s;
        wrong += is_wrong;
    }
    gsl_rng_free(random);
    double n = (double)jobs, mean_s = sum / n, share = wrong / n;
    return (struct played){mean_s, sqrt((squares / n - mean_s * mean_s) / n), share, sqrt(share * (1.0 - share) / n)};
}

/* Means within 3 standard errors and 1 in 100, for errors of several intervals that are found as one; shares of wrong results
 * within 3 as well. */
BH_TEST(test_naive_twin)
{
    static const struct {
        double recall, silent_per_hour, failures_per_hour;
        uint64_t intervals, verifications, keep, returns;
    } settings[] = {
        {1.0, 0.5, 0.0, 12, 1, 1, 1},  {1.0, 0.5, 0.0, 12, 1, 3, 2}, {0.8, 0.5, 0.2, 24, 1, 1, 2},
        {0.8, 0.5, 0.2, 24, 1, 2, 1},  {0.8, 0.5, 0.2, 24, 3, 3, 4}, {0.5, 0.3, 0.1, 40, 2, 4, 1},
        {0.9, 2.0, 1.0, 60, 1, 2, 3},  {0.9, 2.0, 0.0, 60, 4, 1, 2}, {0.7, 0.1, 0.5, 30, 1, 2, 1},
        {0.95, 1.0, 0.3, 1, 12, 1, 2},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct bh_pattern_job job = usual();
        struct bh_pattern pattern = {settings[i].intervals, settings[i].verifications, settings[i].keep};
        job.recall = settings[i].recall;
        job.returns = settings[i].returns;
        job.silent_rate = settings[i].silent_per_hour / hour_s;
        job.failure_rate = settings[i].failures_per_hour / hour_s;
        job.work_s = 6 * hour_s;
        struct played played = play(&job, &pattern, 5000);
        struct bh_pattern_outcome outcome = bh_pattern_expect(&job, &pattern);
        if (getenv("BULKHEAD_SHOW") != NULL)
            print_message("%zu: %.5g chain, %.5g +- %.3g played; wrong %.4g chain, %.4g +- %.2g played\n", i,
                          outcome.expected_s, played.mean_s, played.error_s, outcome.wrong, played.wrong,
                          played.wrong_error);
        assert_close(outcome.expected_s, played.mean_s, (3.0 * played.error_s + 0.01 * played.mean_s) / played.mean_s);
        assert_true(fabs(played.wrong - outcome.wrong) < 3.0 * played.wrong_error);
    }
}

/* --- The choice -------------------------------------------------------------------------------------------------------- */

/* The least expected time over a grid: numbers of intervals 1 % apart, of verifications and of states one by one. */
static double best_of_grid_s(const struct bh_pattern_job *job, double target, struct bh_pattern *best)
{
    double least_s = INFINITY;
    for (uint64_t m = 0; m <= 6; m++)
        for (uint64_t keep = 1; keep <= 4; keep++)
            for (double at = 1.0; at < 3000.0; at = fmax(at + 1.0, floor(1.04 * at))) {
                struct bh_pattern pattern = {(uint64_t)at, m, keep};
                struct bh_pattern_outcome outcome = bh_pattern_expect(job, &pattern);
                if (outcome.wrong <= target && outcome.expected_s < least_s) {
                    least_s = outcome.expected_s;
                    *best = pattern;
                }
            }
    return least_s;
}

static struct bh_pattern_wish wish_of(double target)
{
    return (struct bh_pattern_wish){.target = target, .least_piece_s = 1.0, .is_verified = true};
}

/* At most 1 % above the best of a fine grid, and on the right side of the target: rare and frequent errors, a dear checkpoint
 * and a cheap verification, one that misses much, a target that allows not to verify. */
BH_TEST(test_choice_against_grid)
{
    static const struct {
        double write_s, verify_s, recall, silent_per_hour, failures_per_hour, target;
    } settings[] = {
        {60, 10, 0.9, 0.1, 0.1, 1e-3}, {10, 10, 0.95, 2.0, 1.0, 0.01}, {600, 5, 0.8, 0.2, 0.05, 0.01},
        {60, 10, 0.5, 0.1, 0.3, 0.01}, {60, 30, 0.9, 1e-3, 0.1, 0.02},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct bh_pattern_job job = usual();
        job.write_s = settings[i].write_s;
        job.verify_s = settings[i].verify_s;
        job.recall = settings[i].recall;
        job.silent_rate = settings[i].silent_per_hour / hour_s;
        job.failure_rate = settings[i].failures_per_hour / hour_s;
        struct bh_pattern_wish wish = wish_of(settings[i].target);
        struct bh_pattern_choice choice = bh_pattern_choose(&job, &wish);
        struct bh_pattern best = {0};
        double best_s = best_of_grid_s(&job, settings[i].target, &best);
        if (getenv("BULKHEAD_SHOW") != NULL)
            print_message("%zu: chosen %d x %d keep %d: %.6g s, wrong %.3g; grid %d x %d keep %d: %.6g s\n", i,
                          (int)choice.pattern.intervals, (int)choice.pattern.verifications, (int)choice.pattern.keep,
                          choice.outcome.expected_s, choice.outcome.wrong, (int)best.intervals, (int)best.verifications,
                          (int)best.keep, best_s);
        assert_true(choice.is_met && choice.outcome.wrong <= settings[i].target);
        assert_true(choice.outcome.expected_s <= 1.01 * best_s);
    }
}

/* Without silent errors the interval is that of the makespan's exact minimiser; with verifications that find all, before each
 * checkpoint, that of the segment's closed form: the cost, which is flat there, agrees to 1 in 1,000. */
BH_TEST(test_choice_against_published)
{
    for (double per_hour = 0.02; per_hour < 2.0; per_hour *= 3.0) {
        struct bh_pattern_job job = usual();
        struct bh_pattern_wish wish = wish_of(1e-3);
        job.work_s = 240 * hour_s;
        job.silent_rate = 0.0;
        job.failure_rate = per_hour / hour_s;
        struct bh_pattern_choice choice = bh_pattern_choose(&job, &wish);
        double best_s = bh_interval_exact_s(job.write_s, 1.0 / job.failure_rate);
        double expected_s =
            bh_daly_makespan_s(job.work_s, best_s, job.write_s, job.recovery_s, 1.0 / job.failure_rate) - job.write_s;
        assert_int_equal(choice.pattern.verifications, 0);
        assert_close(choice.outcome.expected_s, expected_s, 1e-3);
        assert_close(job.work_s / (double)choice.pattern.intervals, best_s, 0.02);
        struct bh_pattern once = {1, 0, 1};
        assert_close(bh_pattern_expect(&job, &once).wrong, 0.0, 0.0);

        job.recall = 1.0;
        job.knows_age = job.silent_spares_rest = true;
        job.silent_rate = 0.5 * per_hour / hour_s;
        wish.verifications = 1;
        struct bh_verified_segment segment = {.verification_s = job.verify_s,
                                              .checkpoint_s = job.write_s,
                                              .failure_rate = job.failure_rate,
                                              .silent_rate = job.silent_rate,
                                              .recovery_s = job.recovery_s,
                                              .rollback_s = job.read_s};
        choice = bh_pattern_choose(&job, &wish);
        best_s = bh_interval_verified_s(&segment, job.work_s);
        assert_close(choice.outcome.expected_s, bh_verified_segment_s(&segment, best_s) * job.work_s / best_s, 1e-3);
        assert_close(job.work_s / (double)choice.pattern.intervals, best_s, 0.02);
        assert_true(choice.outcome.wrong < 1e-12);
    }
}

/* What strikes the last verification no pattern finds: told, and twice that taken. One state is not enough where an interval has
 * many errors; a job that never ends is no choice. */
BH_TEST(test_unreachable_and_endless)
{
    struct bh_pattern_job job = usual();
    job.silent_rate = 2.0 / hour_s;
    struct bh_pattern_wish wish = wish_of(1e-3);
    struct bh_pattern_choice choice = bh_pattern_choose(&job, &wish);
    double floor_of = -expm1(-job.matters * job.silent_rate * job.verify_s);
    assert_false(choice.is_met);
    assert_true(choice.least_wrong > floor_of && choice.least_wrong < 1.5 * floor_of);
    assert_true(choice.outcome.wrong > choice.least_wrong && choice.outcome.wrong <= 2.0 * choice.least_wrong);
    assert_true(choice.pattern.keep >= 2);
    wish.target = 0.5;
    choice = bh_pattern_choose(&job, &wish);
    assert_true(choice.is_met && choice.pattern.keep >= 2);
    struct bh_pattern one = choice.pattern;
    one.keep = 1;
    assert_true(bh_pattern_expect(&job, &one).expected_s > 2.0 * choice.outcome.expected_s);
    /* What is given stays as it is. */
    wish.keep = 1;
    wish.intervals = 5;
    wish.verifications = 3;
    choice = bh_pattern_choose(&job, &wish);
    assert_true(choice.pattern.keep == 1 && choice.pattern.intervals == 5 && choice.pattern.verifications == 3);
    wish.is_verified = false;
    choice = bh_pattern_choose(&job, &wish);
    assert_true(choice.pattern.verifications == 0 && !choice.is_met && choice.outcome.wrong > 0.99);
}

/* A far level that is never read changes nothing but its writes; one that mends what the nearest does not is dearer, and does
 * away with beginning anew. */
BH_TEST(test_farther_levels)
{
    struct bh_pattern_job job = usual();
    job.work_s = 240 * hour_s;
    struct bh_pattern pattern = {480, 1, 8};
    struct bh_pattern_outcome near = bh_pattern_expect(&job, &pattern);
    job.farther_count = 1;
    job.farther[0] = (struct bh_pattern_level){.spacing_s = 10 * 0.5 * hour_s, .read_s = 60.0};
    struct bh_pattern_outcome far = bh_pattern_expect(&job, &pattern);
    assert_close(far.expected_s, near.expected_s, 1e-3);
    assert_close(far.wrong, near.wrong, 1e-6);
    job.farther[0].write_s = 100.0;
    assert_close(bh_pattern_expect(&job, &pattern).expected_s, far.expected_s + 48 * 100.0, 1e-9);
    job.farther[0].failure_rate = 1.0 / (24 * hour_s);
    job.farther[0].recovery_s = 600.0;
    job.failure_rate = 0.0; /* else below */
    job.farther[0].failure_rate = 0.0;
    far = bh_pattern_expect(&job, &pattern);
    job.farther[0].failure_rate = 1.0 / (24 * hour_s);
    double segment_s = (far.expected_s + job.write_s) / 48.0, rate = 1.0 / (24 * hour_s);
    assert_close(bh_pattern_expect(&job, &pattern).expected_s,
                 48.0 * exp(rate * 600.0) * expm1(rate * segment_s) / rate - job.write_s, 1e-9);
    job.failure_rate = usual().failure_rate;
    pattern.keep = 1;
    far = bh_pattern_expect(&job, &pattern);
    job.farther_count = 0;
    assert_true(bh_pattern_expect(&job, &pattern).expected_s > 10.0 * far.expected_s);
}

/* A failure that a farther level survives, while nearer ones strike on: naively, each keeps its node away, and it is over when
 * none does. */
static double play_back_s(double near_rate, double near_s, double rate, double recovery_s)
{
    double all = near_rate + rate, end_s = recovery_s;
    for (double now_s = -log1p(-drand48()) / all; now_s < end_s; now_s -= log1p(-drand48()) / all)
        end_s = fmax(end_s, now_s + (drand48() * all < rate ? recovery_s : near_s));
    return end_s;
}

/* What a segment is longer by than with its own failures alone, taken as back at once. 5 standard errors. */
static void test_back_from_far(void **state)
{
    (void)state;
    static const struct {
        double near_rate, recovery_s, rate, far_s;
    } cases[] = {{1 / 900.0, 120, 1 / 900.0, 600},
                 {1 / 600.0, 600, 1 / 900.0, 200},
                 {1 / 600.0, 300, 1 / 1200.0, 330},
                 {1 / 3600.0, 1200, 1 / 600.0, 60}};
    enum { PLAYS = 200000 };
    srand48(9);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct bh_pattern_job job = usual();
        job.failure_rate = cases[c].near_rate;
        job.recovery_s = cases[c].recovery_s;
        job.farther_count = 1;
        job.farther[0] = (struct bh_pattern_level){.spacing_s = 600, .read_s = 45.0, .recovery_s = cases[c].far_s};
        const struct bh_pattern pattern = {144, 1, 3};
        double segment_s = (bh_pattern_expect(&job, &pattern).expected_s + job.write_s) / 144.0;
        job.farther[0].failure_rate = cases[c].rate;
        double whole_s = (bh_pattern_expect(&job, &pattern).expected_s + job.write_s) / 144.0;
        double back_s = whole_s / expm1(cases[c].rate * segment_s) - 1.0 / cases[c].rate;
        double sum_s = 0.0, squares = 0.0, near_s = job.recovery_s - job.read_s + 45.0; /* the far state is read */
        for (int i = 0; i < PLAYS; i++) {
            double played_s = play_back_s(job.failure_rate, near_s, cases[c].rate, cases[c].far_s);
            sum_s += played_s;
            squares += played_s * played_s;
        }
        double mean_s = sum_s / PLAYS, error_s = sqrt((squares / PLAYS - mean_s * mean_s) / PLAYS);
        if (!(fabs(back_s - mean_s) < 5.0 * error_s))
            fail_msg("case %zu: %g s, played %g +- %g s", c, back_s, mean_s, error_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_naive_twin),
        cmocka_unit_test(test_choice_against_grid),
        cmocka_unit_test(test_choice_against_published),
        cmocka_unit_test(test_unreachable_and_endless),
        cmocka_unit_test(test_farther_levels),
        cmocka_unit_test(test_back_from_far),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
