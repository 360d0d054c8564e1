/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which faults strike, by a scenario. */
#pragma once

#include "models/faults/streams.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_scenario;
struct bh_script_fault;
struct bh_zone_tree;

/* Whether it has random faults, and no class of them strikes several nodes at once. */
bool bh_scenario_strikes_apart(const struct bh_scenario *scenario);
/* Which faults strike, as the models know it; borrows from the scenario. */
struct bh_fault_choice bh_scenario_fault_choice(const struct bh_scenario *scenario);

/* The zone of a node that an error of the script begins in. */
size_t bh_scenario_script_zone(const struct bh_scenario *scenario, const struct bh_script_fault *fault,
                               const struct bh_zone_tree *tree);
