/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Jobs in forked children, several at a time. A child does one job after the other, until it is spent or there are no
 * more. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct bh_workers {
    size_t jobs;
    unsigned at_once;
    void *context;
    /* In the child: does job number `job` and writes its answer. 0, or -1 with err set. */
    int (*work)(void *context, size_t job, FILE *answer, struct bh_error *err);
    /* In the child, after a job: whether it would leave a trace in another, which therefore is another child's. */
    bool (*is_spent)(void *context);
    /* In the parent, in order of completion. 0 to go on; -1 with err set stops everything. */
    int (*done)(void *context, size_t job, const void *answer, size_t length, struct bh_error *err);
    /* For messages about a job that died: what it was and how to run it again; returns buffer. */
    char *(*describe)(void *context, size_t job, char *buffer, size_t size);
    /* In the parent: says what has killed its process and is now tried again, alone. */
    void (*warn)(void *context, const char *text);
};

/* Forks a child that writes to its parent. Returns the child's process id with *pipe the reading end; 0 in the child,
 * which dies with its parent, with *pipe the writing end; -1 on failure. */
pid_t bh_workers_fork(int *pipe, struct bh_error *err);

/* Runs all jobs. One that kills its process costs no other, and is tried once more, alone; the first that fails, or dies
 * again, ends the children under way and is returned in err. Children die with their parent. */
int bh_workers_run(const struct bh_workers *workers, struct bh_error *err);
