/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What one run of an enclave came to: the one place that knows when a run is done, and what net overhead is. */
#pragma once

#include "analysis/reader/view.h"

#include <stdbool.h>
#include <stddef.h>

/* doc/model.md, "Price and net overhead". */
struct bh_outcome {
    bool is_wrong;       /* its result is, and the scenario does not let that count as done */
    bool is_done;        /* its work is, and its result is right or counts */
    double net_overhead; /* makespan over that of the baseline without faults and checkpoints, less 1; NaN: not done */
    double work_rate;    /* useful native node-seconds per node-second, idle spares included; 0 where it is wrong */
};

/* At a point (policy * points + point is its cell). */
struct bh_outcome bh_outcome_at_point(const struct bh_view *view, size_t cell, size_t enclave, size_t replica);

/* At a value of the uncertain number, or a draw. No node-time is kept there: its work rate is per second of the run. */
struct bh_outcome bh_outcome_at_value(const struct bh_view *view, size_t policy, size_t value, size_t enclave,
                                      size_t replica);
