/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The list of metrics: what a results file holds per policy and point. It stands here, and once, since writer (sim/results)
 * and reader (analysis/reader) know of each other only what models/base says. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

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
    BH_WITH_DEGRADED,
    BH_OVER_REPLICAS,
    BH_METRIC_USES
};
/* BH_OVER_REPLICAS: at points, from what all replicas and the point's exact values say together; see
 * sim/sweep/merge_interaction.c and merge_overheads.c, which have those alone. */

/* Values are 0 and 1, or any number. */
enum bh_metric_values { BH_NUMBERS, BH_FLAGS };
/* Whether a file without it can be read. */
enum bh_metric_need { BH_OPTIONAL, BH_NEEDED };

enum bh_metric_name {
#define BH_METRIC(name, ...) BH_METRIC_##name,
#include "models/base/metric_rows.h"
#undef BH_METRIC
    BH_METRICS
};

struct bh_metric {
    const char *name;
    enum bh_metric_shape shape;
    enum bh_metric_values values;
    const char *unit;
    enum bh_metric_use use;
    enum bh_metric_need need;
    const char *description;
};
extern const struct bh_metric bh_metrics[BH_METRICS]; /* by enum bh_metric_name */
extern const char *const bh_metric_use_names[];       /* in words */
