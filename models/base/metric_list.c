/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The list of metrics as a table, and the axes of each shape. */
#include "models/base/metric_list.h"

const char *const bh_metric_axis_names[] = {"enclave", "replica", "part", "scope", "boundary", "level"};

const struct bh_metric_axes bh_metric_axes[] = {
    [BH_SCALAR] = {0, {0}},
    [BH_BY_ENCLAVE] = {1, {BH_AXIS_ENCLAVE}},
    [BH_BY_ENCLAVE_REPLICA] = {2, {BH_AXIS_ENCLAVE, BH_AXIS_REPLICA}},
    [BH_BY_ENCLAVE_REPLICA_PART] = {3, {BH_AXIS_ENCLAVE, BH_AXIS_REPLICA, BH_AXIS_PART}},
    [BH_BY_ENCLAVE_PART] = {2, {BH_AXIS_ENCLAVE, BH_AXIS_PART}},
    [BH_BY_ENCLAVE_LEVEL] = {2, {BH_AXIS_ENCLAVE, BH_AXIS_LEVEL}},
    [BH_BY_ENCLAVE_SCOPE] = {2, {BH_AXIS_ENCLAVE, BH_AXIS_SCOPE}},
    [BH_BY_REPLICA] = {1, {BH_AXIS_REPLICA}},
    [BH_BY_REPLICA_SCOPE] = {2, {BH_AXIS_REPLICA, BH_AXIS_SCOPE}},
    [BH_BY_REPLICA_BOUNDARY] = {2, {BH_AXIS_REPLICA, BH_AXIS_BOUNDARY}},
    [BH_BY_SCOPE] = {1, {BH_AXIS_SCOPE}},
    [BH_BY_BOUNDARY] = {1, {BH_AXIS_BOUNDARY}},
};

const char *const bh_metric_use_names[] = {
    [BH_AT_POINTS] = "always",
    [BH_AT_POINTS_AND_UNCERTAIN] = "always, over the uncertain number too",
    [BH_WITH_SCRIPT] = "with a script",
    [BH_WITH_VERIFICATION] = "with verification",
    [BH_WITH_COMPOSITIONS] = "with compositions",
    [BH_WITH_ACCEPTANCE] = "with acceptance",
    [BH_WITH_NEEDS] = "with zones that need others",
    [BH_WITH_DEGRADED] = "where zones can be degraded",
    [BH_OVER_REPLICAS] = "always, of all replicas together",
};

const struct bh_metric bh_metrics[BH_METRICS] = {
#define BH_METRIC(name, ...) [BH_METRIC_##name] = {#name, __VA_ARGS__},
#include "models/base/metric_rows.h"
#undef BH_METRIC
};
