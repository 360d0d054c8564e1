/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What policies are judged by: a number of each run, by the name that a user gives it. */
#pragma once

#include "analysis/measures/statistics.h"
#include "analysis/reader/view.h"

#include <stdbool.h>
#include <stddef.h>

enum bh_criterion_kind {
    BH_CRITERION_NET_OVERHEAD, /* makespan over the baseline's without faults and checkpoints, less 1; not done: NaN */
    BH_CRITERION_LOST_NODE_TIME, /* share of node-time that did no native work, or none of use */
    BH_CRITERION_FAILURE_TIME, /* share of node-time lost to failures: work done twice, detection, restarts, waiting */
    BH_CRITERION_NODE_HOURS,
    BH_CRITERION_UNFINISHED, /* whether the run was given up */
    BH_CRITERION_NOT_DONE,   /* that, or its result is wrong and that does not count as done */
    BH_CRITERION_RIGHT,      /* whether it came to its end with a right result */
    BH_CRITERION_METRIC      /* a row of the list of metrics */
};

struct bh_criterion {
    char name[96];
    enum bh_criterion_kind kind;
    enum bh_metric_name metric;
    size_t label; /* on the metric's axis beyond enclave and replica */
    bool is_flag, is_share;
    bool is_exact; /* a number of the point, not of each run */
    const char *unit;
};

/* "net-overhead", "lost-node-time", "failure-time", "node-hours", "unfinished", "right-results", "not-done", "wrong-results",
 * "violation", or a metric's own name with
 * `-` or `_`, behind it in brackets the label of a further axis: "failures[node]". Fails with what there is. */
int bh_criterion_find(const struct bh_view *view, const char *name, struct bh_criterion *criterion,
                      struct bh_error *err);

/* Of one run. NaN: there is none. */
double bh_criterion_value(const struct bh_view *view, const struct bh_criterion *criterion, size_t policy, size_t point,
                          size_t enclave, size_t replica);

/* Mean over points (worlds) and the first `replicas` of each with its 95 % interval: exact for flags of one world,
 * else by Student with worlds and replicas crossed (see struct bh_lead); of flags over worlds the wider of either as
 * clusters. No interval where the number is exact. */
struct bh_estimate bh_criterion_mean(const struct bh_view *view, const struct bh_criterion *criterion, size_t policy,
                                     const size_t *points, size_t worlds, size_t enclave, size_t replicas);
/* The same of values at hand, [world][replica]. `resamples`: of one world by these (bootstrap.h); NULL: Student's. */
struct bh_estimate bh_criterion_mean_of(const struct bh_criterion *criterion, const struct bh_resamples *resamples,
                                        const double *runs, size_t worlds, size_t replicas);
/* What an enclave counts for in a mean over enclaves: its node-time where the number is a share of that, else its nodes. */
double bh_criterion_weight(const struct bh_view *view, const struct bh_criterion *criterion, size_t policy,
                           size_t point, size_t enclave, size_t replica);
