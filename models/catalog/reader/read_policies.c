/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog's policies: what a signalled error takes down, which guards are on, and when. */
#include "models/catalog/catalog.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/lookup.h"
#include "models/catalog/policy.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/zone_choice.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

#include <stdlib.h>
#include <string.h>

/* A signalled error takes something down: "none" is the first scope and no disposition. -1 with an error. */
static int read_disposition(const struct bh_node *node, struct bh_error *err)
{
    const int choice = node ? bh_node_choice(node, bh_scope_names + 1, "disposition", err) : -1;
    return choice < 0 ? -1 : choice + 1;
}

/* Zones of any system by their names, beside the kinds. */
static int read_named(const struct bh_node *dispositions, struct bh_policy *policy, struct bh_error *err)
{
    policy->named = bh_allocate(bh_node_count(dispositions), sizeof *policy->named);
    for (size_t i = 0; i < bh_node_count(dispositions); i++) {
        const struct bh_node *node = bh_node_item(dispositions, i);
        const char *zone = bh_node_key(dispositions, i);
        if (bh_zone_choice_of(zone, bh_node_place(node)).kind >= 0)
            continue;
        const int choice = read_disposition(node, err);
        if (choice < 0)
            return -1;
        policy->named[policy->named_count++] =
            (struct bh_named_disposition){zone, (enum bh_scope)choice, bh_node_place(node)};
    }
    return 0;
}

static int read_dispositions(const struct bh_catalog *catalog, const struct bh_node *map, struct bh_policy *policy,
                             struct bh_error *err)
{
    const struct bh_node *dispositions = bh_node_need(map, "dispositions", err);
    if (!dispositions || bh_node_expect(dispositions, BH_NODE_MAP, "dispositions", err))
        return -1;
    const char **names = bh_zone_names(catalog);
    const int unknown = bh_node_check_keys(dispositions, names, err);
    free(names);
    if (unknown)
        return -1;
    for (int kind = 0; kind < BH_ZONE_KINDS; kind++) {
        const struct bh_node *node = bh_node_need(dispositions, bh_zone_kind_names[kind], err);
        const int choice = read_disposition(node, err);
        if (choice < 0)
            return -1;
        policy->disposition[kind] = (enum bh_scope)choice;
        policy->disposition_place[kind] = bh_node_place(node);
    }
    return read_named(dispositions, policy, err);
}

static int read_guard_rule(const struct bh_node *node, enum bh_guard_rule *rule, struct bh_error *err)
{
    static const char *const rules[] = {"weakest", "strongest", NULL};
    const int choice = bh_node_choice(node, rules, "guards", err);
    *rule = choice == 1 ? BH_GUARDS_STRONGEST : BH_GUARDS_WEAKEST;
    return choice < 0 ? -1 : 0;
}

static int read_guard_choice(const struct bh_catalog *catalog, const struct bh_node *guards,
                             struct bh_guard_choice *choice, struct bh_error *err)
{
    choice->place = bh_node_place(guards);
    if (bh_node_kind(guards) != BH_NODE_MAP)
        return read_guard_rule(guards, &choice->rule, err);
    choice->rule = BH_GUARDS_NAMED;
    const struct bh_node *others = bh_node_find(guards, "others");
    if (bh_keys_check(guards, &bh_guard_choice_keys, err) || (others && read_guard_rule(others, &choice->others, err)))
        return -1;
    for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++) {
        const struct bh_node *node = bh_node_find(guards, bh_boundary_names[boundary]);
        if (!node)
            continue;
        const char *name = bh_node_text(node, err);
        if (!name || !bh_catalog_guard(catalog, (enum bh_boundary)boundary, name, bh_node_place(node), err))
            return -1;
        choice->name[boundary] = name;
    }
    return 0;
}

static int read_error_rule(const struct bh_node *map, struct bh_protection_rule *rule, struct bh_error *err)
{
    const struct bh_node *errors, *within, *quiet;
    uint64_t count = 0;
    if (bh_keys_check(map, &bh_protect_errors_keys, err) || !(errors = bh_node_need(map, "errors", err)) ||
        !(within = bh_node_need(map, "within", err)) || !(quiet = bh_node_need(map, "quiet", err)) ||
        bh_node_count_value(errors, 1, BH_PROTECTION_ERRORS_MOST, &count, err) ||
        bh_node_quantity(within, BH_DIMENSION_TIME, &rule->within_s, err) ||
        bh_node_quantity(quiet, BH_DIMENSION_TIME, &rule->quiet_s, err))
        return -1;
    if (rule->quiet_s <= 0)
        return bh_node_fail(quiet, err, "found 0; expected a time above 0: protection is to stay on for a while");
    rule->errors = (unsigned)count;
    rule->when = BH_PROTECT_ERRORS;
    return 0;
}

/* always, never, composed; {degree: 0.25}; {errors: 3, within: 1 h, quiet: 6 h}. */
static int read_protect(const struct bh_node *node, struct bh_protection_rule *rule, struct bh_error *err)
{
    static const char *const words[] = {"always", "never", "composed", NULL};
    if (bh_node_kind(node) != BH_NODE_MAP) {
        const int word = bh_node_choice(node, words, "protect", err);
        rule->when = (enum bh_protection_when)word;
        return word < 0 ? -1 : 0;
    }
    const struct bh_node *degree = bh_node_find(node, "degree");
    if (!degree)
        return read_error_rule(node, rule, err);
    rule->when = BH_PROTECT_DEGREE;
    return bh_keys_check(node, &bh_protect_degree_keys, err) ||
                   bh_node_quantity(degree, BH_DIMENSION_PROBABILITY, &rule->degree, err)
               ? -1
               : 0;
}

static int read_guards(const struct bh_catalog *catalog, const struct bh_node *map, struct bh_policy *policy,
                       struct bh_error *err)
{
    const struct bh_node *guards = bh_node_need(map, "guards", err), *protect = bh_node_find(map, "protect"),
                         *unprotected = bh_node_find(map, "unprotected");
    if (!guards || read_guard_choice(catalog, guards, &policy->guards, err) ||
        (protect && read_protect(protect, &policy->protect, err)))
        return -1;
    policy->unprotected = (struct bh_guard_choice){.rule = BH_GUARDS_WEAKEST, .place = policy->guards.place};
    if (!unprotected)
        return 0;
    if (policy->protect.when == BH_PROTECT_ALWAYS)
        return bh_node_fail(unprotected, err,
                            "the policy `%s` protects always; expected no `unprotected`, or a `protect` that is not "
                            "always",
                            policy->name);
    return read_guard_choice(catalog, unprotected, &policy->unprotected, err);
}

int bh_read_policies(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
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
        if (bh_keys_check(map, &bh_policy_keys, err))
            return -1;
        const struct bh_node *opens = bh_node_find(map, "opens");
        if (opens && bh_node_bool(opens, &policy->opens, err))
            return -1;
        policy->description = bh_read_text(map, "description", err);
        if (!policy->description || bh_read_look(map, &policy->colour, &policy->mark, err) ||
            read_dispositions(catalog, map, policy, err) || read_guards(catalog, map, policy, err))
            return -1;
    }
    return 0;
}
