/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What things of the catalog at hand ask of a scenario that names them: what a system has and offers, what an application does,
 * in what range a number was assumed. */
#include "command/schema/parts.h"
#include "models/base/error.h"
#include "models/catalog/application.h"
#include "models/catalog/lookup.h"
#include "models/catalog/parameter.h"
#include "models/catalog/system.h"
#include "models/catalog/worlds.h"
#include "models/document/document_get.h"
#include "models/node/zone_set.h"
#include "models/words/checkpoint_levels.h"

#include <stdlib.h>
#include <string.h>

static const struct bh_place nowhere;

static json_t *has(const char *key)
{
    return json_pack("{s:[s]}", "required", key);
}

static json_t *has_word(const char *key, const char *word)
{
    return json_pack("{s:[s], s:{s:{s:s}}}", "required", key, "properties", key, "const", word);
}

static const struct bh_system *system_of(const struct bh_catalog *catalog, const char *name)
{
    struct bh_error err = {0};
    const struct bh_system *system = bh_catalog_system(catalog, name, nowhere, &err);
    BH_BUG_ASSERT(system != NULL);
    return system;
}

/* --- Lines of the comparison ----------------------------------------------------------------------------------------- */

static unsigned strength_of(const struct bh_catalog *catalog, int boundary, const char *guard)
{
    struct bh_error err = {0};
    const struct bh_guard_level *level = bh_catalog_guard(catalog, (enum bh_boundary)boundary, guard, nowhere, &err);
    BH_BUG_ASSERT(level != NULL);
    return level->strength;
}

/* {WHICH: {BOUNDARY: GUARD}} below node-os. */
static json_t *limit(const char *which, int boundary, const char *guard)
{
    char *path = bh_print_text("node-os.%s.%s", which, bh_boundary_names[boundary]);
    json_t *at = bh_schema_at(path, json_pack("{s:s}", "const", guard));
    free(path);
    return at;
}

/* The least is no stronger than the most, and a line's system offers something no stronger and no weaker. */
static void add_limits(const struct bh_catalog *catalog, json_t *rules, const char *const *systems)
{
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        char *section = bh_print_text("guards.%s", bh_boundary_names[b]);
        const char **guards = bh_catalog_names(catalog, section);
        free(section);
        for (size_t i = 0; guards[i] != NULL; i++) {
            unsigned strength = strength_of(catalog, b, guards[i]);
            for (size_t j = 0; guards[j] != NULL; j++)
                if (strength > strength_of(catalog, b, guards[j]))
                    json_array_append_new(rules,
                                          bh_schema_never(limit("least", b, guards[i]), limit("most", b, guards[j])));
            for (size_t s = 0; systems[s] != NULL; s++) {
                const struct bh_system *system = system_of(catalog, systems[s]);
                size_t count = system->offered_count[b];
                if (count == 0)
                    continue;
                if (strength < system->offered[b][0]->strength)
                    json_array_append_new(rules,
                                          bh_schema_never(has_word("system", systems[s]), limit("most", b, guards[i])));
                if (strength > system->offered[b][count - 1]->strength)
                    json_array_append_new(
                        rules, bh_schema_never(has_word("system", systems[s]), limit("least", b, guards[i])));
            }
        }
        free(guards);
    }
}

static json_t *lines(const struct bh_catalog *catalog, const char *const *systems)
{
    json_t *rules = json_array();
    for (size_t s = 0; systems[s] != NULL; s++)
        if (system_of(catalog, systems[s])->guest_kernel == NULL)
            json_array_append_new(rules, bh_schema_never(has_word("system", systems[s]), has("guest-kernel")));
    add_limits(catalog, rules, systems);
    return json_pack("{s:{s:{s:{s:o}}}}", "properties", "policies", "items", "allOf", rules);
}

/* Where no line has a name of its own, each is called SYSTEM POLICY. */
static json_t *baseline(const struct bh_catalog *catalog, const char *const *systems)
{
    const char **policies = bh_catalog_names(catalog, "policies");
    json_t *rules = json_array(), *names = json_array();
    for (size_t s = 0; systems[s] != NULL; s++)
        for (size_t p = 0; policies[p] != NULL; p++) {
            char *name = bh_print_text("%s %s", systems[s], policies[p]);
            json_t *line =
                json_pack("{s:[o, o]}", "allOf", has_word("system", systems[s]), has_word("policy", policies[p]));
            json_array_append_new(rules, json_pack("{s:o, s:o}", "if", has_word("baseline", name), "then",
                                                   bh_schema_at("policies.*", line)));
            json_array_append_new(names, json_string(name));
            free(name);
        }
    free(policies);
    json_array_append_new(rules, json_pack("{s:{s:{s:o}}}", "properties", "baseline", "enum", names));
    return json_pack("{s:o, s:{}, s:{s:o}}", "if", bh_schema_at("policies.*", has("name")), "then", "else", "allOf",
                     rules);
}

/* --- Enclaves -------------------------------------------------------------------------------------------------------- */

/* Applications that keep checkpoints, or those that do not. */
static json_t *applications(const struct bh_catalog *catalog, bool keep)
{
    const char **names = bh_catalog_names(catalog, "applications");
    json_t *list = json_array();
    for (size_t i = 0; names[i] != NULL; i++) {
        struct bh_error err = {0};
        if (bh_catalog_application(catalog, names[i], nowhere, &err)->kind->keeps_checkpoints == keep)
            json_array_append_new(list, json_string(names[i]));
    }
    free(names);
    return json_pack("{s:[s], s:{s:{s:o}}}", "required", "application", "properties", "application", "enum", list);
}

static json_t *from(const char *key, unsigned least)
{
    return json_pack("{s:[s], s:{s:{s:s, s:i}}}", "required", key, "properties", key, "type", "integer", "minimum",
                     (int)least);
}

/* A node holds so many zones, and a guest one at least for each of its processes. */
static json_t *zones_of_a_node(const struct bh_catalog *catalog, const char *const *systems)
{
    json_t *with_guests = json_array(), *rules = json_array();
    for (size_t s = 0; systems[s] != NULL; s++)
        if (system_of(catalog, systems[s])->guest_kernel != NULL)
            json_array_append_new(with_guests, json_string(systems[s]));
    for (unsigned guests = 2; guests < BH_ZONE_SET_SIZE; guests *= 2) {
        json_t *many = json_pack("{s:[o, o, {s:{s:[s]}}]}", "allOf", from("guests-per-node", guests),
                                 from("processes-per-guest", BH_ZONE_SET_SIZE / guests), "not", "required", "system");
        json_array_append_new(rules, json_pack("{s:o}", "not", bh_schema_at("workload.enclaves.*", many)));
    }
    json_t *line = json_pack("{s:[s], s:{s:{s:o}}}", "required", "system", "properties", "system", "enum", with_guests);
    return json_pack("{s:o, s:{s:o}}", "if", bh_schema_at("policies.*", line), "then", "allOf", rules);
}

static json_t *enclaves(const struct bh_catalog *catalog)
{
    json_t *verifies = bh_schema_at("verification", json_pack("{s:s}", "type", "object"));
    json_t *rule = json_pack("{s:{s:{s:o}}}", "properties", "enclaves", "items",
                             bh_schema_never(applications(catalog, false), verifies));
    json_t *all = json_pack("[{s:{s:o}}]", "properties", "workload", rule);
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        if (!bh_level_goes_through(level, BH_THROUGH_PARTNER))
            continue;
        char *path = bh_print_text("checkpoints.%s", bh_level_names[level]);
        json_t *one_node =
            json_pack("{s:[o, o]}", "allOf", bh_schema_at("platform.nodes", json_pack("{s:i}", "const", 1)),
                      bh_schema_at("workload.enclaves.*", applications(catalog, true)));
        json_array_append_new(all, bh_schema_never(one_node, bh_schema_at(path, json_pack("{s:s}", "type", "object"))));
        free(path);
    }
    return json_pack("{s:o}", "allOf", all);
}

/* --- Numbers --------------------------------------------------------------------------------------------------------- */

/* An uncertain number keeps to its range in `uncertainty`, if the scenario gives it no other value. */
static json_t *ranges(const struct bh_catalog *catalog)
{
    size_t count;
    const struct bh_parameter *const *numbers = bh_catalog_parameters(catalog, &count);
    json_t *rules = json_array();
    for (size_t i = 0; i < count; i++) {
        if (!bh_parameter_is_uncertain(numbers[i]) || bh_dimension_has_unit(numbers[i]->dimension))
            continue;
        char *path = bh_print_text("models.%s", numbers[i]->path);
        json_t *set = json_pack("{s:[s], s:{s:{s:s}}}", "required", "set", "properties", "set", "const", path);
        json_array_append_new(rules,
                              json_pack("{s:o, s:{s:{s:{s:{s:f, s:f}}}}}", "if", set, "then", "properties", "values",
                                        "items", "minimum", numbers[i]->low, "maximum", numbers[i]->high));
        free(path);
    }
    return json_pack("{s:{s:[s]}, s:{}, s:{s:{s:{s:o}}}}", "if", "required", "models", "then", "else", "properties",
                     "uncertainty", "allOf", rules);
}

/* What is counted in steps of more than one keeps to them, where `models` sets nothing else on which the step may hang. */
static json_t *steps(const struct bh_catalog *catalog)
{
    size_t count;
    const struct bh_parameter *const *numbers = bh_catalog_parameters(catalog, &count);
    json_t *properties = json_object();
    for (size_t i = 0; i < count; i++)
        if (numbers[i]->step > 1)
            json_object_set_new(properties, numbers[i]->path, json_pack("{s:i}", "multipleOf", (int)numbers[i]->step));
    return json_pack("{s:{s:{s:{s:i}, s:{s:o}}}}", "properties", "models", "if", "maxProperties", 1, "then",
                     "properties", properties);
}

/* Chipkill over single DIMMs of x8 devices; only as these two paths say it, and where the code is not set. */
static json_t *memory(const struct bh_catalog *catalog)
{
    const struct bh_node *code = bh_node_find_path(bh_catalog_root(catalog), "memory.code");
    const char *const wide[] = {"x8", NULL}, *const no[] = {"no", NULL};
    json_t *set = json_pack("{s:[s, s], s:i, s:{s:o, s:o}}", "required", "memory.device-width", "memory.lockstep",
                            "maxProperties", 2, "properties", "memory.device-width", bh_schema_words(wide),
                            "memory.lockstep", bh_schema_words(no));
    json_t *rule = json_pack("{s:{s:{s:o}}}", "properties", "models", "not", set);
    if (code != NULL && bh_node_is(code, "chipkill"))
        return rule;
    json_decref(rule);
    return json_object();
}

json_t *bh_schema_known_relations(const struct bh_catalog *catalog)
{
    const char **systems = bh_catalog_names(catalog, "systems");
    json_t *all = json_pack("{s:[o, o, o, o, o, o, o, o]}", "allOf", lines(catalog, systems),
                            baseline(catalog, systems), enclaves(catalog), zones_of_a_node(catalog, systems),
                            ranges(catalog), steps(catalog), memory(catalog), bh_schema_same_nodes(catalog));
    free(systems);
    return all;
}
