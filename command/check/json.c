/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead check --json` prints: the resolved scenario as one object. */
#include "command/check/parts.h"
#include "models/base/quantity.h"
#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/catalog/worlds.h"
#include "models/faults/replay.h"
#include "sim/platform/partition.h"
#include "sim/platform/platform.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"
#include "sim/setup/explain.h"
#include "sim/setup/number_uses.h"

#include "command/json_text.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"
#include "sim/scenario/read_workload.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *texts(const char *const *names, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(names[i]));
    return list;
}

/* {AXIS: LABEL, ...} */
static json_t *point(const struct bh_study *study, const size_t *index)
{
    json_t *object = json_object();
    for (size_t a = 0; a < study->axes_count; a++)
        json_object_set_new(object, study->axes[a].name, json_string(study->axes[a].values[index[a]].label));
    return object;
}

static json_t *axis(const struct bh_axis *axis)
{
    json_t *labels = json_array(), *paths = json_array();
    for (size_t v = 0; v < axis->count; v++)
        json_array_append_new(labels, json_string(axis->values[v].label));
    for (size_t s = 0; s < axis->values[0].settings_count; s++)
        json_array_append_new(paths, json_string(axis->values[0].paths[s]));
    return json_pack("{s:s, s:s, s:o, s:o}", "name", axis->name, "unit", axis->unit, "values", labels, "sets", paths);
}

static json_t *axes(const struct bh_study *study)
{
    json_t *list = json_array();
    for (size_t a = 0; a < study->axes_count; a++)
        json_array_append_new(list, axis(&study->axes[a]));
    return list;
}

static json_t *platform(const struct bh_check *check)
{
    const struct bh_platform_facts *facts = check->facts;
    const bool *spares_for = check->scenario->spares_for;
    json_t *uses = json_array();
    for (int use = 0; use < BH_SPARE_USES; use++)
        if (spares_for[use])
            json_array_append_new(uses, json_string(bh_spare_use_names[use]));
    return json_pack("{s:o, s:I, s:I, s:o, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "file",
                     bh_json_file_name(check->scenario->platform_file), "nodes", (json_int_t)check->scenario->nodes,
                     "spares", (json_int_t)check->scenario->spares, "spares_for", uses, "available_nodes",
                     (json_int_t)facts->nodes, "hosts", (json_int_t)facts->hosts, "storage_hosts",
                     (json_int_t)facts->storage_hosts, "latency_s", facts->latency_s, "node_bandwidth_B_per_s",
                     facts->node_bandwidth, "storage_write_B_per_s", facts->storage_write_bandwidth,
                     "storage_read_B_per_s", facts->storage_read_bandwidth);
}

/* A number that may not be given: null. */
static json_t *number_or_null(double value, bool is_given)
{
    return is_given ? bh_json_number(value) : json_null();
}

static json_t *verification(const struct bh_verification_spec *spec)
{
    if (spec->rule == BH_VERIFY_NEVER)
        return json_null();
    bool is_periodic = spec->rule == BH_VERIFY_PERIODICALLY;
    return json_pack("{s:s, s:o, s:o, s:f, s:f, s:f, s:o}", "rule", is_periodic ? "periodic" : "checkpoint", "every_s",
                     number_or_null(spec->every_s, is_periodic), "per_checkpoint",
                     is_periodic || spec->per_checkpoint == 0 ? json_null()
                                                              : json_integer((json_int_t)spec->per_checkpoint),
                     "cost_s", spec->cost_s, "recall", spec->recall, "latency_s", spec->latency_s, "returns",
                     spec->knows_age ? json_null() : json_integer((json_int_t)spec->returns));
}

static json_t *enclaves(const struct bh_check *check)
{
    const struct bh_scenario *scenario = check->scenario;
    json_t *list = json_array();
    for (size_t e = 0; e < scenario->enclaves_count; e++) {
        const struct bh_enclave_spec *enclave = &scenario->enclaves[e];
        const struct bh_partition *partition = &scenario->partitions.partition[enclave->partition];
        json_t *object = json_pack(
            "{s:s, s:s, s:I, s:I, s:f, s:o, s:I, s:I, s:I, s:f, s:f, s:o, s:s?, s:s?}", "name", enclave->name,
            "application", enclave->application->name, "guests_per_node", (json_int_t)enclave->guests_per_node,
            "processes_per_guest", (json_int_t)enclave->processes_per_guest, "node_share", enclave->node_share,
            "verification", verification(&enclave->verification), "partition", (json_int_t)enclave->partition,
            "first_node", (json_int_t)partition->first_slot, "nodes", (json_int_t)partition->nodes, "work_s",
            enclave->work_s, "start_s", enclave->start_s, "leave_s",
            isinf(enclave->leave_s) ? json_null() : json_real(enclave->leave_s), "system",
            enclave->system != NULL ? enclave->system->name : NULL, "policy",
            enclave->policy != NULL ? enclave->policy->name : NULL);
        if (enclave->application->kind->loses_parts)
            json_object_set_new(object, "parts_needed", json_integer((json_int_t)enclave->parts_needed));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *checkpoints(const struct bh_scenario *scenario)
{
    json_t *object = json_object();
    for (size_t l = 0; l < BH_LEVELS; l++) {
        const struct bh_checkpoint_spec *checkpoint = &scenario->checkpoint[l];
        if (!checkpoint->enabled)
            continue;
        json_object_set_new(object, bh_level_names[l],
                            json_pack("{s:s, s:o, s:o, s:o, s:I}", "rule", bh_interval_rule_names[checkpoint->rule],
                                      "interval_s",
                                      number_or_null(checkpoint->interval_s, checkpoint->rule == BH_INTERVAL_FIXED),
                                      "write_s", number_or_null(checkpoint->write_s, checkpoint->write_s >= 0),
                                      "read_s", number_or_null(checkpoint->read_s, checkpoint->read_s >= 0), "keep",
                                      (json_int_t)checkpoint->keep));
        if (bh_has_trust(scenario) && !checkpoint->has_keep)
            json_object_set_new(json_object_get(object, bh_level_names[l]), "keep", json_null());
    }
    json_object_set_new(object, "staggered", json_boolean(scenario->staggered));
    json_object_set_new(object, "final", json_boolean(scenario->final_checkpoint));
    return object;
}

static json_t *script(const struct bh_scenario *scenario)
{
    json_t *list = json_array();
    for (size_t s = 0; s < scenario->script_count; s++) {
        const struct bh_script_fault *fault = &scenario->script[s];
        uint64_t first_slot = scenario->partitions.partition[scenario->enclaves[fault->enclave].partition].first_slot;
        if (fault->class != NULL && fault->class->landing == BH_LANDING_STORAGE) {
            json_array_append_new(list, json_pack("{s:f, s:s, s:I}", "at_s", fault->at_s, "fault", fault->class->name,
                                                  "server", (json_int_t)fault->slot));
            continue;
        }
        if (fault->class != NULL) {
            json_array_append_new(list, json_pack("{s:f, s:s, s:I, s:s}", "at_s", fault->at_s, "fault",
                                                  fault->class->name, "node", (json_int_t)(fault->slot - first_slot),
                                                  "enclave", scenario->enclaves[fault->enclave].name));
            continue;
        }
        json_array_append_new(
            list,
            json_pack("{s:f, s:I, s:s, s:s, s:s, s:o}", "at_s", fault->at_s, "node",
                      (json_int_t)(fault->slot - first_slot), "zone", fault->zone.name, "enclave",
                      scenario->enclaves[fault->enclave].name, "kind", bh_error_kind_names[fault->kind], "ending",
                      fault->ending == BH_ENDING_DRAWN ? json_null() : json_string(bh_ending_names[fault->ending])));
    }
    return list;
}

static json_t *policy(const struct bh_scenario *scenario, size_t number)
{
    const struct bh_policy_spec *spec = &scenario->policies[number];
    const struct bh_guard_level *guard[BH_BOUNDARIES] = {NULL};
    bh_scenario_line_guards(scenario, number, true, guard, NULL);
    json_t *dispositions = json_object(), *guards = json_object();
    for (size_t k = 0; k < BH_ZONE_KINDS; k++)
        json_object_set_new(dispositions, bh_zone_kind_names[k],
                            json_string(bh_scope_names[spec->policy->disposition[k]]));
    for (size_t n = 0; n < spec->policy->named_count; n++)
        json_object_set_new(dispositions, spec->policy->named[n].zone,
                            json_string(bh_scope_names[spec->policy->named[n].disposition]));
    for (size_t b = 0; b < BH_BOUNDARIES; b++)
        if (guard[b] != NULL)
            json_object_set_new(guards, bh_boundary_names[b], json_string(guard[b]->name));
    return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:o}", "name", spec->name, "system", spec->system->name,
                     "policy", spec->policy->name, "host_kernel", spec->host_kernel->name, "guest_kernel",
                     spec->guest_kernel != NULL ? spec->guest_kernel->name : NULL, "dispositions", dispositions,
                     "mechanisms", bh_check_json_mechanisms(scenario, number), "guards", guards);
}

static json_t *policies(const struct bh_scenario *scenario)
{
    json_t *list = json_array();
    for (size_t p = 0; p < scenario->policies_count; p++)
        json_array_append_new(list, policy(scenario, p));
    return list;
}

static json_t *needs_of(const struct bh_system *system, const struct bh_zone_template *zone)
{
    json_t *list = json_array();
    for (size_t n = 0; n < zone->needs_count; n++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "zone", system->zones[zone->needs[n].zone].name, "for",
                                              bh_need_names[zone->needs[n].what]));
    return list;
}

static json_t *systems(const struct bh_check *check)
{
    json_t *list = json_array();
    for (size_t c = 0; c < check->rates->columns; c++) {
        struct bh_node_stack stack =
            bh_scenario_stack(check->scenario, check->rates->policy[c], check->rates->class[c], false);
        const struct bh_system *system = stack.system;
        bh_node_stack_free(&stack);
        json_t *zones = json_array(), *channels = json_array();
        for (size_t z = 0; z < system->zones_count; z++) {
            const struct bh_zone_template *zone = &system->zones[z];
            json_t *object =
                json_pack("{s:s, s:s, s:i, s:s, s:s?, s:o}", "name", zone->name, "kind", bh_zone_kind_names[zone->kind],
                          "e_zone", (int)zone->kind + 1, "per", bh_multiplicity_names[zone->per], "parent",
                          zone->parent < 0 ? NULL : system->zones[zone->parent].name, "components",
                          texts(zone->roles, zone->components_count));
            if (zone->needs_count > 0)
                json_object_set_new(object, "needs", needs_of(system, zone));
            json_array_append_new(zones, object);
        }
        for (size_t i = 0; i < system->channels_count; i++) {
            const struct bh_channel_template *channel = &system->channels[i];
            json_t *own = json_object();
            for (int of = 0; of < BH_KINDS_AND_MODELS; of++)
                if (channel->type->probability_of[of].path[0] != '\0')
                    json_object_set_new(own, bh_kind_or_model_names[of],
                                        json_real(channel->type->probability_of[of].value));
            json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:f, s:b}", "type", channel->type->name, "from",
                                       system->zones[channel->from].name, "to", system->zones[channel->to].name,
                                       "boundary", bh_boundary_names[channel->type->boundary], "probability",
                                       channel->type->probability.value, "guarded", !channel->type->bypasses_guards);
            if (json_object_size(own) > 0)
                json_object_set(object, "probability_of", own);
            json_decref(own);
            json_array_append_new(channels, object);
        }
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", check->rates->title[c], "system",
                                        system->name, "title", system->title, "zones", zones, "channels", channels));
    }
    return list;
}

/* Activated faults per second and node: a row per zone and cause, {system: rate}. */
static json_t *fault_rates(const struct bh_rate_table *table)
{
    json_t *rows = json_array();
    for (size_t r = 0; r < table->rows_count; r++) {
        const struct bh_rate_row *row = &table->rows[r];
        json_t *rates = json_object();
        for (size_t c = 0; c < table->columns; c++)
            json_object_set_new(rates, table->title[c], json_real(row->rate[c]));
        json_array_append_new(rows, json_pack("{s:s, s:s, s:b, s:o}", "zone", row->zone, "cause", row->cause,
                                              "hardware", row->is_hardware, "rate", rates));
    }
    json_t *totals = json_object();
    for (size_t c = 0; c < table->columns; c++)
        json_object_set_new(totals, table->title[c], json_real(table->total[c]));
    return json_pack("{s:s, s:o, s:o}", "unit", "1/s per node", "rows", rows, "total", totals);
}

static json_t *parameters(const struct bh_check *check)
{
    const struct bh_scenario *scenario = check->scenario;
    json_t *list = json_array();
    for (size_t i = 0; i < scenario->catalog->parameters_count; i++) {
        const struct bh_parameter *parameter = scenario->catalog->parameters[i];
        if (!bh_number_uses_has(check->uses, parameter))
            continue;
        json_t *object = json_pack("{s:s, s:f, s:s, s:s, s:s}", "path", parameter->path, "value", parameter->value,
                                   "unit", bh_dimension_unit(parameter->dimension), "status",
                                   bh_status_names[parameter->status], "source", parameter->source);
        json_object_set_new(object, "basis", json_string(bh_basis_names[parameter->basis]));
        if (bh_parameter_is_uncertain(parameter))
            json_object_set_new(object, "range", json_pack("[f, f]", parameter->low, parameter->high));
        if (parameter->drawn_with != NULL)
            json_object_set_new(object, "drawn_with", json_string(parameter->drawn_with->path));
        if (parameter->tied_to != NULL)
            json_object_set_new(object, "tied",
                                json_pack("{s:s, s:[f, f]}", "to", parameter->tied_to->path, "ratio",
                                          parameter->ratio_low, parameter->ratio_high));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *recorded_classes(const struct bh_replay *replay)
{
    json_t *list = json_array();
    for (size_t c = 0; c < replay->classes_count; c++) {
        const struct bh_replay_class *own = &replay->classes[c];
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:f, s:f}", "class", own->class->name, "records",
                                              (json_int_t)own->records, "down_times", (json_int_t)own->downs_count,
                                              "rate_per_node_s", own->class->rate.value, "event_rate_per_node_s",
                                              own->class->recorded.event_rate));
    }
    return list;
}

/* The log that is replayed; null without. */
static json_t *recorded(const struct bh_scenario *scenario)
{
    if (scenario->replay == NULL)
        return json_null();
    const struct bh_recorded_faults *log = scenario->log->recorded;
    const struct bh_replay_manner *manner = &scenario->replay->manner;
    return json_pack("{s:o, s:s, s:I, s:I, s:{s:I, s:I, s:I, s:I, s:I}, s:I, s:f, s:f, s:s, s:s, s:b, s:o}", "log",
                     bh_json_file_name(scenario->log->file), "format", log->format, "records_met", (json_int_t)log->met,
                     "records", (json_int_t)log->count, "left_out", "without_time",
                     (json_int_t)log->remarks[BH_LOG_NO_TIME], "other_systems", (json_int_t)log->elsewhere,
                     "without_node", (json_int_t)log->nowhere, "outside", (json_int_t)log->outside, "unclaimed",
                     (json_int_t)scenario->replay->unclaimed, "nodes", (json_int_t)log->nodes, "from_s", log->from_s,
                     "length_s", log->length_s, "mapping", bh_replay_nodes_names[manner->nodes], "start",
                     manner->start == BH_REPLAY_EVERY ? "every" : bh_replay_start_names[manner->start], "wraps",
                     !manner->stops, "classes", recorded_classes(scenario->replay));
}

void bh_check_print_json(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    const struct bh_study *study = check->study;
    json_t *hardware = json_array();
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f])
            json_array_append_new(hardware, json_string(scenario->catalog->faults[f].name));
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:f, s:f, s:o, s:o, s:o, s:b, s:s, s:o, s:b, s:s, s:o, s:o, s:o, s:o, s:I, "
        "s:o, "
        "s:b, s:s, s:b}",
        "scenario", scenario->name, "title", scenario->title, "description", scenario->description, "point",
        point(study, check->index), "axes", axes(study), "platform", platform(check), "work_s", scenario->work_s,
        "horizon_s", scenario->horizon_s, "enclaves", enclaves(check), "checkpoints", checkpoints(scenario),
        "hardware_faults", hardware, "software_faults", scenario->software_faults, "faults_during",
        scenario->faults_spare_rest ? "computation" : "always", "script", script(scenario), "virtualization_costs",
        scenario->virtualization_costs, "baseline", scenario->policies[scenario->baseline].name, "policies",
        policies(scenario), "systems", systems(check), "fault_rates", fault_rates(check->rates), "parameters",
        parameters(check), "replicas", (json_int_t)scenario->replicas, "seed", bh_json_whole(scenario->seed),
        "reproduces_input", scenario->reproduces_input, "machine", scenario->machine_is_steady ? "steady" : "fresh",
        "independent_nodes", bh_scenario_strikes_apart(scenario));
    BH_BUG_ASSERT(object != NULL);
    json_object_set_new(object, "like", bh_check_like_json(check));
    json_object_set_new(object, "remarks", bh_check_remarks_json(check));
    json_object_set_new(object, "estimate", bh_check_estimate_json(check));
    json_object_set_new(object, "memory", bh_check_memory_json(check));
    json_object_set_new(object, "recorded", recorded(scenario));
    json_object_set_new(object, "not_exact", bh_check_exact_json(check));
    json_object_set_new(object, "reach", bh_check_reach_json(check));
    json_object_set_new(object, "trust", bh_check_trust_json(check));
    if (check->wants_events)
        json_object_set_new(object, "events", bh_check_events_json(check));
    if (study->has_uncertainty) {
        json_t *uncertainty = axis(&study->uncertainty);
        json_object_set_new(uncertainty, "at", point(study, study->uncertainty_at));
        if (study->posterior.source != NULL)
            json_object_set_new(uncertainty, "source", json_string(study->posterior.source));
        json_object_set_new(object, "uncertainty", uncertainty);
    }
    json_dumpf(object, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    fputc('\n', stream);
    json_decref(object);
}
