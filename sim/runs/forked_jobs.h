/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Jobs in forked children, several at a time. Each child starts from the parent's state and ends with its job, so that
 * no job can leave a trace in another. */
#ifndef BH_SIM_RUNS_FORKED_JOBS_H
#define BH_SIM_RUNS_FORKED_JOBS_H

#include "models/base/error.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct bh_workers {
    size_t jobs;
    unsigned at_once;
    void *context;
    /* In the child: does job number `job` and writes its answer. 0, or -1 with err set. */
    int (*work)(void *context, size_t job, FILE *answer, struct bh_error *err);
    /* In the parent, in order of completion. 0 to go on; -1 with err set stops everything. */
    int (*done)(void *context, size_t job, const void *answer, size_t length, struct bh_error *err);
    /* For messages about a job that died: what it was and how to run it again; returns buffer. */
    char *(*describe)(void *context, size_t job, char *buffer, size_t size);
};

/* Forks a child that writes to its parent. Returns the child's process id with *pipe the reading end; 0 in the child,
 * which dies with its parent, with *pipe the writing end; -1 on failure. */
pid_t bh_workers_fork(int *pipe, struct bh_error *err);

/* Runs all jobs. The first failure ends the children under way and is returned in err. Children die with their
 * parent. */
int bh_workers_run(const struct bh_workers *workers, struct bh_error *err);

#endif
