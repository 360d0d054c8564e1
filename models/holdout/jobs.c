/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Counts jobs by size and length, and what was to be expected of each. */
#include "models/holdout/jobs.h"

#include "models/base/error.h"
#include "models/base/random.h"
#include "models/holdout/holdout.h"
#include "models/logs/failure_log.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

enum { DRAWS = 400, SIZES = 10, LENGTHS = 4, SIZE_FACTOR = 4 };

static const double until_s[LENGTHS] = {3600.0, 21600.0, 86400.0, INFINITY};

struct tally {
    size_t jobs;
    double expected[BH_TIME_BLOCKS], observed[BH_TIME_BLOCKS];
};

static size_t size_of(uint64_t nodes)
{
    size_t s = 0;
    for (uint64_t least = SIZE_FACTOR; nodes >= least && s + 1 < SIZES; least *= SIZE_FACTOR)
        s++;
    return s;
}

static void find_rate(struct bh_jobs_check *check, const struct bh_failure_log *log, double *block_rate)
{
    double node_s[BH_TIME_BLOCKS] = {0.0}, hits[BH_TIME_BLOCKS] = {0.0}, all_s = 0.0, all = 0.0,
           block_s = (check->split_s - check->from_s) / BH_TIME_BLOCKS;
    for (size_t j = 0; j < log->jobs_count; j++) {
        const struct bh_log_job *job = &log->jobs[j];
        if (job->end_s >= check->split_s)
            continue;
        size_t block = (size_t)fmin(BH_TIME_BLOCKS - 1, fmax(0.0, (job->end_s - check->from_s) / block_s));
        node_s[block] += (double)job->nodes * (job->end_s - job->start_s);
        hits[block] += job->is_interrupted;
        check->before++;
        check->interrupted_before += job->is_interrupted;
    }
    for (size_t b = 0; b < BH_TIME_BLOCKS; b++) {
        all_s += node_s[b];
        all += hits[b];
    }
    check->rate = all_s > 0.0 ? all / all_s : 0.0;
    /* What a block adds to the logarithm of the rate. */
    for (size_t b = 0; b < BH_TIME_BLOCKS; b++)
        block_rate[b] = all > 0.0 ? (hits[b] - check->rate * node_s[b]) / all : 0.0;
}

static double expected_of(const struct bh_jobs_check *check, const struct bh_holdout *holdout,
                          const struct bh_log_job *job)
{
    double length_s = job->end_s - job->start_s;
    uint32_t size = (uint32_t)fmin((double)job->nodes, 1e9);
    return check->is_by_nodes ? -log1p(-fmin(bh_holdout_predict(holdout, size, length_s), 1.0 - 1e-12))
                              : check->rate * (double)job->nodes * length_s;
}

/* Counts in blocks drawn anew vary as the counts do; so does what is expected, with the fit. */
static double half_width(const struct tally *tally, const double *influence, uint64_t seed)
{
    const struct bh_random random = {.seed = seed};
    double value[DRAWS];
    for (uint64_t d = 0; d < DRAWS; d++) {
        double expected = 0.0, observed = 0.0, moved = 0.0;
        for (uint64_t b = 0; b < BH_TIME_BLOCKS; b++) {
            size_t after = (size_t)(BH_TIME_BLOCKS * bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, 4, d, b)),
                   before = (size_t)(BH_TIME_BLOCKS * bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, 5, d, b));
            expected += tally->expected[after];
            observed += tally->observed[after];
            moved += influence[before];
        }
        value[d] = sqrt(observed) - sqrt(expected * exp(moved));
    }
    double sd = gsl_stats_sd(value, 1, DRAWS) * sqrt(BH_TIME_BLOCKS / (BH_TIME_BLOCKS - 1.0));
    /* Where nearly nothing was seen, blocks cannot show what chance does: roots of Poisson counts vary by a half. */
    return gsl_cdf_tdist_Pinv(0.975, BH_TIME_BLOCKS - 1.0) * fmax(sd, 0.5);
}

static void add_cell(struct bh_jobs_check *check, size_t size, size_t length, const struct tally *tally,
                     const double *influence, uint64_t seed)
{
    double expected = 0.0, observed = 0.0;
    for (size_t b = 0; b < BH_TIME_BLOCKS; b++) {
        expected += tally->expected[b];
        observed += tally->observed[b];
    }
    double half = half_width(tally, influence, seed), root = sqrt(expected);
    struct bh_job_cell cell = {.least = (uint64_t)pow(SIZE_FACTOR, (double)size),
                               .most = (uint64_t)pow(SIZE_FACTOR, (double)size + 1.0) - 1,
                               .from_s = length > 0 ? until_s[length - 1] : 0.0,
                               .until_s = until_s[length],
                               .jobs = tally->jobs,
                               .expected = expected,
                               .low = pow(fmax(0.0, root - half), 2.0),
                               .high = pow(root + half, 2.0),
                               .observed = (size_t)observed,
                               .is_judged = expected >= 5.0 || observed >= 5.0};
    cell.is_inside = observed >= cell.low && observed <= cell.high;
    const double factor[] = {check->as_before, check->drift, check->as_before * check->drift};
    for (int f = 0; f < 3 && !cell.is_inside && cell.miss == BH_JOB_MISS_NONE; f++)
        if (fabs(sqrt(observed) - root * sqrt(factor[f])) <= half)
            cell.miss = f == 0 ? BH_JOB_MISS_BEFORE : BH_JOB_MISS_DRIFT;
    if (!cell.is_inside && cell.miss == BH_JOB_MISS_NONE)
        cell.miss = BH_JOB_MISS_UNKNOWN;
    check->cells = bh_reallocate(check->cells, check->count + 1, sizeof *check->cells);
    check->cells[check->count++] = cell;
}

struct bh_jobs_check *bh_jobs_check_create(const struct bh_failure_log *log, const struct bh_holdout *holdout,
                                           uint64_t seed)
{
    struct bh_jobs_check *check = bh_allocate(1, sizeof *check);
    struct tally(*tally)[LENGTHS] = bh_allocate(SIZES, sizeof *tally);
    double influence[BH_TIME_BLOCKS], expected_before = 0.0, expected_after = 0.0;
    check->from_s = INFINITY;
    check->to_s = -INFINITY;
    for (size_t j = 0; j < log->jobs_count; j++) {
        check->from_s = fmin(check->from_s, log->jobs[j].end_s);
        check->to_s = fmax(check->to_s, log->jobs[j].end_s);
    }
    check->split_s = check->from_s + 2.0 / 3.0 * (check->to_s - check->from_s);
    check->is_by_nodes = holdout != NULL && holdout->classes_count > 0;
    find_rate(check, log, influence);
    double block_s = (check->to_s - check->split_s) / BH_TIME_BLOCKS;
    for (size_t j = 0; j < log->jobs_count; j++) {
        const struct bh_log_job *job = &log->jobs[j];
        double expected = expected_of(check, holdout, job);
        *(job->end_s < check->split_s ? &expected_before : &expected_after) += expected;
        if (job->end_s < check->split_s)
            continue;
        size_t length = 0, block = (size_t)fmin(BH_TIME_BLOCKS - 1, (job->end_s - check->split_s) / block_s);
        while (job->end_s - job->start_s >= until_s[length])
            length++;
        struct tally *at = &tally[size_of(job->nodes)][length];
        at->jobs++;
        at->expected[block] += expected;
        at->observed[block] += job->is_interrupted;
        check->after++;
        check->interrupted_after += job->is_interrupted;
    }
    check->as_before = expected_before > 0.0 ? (double)check->interrupted_before / expected_before : 1.0;
    check->drift = expected_after > 0.0 && check->as_before > 0.0
                       ? (double)check->interrupted_after / (expected_after * check->as_before)
                       : 1.0;
    for (size_t s = 0; s < SIZES; s++)
        for (size_t l = 0; l < LENGTHS; l++)
            if (tally[s][l].jobs > 0)
                add_cell(check, s, l, &tally[s][l], influence, seed);
    free(tally);
    return check;
}

void bh_jobs_check_destroy(struct bh_jobs_check *check)
{
    if (check == NULL)
        return;
    free(check->cells);
    free(check);
}
