/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where the errors of one origin end, by chance. */
#pragma once

#include "models/containment/containment.h"
#include "models/containment/played_error_table.h"
#include "models/spread/spread.h"

struct bh_trial_table;

struct bh_containment bh_containment_monte_carlo(const struct bh_node_model *model, struct bh_origin origin,
                                                 struct bh_trials trials);

/* bh_containment_monte_carlo on a table that is there. */
struct bh_containment bh_containment_play(const struct bh_trial_table *table, struct bh_origin origin,
                                          struct bh_trials trials);
