/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The lines of the comparison: which system under which policy, and whether the two fit. */
#include "sim/scenario_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Does the policy fit the system? ------------------------------------------------------------------------------ */

/* Whether zone template `inner` lies below `outer`. */
static bool is_below(const struct bh_system *system, size_t inner, size_t outer) {
    for (int zone = system->zones[inner].parent; zone >= 0; zone = system->zones[zone].parent)
        if ((size_t)zone == outer)
            return true;
    return false;
}

/* What the failure of a user-level zone takes down at least: itself, and the guests that its process holds. A kernel
 * can survive an error (an oops), a process whose error is signalled cannot. */
static enum bh_scope least_disposition(const struct bh_system *system, size_t zone, const char **because) {
    enum bh_scope least = BH_SCOPE_PROCESS;
    *because = NULL;
    for (size_t i = 0; i < system->zones_count; i++) {
        if (system->zones[i].kind != BH_GUEST_KERNEL || !is_below(system, i, zone))
            continue;
        *because = system->zones[i].name;
        least = system->zones[zone].per == BH_PER_NODE ? BH_SCOPE_NODE : BH_SCOPE_GUEST;
    }
    return least;
}

static int check_dispositions(const struct bh_policy_spec *spec, struct bh_error *err) {
    const struct bh_system *system = spec->system;
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_zone_template *zone = &system->zones[z];
        if (zone->kind != BH_HOST_USER && zone->kind != BH_GUEST_USER)
            continue;
        const char *because;
        enum bh_scope least = least_disposition(system, z, &because);
        if (spec->policy->disposition[zone->kind] >= least)
            continue;
        return bh_fail_at(err, spec->policy->disposition_place[zone->kind],
                          "policy %s: found %s: %s, expected at least %s under the system %s, where the zone '%s' %s%s%s",
                          spec->policy->name, bh_zone_kind_names[zone->kind],
                          bh_scope_names[spec->policy->disposition[zone->kind]], bh_scope_names[least], system->name,
                          zone->name, because == NULL ? "is a process" : "takes the zone '",
                          because == NULL ? "" : because, because == NULL ? "" : "' along");
    }
    return 0;
}

/* "a, b and c" of the levels that a system offers at a boundary; owned by the caller. */
static char *list_offered(const struct bh_system *system, enum bh_boundary boundary) {
    char *list = bh_copy_text("");
    size_t count = system->offered_count[boundary];
    for (size_t i = 0; i < count; i++) {
        const char *separator = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        char *joined = bh_print_text("%s%s%s", list, separator, system->offered[boundary][i]->name);
        free(list);
        list = joined;
    }
    return list;
}

/* A boundary that the system does not have (native: guest/host) needs no level. */
static int check_guards(const struct bh_policy_spec *spec, struct bh_error *err) {
    const struct bh_system *system = spec->system;
    if (spec->policy->guard_rule != BH_GUARDS_NAMED)
        return 0;
    for (enum bh_boundary boundary = 0; boundary < BH_BOUNDARIES; boundary++) {
        const char *level = spec->policy->guard_name[boundary];
        size_t count = system->offered_count[boundary], i = 0;
        if (level == NULL || count == 0)
            continue;
        while (i < count && strcmp(system->offered[boundary][i]->name, level) != 0)
            i++;
        if (i < count)
            continue;
        char *offered = list_offered(system, boundary);
        bh_fail_at(err, spec->policy->guards_place,
                   "policy %s: found the guard level '%s' at %s, which is not offered by the system %s; expected %s",
                   spec->policy->name, level, bh_boundary_names[boundary], system->name, offered);
        free(offered);
        return -1;
    }
    return 0;
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

/* An entry's own choice of kernel; `*kernel` keeps the system's where it makes none. */
static int read_kernel(const struct bh_catalog *catalog, const struct bh_node *map, const char *key,
                       const struct bh_system *system, const struct bh_component **kernel, struct bh_error *err) {
    const struct bh_node *node = bh_node_find(map, key);
    if (node == NULL)
        return 0;
    const char *name = bh_node_text(node, err);
    if (name == NULL)
        return -1;
    if (*kernel == NULL)
        return bh_fail_at(err, bh_node_place(node), "%s: found '%s', but the system %s has no guests", key, name,
                          system->name);
    const struct bh_component *component = bh_catalog_component(catalog, name, bh_node_place(node), err);
    if (component == NULL)
        return -1;
    if (!component->is_kernel)
        return bh_fail_at(err, bh_node_place(node),
                          "%s: found the component '%s', which is not a kernel; expected one with kernel: yes, such as "
                          "%s",
                          key, name, (*kernel)->name);
    *kernel = component;
    return 0;
}

static int read_policy(struct bh_scenario *scenario, const struct bh_node *map, struct bh_policy_spec *spec,
                       struct bh_error *err) {
    static const char *const keys[] = {"system", "policy", "name", "host-kernel", "guest-kernel", NULL};
    const struct bh_catalog *catalog = scenario->catalog;
    const struct bh_node *system, *policy;
    const char *system_name, *policy_name, *name = NULL;
    if (bh_node_expect(map, BH_NODE_MAP, "an entry of policies", err) != 0 ||
        bh_node_check_keys(map, keys, err) != 0 || (system = bh_node_need(map, "system", err)) == NULL ||
        (policy = bh_node_need(map, "policy", err)) == NULL || (system_name = bh_node_text(system, err)) == NULL ||
        (policy_name = bh_node_text(policy, err)) == NULL || bh_optional_text(map, "name", &name, err) != 0)
        return -1;
    spec->place = bh_node_place(map);
    if ((spec->system = bh_catalog_system(catalog, system_name, bh_node_place(system), err)) == NULL ||
        (spec->policy = bh_catalog_policy(catalog, policy_name, bh_node_place(policy), err)) == NULL)
        return -1;
    spec->name = name == NULL ? bh_print_text("%s %s", system_name, policy_name) : bh_copy_text(name);
    for (const struct bh_policy_spec *other = scenario->policies; other < spec; other++)
        if (strcmp(other->name, spec->name) == 0)
            return bh_fail_at(err, spec->place,
                              "policies: the name '%s' is already that of the entry in line %u; expected another, given "
                              "by a key 'name'",
                              spec->name, other->place.line);
    spec->host_kernel = spec->system->host_kernel;
    spec->guest_kernel = spec->system->guest_kernel;
    if (read_kernel(catalog, map, "host-kernel", spec->system, &spec->host_kernel, err) != 0 ||
        read_kernel(catalog, map, "guest-kernel", spec->system, &spec->guest_kernel, err) != 0 ||
        check_dispositions(spec, err) != 0 || check_guards(spec, err) != 0)
        return -1;
    return 0;
}

/* The entry that prices are relative to: as named, else the first native one, else the first. */
static int find_baseline(struct bh_scenario *scenario, const struct bh_node *node, struct bh_error *err) {
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

int bh_policies_resolve(struct bh_scenario *scenario, struct bh_error *err) {
    const struct bh_node *root = bh_document_root(scenario->document);
    const struct bh_node *list = bh_node_need(root, "policies", err);
    if (list == NULL || bh_node_expect(list, BH_NODE_LIST, "policies", err) != 0)
        return -1;
    size_t count = bh_node_count(list);
    if (count == 0)
        return bh_fail_at(err, bh_node_place(list), "policies: found none, expected at least one entry");
    scenario->policies = bh_allocate(count, sizeof *scenario->policies);
    scenario->policies_count = count;
    for (size_t i = 0; i < count; i++)
        if (read_policy(scenario, bh_node_item(list, i), &scenario->policies[i], err) != 0)
            return -1;
    return find_baseline(scenario, bh_node_find(root, "baseline"), err);
}
