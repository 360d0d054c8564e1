/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What runs on the nodes of a partition class, and the guards there. */
#pragma once

#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_guard_level;

struct bh_error;
struct bh_node_model;
struct bh_scenario;
struct bh_tenant;

/* The enclaves of a partition class as the models know them; the caller frees. */
struct bh_tenant *bh_scenario_tenants(const struct bh_scenario *scenario, size_t class);

/* What runs on the nodes of a partition class: the system and kernels, the policy of what the tenants share, and of
 * each tenant's own zones. Shared zones follow the policy that all tenants have, else that of the comparison's line. */
struct bh_node_stack {
    const struct bh_system *system;
    const struct bh_component *host_kernel, *guest_kernel;
    const struct bh_policy *policy;
    const struct bh_policy **own;         /* per tenant; owned */
    const struct bh_guard_limits *limits; /* the Node OS's; NULL: none */
};
/* Of line `policy`; `is_baseline`: without what enclaves have of their own. */
struct bh_node_stack bh_scenario_stack(const struct bh_scenario *scenario, size_t policy, size_t class,
                                       bool is_baseline);
void bh_node_stack_free(struct bh_node_stack *stack);
/* The guards that a tenant asks for while it is protected or not (-1: of what all share), within the Node OS's limits;
 * `clipped` (may be NULL) says where these made a difference. */
int bh_scenario_guards(const struct bh_node_stack *stack, int tenant, bool is_protected,
                       const struct bh_guard_level *guard[BH_BOUNDARIES], bool clipped[BH_BOUNDARIES],
                       struct bh_error *err);
/* Whether guards of a boundary are ever met: those between enclaves are only where some are composed. */
bool bh_boundary_matters(const struct bh_scenario *scenario, enum bh_boundary boundary);
/* The guards of line `policy` of the comparison while it protects, NULL at boundaries that do not matter. */
int bh_scenario_line_guards(const struct bh_scenario *scenario, size_t policy, bool is_protected,
                            const struct bh_guard_level *guard[BH_BOUNDARIES], struct bh_error *err);
/* The node model of a stack, with the guards that are on while protected. */
struct bh_node_model *bh_scenario_model(const struct bh_scenario *scenario, const struct bh_node_stack *stack,
                                        size_t class, struct bh_error *err);
