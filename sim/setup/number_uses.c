/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every number's readers, in the order of the files under models/data. A reader that is added elsewhere has its line here:
 * tests/command/test_number_uses.bats moves each number and looks whether an answer moves. */
#include "sim/setup/number_uses.h"

#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/memory_rates.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/node/takedown.h"
#include "models/words/scope.h"
#include "sim/scenario/read_faults.h"
#include "sim/setup/node_setup.h"
#include "sim/setup/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
    const struct bh_parameter *const *a = left, *const *b = right;
    return *a < *b ? -1 : *a > *b;
}

bool bh_number_uses_has(const struct bh_number_uses *uses, const struct bh_parameter *parameter)
{
    return uses->count > 0 && bsearch(&parameter, uses->read, uses->count, sizeof *uses->read, compare) != NULL;
}

void bh_number_uses_destroy(struct bh_number_uses *uses)
{
    if (uses == NULL)
        return;
    free(uses->read);
    free(uses);
}

static void mark_timing(struct bh_reading *reading, const struct bh_timing *timing)
{
    for (size_t i = 0; i < BH_DISTRIBUTION_PARTS_MOST; i++) {
        bh_reading_mark(reading, true, &timing->a[i]);
        bh_reading_mark(reading, true, &timing->b[i]);
    }
}

static void mark_memory(struct bh_reading *reading, const struct bh_fault_class *class)
{
    struct bh_memory_slope slope[BH_MEMORY_NUMBERS];
    size_t count =
        bh_catalog_memory_slopes(reading->scenario->catalog, (enum bh_dram_outcome) class->memory_outcome, slope);
    for (size_t i = 0; i < count; i++)
        bh_reading_mark(reading, slope[i].slope != 0.0, slope[i].parameter);
}

/* The words of the catalog are those of the memory, and the set of rates and whether mechanisms count, which always act. */
bool bh_number_uses_read_word(const struct bh_scenario *scenario, const struct bh_word *word)
{
    if (strcmp(word->path, "rates.set") == 0 || strcmp(word->path, "errors.mechanisms") == 0)
        return true;
    for (size_t f = 0; f < scenario->catalog->faults_count; f++) {
        int outcome = scenario->catalog->faults[f].memory_outcome;
        if (scenario->fault_enabled[f] && outcome >= 0 &&
            bh_catalog_memory_word_matters(scenario->catalog, word, (enum bh_dram_outcome)outcome))
            return true;
    }
    return false;
}

static void mark_class(struct bh_reading *reading, const struct bh_fault_class *class)
{
    bool lands = bh_landing_is_in_zone(class->landing);
    if (class->memory_outcome >= 0)
        mark_memory(reading, class);
    bh_reading_mark(reading, true, &class->rate);
    bh_reading_mark(reading, bh_landing_is_of_device(class->landing), &class->devices);
    mark_timing(reading, &class->arrival);
    bh_reading_mark(reading, lands, &class->instruction_share);
    bh_reading_mark(reading, true, &class->repair_median_s);
    bh_reading_mark(reading, true, &class->repair_sigma);
    mark_timing(reading, &class->repair);
    bh_reading_mark(reading, true, &class->fails_jobs);
    bh_reading_mark(reading, true, &class->burst.probability);
    bh_reading_mark(reading, true, &class->burst.reach);
    bh_reading_mark(reading, true, &class->burst.within_s);
    bh_reading_mark(reading, true, &class->recurrence.probability);
    bh_reading_mark(reading, true, &class->recurrence.every_s);
    bh_reading_mark(reading, true, &class->recurrence.tolerated);
    if (class->carrier_domain != NULL)
        bh_reading_mark(reading, true, &class->carrier_domain->nodes);
    if (class->burst.is_given && class->burst.domain != NULL)
        bh_reading_mark(reading, true, &class->burst.domain->nodes);
}

/* Of a node that a reboot mends, or people do, unless a spare is ready first: which that is depends on both. */
static void mark_crash(struct bh_reading *reading, bool crashes, bool by_software)
{
    const struct bh_scenario *scenario = reading->scenario;
    const struct bh_recovery_numbers *recovery = &scenario->catalog->recovery;
    bh_reading_mark(reading, crashes, &recovery->node_reboot_s);
    bh_reading_mark(reading, crashes && scenario->spares > 0 && scenario->spares_for[BH_SPARES_FOR_CRASH],
                    &recovery->spare_activation_s);
    bh_reading_mark(reading, crashes && by_software, &recovery->software_repair);
    by_software = by_software && recovery->software_repair.value > 0.0;
    bh_reading_mark(reading, crashes && by_software, &recovery->software_repair_median_s);
    bh_reading_mark(reading, crashes && by_software, &recovery->software_repair_sigma);
}

/* What a class that loses nodes or the machine asks of recovery, whatever zones there are. */
static void mark_losses(struct bh_reading *reading, const struct bh_fault_class *class)
{
    const struct bh_recovery_numbers *recovery = &reading->scenario->catalog->recovery;
    bool is_repaired = class->mend == BH_MEND_REPAIR || class->recurrence.is_given;
    reading->fails = reading->fails || class->landing == BH_LANDING_NODE || class->landing == BH_LANDING_STORAGE;
    if (class->landing == BH_LANDING_STORAGE)
        return;
    bh_reading_mark(reading, is_repaired, &recovery->spare_activation_s);
    if (class->landing != BH_LANDING_NODE)
        return;
    reading->loses_nodes = true;
    if (class->mend == BH_MEND_REBOOT)
        mark_crash(reading, !bh_fault_class_is_machine_wide(class), false);
    bh_reading_mark(reading, class->mend == BH_MEND_REBOOT && bh_fault_class_is_machine_wide(class),
                    &recovery->system_restart_s);
}

static void read_faults(struct bh_reading *reading)
{
    const struct bh_scenario *scenario = reading->scenario;
    for (size_t f = 0; f < scenario->catalog->faults_count; f++) {
        const struct bh_fault_class *class = &scenario->catalog->faults[f];
        if (!scenario->fault_enabled[f])
            continue;
        mark_class(reading, class);
        mark_losses(reading, class);
    }
    for (size_t s = 0; s < scenario->script_count; s++)
        if (scenario->script[s].class != NULL) {
            const struct bh_fault_class *class = scenario->script[s].class;
            bh_reading_mark(reading, true, &class->repair_median_s);
            bh_reading_mark(reading, true, &class->repair_sigma);
            mark_timing(reading, &class->repair);
            bh_reading_mark(reading, true, &class->fails_jobs);
            mark_losses(reading, class);
        }
}

/* Where errors can be on the nodes of a class: where they begin, and where channels lead from there. */
static void reach(struct bh_reached *reached, size_t zone)
{
    const struct bh_zone_tree *tree = reached->model->tree;
    if (reached->zone[zone])
        return;
    reached->zone[zone] = true;
    for (size_t c = tree->first_channel[zone]; c < tree->first_channel[zone + 1]; c++)
        if (bh_crossing_is_open(&reached->model->crossings[c]))
            reach(reached, tree->channels[c].to);
}

static void reach_from_stream(struct bh_reached *reached, const struct bh_fault_stream *stream)
{
    const struct bh_zone_tree *tree = reached->model->tree;
    if (stream->hardware != NULL && !bh_landing_is_in_zone(stream->hardware->landing))
        return;
    /* Each by its own name, told apart or not: their numbers may be varied. */
    bool is_software = stream->hardware == NULL, is_split = !isnan(reached->model->flow_share[is_software]);
    const enum bh_error_kind kinds[] = {BH_INSTRUCTION, BH_OPERATION, BH_FLOW};
    for (size_t k = 0; k < BH_COUNT(kinds) && stream->instruction_share > 0.0; k++)
        if ((k > 0) == is_split)
            reached->kind[bh_error_kind_of(is_software, kinds[k])] = true;
    enum bh_error_kind data = bh_error_kind_of(is_software, BH_DATA);
    reached->kind[data] = reached->kind[data] || stream->instruction_share < 1.0;
    reached->splits[is_software] =
        reached->splits[is_software] || (stream->instruction_share > 0.0 && reached->model->tells_flow);
    if (stream->hardware == NULL) {
        reached->has_software = reached->has_software || stream->rate > 0.0;
        reach(reached, stream->zone);
        if (stream->shared_bug > 0.0)
            reach(reached, 0);
        return;
    }
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_share(&tree->zones[z], stream->hardware->landing) > 0.0)
            reach(reached, z);
}

static void reach_from_script(struct bh_reading *reading, struct bh_reached *reached)
{
    const struct bh_scenario *scenario = reading->scenario;
    const struct bh_partitions *partitions = &scenario->partitions;
    for (size_t s = 0; s < scenario->script_count; s++) {
        const struct bh_script_fault *fault = &scenario->script[s];
        const struct bh_enclave_spec *enclave = &scenario->enclaves[fault->enclave];
        if (fault->class != NULL || partitions->partition[enclave->partition].class != reached->class)
            continue;
        reached->kind[fault->kind] = true;
        reach(reached, bh_scenario_script_zone(scenario, fault, reached->model->tree));
    }
}

/* Errors that come by messages come to processes. */
static void reach_from_messages(struct bh_reading *reading, struct bh_reached *reached)
{
    const struct bh_zone_tree *tree = reached->model->tree;
    for (size_t s = 0; s < reading->scenario->compositions.specs_count; s++)
        if (reading->scenario->compositions.specs[s].over == BH_OVER_NETWORK)
            for (size_t p = 0; p < tree->processes_count; p++)
                reach(reached, tree->process_zone[p]);
}

static bool can_cross(const struct bh_reached *reached)
{
    const struct bh_node_model *model = reached->model;
    bool crosses = false;
    for (size_t c = 0; c < model->tree->channels_count; c++)
        crosses = crosses || (reached->zone[model->crossings[c].from] && bh_crossing_is_open(&model->crossings[c]));
    return crosses;
}

static void reach_from_all(struct bh_reached *reached)
{
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
        reached->kind[kind] = true;
    for (size_t z = 0; z < reached->model->tree->zones_count; z++)
        reach(reached, z);
}

static void mark_rung(struct bh_reading *reading, const struct bh_reached *reached, size_t z, size_t rung)
{
    const struct bh_catalog *catalog = reading->scenario->catalog;
    const struct bh_node_model *model = reached->model;
    const struct bh_mechanism *mechanism = model->ladder[z].rung[rung].mechanism;
    size_t victims = bh_victims_count(model, z);
    for (int part = 0; mechanism != NULL && part < BH_MECHANISM_PARTS; part++) {
        bool is_tried = bh_mechanism_lacks(mechanism) == BH_MECHANISM_PARTS;
        bh_reading_mark(reading, is_tried && mechanism->part[part].is_there, &mechanism->part[part].probability);
        bh_reading_mark(reading, mechanism->part[part].is_there, &mechanism->part[part].time_s);
    }
    for (size_t v = 0; v < victims && bh_rung_probability(&model->ladder[z], rung) > 0.0; v++) {
        bool beyond_node;
        struct bh_zone_set down = bh_taken_down(model, z, rung, ((double)v + 0.5) / (double)victims, &beyond_node);
        bh_reading_mark(reading, !bh_zone_set_has(&down, z), &catalog->zones[model->tree->zones[z].kind].residual);
        bh_reading_mark(reading, bh_scope_rules[model->disposition[z]].comeback == BH_BACK_SYSTEM_RESTART,
                        &catalog->recovery.system_restart_s);
        mark_crash(reading, bh_zone_set_has(&down, 0), reached->has_software);
        for (size_t other = 0; other < model->tree->zones_count; other++)
            if (bh_zone_set_has(&down, other))
                reading->loses_guests = reading->loses_guests || !model->tree->zones[other].is_application;
    }
}

static void mark_zone(struct bh_reading *reading, const struct bh_reached *reached, size_t z)
{
    const struct bh_catalog *catalog = reading->scenario->catalog;
    const struct bh_node_model *model = reached->model;
    const struct bh_zone *zone = &model->tree->zones[z];
    const struct bh_zone_numbers *numbers = bh_zone_numbers_of(catalog, zone);
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
        const struct bh_ending_numbers ending = bh_ending_of(numbers, (enum bh_error_kind)kind);
        if (!reached->kind[kind])
            continue;
        bh_reading_mark(reading, true, ending.lifetime_s);
        bh_reading_mark(reading, true, ending.masked);
        bh_reading_mark(reading, true, ending.signalled);
        bh_reading_mark(reading, true, ending.silent);
        bh_reading_mark(reading, ending.signalled->value > 0.0, ending.hang);
        bh_reading_mark(reading, ending.signalled->value > 0.0 && ending.hang->value > 0.0,
                        &catalog->recovery.watchdog_s);
        reading->is_silent = reading->is_silent || (zone->is_application && ending.silent->value > 0.0);
    }
    for (size_t rung = 0; rung < model->ladder[z].count; rung++)
        mark_rung(reading, reached, z, rung);
}

/* Memory and processor faults land by weights, where there is more than one. */
static void mark_weights(struct bh_reading *reading, const struct bh_reached *reached)
{
    const struct bh_catalog *catalog = reading->scenario->catalog;
    const struct bh_zone_tree *tree = reached->model->tree;
    for (size_t f = 0; f < catalog->faults_count && tree->zones_count > 1; f++) {
        if (!reading->scenario->fault_enabled[f])
            continue;
        for (size_t z = 0; z < tree->zones_count; z++) {
            const struct bh_zone_numbers *numbers = bh_zone_numbers_of(catalog, &tree->zones[z]);
            bh_reading_mark(reading, catalog->faults[f].landing == BH_LANDING_MEMORY, &numbers->memory_weight);
            bh_reading_mark(reading, catalog->faults[f].landing == BH_LANDING_CPU, &numbers->cpu_weight);
        }
    }
}

/* What errors cross with as what they began as, or have crossed as before; returns whether any does. */
static bool mark_probabilities(struct bh_reading *reading, const struct bh_reached *reached,
                               const struct bh_channel_type *type)
{
    bool crosses = false;
    for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++) {
        const struct bh_parameter *probability = bh_channel_probability(type, kind);
        bh_reading_mark(reading, reached->kind[kind], probability);
        crosses = crosses || (reached->kind[kind] && probability->value > 0.0);
    }
    return crosses;
}

static void mark_channels(struct bh_reading *reading, struct bh_reached *reached)
{
    const struct bh_node_model *model = reached->model;
    const struct bh_compositions *compositions = &reading->scenario->compositions;
    size_t ways = 0;
    for (size_t c = 0; c < model->tree->channels_count; c++) {
        const struct bh_channel *channel = &model->tree->channels[c];
        if (!reached->zone[channel->from])
            continue;
        ways += mark_probabilities(reading, reached, channel->type);
        bh_reading_mark(reading, true, &channel->type->corrupts);
        bh_reading_mark(reading, channel->type->corrupts.value < 1.0, &channel->type->degrades);
        reached->attempts[channel->type->boundary] =
            reached->attempts[channel->type->boundary] || !channel->type->bypasses_guards;
    }
    for (size_t s = 0; s < compositions->specs_count && model->tree->processes_count > 0; s++)
        if (compositions->specs[s].over == BH_OVER_NETWORK && reached->zone[model->tree->process_zone[0]]) {
            ways += 2 * mark_probabilities(reading, reached, compositions->specs[s].channel);
            reached->attempts[BH_NODE_NODE] = reached->attempts[BH_ENCLAVE_ENCLAVE] = true;
        }
    bh_reading_mark(reading, ways > 1, &reading->scenario->catalog->errors.again); /* to and fro */
}

static void read_zones(struct bh_reading *reading, struct bh_reached *reached, const struct bh_fault_streams *streams)
{
    const struct bh_zone_tree *tree = reached->model->tree;
    for (size_t s = 0; s < streams->count; s++) {
        const struct bh_fault_stream *stream = &streams->stream[s];
        if (stream->hardware == NULL) {
            bh_reading_mark(reading, true, stream->rate_number);
            bh_reading_mark(reading, stream->rate > 0.0, stream->instruction_number);
            bh_reading_mark(reading, stream->rate > 0.0 && stream->shared_bug_number != NULL,
                            stream->shared_bug_number);
        }
        if (stream->rate > 0.0)
            reach_from_stream(reached, stream);
    }
    reach_from_script(reading, reached);
    bool strikes = false;
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
        strikes = strikes || reached->kind[kind];
    for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++)
        if (reached->kind[kind] && can_cross(reached))
            reached->kind[bh_error_kind_crossed(kind)] = true;
    if (strikes)
        reach_from_messages(reading, reached);
    if (!strikes && reading->by_contain)
        reach_from_all(reached);
    for (int software = 0; software < 2; software++) {
        const struct bh_parameter *share = bh_flow_share_of(&reading->scenario->catalog->errors, software);
        bh_reading_mark(reading, share != NULL && reached->splits[software], share);
    }
    reading->fails = reading->fails || strikes;
    bool loses_guests = reading->loses_guests;
    for (size_t z = 0; z < tree->zones_count; z++)
        if (reached->zone[z])
            mark_zone(reading, reached, z);
    if (!strikes)
        reading->loses_guests = loses_guests;
    mark_weights(reading, reached);
    mark_channels(reading, reached);
}

static void mark_guard(struct bh_reading *reading, const struct bh_reached *reached, const struct bh_level_use *use)
{
    const struct bh_guard_level *level = use->level;
    bh_reading_mark(reading, reached->attempts[level->boundary], &level->blocks);
    if (use->application == NULL)
        return;
    const struct bh_application *application = use->application;
    bh_reading_mark(reading, true, &level->compute_slowdown);
    bh_reading_mark(reading, reached->has_guests && application->exits_per_s.value > 0.0, &level->exit_time_s);
    bh_reading_mark(reading, true, &level->latency_s);
    bh_reading_mark(reading, application->halo_bytes.value > 0.0, &level->bandwidth_loss);
    bh_reading_mark(reading,
                    reached->has_guests && application->saves_guest && bh_reading_moves_bytes(reading, application),
                    &level->memory_share);
}

static void read_guards(struct bh_reading *reading, const struct bh_reached *reached, const struct bh_node_stack *stack)
{
    const struct bh_scenario *scenario = reading->scenario;
    size_t tenants = scenario->partitions.class[reached->class].tenants_count;
    for (int t = -1; t < (int)tenants; t++) {
        const struct bh_guard_level *guarded[BH_BOUNDARIES] = {NULL}, *bare[BH_BOUNDARIES] = {NULL};
        if (bh_scenario_guards(stack, t, true, guarded, NULL, NULL) != 0 ||
            bh_scenario_guards(stack, t, false, bare, NULL, NULL) != 0)
            continue;
        bool composed = t >= 0 && bh_compositions_include_tenant(scenario, reached->class, (size_t)t);
        for (int b = 0; b < BH_BOUNDARIES; b++) {
            bool costs = t >= 0 && scenario->virtualization_costs && (b != BH_ENCLAVE_ENCLAVE || composed);
            const struct bh_application *application = costs ? bh_reading_tenant(reading, reached->class, t) : NULL;
            for (int on = 0; on < 2; on++) {
                const struct bh_guard_level *level = on ? guarded[b] : bare[b];
                if (level != NULL && bh_boundary_matters(scenario, (enum bh_boundary)b))
                    mark_guard(reading, reached, &(struct bh_level_use){level, application});
            }
            if (t < 0 || guarded[b] == NULL || guarded[b] == bare[b] || (b == BH_ENCLAVE_ENCLAVE && !composed))
                continue;
            enum bh_protection_when when = stack->own[t]->protect.when;
            bh_reading_mark(reading, (when == BH_PROTECT_COMPOSED && composed) || when == BH_PROTECT_ERRORS,
                            &guarded[b]->switch_time_s);
        }
    }
}

/* They cost whether anything fails or not. */
static void read_mechanism_costs(struct bh_reading *reading, const struct bh_reached *reached)
{
    for (size_t z = 0; z < reached->model->tree->zones_count && reading->scenario->virtualization_costs; z++)
        for (size_t r = 0; r < reached->model->ladder[z].count; r++) {
            const struct bh_mechanism *mechanism = reached->model->ladder[z].rung[r].mechanism;
            for (int part = 0; mechanism != NULL && part < BH_MECHANISM_PARTS; part++)
                bh_reading_mark(reading, mechanism->part[part].is_there, &mechanism->part[part].cost);
        }
}

static void read_class(struct bh_reading *reading, size_t policy, size_t class)
{
    const struct bh_scenario *scenario = reading->scenario;
    struct bh_node_stack stack = bh_scenario_stack(scenario, policy, class, false);
    struct bh_node_model *model = bh_scenario_model(scenario, &stack, class, NULL);
    BH_BUG_ASSERT(model != NULL); /* resolving the scenario built it before */
    struct bh_tenant *tenants = bh_scenario_tenants(scenario, class);
    size_t *specs, links_count;
    struct bh_tenant_link *links = bh_compositions_links(scenario, class, &specs, &links_count);
    bh_node_model_compose(model, links, links_count);
    struct bh_fault_streams *streams = bh_fault_streams_create(
        scenario->catalog, model, tenants, bh_scenario_fault_choice(scenario), stack.host_kernel, stack.guest_kernel);
    struct bh_reached reached = {.model = model,
                                 .class = class,
                                 .has_guests = model->tree->has_guests,
                                 .zone = bh_allocate(model->tree->zones_count, sizeof *reached.zone)};
    read_zones(reading, &reached, streams);
    bh_reading_costs(reading, &reached, &stack);
    read_guards(reading, &reached, &stack);
    read_mechanism_costs(reading, &reached);
    bh_reading_mark(reading, reached.has_guests && (reading->loses_guests || reading->loses_nodes),
                    &stack.system->guest_boot_s);
    free(reached.zone);
    bh_fault_streams_destroy(streams);
    free(links);
    free(specs);
    free(tenants);
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
}

struct bh_number_uses *bh_number_uses_find(const struct bh_scenario *scenario, bool by_contain)
{
    struct bh_number_uses *uses = bh_allocate(1, sizeof *uses);
    struct bh_reading reading = {.scenario = scenario, .uses = uses, .by_contain = by_contain};
    read_faults(&reading);
    for (size_t p = 0; p < scenario->policies_count; p++)
        for (size_t class = 0; class < scenario->partitions.classes_count; class ++)
            read_class(&reading, p, class);
    bh_reading_machine(&reading);
    bh_reading_applications(&reading);
    if (uses->count > 0)
        qsort(uses->read, uses->count, sizeof *uses->read, compare);
    return uses;
}
