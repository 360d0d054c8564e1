/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a results file holds per policy and point: one row of a table per metric. */
#ifndef BH_SIM_RESULTS_METRICS_H
#define BH_SIM_RESULTS_METRICS_H

#include "sim/runs/study_run.h"

/* The axes that a metric can have behind policy and the study's own; their names are in bh_metric_axis_names. */
enum bh_metric_axis {
    BH_AXIS_ENCLAVE,
    BH_AXIS_REPLICA,
    BH_AXIS_PART,
    BH_AXIS_SCOPE,
    BH_AXIS_BOUNDARY,
    BH_AXIS_LEVEL,
    BH_METRIC_AXES
};
extern const char *const bh_metric_axis_names[];
enum { BH_METRIC_MOST_AXES = 3 };

/* Positions on each of them in a scenario; `sizes` has BH_METRIC_AXES entries. */
void bh_metric_axis_sizes(const struct bh_scenario *scenario, size_t sizes[]);

/* Which of them a metric has. */
enum bh_metric_shape {
    BH_SCALAR,
    BH_BY_ENCLAVE,
    BH_BY_ENCLAVE_REPLICA,
    BH_BY_ENCLAVE_REPLICA_PART,
    BH_BY_ENCLAVE_PART,
    BH_BY_ENCLAVE_LEVEL,
    BH_BY_ENCLAVE_SCOPE,
    BH_BY_REPLICA,
    BH_BY_REPLICA_SCOPE,
    BH_BY_REPLICA_BOUNDARY,
    BH_BY_SCOPE,
    BH_BY_BOUNDARY,
};
struct bh_metric_axes {
    size_t count;
    enum bh_metric_axis axis[BH_METRIC_MOST_AXES];
};
extern const struct bh_metric_axes bh_metric_axes[]; /* by shape */

/* Where a metric is recorded: at points, in the uncertainty group too, or only if the scenario has a script, an enclave
 * that verifies its data, compositions, losses that are not acceptable, or zones that need others. */
enum bh_metric_use {
    BH_AT_POINTS,
    BH_AT_POINTS_AND_UNCERTAIN,
    BH_WITH_SCRIPT,
    BH_WITH_VERIFICATION,
    BH_WITH_COMPOSITIONS,
    BH_WITH_ACCEPTANCE,
    BH_WITH_NEEDS,
    BH_OVER_REPLICAS,
    BH_METRIC_USES
};
/* BH_OVER_REPLICAS: at points, from escapes, extents and exact values of all replicas; see sim/sweep/merge_statistics.c,
 * which has those alone. */
/* Whether metrics of this use say anything of a scenario. */
bool bh_metric_says(const struct bh_scenario *scenario, enum bh_metric_use use);

/* One cell of an array: a policy at a point, and positions on the metric's own axes. */
struct bh_metric_cell {
    const struct bh_campaign *campaign;
    const struct bh_stage *stage;
    size_t point, policy;
    size_t at[BH_METRIC_AXES];
};

struct bh_metric {
    const char *name;
    enum bh_metric_shape shape;
    enum bh_element element;
    const char *unit;
    const char *description;
    double (*value)(const struct bh_metric_cell *cell);
    enum bh_metric_use use;
};

extern const struct bh_metric bh_metrics[];
extern const size_t bh_metrics_count;

#endif
