/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The names that results files use themselves, so that no axis of a scenario takes one. */
#pragma once

#include <stdbool.h>

/* Columns of the table `causes` behind those of policy and axes, in order. */
enum bh_cause_column {
    BH_CAUSE_FAULT,
    BH_CAUSE_ORIGIN,
    BH_CAUSE_BOUNDARY,
    BH_CAUSE_GUARD,
    BH_CAUSE_DISPOSITION,
    BH_CAUSE_FAILURES,
    BH_CAUSE_LOST_NODE_TIME,
    BH_CAUSE_COLUMNS
};
extern const char *const bh_cause_column_names[];

/* Whether a dataset at the root or in a group, a column of `causes`, or a column that `bulkhead results` makes of an array
 * is or may be called so. An axis of such a name would overwrite it or be overwritten. */
bool bh_results_name_is_taken(const char *name);

/* How the descriptions of a campaign's coordinates begin, and what stands before the status of a number of the catalog. */
#define BH_COORDINATE_WORDS  "varied by the campaign"
#define BH_COORDINATE_STATUS ": "
/* The coordinate that says which part each point has in a design for sensitivity. */
#define BH_COORDINATE_DESIGN "design"
