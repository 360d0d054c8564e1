/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog's policies: what a signalled error takes down, and which guards are on. */
#include "models/catalog_private.h"

#include <string.h>

static int read_dispositions(const struct bh_node *map, struct bh_policy *policy, struct bh_error *err)
{
    const struct bh_node *dispositions = bh_node_need(map, "dispositions", err);
    if (!dispositions || bh_node_expect(dispositions, BH_NODE_MAP, "dispositions", err) ||
        bh_node_check_keys(dispositions, bh_zone_kind_names, err))
        return -1;
    for (int kind = 0; kind < BH_ZONE_KINDS; kind++) {
        const struct bh_node *node = bh_node_need(dispositions, bh_zone_kind_names[kind], err);
        /* A signalled error takes something down: "none" is the first scope and no disposition. */
        const int choice = node ? bh_node_choice(node, bh_scope_names + 1, "disposition", err) : -1;
        if (choice < 0)
            return -1;
        policy->disposition[kind] = (enum bh_scope)(choice + 1);
        policy->disposition_place[kind] = bh_node_place(node);
    }
    return 0;
}

static int read_guard_rule(const struct bh_catalog *catalog, const struct bh_node *map, struct bh_policy *policy,
                           struct bh_error *err)
{
    static const char *const rules[] = {"weakest", "strongest", NULL};
    const struct bh_node *guards = bh_node_need(map, "guards", err);
    if (!guards)
        return -1;
    policy->guards_place = bh_node_place(guards);
    if (bh_node_kind(guards) != BH_NODE_MAP) {
        const int choice = bh_node_choice(guards, rules, "guards", err);
        policy->guard_rule = choice == 1 ? BH_GUARDS_STRONGEST : BH_GUARDS_WEAKEST;
        return choice < 0 ? -1 : 0;
    }
    policy->guard_rule = BH_GUARDS_NAMED;
    if (bh_node_check_keys(guards, bh_boundary_names, err))
        return -1;
    for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++) {
        const struct bh_node *node = bh_node_find(guards, bh_boundary_names[boundary]);
        if (!node)
            continue;
        const char *name = bh_node_text(node, err);
        if (!name || !bh_catalog_guard(catalog, (enum bh_boundary)boundary, name, bh_node_place(node), err))
            return -1;
        policy->guard_name[boundary] = name;
    }
    return 0;
}

int bh_read_policies(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    static const char *const keys[] = {"description", "dispositions", "guards", NULL};
    struct bh_catalog *catalog = reader->catalog;
    if (bh_node_expect(section, BH_NODE_MAP, "policies", err))
        return -1;
    catalog->policies_count = bh_node_count(section);
    catalog->policies = bh_allocate(catalog->policies_count + 1, sizeof *catalog->policies);
    for (size_t i = 0; i < catalog->policies_count; i++) {
        struct bh_policy *policy = &catalog->policies[i];
        const struct bh_node *map = bh_node_item(section, i);
        policy->name = bh_node_key(section, i);
        policy->place = bh_node_place(map);
        if (bh_node_expect(map, BH_NODE_MAP, policy->name, err) || bh_node_check_keys(map, keys, err))
            return -1;
        policy->description = bh_read_text(map, "description", err);
        if (!policy->description || read_dispositions(map, policy, err) || read_guard_rule(catalog, map, policy, err))
            return -1;
    }
    return 0;
}
