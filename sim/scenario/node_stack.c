/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What runs on the nodes of a partition class: the line of the comparison, and what enclaves have of their own. */
#include "sim/scenario/node_stack.h"

#include "models/catalog/system.h"
#include "models/node/node_model.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>

/* The enclave that stands for all of one tenant: those of a class differ in name and nodes alone. */
static const struct bh_enclave_spec *tenant_of(const struct bh_scenario *scenario, size_t class, size_t tenant)
{
    return &scenario->enclaves[scenario->partitions.class[class].enclave[tenant]];
}

struct bh_tenant *bh_scenario_tenants(const struct bh_scenario *scenario, size_t class)
{
    size_t count = scenario->partitions.class[class].tenants_count;
    struct bh_tenant *tenants = bh_allocate(count, sizeof *tenants);
    for (size_t t = 0; t < count; t++) {
        const struct bh_enclave_spec *enclave = tenant_of(scenario, class, t);
        tenants[t] = (struct bh_tenant){.guests_per_node = enclave->guests_per_node,
                                        .processes_per_guest = enclave->processes_per_guest,
                                        .node_share = enclave->node_share,
                                        .application = enclave->application,
                                        .is_native = enclave->is_native};
    }
    return tenants;
}

struct bh_node_stack bh_scenario_stack(const struct bh_scenario *scenario, size_t policy, size_t class,
                                       bool is_baseline)
{
    const struct bh_policy_spec *line = &scenario->policies[policy];
    size_t count = scenario->partitions.class[class].tenants_count;
    const struct bh_system *own = tenant_of(scenario, class, 0)->system; /* of all tenants */
    struct bh_node_stack stack = {line->system,
                                  line->host_kernel,
                                  line->guest_kernel,
                                  line->policy,
                                  bh_allocate(count, sizeof *stack.own),
                                  line->has_limits ? &line->limits : NULL};
    if (own != NULL && own != line->system && !is_baseline) {
        stack.system = own;
        stack.host_kernel = own->host_kernel;
        stack.guest_kernel = own->guest_kernel;
    }
    bool is_common = true;
    for (size_t t = 0; t < count; t++) {
        const struct bh_policy *mine = is_baseline ? NULL : tenant_of(scenario, class, t)->policy;
        stack.own[t] = mine != NULL ? mine : line->policy;
        is_common = is_common && stack.own[t] == stack.own[0];
    }
    if (is_common)
        stack.policy = stack.own[0];
    return stack;
}

void bh_node_stack_free(struct bh_node_stack *stack)
{
    free(stack->own);
    *stack = (struct bh_node_stack){0};
}

int bh_scenario_guards(const struct bh_node_stack *stack, int tenant, bool is_protected,
                       const struct bh_guard_level *guard[BH_BOUNDARIES], bool clipped[BH_BOUNDARIES],
                       struct bh_error *err)
{
    const struct bh_policy *policy = tenant >= 0 ? stack->own[tenant] : stack->policy;
    bool ignored[BH_BOUNDARIES] = {false};
    int status = is_protected ? bh_choose_guards(stack->system, policy, guard, err)
                              : bh_choose_unprotected(stack->system, policy, guard, err);
    for (int b = 0; clipped != NULL && b < BH_BOUNDARIES; b++)
        clipped[b] = false;
    if (status != 0 || stack->limits == NULL)
        return status;
    return bh_clip_guards(stack->system, stack->limits, guard, clipped != NULL ? clipped : ignored, err);
}

bool bh_boundary_matters(const struct bh_scenario *scenario, enum bh_boundary boundary)
{
    return boundary != BH_ENCLAVE_ENCLAVE || scenario->compositions.count > 0;
}

int bh_scenario_line_guards(const struct bh_scenario *scenario, size_t policy, bool is_protected,
                            const struct bh_guard_level *guard[BH_BOUNDARIES], struct bh_error *err)
{
    const struct bh_policy_spec *line = &scenario->policies[policy];
    struct bh_node_stack stack = {
        .system = line->system, .policy = line->policy, .limits = line->has_limits ? &line->limits : NULL};
    if (bh_scenario_guards(&stack, -1, is_protected, guard, NULL, err) != 0)
        return -1;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        guard[b] = bh_boundary_matters(scenario, (enum bh_boundary)b) ? guard[b] : NULL;
    return 0;
}

/* What the Node OS lets through. */
static int limit_guards(struct bh_node_model *model, const struct bh_node_stack *stack, struct bh_error *err)
{
    const struct bh_guard_level *guard[BH_BOUNDARIES];
    for (int t = -1; stack->limits != NULL && t < (int)model->tree->tenants_count; t++) {
        if (bh_scenario_guards(stack, t, true, guard, NULL, err) != 0)
            return -1;
        bh_node_model_set_guards(model, t, guard);
    }
    return 0;
}

struct bh_node_model *bh_scenario_model(const struct bh_scenario *scenario, const struct bh_node_stack *stack,
                                        size_t class, struct bh_error *err)
{
    struct bh_tenant *tenants = bh_scenario_tenants(scenario, class);
    struct bh_node_model *model =
        bh_node_model_create_tailored(scenario->catalog, stack->system, stack->policy, tenants, stack->own,
                                      scenario->partitions.class[class].tenants_count, err);
    free(tenants);
    if (model != NULL && limit_guards(model, stack, err) != 0) {
        bh_node_model_destroy(model);
        return NULL;
    }
    return model;
}
