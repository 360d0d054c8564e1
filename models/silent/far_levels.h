/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What levels behind the nearest one add to the time of a pattern's interval. doc/model.md, "Equal trust". */
#pragma once

#include "models/silent/pattern.h"

/* Seconds that an interval of interval_s of work takes, of which the nearest level alone makes time_s: with the checkpoints of
 * farther levels, and the failures that these survive. INFINITY: it hardly ever ends. */
double bh_far_levels_s(const struct bh_pattern_job *job, double interval_s, double time_s);
