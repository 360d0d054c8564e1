/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The value of each metric, see models/base/metric_list.h, of a point that has run. */
#pragma once

#include "models/base/metric_list.h"

struct bh_scenario;

/* Positions on each of them in a scenario; `sizes` has BH_METRIC_AXES entries. */
void bh_metric_axis_sizes(const struct bh_scenario *scenario, size_t sizes[]);

/* Names of what stands along an axis that is the same in all results; NULL for enclaves and replicas. */
const char *const *bh_metric_axis_labels(enum bh_metric_axis axis, size_t *count);

/* Parts of the ledger: the last is that of degraded parts. */
size_t bh_metric_parts(bool has_degraded);
/* Whether metrics of this use say anything of a scenario. */
bool bh_metric_says(const struct bh_scenario *scenario, enum bh_metric_use use);

/* A policy at a point, and positions on the metric's own axes; the replica is the one that ran last. */
struct bh_metric_cell {
    const struct bh_point *resolved;
    size_t policy;
    size_t at[BH_METRIC_AXES];
};

double bh_metric_value(const struct bh_metric *metric, const struct bh_metric_cell *cell);
