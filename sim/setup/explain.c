/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers belong to what a scenario has, and which fault rates they give each zone. */
#include "sim/setup/explain.h"

#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/system.h"
#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Numbers at hand ----------------------------------------------------------------------------------------------- */

/* Whether PATH is "SECTION.NAME.anything"; names may hold slashes but no dots. */
static bool is_of(const char *path, const char *section, const char *name)
{
    size_t section_length = strlen(section), name_length = strlen(name);
    return strncmp(path, section, section_length) == 0 && path[section_length] == '.' &&
           strncmp(path + section_length + 1, name, name_length) == 0 && path[section_length + 1 + name_length] == '.';
}

static bool component_is_used(const char *path, const struct bh_component *component)
{
    return component != NULL && is_of(path, "components", component->name);
}

static bool system_uses(const struct bh_system *system, const char *path)
{
    if (is_of(path, "systems", system->name))
        return true;
    for (size_t z = 0; z < system->zones_count; z++)
        for (size_t c = 0; c < system->zones[z].components_count; c++)
            if (component_is_used(path, system->zones[z].components[c]))
                return true;
    for (size_t c = 0; c < system->channels_count; c++)
        if (is_of(path, "channels", system->channels[c].type->name))
            return true;
    return false;
}

static bool guards_use(const struct bh_scenario *scenario, const struct bh_node_stack *stack, int tenant,
                       bool is_protected, const char *path)
{
    const struct bh_guard_level *guard[BH_BOUNDARIES];
    if (bh_scenario_guards(stack, tenant, is_protected, guard, NULL, NULL) != 0)
        return false;
    for (size_t b = 0; b < BH_BOUNDARIES; b++) {
        if (guard[b] == NULL || !bh_boundary_matters(scenario, (enum bh_boundary)b))
            continue;
        char *name = bh_print_text("%s.%s", bh_boundary_names[b], guard[b]->name);
        bool uses = is_of(path, "guards", name);
        free(name);
        if (uses)
            return true;
    }
    return false;
}

static bool class_uses(const struct bh_scenario *scenario, size_t policy, size_t class, const char *path)
{
    struct bh_node_stack stack = bh_scenario_stack(scenario, policy, class, false);
    bool uses = system_uses(stack.system, path) || component_is_used(path, stack.host_kernel) ||
                component_is_used(path, stack.guest_kernel);
    for (int t = -1; t < (int)scenario->partitions.class[class].tenants_count && !uses; t++)
        uses = guards_use(scenario, &stack, t, true, path) || guards_use(scenario, &stack, t, false, path);
    bh_node_stack_free(&stack);
    return uses;
}

bool bh_scenario_uses_memory(const struct bh_scenario *scenario)
{
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f] && scenario->catalog->faults[f].memory_outcome >= 0)
            return true;
    return false;
}

bool bh_scenario_has_number(const struct bh_scenario *scenario, const struct bh_parameter *parameter)
{
    const char *path = parameter->path;
    if (strncmp(path, "zones.", 6) == 0 || strncmp(path, "errors.", 7) == 0 || strncmp(path, "recovery.", 9) == 0)
        return true;
    for (size_t i = 0; i < scenario->entries_count; i++)
        if (is_of(path, "applications", scenario->enclaves[scenario->entries[i].first_enclave].application->name))
            return true;
    if (strncmp(path, "memory.", 7) == 0)
        return bh_scenario_uses_memory(scenario);
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f] && is_of(path, "faults", scenario->catalog->faults[f].name))
            return true;
    for (size_t s = 0; s < scenario->compositions.specs_count; s++)
        if (is_of(path, "channels", scenario->compositions.specs[s].channel->name))
            return true;
    for (size_t p = 0; p < scenario->policies_count; p++)
        for (size_t class = 0; class < scenario->partitions.classes_count; class ++)
            if (class_uses(scenario, p, class, path))
                return true;
    return false;
}

/* --- Fault rates --------------------------------------------------------------------------------------------------- */

static bool is_same_stack(const struct bh_node_stack *left, const struct bh_node_stack *right)
{
    return left->system == right->system && left->host_kernel == right->host_kernel &&
           left->guest_kernel == right->guest_kernel;
}

static char *column_title(const struct bh_scenario *scenario, const struct bh_node_stack *stack, size_t class)
{
    const struct bh_system *system = stack->system;
    const struct bh_partitions *partitions = &scenario->partitions;
    bool tells = partitions->classes_count > 1;
    const char *open = tells ? " (" : "", *name = tells ? partitions->class[class].name : "", *end = tells ? ")" : "";
    if (stack->host_kernel == system->host_kernel && stack->guest_kernel == system->guest_kernel)
        return bh_print_text("%s%s%s%s", system->name, open, name, end);
    return bh_print_text("%s on %s%s%s%s%s%s", system->name, stack->host_kernel->name, stack->guest_kernel ? "/" : "",
                         stack->guest_kernel ? stack->guest_kernel->name : "", open, name, end);
}

static bool is_known(const struct bh_rate_table *table, const struct bh_scenario *scenario,
                     const struct bh_node_stack *stack, size_t class)
{
    bool known = false;
    for (size_t c = 0; c < table->columns && !known; c++) {
        struct bh_node_stack other = bh_scenario_stack(scenario, table->policy[c], table->class[c], false);
        known = table->class[c] == class && is_same_stack(&other, stack);
        bh_node_stack_free(&other);
    }
    return known;
}

static void choose_columns(struct bh_rate_table *table, const struct bh_scenario *scenario)
{
    size_t most = scenario->policies_count * scenario->partitions.classes_count;
    table->policy = bh_allocate(most, sizeof *table->policy);
    table->class = bh_allocate(most, sizeof *table->class);
    table->title = bh_allocate(most, sizeof *table->title);
    for (size_t i = 0; i < most; i++) {
        size_t p = i / scenario->partitions.classes_count, class = i % scenario->partitions.classes_count;
        struct bh_node_stack stack = bh_scenario_stack(scenario, p, class, false);
        if (!is_known(table, scenario, &stack, class)) {
            table->policy[table->columns] = p;
            table->class[table->columns] = class;
            table->title[table->columns++] = column_title(scenario, &stack, class);
        }
        bh_node_stack_free(&stack);
    }
    table->total = bh_allocate(table->columns, sizeof *table->total);
}

static void add_rate(struct bh_rate_table *table, size_t column, const char *zone, const char *cause, bool is_hardware,
                     double rate)
{
    size_t r = 0;
    while (r < table->rows_count &&
           (strcmp(table->rows[r].zone, zone) != 0 || strcmp(table->rows[r].cause, cause) != 0))
        r++;
    if (r == table->rows_count) {
        table->rows = bh_reallocate(table->rows, ++table->rows_count, sizeof *table->rows);
        table->rows[r] = (struct bh_rate_row){.zone = zone, .cause = cause, .is_hardware = is_hardware};
        table->rows[r].rate = bh_allocate(table->columns, sizeof *table->rows[r].rate);
    }
    table->rows[r].rate[column] += rate;
    table->total[column] += rate;
}

static void add_stream(struct bh_rate_table *table, size_t column, const struct bh_zone_tree *tree,
                       const struct bh_fault_stream *stream)
{
    if (stream->hardware == NULL) {
        add_rate(table, column, bh_zone_kind_names[tree->zones[stream->zone].kind], stream->cause, false, stream->rate);
        return;
    }
    if (bh_fault_class_is_machine_wide(stream->hardware)) {
        add_rate(table, column, "machine", stream->hardware->name, true, stream->rate);
        return;
    }
    if (stream->hardware->landing == BH_LANDING_NODE) {
        add_rate(table, column, "node", stream->hardware->name, true, stream->rate);
        return;
    }
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        double share = bh_zone_share(zone, stream->hardware->landing);
        add_rate(table, column, bh_zone_kind_names[zone->kind], stream->hardware->name, true, stream->rate * share);
    }
}

static int fill_column(struct bh_rate_table *table, size_t column, const struct bh_scenario *scenario,
                       struct bh_error *err)
{
    size_t class = table->class[column];
    struct bh_node_stack stack = bh_scenario_stack(scenario, table->policy[column], class, false);
    struct bh_tenant *tenants = bh_scenario_tenants(scenario, class);
    struct bh_node_model *model = bh_scenario_model(scenario, &stack, class, err);
    if (model != NULL) {
        struct bh_fault_streams *streams =
            bh_fault_streams_create(scenario->catalog, model, tenants, bh_scenario_fault_choice(scenario),
                                    stack.host_kernel, stack.guest_kernel);
        for (size_t s = 0; s < streams->count; s++)
            add_stream(table, column, model->tree, &streams->stream[s]);
        bh_fault_streams_destroy(streams);
    }
    int status = model == NULL ? -1 : 0;
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
    free(tenants);
    return status;
}

static int zone_order(const char *zone)
{
    for (int k = 0; k < BH_ZONE_KINDS; k++)
        if (strcmp(bh_zone_kind_names[k], zone) == 0)
            return k;
    return -1;
}

static int compare_rows(const void *left, const void *right)
{
    const struct bh_rate_row *a = left, *b = right;
    int zones = zone_order(a->zone) - zone_order(b->zone);
    if (zones != 0)
        return zones;
    return a->is_hardware != b->is_hardware ? a->is_hardware - b->is_hardware : strcmp(a->cause, b->cause);
}

struct bh_rate_table *bh_rate_table_create(const struct bh_scenario *scenario, struct bh_error *err)
{
    struct bh_rate_table *table = bh_allocate(1, sizeof *table);
    choose_columns(table, scenario);
    for (size_t c = 0; c < table->columns; c++) {
        if (fill_column(table, c, scenario, err) != 0) {
            bh_rate_table_destroy(table);
            return NULL;
        }
    }
    if (table->rows_count > 0)
        qsort(table->rows, table->rows_count, sizeof *table->rows, compare_rows);
    return table;
}

void bh_rate_table_destroy(struct bh_rate_table *table)
{
    if (table == NULL)
        return;
    for (size_t r = 0; r < table->rows_count; r++)
        free(table->rows[r].rate);
    for (size_t c = 0; c < table->columns; c++)
        free(table->title[c]);
    free(table->rows);
    free(table->title);
    free(table->policy);
    free(table->class);
    free(table->total);
    free(table);
}
