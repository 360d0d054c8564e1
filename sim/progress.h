/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A line that says how far long work has come: rewritten in place on a terminal, a plain line a minute elsewhere. */
#ifndef BH_SIM_PROGRESS_H
#define BH_SIM_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct bh_progress {
    bool is_on, is_terminal;
    const char *what; /* "replicas" */
    size_t done, total;
    double started_s, shown_s;
};

/* Starts counting to `total`; with `is_on` false nothing is ever shown. Shown on standard error. */
struct bh_progress bh_progress_start(const char *what, size_t total, bool is_on);
/* One more is done. Shows the line at most ten times a second. */
void bh_progress_step(struct bh_progress *progress);
/* Ends the line. */
void bh_progress_end(struct bh_progress *progress);

#endif
