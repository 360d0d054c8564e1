/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are read where work is done: costs, checkpoints, verification, recovery. */
#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/machine.h"
#include "models/catalog/system.h"
#include "sim/scenario/node_stack.h"
#include "sim/setup/levels/levels.h"
#include "sim/setup/parts.h"

void bh_reading_mark(struct bh_reading *reading, bool is_read, const struct bh_parameter *parameter)
{
    struct bh_number_uses *uses = reading->uses;
    if (!is_read)
        return;
    if (uses->count == reading->room) {
        reading->room = 2 * reading->room + 64;
        uses->read = bh_reallocate(uses->read, reading->room, sizeof *uses->read);
    }
    uses->read[uses->count++] = parameter;
}

const struct bh_application *bh_reading_tenant(const struct bh_reading *reading, size_t class, int tenant)
{
    const struct bh_scenario *scenario = reading->scenario;
    return scenario->enclaves[scenario->partitions.class[class].enclave[tenant]].application;
}

static bool sends_messages(const struct bh_application *application)
{
    return application->halo_messages.value > 0.0 ||
           (application->kind->is_coupled && application->collectives.value > 0.0);
}

static void mark_noise(struct bh_reading *reading, const struct bh_component *kernel)
{
    if (kernel == NULL)
        return;
    bh_reading_mark(reading, true, &kernel->noise_share);
    bh_reading_mark(reading, kernel->noise_share.value > 0.0, &kernel->noise_measured_nodes);
}

void bh_reading_costs(struct bh_reading *reading, const struct bh_reached *reached, const struct bh_node_stack *stack)
{
    const struct bh_system *system = stack->system;
    if (!reading->scenario->virtualization_costs)
        return;
    bh_reading_mark(reading, true, &system->compute_slowdown);
    mark_noise(reading, stack->host_kernel);
    mark_noise(reading, system->guest_kernel != NULL ? stack->guest_kernel : NULL);
    for (int t = 0; t < (int)reading->scenario->partitions.class[reached->class].tenants_count; t++) {
        const struct bh_application *application = bh_reading_tenant(reading, reached->class, t);
        bool exits = system->guest_kernel != NULL;
        bh_reading_mark(reading, exits && application->exits_per_s.value > 0.0, &system->exit_time_s);
        bh_reading_mark(reading, exits, &application->exits_per_s);
        bh_reading_mark(reading, sends_messages(application), &system->latency_s);
        bh_reading_mark(reading, application->halo_bytes.value > 0.0, &system->bandwidth_loss);
    }
}

/* An interval by rule is infinite where nothing fails. */
static bool is_written(const struct bh_reading *reading, enum bh_level level)
{
    const struct bh_checkpoint_spec *spec = &reading->scenario->checkpoint[level];
    return spec->enabled && (spec->rule == BH_INTERVAL_FIXED || reading->fails);
}

/* A time that the scenario gives needs no bytes. Nothing is read back where nothing fails. */
static bool is_by_bytes(const struct bh_reading *reading, enum bh_level level)
{
    const struct bh_checkpoint_spec *spec = &reading->scenario->checkpoint[level];
    return is_written(reading, level) && (spec->write_s < 0.0 || (reading->fails && spec->read_s < 0.0));
}

/* Parts of a service reload from their node's disk. */
static bool reloads(const struct bh_reading *reading)
{
    return reading->fails && reading->scenario->checkpoint[BH_LEVEL_LOCAL].read_s < 0.0;
}

bool bh_reading_moves_bytes(const struct bh_reading *reading, const struct bh_application *application)
{
    if (!application->kind->keeps_checkpoints)
        return reloads(reading);
    for (int level = 0; level < BH_LEVELS; level++)
        if (is_by_bytes(reading, (enum bh_level)level))
            return true;
    return false;
}

static void read_levels(struct bh_reading *reading, const struct bh_application *application)
{
    const struct bh_recovery_numbers *recovery = &reading->scenario->catalog->recovery;
    bh_reading_mark(reading, bh_reading_moves_bytes(reading, application), &application->checkpoint_bytes);
    if (!application->kind->keeps_checkpoints) {
        bh_reading_mark(reading, reloads(reading), &recovery->local_bandwidth);
        return;
    }
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        const struct bh_level_rule *rule = bh_level_rule(level);
        bool fails_over = reading->fails && bh_level_goes_through(level, BH_THROUGH_PARTNER);
        if (rule->bandwidth != NULL)
            bh_reading_mark(reading, is_by_bytes(reading, level), rule->bandwidth(recovery));
        bh_reading_mark(reading, fails_over && is_written(reading, level), &recovery->partner_distance);
    }
}

static bool has_rhythm(const struct bh_reading *reading)
{
    for (int level = 0; level < BH_LEVELS; level++)
        if (is_written(reading, (enum bh_level)level) && reading->scenario->checkpoint[level].rule != BH_INTERVAL_FIXED)
            return true;
    return false;
}

static void read_enclave(struct bh_reading *reading, const struct bh_enclave_spec *enclave)
{
    const struct bh_application *application = enclave->application;
    const struct bh_verification_spec *verification = &enclave->verification;
    bool costs = reading->scenario->virtualization_costs, verifies = verification->rule != BH_VERIFY_NEVER;
    bool waits = costs && application->kind->is_coupled, taints = verifies && reading->is_silent;
    bh_reading_mark(reading, costs || taints || (application->kind->keeps_checkpoints && has_rhythm(reading)),
                    &application->step_s);
    bh_reading_mark(reading, costs, &application->halo_bytes);
    bh_reading_mark(reading, costs, &application->halo_messages);
    bh_reading_mark(reading, waits || taints, &application->collectives);
    bh_reading_mark(reading, application->communicates_at_random && taints, &application->contacts);
    bh_reading_mark(reading, taints && application->kind->is_coupled, &reading->scenario->catalog->errors.carries);
    bh_reading_mark(reading, reading->is_silent, &reading->scenario->catalog->errors.matters);
    bh_reading_mark(reading, verifies && verification->has_usual_cost, &application->verification_cost_s);
    bh_reading_mark(reading, taints && verification->has_usual_recall, &application->verification_recall);
    bh_reading_mark(reading, taints && verification->has_usual_latency, &application->verification_latency_s);
    read_levels(reading, application);
}

static bool may_be_degraded(const struct bh_scenario *scenario, const struct bh_system *system, size_t zone)
{
    bool may = false;
    for (size_t c = 0; c < system->channels_count; c++)
        may = may || (system->channels[c].to == (int)zone && system->channels[c].type->degrades.path[0] != '\0');
    for (size_t i = 0; i < scenario->script_count; i++) {
        const struct bh_script_fault *fault = &scenario->script[i];
        may = may ||
              (fault->class == NULL && fault->ending == BH_ENDING_DEGRADED &&
               bh_zone_choose(system, &fault->zone, scenario->enclaves[fault->enclave].is_native, NULL) == (long)zone);
    }
    return may;
}

/* What restarts zones that are degraded: its cost is there whether any is. */
static void mark_restarts(struct bh_reading *reading, const struct bh_system *system, bool degrades)
{
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_mechanism_part *part = bh_system_restart_alone(system, z);
        bool is_listed = part != NULL && system->mechanisms_rule == BH_MECHANISMS_LISTED;
        if (!is_listed)
            continue;
        bh_reading_mark(reading, degrades && may_be_degraded(reading->scenario, system, z), &part->probability);
        bh_reading_mark(reading, degrades && may_be_degraded(reading->scenario, system, z), &part->time_s);
        bh_reading_mark(reading, reading->scenario->virtualization_costs, &part->cost);
    }
}

/* Where a channel, or the script, leaves zones degraded. */
static void mark_degraded(struct bh_reading *reading)
{
    const struct bh_scenario *scenario = reading->scenario;
    const struct bh_recovery_numbers *recovery = &scenario->catalog->recovery;
    bool degrades = false, by_script = false;
    for (size_t p = 0; p < scenario->policies_count; p++)
        degrades = degrades || bh_system_degrades(scenario->policies[p].system);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        degrades =
            degrades || (scenario->enclaves[e].system != NULL && bh_system_degrades(scenario->enclaves[e].system));
    for (size_t i = 0; i < scenario->script_count; i++)
        by_script =
            by_script || (scenario->script[i].class == NULL && scenario->script[i].ending == BH_ENDING_DEGRADED);
    degrades = degrades || by_script;
    for (size_t p = 0; p < scenario->policies_count; p++)
        mark_restarts(reading, scenario->policies[p].system, degrades);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        if (scenario->enclaves[e].system != NULL)
            mark_restarts(reading, scenario->enclaves[e].system, degrades);
    bh_reading_mark(reading, by_script, &recovery->degraded_slowdown);
    bool sends = degrades && scenario->virtualization_costs;
    for (size_t s = 0; s < scenario->compositions.specs_count; s++)
        sends = sends || (degrades && scenario->compositions.specs[s].volume_bytes > 0.0);
    bh_reading_mark(reading, sends, &recovery->degraded_loss);
    bh_reading_mark(reading, sends, &recovery->degraded_resend_s);
    bh_reading_mark(reading, sends, &recovery->degraded_delay_s);
    bh_reading_mark(reading, degrades, &recovery->degraded_notice_median_s);
    bh_reading_mark(reading, degrades, &recovery->degraded_notice_sigma);
    bh_reading_mark(reading, degrades, &recovery->node_reboot_s);
}

void bh_reading_applications(struct bh_reading *reading)
{
    const struct bh_scenario *scenario = reading->scenario;
    const struct bh_recovery_numbers *recovery = &scenario->catalog->recovery;
    for (size_t s = 0; s < scenario->compositions.specs_count; s++)
        bh_reading_mark(reading,
                        reading->is_silent && (scenario->compositions.specs[s].volume_bytes > 0.0 ||
                                               scenario->compositions.specs[s].over == BH_OVER_SHARED_MEMORY),
                        &scenario->catalog->errors.carries);
    mark_degraded(reading);
    bh_reading_mark(reading, reading->fails, &recovery->detection_s);
    bh_reading_mark(reading, reading->fails, &recovery->process_restart_s);
    for (size_t i = 0; i < scenario->entries_count; i++)
        read_enclave(reading, &scenario->enclaves[scenario->entries[i].first_enclave]);
}

/* Whether some enclave's states go that way, in a time by their bytes. */
static bool states_go(const struct bh_reading *reading, enum bh_level_way way)
{
    const struct bh_scenario *scenario = reading->scenario;
    bool go = false;
    for (size_t i = 0; i < scenario->entries_count; i++)
        for (enum bh_level level = 0; level < BH_LEVELS; level++)
            go = go || (scenario->enclaves[scenario->entries[i].first_enclave].application->kind->keeps_checkpoints &&
                        bh_level_goes_through(level, way) && is_by_bytes(reading, level));
    return go;
}

static bool messages_cost(const struct bh_scenario *scenario)
{
    bool cost = false;
    for (size_t i = 0; i < scenario->entries_count && scenario->virtualization_costs; i++) {
        const struct bh_application *application = scenario->enclaves[scenario->entries[i].first_enclave].application;
        cost = cost || sends_messages(application) || application->halo_bytes.value > 0.0;
    }
    return cost;
}

static bool storage_fails(const struct bh_scenario *scenario)
{
    bool fails = false;
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        fails = fails || (scenario->fault_enabled[f] && scenario->catalog->faults[f].landing == BH_LANDING_STORAGE);
    return fails;
}

/* Times do not depend on how fast nodes compute: node_speed is read by nobody. */
void bh_reading_machine(struct bh_reading *reading)
{
    const struct bh_scenario *scenario = reading->scenario;
    const struct bh_machine *machine = scenario->catalog->machine;
    if (machine == NULL)
        return;
    bool stores = states_go(reading, BH_THROUGH_STORAGE), sends = messages_cost(scenario);
    bool moves = stores || states_go(reading, BH_THROUGH_PARTNER) || scenario->compositions.specs_count > 0;
    bh_reading_mark(reading, moves || sends, &machine->nodes_per_cabinet);
    bh_reading_mark(reading, moves || sends, &machine->cabinets_per_group);
    bh_reading_mark(reading, moves || sends, &machine->node_bandwidth);
    bh_reading_mark(reading, moves, &machine->global_bandwidth);
    bh_reading_mark(reading, sends, &machine->latency_s);
    bh_reading_mark(reading, stores || storage_fails(scenario), &machine->storage_hosts);
    bh_reading_mark(reading, stores, &machine->disks_per_host);
    bh_reading_mark(reading, stores, &machine->at_nodes);
    bh_reading_mark(reading, stores, &machine->bandwidth);
    bh_reading_mark(reading, stores, &machine->exponent);
    bh_reading_mark(reading, stores && reading->fails, &machine->read_per_write);
}
