/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Gathers the names from where results take them. */
#include "models/base/results_names.h"

#include "models/base/error.h"
#include "models/base/metric_list.h"

#include <string.h>

const char *const bh_cause_column_names[] = {
    [BH_CAUSE_FAULT] = "fault",
    [BH_CAUSE_ORIGIN] = "origin",
    [BH_CAUSE_BOUNDARY] = "boundary",
    [BH_CAUSE_GUARD] = "guard",
    [BH_CAUSE_DISPOSITION] = "disposition",
    [BH_CAUSE_FAILURES] = "failures",
    [BH_CAUSE_LOST_NODE_TIME] = "lost_node_time",
};

/* Datasets and groups beside metrics; `point` is the axis of campaigns whose points are no product. */
static const char *const others[] = {
    "policy",        "policy_system", "policy_policy", "enclave_entry",      "causes",
    "cause",         "point",         "replicas_run",  "policy_correlation", "uncertainty",
    "system_colour", "policy_colour", "policy_mark",   "policy_offers"};

/* What stands behind an array's name in the columns of a mean. */
static const char *const endings[] = {"", "_half_width", "_defined", "_count"};

/* Whether `name` is `taken`, or a column made of it. */
static bool is_of(const char *name, const char *taken)
{
    size_t length = strlen(taken);
    for (size_t i = 0; i < BH_COUNT(endings); i++)
        if (strncmp(name, taken, length) == 0 && strcmp(name + length, endings[i]) == 0)
            return true;
    return false;
}

bool bh_results_name_is_taken(const char *name)
{
    static const char columns[] = "cause_"; /* and the name of a column of causes, axes among them */
    if (strncmp(name, columns, sizeof columns - 1) == 0)
        return true;
    for (size_t i = 0; i < BH_COUNT(others); i++)
        if (is_of(name, others[i]))
            return true;
    for (size_t i = 0; i < BH_METRIC_AXES; i++)
        if (is_of(name, bh_metric_axis_names[i]))
            return true;
    for (size_t i = 0; i < BH_CAUSE_COLUMNS; i++)
        if (is_of(name, bh_cause_column_names[i]))
            return true;
    for (size_t i = 0; i < BH_METRICS; i++)
        if (is_of(name, bh_metrics[i].name))
            return true;
    return false;
}
