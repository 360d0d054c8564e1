/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The lines of the comparison: which system under which policy, and whether the two fit. */
#include "models/catalog/catalog.h"
#include "models/catalog/lookup.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/document/document_get.h"
#include "models/node/node_model.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/optional_keys.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An entry's own choice of kernel; `*kernel` keeps the system's where it makes none. */
static int read_kernel(const struct bh_catalog *catalog, const struct bh_node *map, const char *key,
                       const struct bh_system *system, const struct bh_component **kernel, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    if (node == NULL)
        return 0;
    if (*kernel == NULL)
        return bh_node_fail(node, err, "the system `%s` has no guests; expected no such key", system->name);
    const struct bh_component *component = bh_choose_named(node, catalog->components, catalog->components_count,
                                                           sizeof *catalog->components, "component", err);
    if (component == NULL)
        return -1;
    if (!component->is_kernel)
        return bh_node_fail(node, err,
                            "found the component `%s`, which is not a kernel; expected one with `kernel: yes`, such "
                            "as `%s`",
                            component->name, (*kernel)->name);
    *kernel = component;
    return 0;
}

static int read_limits(const struct bh_catalog *catalog, const struct bh_node *map,
                       const struct bh_guard_level *limit[BH_BOUNDARIES], struct bh_error *err)
{
    if (map == NULL)
        return 0;
    if (bh_keys_check(map, &bh_limit_keys, err) != 0)
        return -1;
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        const struct bh_node *node = bh_node_find(map, bh_boundary_names[b]);
        const char *name = node != NULL ? bh_node_text(node, err) : NULL;
        if (node == NULL)
            continue;
        if (name == NULL ||
            (limit[b] = bh_catalog_guard(catalog, (enum bh_boundary)b, name, bh_node_place(node), err)) == NULL)
            return -1;
    }
    return 0;
}

/* What the node's operating system dictates, whatever enclaves ask for. */
static int read_node_os(const struct bh_catalog *catalog, const struct bh_node *map, struct bh_policy_spec *spec,
                        struct bh_error *err)
{
    if (map == NULL)
        return 0;
    spec->has_limits = true;
    spec->limits.place = bh_node_place(map);
    if (bh_keys_check(map, &bh_node_os_keys, err) != 0 ||
        read_limits(catalog, bh_node_find(map, "least"), spec->limits.least, err) != 0 ||
        read_limits(catalog, bh_node_find(map, "most"), spec->limits.most, err) != 0)
        return -1;
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        const struct bh_guard_level *least = spec->limits.least[b], *most = spec->limits.most[b];
        if (least != NULL && most != NULL && least->strength > most->strength)
            return bh_node_fail(map, err, "at boundary `%s` the least, `%s`, is stronger than the most, `%s`",
                                bh_boundary_names[b], least->name, most->name);
    }
    return 0;
}

/* Whether the policy's dispositions and guards fit the system. */
static int check_fit(const struct bh_policy_spec *spec, struct bh_error *err)
{
    const struct bh_guard_level *guards[BH_BOUNDARIES];
    struct bh_node_stack stack = {
        .system = spec->system, .policy = spec->policy, .limits = spec->has_limits ? &spec->limits : NULL};
    return bh_check_dispositions(spec->system, spec->policy, err) != 0 ||
                   bh_scenario_guards(&stack, -1, true, guards, NULL, err) != 0 ||
                   bh_scenario_guards(&stack, -1, false, guards, NULL, err) != 0
               ? -1
               : 0;
}

/* Whether nodes hold all zones of their enclaves, and what enclaves have of their own fits the line. */
static int check_nodes(const struct bh_scenario *scenario, size_t policy, size_t class, struct bh_error *err)
{
    struct bh_error own = {0};
    struct bh_node_stack stack = bh_scenario_stack(scenario, policy, class, false);
    struct bh_node_model *model = bh_scenario_model(scenario, &stack, class, &own);
    int status = model != NULL ? 0 : -1;
    const struct bh_guard_level *guards[BH_BOUNDARIES];
    for (int t = -1; status == 0 && t < (int)scenario->partitions.class[class].tenants_count; t++)
        status = bh_scenario_guards(&stack, t, false, guards, NULL, &own);
    bool is_own = stack.system != scenario->policies[policy].system;
    for (size_t t = 0; t < scenario->partitions.class[class].tenants_count; t++)
        is_own = is_own || stack.own[t] != scenario->policies[policy].policy;
    if (status != 0 && is_own)
        bh_fail_at(err, scenario->enclaves[scenario->partitions.class[class].enclave[0]].place,
                   "the nodes of enclave `%s` in the line `%s` of policies: %s", scenario->partitions.class[class].name,
                   scenario->policies[policy].name, own.text);
    else if (status != 0)
        bh_node_fail(bh_node_find_path(bh_document_root(scenario->document), "workload.enclaves"), err, "%s", own.text);
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
    return status;
}

static int read_policy(struct bh_scenario *scenario, const struct bh_node *map, struct bh_policy_spec *spec,
                       struct bh_error *err)
{
    const struct bh_catalog *catalog = scenario->catalog;
    const struct bh_node *system, *policy;
    const char *name = NULL;
    if (bh_keys_check(map, &bh_line_keys, err) != 0 || (system = bh_node_need(map, "system", err)) == NULL ||
        (policy = bh_node_need(map, "policy", err)) == NULL || bh_optional_text(map, "name", &name, err) != 0)
        return -1;
    spec->place = bh_node_place(map);
    spec->system =
        bh_choose_named(system, catalog->systems, catalog->systems_count, sizeof *catalog->systems, "system", err);
    if (spec->system == NULL)
        return -1;
    spec->policy =
        bh_choose_named(policy, catalog->policies, catalog->policies_count, sizeof *catalog->policies, "policy", err);
    if (spec->policy == NULL)
        return -1;
    spec->name = name == NULL ? bh_print_text("%s %s", spec->system->name, spec->policy->name) : bh_copy_text(name);
    for (const struct bh_policy_spec *other = scenario->policies; other < spec; other++)
        if (strcmp(other->name, spec->name) == 0)
            return bh_node_fail(map, err,
                                "the name `%s` is already that of the entry in line %u; expected another: give the "
                                "entry a key `name`",
                                spec->name, other->place.line);
    spec->host_kernel = spec->system->host_kernel;
    spec->guest_kernel = spec->system->guest_kernel;
    if (read_kernel(catalog, map, "host-kernel", spec->system, &spec->host_kernel, err) != 0 ||
        read_kernel(catalog, map, "guest-kernel", spec->system, &spec->guest_kernel, err) != 0 ||
        read_node_os(catalog, bh_node_find(map, "node-os"), spec, err) != 0 || check_fit(spec, err) != 0)
        return -1;
    return 0;
}

/* The entry that prices are relative to: as named, else the first native one, else the first. */
static int find_baseline(struct bh_scenario *scenario, const struct bh_node *node, struct bh_error *err)
{
    scenario->baseline = 0;
    if (node == NULL) {
        for (size_t i = scenario->policies_count; i-- > 0;)
            if (strcmp(scenario->policies[i].system->name, "native") == 0)
                scenario->baseline = i;
        return 0;
    }
    const char **names = bh_allocate(scenario->policies_count + 1, sizeof *names);
    for (size_t i = 0; i < scenario->policies_count; i++)
        names[i] = scenario->policies[i].name;
    int choice = bh_node_choice(node, names, "baseline", err);
    free(names);
    if (choice < 0)
        return -1;
    scenario->baseline = (size_t)choice;
    return 0;
}

int bh_policies_resolve(struct bh_scenario *scenario, struct bh_error *err)
{
    const struct bh_node *root = bh_document_root(scenario->document);
    const struct bh_node *list = bh_node_need(root, "policies", err);
    if (list == NULL || bh_node_expect(list, BH_NODE_LIST, "policies", err) != 0)
        return -1;
    size_t count = bh_node_count(list);
    if (count == 0)
        return bh_node_fail(list, err, "found none; expected at least one entry");
    scenario->policies = bh_allocate(count, sizeof *scenario->policies);
    scenario->policies_count = count;
    for (size_t i = 0; i < count; i++) {
        if (read_policy(scenario, bh_node_item(list, i), &scenario->policies[i], err) != 0)
            return -1;
        for (size_t class = 0; class < scenario->partitions.classes_count; class ++)
            if (check_nodes(scenario, i, class, err) != 0)
                return -1;
    }
    return find_baseline(scenario, bh_node_find(root, "baseline"), err);
}
