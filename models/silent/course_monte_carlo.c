/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One silent error's course by chance: each trial plays the job from its beginning, event by event. */
#include "models/silent/course_monte_carlo.h"

#include "models/containment/containment.h"
#include "models/silent/course.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

enum { CHUNK = 256 };
/* Draws of one trial, in the last part of their key; verifications are numbered besides. */
enum { DRAW_STRIKE = 0 };

/* A job that runs. Checkpoints are known by the work that they hold; what is kept is the newest few. */
struct job {
    const struct bh_silent_course *course;
    double clock_s, work_s;
    uint64_t checkpoints, verifications;
    double strike_work_s, strike_clock_s;
    double verdict_s;        /* of the verification that found the error; INFINITY: none has */
    double *kept[BH_LEVELS]; /* work they hold, newest first */
    uint64_t count[BH_LEVELS];
};

struct played {
    bool found;
    double delay_s, lost_work_s, ranks;
    enum bh_return back;
};

static void keep(double *kept, uint64_t *count, uint64_t most, double work_s)
{
    *count = *count < most ? *count + 1 : most;
    for (uint64_t i = *count - 1; i > 0; i--)
        kept[i] = kept[i - 1];
    kept[0] = work_s;
}

/* Time passes, with or without work; false: the verdict came first, at its time. */
static bool advance(struct job *job, double time_s, bool computes)
{
    double run_s = fmin(time_s, job->verdict_s - job->clock_s);
    if (computes && job->strike_work_s >= job->work_s && job->strike_work_s < job->work_s + run_s)
        job->strike_clock_s = job->clock_s + job->strike_work_s - job->work_s;
    job->clock_s += run_s;
    job->work_s += computes ? run_s : 0.0;
    return run_s == time_s;
}

static void verify(struct job *job, const struct bh_random *random, uint64_t trial)
{
    const struct bh_silent_course *course = job->course;
    job->verifications++;
    if (isinf(job->strike_clock_s) || isfinite(job->verdict_s))
        return;
    if (bh_random_uniform(random, BH_PURPOSE_ENDING, trial, job->verifications, 0) < course->recall)
        job->verdict_s = job->clock_s + course->latency_s;
}

static bool write_checkpoint(struct job *job)
{
    const struct bh_silent_course *course = job->course;
    job->checkpoints++;
    for (int l = 0; l < BH_LEVELS; l++) {
        const struct bh_course_level *level = &course->level[l];
        if (level->every == 0 || job->checkpoints % level->every != 0)
            continue;
        if (!advance(job, level->write_s, false))
            return false;
        keep(job->kept[l], &job->count[l], level->keep, job->work_s);
    }
    return true;
}

/* Runs until the verdict or the end. */
static void run(struct job *job, const struct bh_random *random, uint64_t trial)
{
    const struct bh_silent_course *course = job->course;
    double near_s = 1e-9 * course->work_s;
    for (;;) {
        double verify_at_s = (double)(job->verifications + 1) * course->verify_every_s;
        double save_at_s = (double)(job->checkpoints + 1) * course->interval_s;
        double next_s = fmin(verify_at_s, save_at_s);
        bool is_end = next_s >= course->work_s - near_s;
        if (!advance(job, (is_end ? course->work_s : next_s) - job->work_s, true))
            return;
        if (is_end ? course->verifies_at_end : verify_at_s - next_s <= near_s) {
            if (!advance(job, course->verify_s, false))
                return;
            verify(job, random, trial);
            /* A verdict at the very end of the verification comes before the checkpoint. */
            if (job->verdict_s <= job->clock_s || (is_end && isfinite(job->verdict_s))) {
                job->clock_s = job->verdict_s;
                return;
            }
        }
        if (is_end) {
            /* Without a verification there, the job does not wait for verdicts. */
            job->verdict_s = INFINITY;
            return;
        }
        if (save_at_s - next_s <= near_s && !write_checkpoint(job))
            return;
    }
}

static double newest_clean(const double *kept, uint64_t count, double strike_work_s)
{
    for (uint64_t i = 0; i < count; i++)
        if (kept[i] <= strike_work_s)
            return kept[i];
    return -1.0;
}

/* The same memory for another trial. */
static struct job restarted(const struct job *job, double strike_work_s)
{
    struct job fresh = {
        .course = job->course, .strike_work_s = strike_work_s, .strike_clock_s = INFINITY, .verdict_s = INFINITY};
    for (int l = 0; l < BH_LEVELS; l++)
        fresh.kept[l] = job->kept[l];
    return fresh;
}

static struct played play(struct job *job, const struct bh_random *random, uint64_t trial)
{
    const struct bh_silent_course *course = job->course;
    double u = bh_random_uniform(random, BH_PURPOSE_ARRIVAL, trial, DRAW_STRIKE, 0);
    *job = restarted(job, u * course->work_s);
    run(job, random, trial);
    if (isinf(job->verdict_s))
        return (struct played){.found = false};
    double back_s = 0.0, newest_s = 0.0;
    enum bh_return back = BH_RETURN_BEGINNING;
    for (int l = 0; l < BH_LEVELS; l++) {
        double clean_s = newest_clean(job->kept[l], job->count[l], job->strike_work_s);
        newest_s = job->count[l] > 0 ? fmax(newest_s, job->kept[l][0]) : newest_s;
        if (clean_s > back_s) {
            back_s = clean_s;
            back = bh_level_goes_through((enum bh_level)l, BH_THROUGH_STORAGE) ? BH_RETURN_STORAGE : BH_RETURN_OLDER;
        }
    }
    struct played played = {
        .found = true,
        .delay_s = job->verdict_s - job->strike_clock_s,
        .lost_work_s = job->work_s - back_s,
        .back = back != BH_RETURN_BEGINNING && back_s == newest_s ? BH_RETURN_NEWEST : back,
        .ranks = bh_taint_draw(&course->taint, (job->work_s - job->strike_work_s) / course->step_s, random, trial, 0)};
    return played;
}

/* --- Means ---------------------------------------------------------------------------------------------------------- */

static struct played *play_all(const struct bh_silent_course *course, uint64_t seed, uint64_t trials, unsigned threads)
{
    struct played *all = bh_allocate(trials, sizeof *all);
    const struct bh_random random = {.seed = seed, .replica = bh_identity("course of a silent error")};
    int workers = threads > 0 ? (int)threads : omp_get_num_procs();
#pragma omp parallel num_threads(workers)
    {
        struct job job = {.course = course};
        for (int l = 0; l < BH_LEVELS; l++)
            job.kept[l] = bh_allocate(course->level[l].keep + 1, sizeof(double));
#pragma omp for schedule(dynamic, CHUNK)
        for (uint64_t trial = 0; trial < trials; trial++)
            all[trial] = play(&job, &random, trial);
        for (int l = 0; l < BH_LEVELS; l++)
            free(job.kept[l]);
    }
    return all;
}

/* Mean and its standard error over the n errors found. */
static void mean_of(double sum, double squares, double n, double *mean, double *error)
{
    *mean = sum / n;
    *error = n > 1.0 ? sqrt(fmax(squares - sum * sum / n, 0.0) / (n - 1.0) / n) : INFINITY;
}

static double quantile_s(const double *sorted, size_t count, double share)
{
    return count > 0 ? sorted[(size_t)fmin(share * (double)count, (double)count - 1.0)] : NAN;
}

struct bh_silent_outcome bh_silent_course_monte_carlo(const struct bh_silent_course *course, uint64_t seed,
                                                      uint64_t trials, unsigned threads)
{
    struct played *all = play_all(course, seed, trials, threads);
    struct bh_silent_outcome outcome = {.trials = trials};
    double *delays_s = bh_allocate(trials, sizeof *delays_s);
    double delay = 0, delay2 = 0, lost = 0, lost2 = 0, ranks = 0, ranks2 = 0;
    size_t count = 0;
    /* Summed in the order of the trials, so that threads do not matter. */
    for (uint64_t i = 0; i < trials; i++) {
        const struct played *one = &all[i];
        if (!one->found)
            continue;
        delays_s[count++] = one->delay_s;
        outcome.back[one->back]++;
        delay += one->delay_s;
        delay2 += one->delay_s * one->delay_s;
        lost += one->lost_work_s;
        lost2 += one->lost_work_s * one->lost_work_s;
        ranks += one->ranks;
        ranks2 += one->ranks * one->ranks;
    }
    double n = (double)count;
    gsl_sort(delays_s, 1, count);
    outcome.found = n / (double)trials;
    outcome.corrupted = (double)(trials - count) / (double)trials;
    for (int r = 0; r < BH_RETURNS; r++)
        outcome.back[r] /= n;
    mean_of(delay, delay2, n, &outcome.delay_s, &outcome.delay_error_s);
    mean_of(lost, lost2, n, &outcome.lost_work_s, &outcome.lost_work_error_s);
    mean_of(ranks, ranks2, n, &outcome.ranks, &outcome.ranks_error);
    outcome.delay_half_s = quantile_s(delays_s, count, 0.5);
    outcome.delay_95_s = quantile_s(delays_s, count, 0.95);
    free(delays_s);
    free(all);
    return outcome;
}

/* --- Against the exact answer --------------------------------------------------------------------------------------- */

static const double found_enough = 400.0;

static void add_level(struct bh_agreement *agreement, double level, const char *what)
{
    agreement->outcomes++;
    if (level < agreement->least_level) {
        agreement->least_level = level;
        agreement->worst = what;
    }
}

static double level_of_share(double share, double simulated, double trials)
{
    unsigned n = (unsigned)lround(trials), k = (unsigned)lround(simulated * trials);
    share = fmin(fmax(share, 0.0), 1.0);
    double below = gsl_cdf_binomial_P(k, share, n), above = k > 0 ? gsl_cdf_binomial_Q(k - 1, share, n) : 1.0;
    return fmin(1.0, 2.0 * fmin(below, above));
}

/* The mean of random partners is good to 1e-8 only, which shows where all ranks are tainted in every trial. */
static double level_of_mean(double exact, double mean, double error)
{
    double off = fabs(mean - exact);
    return off <= 1e-7 * fabs(exact) ? 1.0 : 2.0 * gsl_cdf_ugaussian_Q(off / error);
}

/* Where nearly all errors taint all ranks, or one, the sample may have none that differ: then the largest deviation that
 * a number between 1 and n of this mean can have. */
static double ranks_error(const struct bh_silent_course *course, const struct bh_silent_outcome *exact,
                          const struct bh_silent_outcome *simulated, double found)
{
    double n = (double)course->taint.ranks, above = fmax(n - exact->ranks, 0.0), below = fmax(exact->ranks - 1.0, 0.0);
    if (fmin(above, below) > 0.02 * n)
        return simulated->ranks_error;
    return fmax(simulated->ranks_error, sqrt(above * below / found));
}

void bh_silent_course_compare(const struct bh_silent_course *course, const struct bh_silent_outcome *exact,
                              const struct bh_silent_outcome *simulated, struct bh_agreement *agreement)
{
    static const char *const returns[BH_RETURNS] = {"return to the newest", "return to an older", "return to storage",
                                                    "return to the beginning"};
    double trials = (double)simulated->trials, found = simulated->found * trials;
    add_level(agreement, level_of_share(exact->found, simulated->found, trials), "silent errors found");
    if (found < found_enough)
        return;
    for (int r = 0; r < BH_RETURNS; r++)
        add_level(agreement, level_of_share(exact->back[r], simulated->back[r], found), returns[r]);
    add_level(agreement, level_of_mean(exact->delay_s, simulated->delay_s, simulated->delay_error_s), "delay");
    add_level(agreement, level_of_mean(exact->lost_work_s, simulated->lost_work_s, simulated->lost_work_error_s),
              "lost work");
    add_level(agreement, level_of_mean(exact->ranks, simulated->ranks, ranks_error(course, exact, simulated, found)),
              "tainted ranks");
}
