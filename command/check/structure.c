/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Second part of what `bulkhead check` prints: zone trees, channels, dispositions and guards. */
#include "command/check/parts.h"
#include "models/base/quantity.h"
#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/catalog/zone_choice.h"
#include "models/node/zone_needs.h"
#include "sim/platform/partition.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/explain.h"
#include "sim/setup/number_uses.h"

#include "models/node/node_model.h"
#include "models/node/zone_tree.h"
#include "sim/scenario/node_stack.h"

#include <stdlib.h>
#include <string.h>

/* --- Systems ------------------------------------------------------------------------------------------------------ */

/* The nodes of one class of partitions with what runs on them. */
struct nodes {
    const struct bh_scenario *scenario;
    const struct bh_node_stack *stack;
    const struct bh_partition_class *class;
};

static void print_components(const struct nodes *nodes, const struct bh_zone_template *zone, FILE *stream)
{
    for (size_t c = 0; c < zone->components_count; c++) {
        if (c > 0)
            fputs(", ", stream);
        if (zone->components[c] != NULL) {
            fputs(zone->components[c]->name, stream);
        } else if (strcmp(zone->roles[c], "host-kernel") == 0) {
            fputs(nodes->stack->host_kernel->name, stream);
        } else if (strcmp(zone->roles[c], "guest-kernel") == 0) {
            fputs(nodes->stack->guest_kernel->name, stream);
        } else {
            const struct bh_system *system = nodes->stack->system;
            const char *between = "";
            for (size_t t = 0; t < nodes->class->tenants_count; t++) {
                const struct bh_enclave_spec *enclave = &nodes->scenario->enclaves[nodes->class->enclave[t]];
                if (bh_system_home(system, enclave->is_native) != zone - system->zones)
                    continue;
                fprintf(stream, "%s%s", between, enclave->application->name);
                between = " or ";
            }
        }
    }
}

static void print_zone(const struct nodes *nodes, const struct bh_zone_tree *tree, size_t template, int depth,
                       FILE *stream)
{
    const struct bh_system *system = nodes->stack->system;
    const struct bh_zone_template *zone = &system->zones[template];
    size_t count = 0;
    double memory = 0, cpu = 0;
    for (size_t z = 0; z < tree->zones_count; z++) {
        if (tree->zones[z].template_index != template)
            continue;
        count++;
        memory += tree->zones[z].memory_share;
        cpu += tree->zones[z].cpu_share;
    }
    if (count == 0) /* nobody here lives in it */
        return;
    fprintf(stream, "    %*s%-*s %d %-12s %5zu %6.1f %% %6.1f %%  ", 2 * depth, "", 20 - 2 * depth, zone->name,
            (int)zone->kind + 1, bh_zone_kind_names[zone->kind], count, 100 * memory, 100 * cpu);
    print_components(nodes, zone, stream);
    fputc('\n', stream);
    for (size_t child = template + 1; child < system->zones_count; child++)
        if (system->zones[child].parent == (int)template)
            print_zone(nodes, tree, child, depth + 1, stream);
}

static bool is_there(const struct bh_zone_tree *tree, int template)
{
    for (size_t z = 0; z < tree->zones_count; z++)
        if ((int)tree->zones[z].template_index == template)
            return true;
    return false;
}

/* What errors of single kinds cross with, below the line of the channel. */
static void print_probabilities(const struct bh_channel_type *type, FILE *stream)
{
    char value[64];
    for (int of = 0; of < BH_KINDS_AND_MODELS; of++) {
        const struct bh_parameter *probability = &type->probability_of[of];
        if (probability->path[0] != '\0')
            fprintf(stream, "    %-24s %-39s %s%s\n", "", bh_kind_or_model_names[of],
                    bh_quantity_print(probability->value, BH_DIMENSION_PROBABILITY, value, sizeof value),
                    probability->status == BH_ASSUMED ? " (assumed)" : "");
    }
}

static void print_channels(const struct bh_zone_tree *tree, FILE *stream)
{
    const struct bh_system *system = tree->system;
    char value[64];
    for (size_t c = 0; c < system->channels_count; c++) {
        const struct bh_channel_template *channel = &system->channels[c];
        char way[64];
        if (!is_there(tree, channel->from) || !is_there(tree, channel->to))
            continue;
        snprintf(way, sizeof way, "%s -> %s", system->zones[channel->from].name, system->zones[channel->to].name);
        fprintf(stream, "    %-24s %-22s %-16s %s%s%s\n", way, channel->type->name,
                bh_boundary_names[channel->type->boundary],
                bh_quantity_print(channel->type->probability.value, BH_DIMENSION_PROBABILITY, value, sizeof value),
                channel->type->probability.status == BH_ASSUMED ? " (assumed)" : "",
                channel->type->bypasses_guards ? ", past all guards" : "");
        print_probabilities(channel->type, stream);
        if (channel->is_opened)
            fprintf(stream, "    %-24s only where a policy opens it\n", "");
    }
}

/* Who needs whom, and what that comes to for enclaves; also shared zones that serve nobody. */
static void print_needs(const struct bh_system *system, const struct bh_zone_tree *tree, FILE *stream)
{
    static const char *const means[BH_NEEDS] = {"their I/O waits", "they stand still"};
    if (bh_system_has_needs(system))
        fprintf(stream, "    %-24s %s\n", "need", "what stops while the needed zone is down");
    for (size_t z = 0; z < system->zones_count; z++)
        for (size_t n = 0; n < system->zones[z].needs_count; n++) {
            const struct bh_zone_need *need = &system->zones[z].needs[n];
            char way[64];
            snprintf(way, sizeof way, "%s -> %s", system->zones[z].name, system->zones[need->zone].name);
            fprintf(stream, "    %-24s %s\n", way, bh_need_names[need->what]);
        }
    for (size_t z = 1; z < tree->zones_count; z++) {
        size_t around = 0;
        for (size_t t = 0; t < tree->tenants_count; t++)
            around += bh_zone_tree_is_around(tree, z, t);
        if (tree->zones[z].enclave >= 0 || around > 0)
            continue;
        int what = 0;
        while (what < BH_NEEDS && !bh_zone_set_has(&tree->needs[what], z))
            what++;
        fprintf(stream, "    while %s is down: %s\n", tree->zones[z].template->name,
                what < BH_NEEDS ? means[what] : "nothing waits, no zone of an enclave needs it");
    }
}

/* Its channels are the same on all nodes. */
static bool is_first_of_system(const struct bh_scenario *scenario, const struct bh_rate_table *rates, size_t column)
{
    const struct bh_system *systems[2] = {NULL, NULL};
    for (size_t c = 0; c < column; c++) {
        for (size_t i = 0; i < 2; i++) {
            size_t which = i == 0 ? c : column;
            struct bh_node_stack stack = bh_scenario_stack(scenario, rates->policy[which], rates->class[which], false);
            systems[i] = stack.system;
            bh_node_stack_free(&stack);
        }
        if (systems[0] == systems[1] && scenario->partitions.classes_count > 1)
            return false;
    }
    return true;
}

static void print_system(const struct bh_scenario *scenario, const struct bh_rate_table *rates, size_t column,
                         FILE *stream)
{
    size_t class = rates->class[column];
    struct bh_node_stack stack = bh_scenario_stack(scenario, rates->policy[column], class, false);
    struct nodes nodes = {scenario, &stack, &scenario->partitions.class[class]};
    struct bh_node_model *model = bh_scenario_model(scenario, &stack, class, NULL);
    BH_BUG_ASSERT(model != NULL); /* resolving the scenario built it before */
    fprintf(stream, "\n  %s: %s\n", rates->title[column], stack.system->title);
    fprintf(stream, "    %-20s %-14s %5s %8s %8s  %s\n", "zone", "E-Zone", "count", "memory", "CPU", "holds");
    print_zone(&nodes, model->tree, 0, 0, stream);
    if (is_first_of_system(scenario, rates, column)) {
        fprintf(stream, "    %-24s %-22s %-16s %s\n", "crossing", "channel", "boundary", "probability, unguarded");
        print_channels(model->tree, stream);
        print_needs(stack.system, model->tree, stream);
    }
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
}

/* --- Policies ----------------------------------------------------------------------------------------------------- */

static bool is_first_use(const struct bh_scenario *scenario, size_t p)
{
    for (size_t i = 0; i < p; i++)
        if (scenario->policies[i].policy == scenario->policies[p].policy)
            return false;
    return true;
}

static bool is_anywhere(const struct bh_scenario *scenario, const char *zone)
{
    struct bh_zone_choice choice = bh_zone_choice_of(zone, (struct bh_place){0});
    bool is_there = false;
    for (size_t p = 0; p < scenario->policies_count; p++)
        for (size_t class = 0; class < scenario->partitions.classes_count && !is_there; class ++) {
            struct bh_node_stack stack = bh_scenario_stack(scenario, p, class, false);
            is_there = bh_zone_is_there(stack.system, &choice);
            bh_node_stack_free(&stack);
        }
    return is_there;
}

static void print_dispositions(const struct bh_scenario *scenario, FILE *stream)
{
    fputs("\nDispositions: what a signalled error takes down, by the zone it is in\n", stream);
    fprintf(stream, "  %-24s", "policy");
    for (size_t k = 0; k < BH_ZONE_KINDS; k++)
        fprintf(stream, " %-12s", bh_zone_kind_names[k]);
    fputs(" guards\n", stream);
    for (size_t p = 0; p < scenario->policies_count; p++) {
        static const char *const rules[] = {"weakest offered", "strongest offered"};
        const struct bh_policy *policy = scenario->policies[p].policy;
        if (!is_first_use(scenario, p))
            continue;
        fprintf(stream, "  %-24s", policy->name);
        for (size_t k = 0; k < BH_ZONE_KINDS; k++)
            fprintf(stream, " %-12s", bh_scope_names[policy->disposition[k]]);
        bool is_named = policy->guards.rule == BH_GUARDS_NAMED;
        fprintf(stream, " %s%s\n", rules[is_named ? policy->guards.others : policy->guards.rule],
                is_named ? ", some named" : "");
        for (size_t n = 0; n < policy->named_count; n++)
            fprintf(stream, "  %-24s %s: %s%s\n", "", policy->named[n].zone,
                    bh_scope_names[policy->named[n].disposition],
                    is_anywhere(scenario, policy->named[n].zone) ? "" : " (no system here has it)");
    }
}

static void mark_guards(const struct bh_scenario *scenario, size_t policy, bool *is_on)
{
    const struct bh_guard_level *guard[BH_BOUNDARIES];
    for (int is_protected = 0; is_protected < 2; is_protected++)
        for (size_t b = 0;
             bh_scenario_line_guards(scenario, policy, is_protected, guard, NULL) == 0 && b < BH_BOUNDARIES; b++)
            if (guard[b] != NULL)
                is_on[guard[b] - scenario->catalog->guards] = true;
}

/* Which level is on, per line of the comparison; boundaries that no system has are left out. */
static void print_guards_on(const struct bh_scenario *scenario, FILE *stream)
{
    bool has[BH_BOUNDARIES] = {false};
    int width = 8;
    for (size_t p = 0; p < scenario->policies_count; p++) {
        int length = (int)strlen(scenario->policies[p].name);
        width = length > width ? length : width;
        for (size_t b = 0; b < BH_BOUNDARIES; b++)
            has[b] = has[b] || (scenario->policies[p].system->offered_count[b] > 0 &&
                                bh_boundary_matters(scenario, (enum bh_boundary)b));
    }
    fprintf(stream, "\nGuards that are on\n  %-*s", width, "");
    for (size_t b = 0; b < BH_BOUNDARIES; b++)
        if (has[b])
            fprintf(stream, "  %20s", bh_boundary_names[b]);
    fputc('\n', stream);
    for (size_t p = 0; p < scenario->policies_count; p++) {
        const struct bh_policy_spec *spec = &scenario->policies[p];
        const struct bh_guard_level *guard[BH_BOUNDARIES] = {NULL};
        bh_scenario_line_guards(scenario, p, true, guard, NULL);
        fprintf(stream, "  %-*s", width, spec->name);
        for (size_t b = 0; b < BH_BOUNDARIES; b++)
            if (has[b])
                fprintf(stream, "  %20s", guard[b] != NULL ? guard[b]->name : "-");
        fputc('\n', stream);
    }
}

/* What nothing reads costs nothing. */
static void print_cost(const struct bh_check *check, const struct bh_parameter *cost, FILE *stream)
{
    char text[64];
    bool is_paid = cost->value != 0 && bh_number_uses_has(check->uses, cost);
    fprintf(stream, " %9s", is_paid ? bh_quantity_print(cost->value, cost->dimension, text, sizeof text) : "-");
}

static void print_guard_levels(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    const struct bh_catalog *catalog = scenario->catalog;
    bool *is_on = bh_allocate(catalog->guards_count + 1, sizeof *is_on);
    for (size_t p = 0; p < scenario->policies_count; p++)
        mark_guards(scenario, p, is_on);
    fputs("\nWhat those guards do, and cost while they are on\n", stream);
    fprintf(stream, "  %-36s %7s %9s %9s %9s %9s %9s %9s\n", "level", "blocks", "on block", "compute", "per exit",
            "latency", "bandwidth", "memory");
    for (size_t g = 0; g < catalog->guards_count; g++) {
        const struct bh_guard_level *level = &catalog->guards[g];
        char blocks[64];
        if (!is_on[g])
            continue;
        char *name = bh_print_text("%s %s", bh_boundary_names[level->boundary], level->name);
        fprintf(stream, "  %-36s %7s %9s", name,
                bh_quantity_print(level->blocks.value, BH_DIMENSION_PROBABILITY, blocks, sizeof blocks),
                level->detects ? "detected" : "rejected");
        print_cost(check, &level->compute_slowdown, stream);
        print_cost(check, &level->exit_time_s, stream);
        print_cost(check, &level->latency_s, stream);
        print_cost(check, &level->bandwidth_loss, stream);
        print_cost(check, &level->memory_share, stream);
        fputc('\n', stream);
        free(name);
    }
    free(is_on);
}

void bh_check_print_structure(const struct bh_check *check, FILE *stream)
{
    const struct bh_rate_table *rates = check->rates;
    fputs("\nSystems: zones of a node (a zone that fails takes those below it along), with their shares of its memory\n"
          "and CPU time, where hardware faults land; and the channels by which errors cross\n",
          stream);
    for (size_t c = 0; c < rates->columns; c++)
        print_system(check->scenario, rates, c, stream);
    print_dispositions(check->scenario, stream);
    bh_check_print_mechanisms(check, stream);
    print_guards_on(check->scenario, stream);
    print_guard_levels(check, stream);
}
