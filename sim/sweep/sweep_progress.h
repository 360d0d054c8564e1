/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How far a sweep is: a line rewritten in place on a terminal, a plain line a minute elsewhere. */
#pragma once

#include "sim/sweep/sweep.h"

#include <stdbool.h>

struct bh_units;

struct bh_sweep_progress {
    bool is_on, is_terminal, has_line;
    double started_s, shown_s, done_before_s;
    size_t length; /* of the line that stands there */
};

struct bh_sweep_progress bh_sweep_progress_start(bool is_on);
void bh_sweep_progress_show(struct bh_sweep_progress *progress, const struct bh_units *units,
                            const struct bh_sweep_outcome *outcome);
/* A line of its own, also when progress is off. */
void bh_sweep_progress_say(struct bh_sweep_progress *progress, const char *text);
void bh_sweep_progress_end(struct bh_sweep_progress *progress, const struct bh_units *units,
                           const struct bh_sweep_outcome *outcome);
