/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Jobs that ran in the last third of a log, and how many of them were to be interrupted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_failure_log;
struct bh_holdout;

/* Why a cell is outside: the factor that brings it inside. */
enum bh_job_miss {
    BH_JOB_MISS_NONE,
    BH_JOB_MISS_BEFORE, /* jobs were interrupted more or less often than the laws of nodes say before already */
    BH_JOB_MISS_DRIFT,  /* they are since */
    BH_JOB_MISS_UNKNOWN
};

/* Jobs of `least` to `most` nodes that ran less than `until_s`. */
struct bh_job_cell {
    uint64_t least, most;
    double from_s, until_s; /* how long they ran */
    size_t jobs;
    double expected, low, high; /* interruptions, and where 95 % are to lie */
    size_t observed;
    bool is_judged, is_inside; /* judged: five or more are expected or seen */
    enum bh_job_miss miss;
};

struct bh_jobs_check {
    double from_s, split_s, to_s;
    size_t before, after; /* jobs */
    size_t interrupted_before, interrupted_after;
    double rate;      /* interruptions per second and node of jobs, first two thirds */
    bool is_by_nodes; /* predicted by the fits to nodes; else by that rate */
    double as_before,
        drift; /* interruptions before, in those expected; and of the last third, in those that this leads to expect */
    size_t count;
    struct bh_job_cell *cells;
};

/* A job that ran t on k nodes is interrupted with intensity: what is expected is the sum of cumulative hazards over the time that jobs
 * did run, whether or not that was cut short. `holdout` (NULL, or one that was fitted): its laws; else the rate per node and time of the jobs of
 * the first two thirds. Intervals by blocks of time, as in holdout.h, the square root of counts being compared. */
struct bh_jobs_check *bh_jobs_check_create(const struct bh_failure_log *log, const struct bh_holdout *holdout,
                                           uint64_t seed);
void bh_jobs_check_destroy(struct bh_jobs_check *check);
