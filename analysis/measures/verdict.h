/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What errors by script did beyond their guest, in the originating study's words. */
#pragma once

#include "analysis/measures/statistics.h"
#include "analysis/reader/view.h"

#include <stdbool.h>

/* Host effects: more errors than this left something outside the guest affected with nothing of it down. */
#define BH_MOST_ISOLATED 0.01
/* Crash contained: at most this many errors took the node down. */
#define BH_MOST_DOWN 0.05

/* Shares of the errors. */
struct bh_verdict {
    double effects_exact, contained_exact;           /* by the exact chain for the script's errors */
    double degraded_exact;                           /* affected, nothing down */
    struct bh_estimate effects_seen, contained_seen; /* over replicas; counts below */
    struct bh_estimate degraded_seen;
    double effects, contained, degraded, errors;
    const char *text; /* "isolated", "crash contained", "crash contained, host effects" or "not contained" */
};

/* Whether there is a verdict: the file's errors are those of a script. */
bool bh_has_verdict(const struct bh_view *view);
void bh_find_verdict(const struct bh_view *view, size_t policy, size_t point, struct bh_verdict *verdict);
