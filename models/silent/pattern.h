/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A pattern: how often a job keeps a checkpoint, how often it verifies its data between two, and how many it keeps. What a
 * job under it takes, and how likely its result is wrong, from rates alone. */
#pragma once

#include "models/words/checkpoint_levels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Levels behind the nearest one, which survive what it does not. */
struct bh_pattern_level {
    double spacing_s;    /* of work between two checkpoints there */
    double write_s;      /* to write one */
    double failure_rate; /* per second, of what it is the nearest level to survive */
    double recovery_s;   /* from that, read included, if no further one strikes */
    double read_s;       /* what it is read for because of wrong data */
};

/* A job and what strikes it. Times are wall-clock seconds, rates per second. Failures and silent errors are Poisson. */
struct bh_pattern_job {
    double work_s;       /* useful computing */
    double matters;      /* P(a silent error that is in the data at the end makes the result wrong) */
    double verify_s;     /* one verification, which holds the job up */
    double recall;       /* P(it finds a silent error that is there), independent from one to the next */
    double latency_s;    /* until its verdict is known */
    bool knows_age;      /* a return is to the newest state that is older than the error, as if that were known */
    uint64_t returns;    /* else to one state until it is given up; from 1, and more than 8 count as 8 */
    double write_s;      /* one checkpoint, of the nearest level */
    double failure_rate; /* of what that level survives */
    double recovery_s;   /* from that, read included, if no further one strikes */
    double read_s;       /* a return because of wrong data, likewise */
    double relaunch_s;   /* to begin anew where no state is left */
    double silent_rate;
    /* Whether these strike while it computes only, not while it verifies, checkpoints, or comes back. */
    bool failures_spare_rest, silent_spares_rest;
    size_t farther_count;
    struct bh_pattern_level farther[BH_LEVELS]; /* the nearest first */
};

/* The work is split into `intervals` equal parts, with a checkpoint after each but the last; each part into
 * `verifications` equal pieces, with a verification after each. With 0 verifications nothing is ever verified. */
struct bh_pattern {
    uint64_t intervals, verifications, keep; /* keep, intervals: at least 1 */
};

struct bh_pattern_outcome {
    double expected_s; /* time of the job; INFINITY: it hardly ever ends */
    double wrong;      /* P(its result is wrong) */
};

/* Longest piece of work between two looks at the data: what a verification comes after. */
double bh_pattern_piece_s(const struct bh_pattern_job *job, const struct bh_pattern *pattern);

/* Both by an exact chain over intervals: its states are how many states are kept, how many of the newest hold an error, and
 * how often the newest has been returned to because of wrong data with no verification passed since. Errors of
 * different intervals are found as one is. With farther levels: of intervals in the long run, each level by Daly's expected makespan over those
 * before it. doc/model.md, "Equal trust". */
struct bh_pattern_outcome bh_pattern_expect(const struct bh_pattern_job *job, const struct bh_pattern *pattern);
