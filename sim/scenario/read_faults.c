/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which faults strike: the catalog's classes that are on, and the script. */
#include "sim/scenario/read_faults.h"

#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/system.h"
#include "models/catalog/zone_choice.h"
#include "models/document/document_get.h"
#include "sim/platform/partition.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/optional_keys.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Random faults ------------------------------------------------------------------------------------------------ */

/* `hardware: none`, `all` (that are so by default), or a list of fault classes. */
static int read_hardware(struct bh_scenario *scenario, const struct bh_node *node, struct bh_error *err)
{
    const struct bh_catalog *catalog = scenario->catalog;
    if (node == NULL || bh_node_is(node, "all"))
        return 0; /* as choose_random left it */
    for (size_t i = 0; i < catalog->faults_count; i++)
        scenario->fault_enabled[i] = false;
    if (bh_node_is(node, "none"))
        return 0;
    if (bh_node_expect(node, BH_NODE_LIST, "hardware (a list of fault classes, all or none)", err) != 0)
        return -1;
    for (size_t i = 0; i < bh_node_count(node); i++) {
        const struct bh_node *item = bh_node_item(node, i);
        const struct bh_fault_class *fault =
            bh_choose_named(item, catalog->faults, catalog->faults_count, sizeof *catalog->faults, "fault class", err);
        if (fault == NULL)
            return -1;
        scenario->fault_enabled[fault - catalog->faults] = true;
    }
    return 0;
}

static int choose_random(struct bh_scenario *scenario, const struct bh_node *node, struct bh_error *err)
{
    size_t count = scenario->catalog->faults_count;
    scenario->fault_enabled = bh_allocate(count + 1, sizeof *scenario->fault_enabled);
    bool all = node == NULL || bh_node_is(node, "all"), none = node != NULL && bh_node_is(node, "none");
    for (size_t i = 0; i < count; i++)
        scenario->fault_enabled[i] = !none && !scenario->catalog->faults[i].is_off_by_default;
    scenario->random_faults = scenario->software_faults = !none;
    scenario->machine_is_steady = true;
    if (all || none)
        return bh_replay_resolve(scenario, NULL, err);
    if (bh_keys_check(node, &bh_random_fault_keys, err) != 0 ||
        read_hardware(scenario, bh_node_find(node, "hardware"), err) != 0 ||
        bh_optional_bool(node, "software", &scenario->software_faults, err) != 0)
        return -1;
    const struct bh_node *when = bh_node_find(node, "during");
    int choice = when != NULL ? bh_node_choice(when, bh_during_names, "during", err) : 0;
    if (choice < 0)
        return -1;
    scenario->faults_spare_rest = choice == 1;
    const struct bh_node *age = bh_node_find(node, "machine");
    if ((choice = age != NULL ? bh_node_choice(age, bh_machine_age_names, "machine", err) : 0) < 0)
        return -1;
    scenario->machine_is_steady = choice == 0;
    bool hardware = false;
    for (size_t i = 0; i < count; i++)
        hardware = hardware || scenario->fault_enabled[i];
    scenario->random_faults = hardware || scenario->software_faults;
    return bh_replay_resolve(scenario, bh_node_find(node, "recorded"), err);
}

/* --- Script ------------------------------------------------------------------------------------------------------- */

static int read_when(const struct bh_scenario *scenario, const struct bh_node *map, struct bh_script_fault *fault,
                     struct bh_error *err)
{
    const struct bh_node *at = bh_node_need(map, "at", err);
    if (at == NULL || bh_node_quantity(at, BH_DIMENSION_TIME, &fault->at_s, err) != 0)
        return -1;
    char found[64], horizon[64];
    if (fault->at_s > scenario->horizon_s)
        return bh_node_fail(at, err, "found %s; expected at most workload.horizon, %s",
                            bh_quantity_print(fault->at_s, BH_DIMENSION_TIME, found, sizeof found),
                            bh_quantity_print(scenario->horizon_s, BH_DIMENSION_TIME, horizon, sizeof horizon));
    return 0;
}

/* Nodes are counted within those of the enclave. */
static int read_slot(const struct bh_scenario *scenario, const struct bh_node *node, struct bh_script_fault *fault,
                     struct bh_error *err)
{
    const struct bh_enclave_spec *enclave = &scenario->enclaves[fault->enclave];
    const struct bh_partition *partition = &scenario->partitions.partition[enclave->partition];
    uint64_t number = 0;
    if (node != NULL && bh_node_count_value(node, 0, UINT64_MAX, &number, err) != 0)
        return -1;
    if (number >= partition->nodes && partition->nodes == scenario->platform_nodes)
        return bh_node_fail(
            node, err, "found node %llu; expected 0 to %llu, since platform.nodes is %llu and counting begins at 0",
            (unsigned long long)number, (unsigned long long)partition->nodes - 1,
            (unsigned long long)scenario->platform_nodes);
    if (number >= partition->nodes)
        return bh_node_fail(node, err,
                            "found node %llu; expected 0 to %llu, since `%s` stands on %llu nodes and counting begins "
                            "at 0",
                            (unsigned long long)number, (unsigned long long)partition->nodes - 1, enclave->name,
                            (unsigned long long)partition->nodes);
    fault->slot = partition->first_slot + number;
    return 0;
}

/* The enclave that nodes are counted in; the first unless the line says otherwise. */
static int read_enclave(const struct bh_scenario *scenario, const struct bh_node *enclave,
                        struct bh_script_fault *fault, struct bh_error *err)
{
    fault->enclave = scenario->primary;
    if (enclave == NULL)
        return 0;
    const char **names = bh_allocate(scenario->enclaves_count + 1, sizeof *names);
    for (size_t i = 0; i < scenario->enclaves_count; i++)
        names[i] = scenario->enclaves[i].name;
    int choice = bh_node_choice(enclave, names, "enclave", err);
    free(names);
    if (choice < 0)
        return -1;
    fault->enclave = (size_t)choice;
    return 0;
}

static int read_where(const struct bh_scenario *scenario, const struct bh_node *map, struct bh_script_fault *fault,
                      struct bh_error *err)
{
    const struct bh_node *zone = bh_node_need(map, "zone", err);
    if (zone == NULL)
        return -1;
    const char **names = bh_zone_names(scenario->catalog);
    int choice = bh_node_choice(zone, names, "zone", err);
    free(names);
    if (choice < 0 || read_enclave(scenario, bh_node_find(map, "enclave"), fault, err) != 0)
        return -1;
    fault->zone = bh_zone_choice_of(bh_node_text(zone, err), bh_node_place(zone));
    return read_slot(scenario, bh_node_find(map, "node"), fault, err);
}

static int read_what(const struct bh_node *map, struct bh_script_fault *fault, struct bh_error *err)
{
    const struct bh_node *kind = bh_node_find(map, "kind"), *ending = bh_node_find(map, "ending");
    fault->kind = BH_DATA;
    fault->ending = BH_ENDING_DRAWN;
    if (kind != NULL) {
        int choice = bh_node_choice(kind, bh_error_kind_names, "kind", err);
        if (choice < 0)
            return -1;
        fault->kind = (enum bh_error_kind)choice;
    }
    if (ending == NULL)
        return 0;
    static const enum bh_forced_ending endings[] = {BH_ENDING_MASKED, BH_ENDING_SIGNALLED, BH_ENDING_SILENT,
                                                    BH_ENDING_DEGRADED};
    int choice = bh_node_choice(ending, bh_script_ending_names, "ending", err);
    if (choice >= 0)
        fault->ending = endings[choice];
    return choice < 0 ? -1 : 0;
}

/* Every line of the comparison, and the baseline, has the zone on the nodes of the enclave, and it can hold what the error
 * ends as. */
static int check_zone(const struct bh_scenario *scenario, const struct bh_node *map,
                      const struct bh_script_fault *fault, struct bh_error *err)
{
    size_t class = scenario->partitions.partition[scenario->enclaves[fault->enclave].partition].class;
    for (size_t i = 0; i <= scenario->policies_count; i++) {
        bool is_baseline = i == scenario->policies_count;
        struct bh_node_stack stack =
            bh_scenario_stack(scenario, is_baseline ? scenario->baseline : i, class, is_baseline);
        const struct bh_system *system = stack.system;
        bh_node_stack_free(&stack);
        long zone = bh_zone_choose(system, &fault->zone, scenario->enclaves[fault->enclave].is_native, err);
        if (zone < 0)
            return -1;
        if (fault->ending == BH_ENDING_SILENT && !bh_zone_holds_application(&system->zones[zone]))
            return bh_node_fail(bh_node_find(map, "ending"), err,
                                "found `silent` in the zone %s, which is `%s` of system `%s`; expected masked or "
                                "signalled: only application data holds silent errors, and those of other zones reach "
                                "it through a channel",
                                fault->zone.name, system->zones[zone].name, system->name);
    }
    return 0;
}

size_t bh_scenario_script_zone(const struct bh_scenario *scenario, const struct bh_script_fault *fault,
                               const struct bh_zone_tree *tree)
{
    long zone = bh_zone_choose(tree->system, &fault->zone, scenario->enclaves[fault->enclave].is_native, NULL);
    BH_BUG_ASSERT(zone >= 0); /* reading the script saw to that */
    return bh_zone_tree_first(tree, (size_t)zone, (int)scenario->enclaves[fault->enclave].tenant);
}

/* `fault: CLASS` strikes as that class does, at a time and on a node, or storage host, of the script. */
static int read_class(const struct bh_scenario *scenario, const struct bh_node *map, struct bh_script_fault *fault,
                      struct bh_error *err)
{
    const struct bh_catalog *catalog = scenario->catalog;
    const struct bh_node *class = bh_node_find(map, "fault");
    fault->class =
        bh_choose_named(class, catalog->faults, catalog->faults_count, sizeof *catalog->faults, "fault class", err);
    if (fault->class == NULL)
        return -1;
    bool is_storage = fault->class->landing == BH_LANDING_STORAGE;
    if (bh_keys_check(map, is_storage ? &bh_script_storage_keys : &bh_script_node_keys, err) != 0)
        return -1;
    if (is_storage)
        return bh_optional_count(map, "server", 0, UINT64_MAX, &fault->slot, err);
    if (fault->class->landing != BH_LANDING_NODE)
        return bh_node_fail(class, err,
                            "found %s, which lands in a zone; expected a class that takes a node or storage, or `zone`",
                            fault->class->name);
    if (fault->class->recorded.is_given)
        return bh_node_fail(class, err,
                            "found %s, which is replayed from a log; expected a class with times of its own",
                            fault->class->name);
    if (read_enclave(scenario, bh_node_find(map, "enclave"), fault, err) != 0)
        return -1;
    return read_slot(scenario, bh_node_find(map, "node"), fault, err);
}

static int read_script(struct bh_scenario *scenario, const struct bh_node *list, struct bh_error *err)
{
    if (list == NULL)
        return 0;
    if (bh_node_expect(list, BH_NODE_LIST, "script", err) != 0)
        return -1;
    size_t count = bh_node_count(list);
    scenario->script = bh_allocate(count + 1, sizeof *scenario->script);
    scenario->script_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct bh_node *map = bh_node_item(list, i);
        struct bh_script_fault *fault = &scenario->script[i];
        fault->place = bh_node_place(map);
        if (bh_keys_check(map, &bh_script_keys, err) != 0 || read_when(scenario, map, fault, err) != 0)
            return -1;
        if (bh_node_find(map, "fault") != NULL) {
            if (read_class(scenario, map, fault, err) != 0)
                return -1;
        } else if (read_where(scenario, map, fault, err) != 0 || read_what(map, fault, err) != 0 ||
                   check_zone(scenario, map, fault, err) != 0)
            return -1;
    }
    return 0;
}

int bh_faults_resolve(struct bh_scenario *scenario, struct bh_error *err)
{
    const struct bh_node *root = bh_document_root(scenario->document);
    if (choose_random(scenario, bh_node_find(root, "faults"), err) != 0)
        return -1;
    return read_script(scenario, bh_node_find(root, "script"), err);
}

struct bh_fault_choice bh_scenario_fault_choice(const struct bh_scenario *scenario)
{
    return (struct bh_fault_choice){scenario->nodes, scenario->fault_enabled, scenario->software_faults};
}

bool bh_scenario_strikes_apart(const struct bh_scenario *scenario)
{
    for (size_t f = 0; f < scenario->catalog->faults_count; f++) {
        const struct bh_fault_class *class = &scenario->catalog->faults[f];
        if (scenario->fault_enabled[f] && (class->carrier != BH_CARRIER_NODE || class->landing == BH_LANDING_STORAGE ||
                                           class->burst.is_given || class->recorded.binds_nodes))
            return false;
    }
    return scenario->random_faults;
}
