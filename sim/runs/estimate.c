/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Counts what is likely to happen in a replica, and prices it. */
#include "sim/runs/estimate.h"

#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/system.h"
#include "models/containment/origins.h"
#include "models/cost/interval.h"
#include "models/cost/slowdown.h"
#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "models/node/takedown.h"
#include "models/policy/composition.h"
#include "sim/replica/replica.h"
#include "sim/scenario/composition.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/levels/levels.h"
#include "sim/setup/questions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bh_happening_names[] = {"faults",       "failures",  "checkpoints", "verifications",
                                          "compositions", "exchanges", NULL};

/* Seconds of a core per happening, as measured over the scenarios of experiments/ and tests/bench on a core of some
 * 2.5 GHz. A checkpoint to storage is traffic, a failure an outage with a restore. */
static const double COST_S[BH_HAPPENINGS] = {
    [BH_HAPPENS_FAULT] = 6e-6,        [BH_HAPPENS_FAILURE] = 6e-6,     [BH_HAPPENS_CHECKPOINT] = 3e-6,
    [BH_HAPPENS_VERIFICATION] = 4e-6, [BH_HAPPENS_COMPOSITION] = 5e-6, [BH_HAPPENS_EXCHANGE] = 40e-6,
};
static const double STORAGE_CHECKPOINT_S = 15e-6;
/* A step of a process that is carried out one by one, with its messages. */
static const double STEP_S = 30e-6;
/* A fork of the process that has loaded the platform, and an enclave's actor. */
static const double FORK_S = 2e-3, ENCLAVE_S = 60e-6;
/* A process that has loaded a platform; an enclave with its actor's stack; a node or a domain that was struck. */
static const double PROCESS_BYTES = 20e6, ENCLAVE_BYTES = 40e3, STRUCK_BYTES = 400.0;
/* What a run keeps of each point while it lasts, per line of policies. */
static const double SETUPS_BYTES = 100e3;
/* Of the errors that begin in a zone so many end as failures; what takes a node always does. Half of these strike what
 * all enclaves on the node share. */
static const double FAILING_SHARE = 0.5;

/* What is being added up. */
struct sum {
    const struct bh_scenario *scenario;
    const struct bh_platform_facts *facts;
    struct bh_estimate *estimate;
    struct class_sum *classes; /* per partition class */
    double fault_rate;         /* of all streams on the whole machine, per second */
    double largest;            /* that of one of them */
    char largest_name[160];
};

/* Of the nodes of a class, per second and node. */
struct class_sum {
    double node_losses, failing; /* what takes the node; what begins in a zone and fails */
    double repairs;              /* of what takes the node, what calls for its repair: nothing near survives it */
    double down;                 /* their number times their outages: seconds down per second */
    double *wall_per_work;       /* per tenant */
};

static void note_cause(struct bh_estimate *estimate, double events, const char *cause)
{
    if (events <= estimate->cause_events)
        return;
    estimate->cause_events = events;
    snprintf(estimate->cause, sizeof estimate->cause, "%s", cause);
}

/* --- Faults -------------------------------------------------------------------------------------------------------- */

/* Those that stay strike again and again until their node is out of service. */
static double strikes_each(const struct bh_fault_class *class, double elapsed_s)
{
    const struct bh_recurrence *recurrence = &class->recurrence;
    if (!recurrence->is_given)
        return 1.0;
    double until_out = (recurrence->tolerated.value + 1.0) / FAILING_SHARE;
    return 1.0 + recurrence->probability.value * fmin(until_out, elapsed_s / recurrence->every_s.value);
}

static void add_stream(struct sum *sum, const struct bh_fault_stream *stream, double carriers)
{
    double rate = stream->rate * carriers;
    if (stream->hardware != NULL)
        rate *= strikes_each(stream->hardware, sum->scenario->horizon_s);
    sum->fault_rate += rate;
    if (rate <= sum->largest)
        return;
    sum->largest = rate;
    const struct bh_parameter *number = stream->rate_number;
    if (stream->hardware != NULL)
        snprintf(sum->largest_name, sizeof sum->largest_name, "models.faults.%s", stream->hardware->name);
    else
        snprintf(sum->largest_name, sizeof sum->largest_name, "%s%s", number != NULL ? "models." : "",
                 number != NULL && number->path != NULL ? number->path : stream->name);
}

/* From a failure until its application is up again, beside what of the node has to come back. */
static double relaunch_s(const struct sum *sum)
{
    const struct bh_recovery_numbers *recovery = &sum->scenario->catalog->recovery;
    return recovery->detection_s.value + recovery->process_restart_s.value;
}

/* Until a node is back that a class takes. One that is lost waits for its repair unless a spare takes its place. */
static double node_away_s(const struct sum *sum, const struct bh_fault_class *class)
{
    const struct bh_recovery_numbers *recovery = &sum->scenario->catalog->recovery;
    if (class->mend == BH_MEND_REBOOT)
        return bh_spares_away_s(sum->scenario, 0.0);
    if (sum->scenario->spares > 0 || class->repair.distribution.type == NULL)
        return recovery->spare_activation_s.value;
    return bh_distribution_mean_s(&class->repair.distribution);
}

/* P(an error that is signalled in a zone takes its node). */
static double takes_node(const struct bh_node_model *model, size_t zone)
{
    double p = 0.0, victims = (double)bh_victims_count(model, zone);
    for (size_t rung = 0; rung < model->ladder[zone].count; rung++)
        for (double v = 0.0; v < victims; v++) {
            bool beyond_node;
            struct bh_zone_set down = bh_taken_down(model, zone, rung, (v + 0.5) / victims, &beyond_node);
            p += bh_zone_set_has(&down, 0) ? bh_rung_probability(&model->ladder[zone], rung) / victims : 0.0;
        }
    return p;
}

/* What errors that begin in zones take: the node, or about half of the times a guest. */
static void add_errors(struct sum *sum, struct class_sum *own, const struct bh_node_model *model,
                       const struct bh_fault_streams *streams, double boot_s)
{
    struct bh_origins origins = bh_origins_of(model, streams);
    for (size_t i = 0; i < origins.count; i++) {
        const struct bh_weighted_origin *entry = &origins.entry[i];
        double failing = FAILING_SHARE * entry->rate, node = takes_node(model, entry->origin.zone);
        double away_s = bh_spares_away_s(sum->scenario, entry->software_rate / entry->rate);
        own->failing += failing;
        own->down += failing * (relaunch_s(sum) + node * (boot_s + away_s) + (1.0 - node) * 0.5 * boot_s);
        if (bh_spares_serve_reboots(sum->scenario))
            own->repairs += failing * node;
    }
    bh_origins_free(&origins);
}

static void add_class_streams(struct sum *sum, size_t class, const struct bh_node_stack *stack,
                              const struct bh_node_model *model, const struct bh_fault_streams *streams)
{
    const struct bh_scenario *scenario = sum->scenario;
    struct class_sum *own = &sum->classes[class];
    double boot_s = stack->system->guest_boot_s.value;
    add_errors(sum, own, model, streams, boot_s);
    for (size_t s = 0; s < streams->count; s++) {
        const struct bh_fault_stream *stream = &streams->stream[s];
        bool is_loss = stream->hardware != NULL && stream->hardware->landing == BH_LANDING_NODE;
        if (is_loss && (stream->hardware->mend == BH_MEND_REPAIR || bh_spares_serve_reboots(scenario)))
            own->repairs += stream->event_rate;
        if (is_loss) {
            own->node_losses += stream->event_rate;
            own->down += stream->event_rate * (relaunch_s(sum) + boot_s + node_away_s(sum, stream->hardware));
        }
        /* Hardware strikes every node of the machine, spares too, and is counted once, with the first class. */
        if (stream->hardware == NULL)
            add_stream(sum, stream, (double)scenario->partitions.class[class].nodes);
        else if (class == 0)
            add_stream(sum, stream, (double)(scenario->nodes + scenario->spares));
    }
}

/* Slowdowns may be negative, and not a number where two of them are endless. */
static double bounded(double pace)
{
    return pace < 0.1 ? 0.1 : isfinite(pace) ? pace : INFINITY;
}

/* How much slower each tenant's work is. */
static int fill_paces(struct sum *sum, size_t class, const struct bh_node_stack *stack, const struct bh_tenant *tenants,
                      struct bh_error *err)
{
    const struct bh_scenario *scenario = sum->scenario;
    const struct bh_guard_level *guard[BH_BOUNDARIES];
    size_t count = scenario->partitions.class[class].tenants_count;
    double *pace = bh_allocate(count + 1, sizeof *pace);
    sum->classes[class].wall_per_work = pace;
    for (size_t t = 0; t < count; t++) {
        pace[t] = 1.0;
        if (!scenario->virtualization_costs || sum->facts == NULL)
            continue;
        if (bh_scenario_guards(stack, (int)t, true, guard, NULL, err) != 0)
            return -1;
        struct bh_network network = {sum->facts->latency_s, sum->facts->node_bandwidth, 1.0};
        struct bh_slowdown slowdown = bh_slowdown_of(tenants[t].application, stack->system, guard, stack->host_kernel,
                                                     tenants[t].is_native ? NULL : stack->guest_kernel, network,
                                                     scenario->partitions.class[class].nodes);
        double noise_s = slowdown.noise.count > 0 ? bh_noise_mean_s(&slowdown.noise) : 0.0;
        pace[t] = bounded(slowdown.compute + slowdown.virtualization + slowdown.guards +
                          noise_s / tenants[t].application->step_s.value);
        if (!(pace[t] <= sum->estimate->pace)) {
            sum->estimate->pace = pace[t];
            snprintf(sum->estimate->slowest, sizeof sum->estimate->slowest, "%s", tenants[t].application->name);
        }
    }
    return 0;
}

static int add_class(struct sum *sum, size_t policy, size_t class, struct bh_error *err)
{
    const struct bh_scenario *scenario = sum->scenario;
    struct bh_node_stack stack = bh_scenario_stack(scenario, policy, class, false);
    struct bh_tenant *tenants = bh_scenario_tenants(scenario, class);
    struct bh_node_model *model = NULL;
    int status = fill_paces(sum, class, &stack, tenants, err);
    if (status == 0 && scenario->random_faults) {
        model = bh_scenario_model(scenario, &stack, class, err);
        status = model != NULL ? 0 : -1;
    }
    if (model != NULL) {
        struct bh_fault_streams *streams =
            bh_fault_streams_create(scenario->catalog, model, tenants, bh_scenario_fault_choice(scenario),
                                    stack.host_kernel, stack.guest_kernel);
        add_class_streams(sum, class, &stack, model, streams);
        bh_fault_streams_destroy(streams);
    }
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
    free(tenants);
    return status;
}

static int add_faults(struct sum *sum, size_t policy, struct bh_error *err)
{
    const struct bh_scenario *scenario = sum->scenario;
    const struct bh_catalog *catalog = scenario->catalog;
    for (size_t class = 0; class < scenario->partitions.classes_count; class ++)
        if (add_class(sum, policy, class, err) != 0)
            return -1;
    for (size_t f = 0; f < catalog->faults_count && scenario->random_faults && sum->facts != NULL; f++)
        if (scenario->fault_enabled[f] && catalog->faults[f].landing == BH_LANDING_STORAGE) {
            struct bh_fault_stream stream = bh_fault_stream_of(&catalog->faults[f], scenario->nodes);
            add_stream(sum, &stream, (double)sum->facts->storage_hosts);
        }
    return 0;
}

/* --- Enclaves ------------------------------------------------------------------------------------------------------ */

/* Time to write a level, as the scenario says or by bandwidth. Storage is shared by nodes. Negative: not known. */
static double write_s(const struct sum *sum, const struct bh_enclave_spec *enclave, enum bh_level level)
{
    const struct bh_scenario *scenario = sum->scenario;
    double storage = sum->facts != NULL ? sum->facts->storage_write_bandwidth : NAN;
    struct bh_level_setting setting = {.recovery = &scenario->catalog->recovery,
                                       .nodes = scenario->nodes,
                                       .bytes = enclave->application->checkpoint_bytes.value,
                                       .node_bandwidth = INFINITY,
                                       .storage_bandwidth = {storage, NAN}};
    if (scenario->checkpoint[level].write_s >= 0.0)
        return scenario->checkpoint[level].write_s;
    if (sum->facts == NULL && bh_level_goes_through(level, BH_THROUGH_STORAGE))
        return -1.0;
    return bh_level_rule(level)->write_s(&setting);
}

/* Wall-clock time between checkpoints of a level; rules are taken as Young's, for all failures. */
static double interval_s(const struct sum *sum, const struct bh_enclave_spec *enclave, enum bh_level level,
                         double mtti_s)
{
    const struct bh_checkpoint_spec *spec = &sum->scenario->checkpoint[level];
    double delta_s = write_s(sum, enclave, level);
    if (!spec->enabled || !enclave->application->kind->keeps_checkpoints)
        return INFINITY;
    if (spec->rule == BH_INTERVAL_FIXED)
        return spec->interval_s;
    return delta_s < 0.0 ? INFINITY : fmax(bh_interval_young_s(delta_s, mtti_s), enclave->application->step_s.value);
}

/* Failures of an enclave per second. */
static double failure_rate(const struct sum *sum, const struct bh_enclave_spec *enclave)
{
    const struct bh_partition *partition = &sum->scenario->partitions.partition[enclave->partition];
    const struct class_sum *class = &sum->classes[partition->class];
    double own = 0.5 + 0.5 * enclave->node_share;
    return (double)partition->nodes * (class->node_losses + own * class->failing);
}

/* Mean time from a failure to work again. */
static double restart_s(const struct sum *sum, const struct bh_enclave_spec *enclave)
{
    const struct class_sum *class = &sum->classes[sum->scenario->partitions.partition[enclave->partition].class];
    double all = class->node_losses + class->failing;
    return all > 0.0 ? class->down / all : 0.0;
}

/* The shortest of an enclave's levels that survive a loss; BH_LEVELS and INFINITY without. */
static enum bh_level shortest_level(const struct sum *sum, const struct bh_enclave_spec *enclave,
                                    struct bh_level_loss loss, double mtti_s, double *shortest_s)
{
    enum bh_level shortest = BH_LEVELS;
    *shortest_s = INFINITY;
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        if (!bh_level_survives(level, loss))
            continue;
        double one_s = interval_s(sum, enclave, level, mtti_s);
        if (one_s < *shortest_s) {
            *shortest_s = one_s;
            shortest = level;
        }
    }
    return shortest;
}

/* Expected makespan with failures that come at a rate, by Daly. Without checkpoints all is done again. */
static double makespan_s(double work_s, double interval_s, double cost_s, double restart_s, double rate)
{
    if (rate <= 0.0 || interval_s <= 0.0)
        return work_s * (1.0 + cost_s / interval_s);
    return bh_daly_makespan_s(work_s, fmin(interval_s, work_s), cost_s, restart_s, 1.0 / rate);
}

/* Without interruption, then with what near checkpoints survive, then with what they do not. */
static double enclave_elapsed_s(const struct sum *sum, const struct bh_enclave_spec *enclave, double interval_s,
                                double cost_s)
{
    const struct bh_partition *partition = &sum->scenario->partitions.partition[enclave->partition];
    const struct class_sum *class = &sum->classes[partition->class];
    double work_s = enclave->work_s * class->wall_per_work[enclave->tenant], far_s, down_s = restart_s(sum, enclave);
    double lost = class->repairs * (double)partition->nodes, rate = failure_rate(sum, enclave);
    /* Without the platform a bound from below: how fast storage is is not known. */
    if (!enclave->application->kind->keeps_checkpoints || sum->facts == NULL)
        return work_s;
    struct bh_level_loss node_loss = {.scope = BH_SCOPE_NODE, .node_is_gone = true};
    enum bh_level far = shortest_level(sum, enclave, node_loss, 1.0 / lost, &far_s);
    double far_cost_s = far < BH_LEVELS ? write_s(sum, enclave, far) : 0.0;
    if (far_s <= interval_s)
        return makespan_s(work_s, interval_s, cost_s, down_s, rate);
    double near_s = makespan_s(work_s, interval_s, cost_s, down_s, rate - lost);
    return isfinite(near_s) ? makespan_s(near_s, far_s, far_cost_s, down_s, lost) : near_s;
}

/* Adds an enclave's own happenings but its failures; returns how long it is likely to take, at most until it leaves. */
static double add_enclave(struct sum *sum, const struct bh_enclave_spec *enclave)
{
    const struct bh_scenario *scenario = sum->scenario;
    double mtti_s = 1.0 / failure_rate(sum, enclave), shortest_s, storage_s = INFINITY;
    struct bh_level_loss process_loss = {.scope = BH_SCOPE_PROCESS};
    enum bh_level nearest = shortest_level(sum, enclave, process_loss, mtti_s, &shortest_s);
    double cost_s = nearest < BH_LEVELS ? fmax(0.0, write_s(sum, enclave, nearest)) : 0.0;
    for (enum bh_level level = 0; level < BH_LEVELS; level++)
        if (scenario->checkpoint[level].write_s < 0.0 && bh_level_goes_through(level, BH_THROUGH_STORAGE))
            storage_s = fmin(storage_s, interval_s(sum, enclave, level, mtti_s));
    double most_s = fmax(0.0, fmin(enclave->leave_s, scenario->horizon_s) - enclave->start_s);
    double elapsed_s = enclave_elapsed_s(sum, enclave, shortest_s, cost_s);
    elapsed_s = elapsed_s < most_s ? elapsed_s : most_s; /* NaN and infinity too */
    /* What is lost is done again, checkpoints and all. */
    double checkpoints = elapsed_s / (shortest_s + cost_s), verifications = 0.0;
    char cause[160];
    if (nearest < BH_LEVELS) {
        snprintf(cause, sizeof cause, "checkpoints.%s.interval", bh_level_names[nearest]);
        note_cause(sum->estimate, checkpoints, cause);
    }
    if (enclave->verification.rule == BH_VERIFY_PERIODICALLY) {
        verifications = elapsed_s / (enclave->verification.every_s + enclave->verification.cost_s);
        snprintf(cause, sizeof cause, "verification.every of the enclave %.60s", enclave->name);
        note_cause(sum->estimate, verifications, cause);
    } else if (enclave->verification.rule == BH_VERIFY_BEFORE_CHECKPOINT)
        verifications = checkpoints;
    sum->estimate->count[BH_HAPPENS_CHECKPOINT] += checkpoints;
    sum->estimate->count[BH_HAPPENS_VERIFICATION] += verifications;
    sum->estimate->seconds += fmin(elapsed_s / storage_s, checkpoints) * STORAGE_CHECKPOINT_S;
    if (scenario->resolution == BH_RESOLUTION_PROCESS)
        sum->estimate->seconds +=
            elapsed_s / enclave->application->step_s.value * bh_scenario_processes(scenario, enclave) * STEP_S;
    return enclave->start_s + elapsed_s;
}

/* A part of a service fails alone, and is down meanwhile; an enclave's failures come while it is up. */
static void add_failures(struct sum *sum, const struct bh_enclave_spec *enclave)
{
    double nodes = (double)sum->scenario->partitions.partition[enclave->partition].nodes;
    double parts = enclave->application->kind->loses_parts ? nodes : 1.0;
    double rate = failure_rate(sum, enclave) / parts;
    if (rate > 0.0)
        sum->estimate->count[BH_HAPPENS_FAILURE] +=
            parts * sum->estimate->elapsed_s / (1.0 / rate + restart_s(sum, enclave));
}

/* --- Compositions -------------------------------------------------------------------------------------------------- */

static void add_compositions(struct sum *sum)
{
    const struct bh_compositions *compositions = &sum->scenario->compositions;
    struct bh_estimate *estimate = sum->estimate;
    for (size_t s = 0; s < compositions->specs_count; s++) {
        const struct bh_composition_spec *spec = &compositions->specs[s];
        double pairs = 0.0, count = (double)spec->count, on_s = spec->law.rule == BH_COMPOSED_NEVER ? 0.0 : 1.0;
        for (size_t c = spec->first; c < spec->first + spec->count; c++)
            pairs += 0.5 * (double)compositions->composed[c].members_count *
                     (double)(compositions->composed[c].members_count - 1);
        double switches = count;
        if (spec->law.rule == BH_COMPOSED_IN_WINDOWS)
            switches = 2.0 * count * (double)spec->law.windows_count;
        if (spec->law.rule == BH_COMPOSED_AT_RANDOM) {
            on_s = spec->law.degree;
            switches = 2.0 * count * estimate->elapsed_s * spec->law.degree / spec->law.mean_on_s;
        }
        double exchanges = spec->period_s > 0.0 ? pairs * on_s * estimate->elapsed_s / spec->period_s : 0.0;
        char cause[160];
        snprintf(cause, sizeof cause, "%s of the composition %s", switches > exchanges ? "mean-on" : "period",
                 spec->name);
        note_cause(estimate, fmax(switches, exchanges), cause);
        estimate->count[BH_HAPPENS_COMPOSITION] += switches;
        estimate->count[BH_HAPPENS_EXCHANGE] += exchanges;
    }
}

/* --- All together -------------------------------------------------------------------------------------------------- */

/* `facts` may be NULL while the platform is not known: what goes by its bandwidth is then taken as never happening. */
static int estimate_replica(const struct bh_scenario *scenario, size_t policy, const struct bh_platform_facts *facts,
                            struct bh_estimate *estimate, struct bh_error *err)
{
    *estimate = (struct bh_estimate){0};
    struct sum sum = {.scenario = scenario, .facts = facts, .estimate = estimate};
    sum.classes = bh_allocate(scenario->partitions.classes_count + 1, sizeof *sum.classes);
    int status = add_faults(&sum, policy, err);
    for (size_t e = 0; e < scenario->enclaves_count && status == 0; e++)
        estimate->elapsed_s = fmax(estimate->elapsed_s, add_enclave(&sum, &scenario->enclaves[e]));
    for (size_t e = 0; e < scenario->enclaves_count && status == 0; e++)
        add_failures(&sum, &scenario->enclaves[e]);
    for (size_t class = 0; class < scenario->partitions.classes_count; class ++)
        free(sum.classes[class].wall_per_work);
    free(sum.classes);
    if (status != 0)
        return -1;
    double faults = sum.fault_rate * estimate->elapsed_s;
    note_cause(estimate, sum.largest * estimate->elapsed_s, sum.largest_name);
    estimate->count[BH_HAPPENS_FAULT] = faults + (double)scenario->script_count;
    add_compositions(&sum);
    double enclaves = (double)scenario->enclaves_count;
    estimate->seconds += FORK_S + ENCLAVE_S * enclaves;
    for (int h = 0; h < BH_HAPPENINGS; h++) {
        estimate->events += estimate->count[h];
        estimate->seconds += estimate->count[h] * COST_S[h];
    }
    double nodes = (double)(scenario->nodes + scenario->spares);
    estimate->bytes = PROCESS_BYTES + ENCLAVE_BYTES * enclaves + STRUCK_BYTES * fmin(nodes, faults);
    return 0;
}

int bh_estimate_at(const struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                   struct bh_estimate_point *point, struct bh_error *err)
{
    double policies = (double)scenario->policies_count, replicas = (double)scenario->replicas;
    *point = (struct bh_estimate_point){.simulations = 1.0 + policies * (2.0 + replicas)};
    double enclaves_bytes = (double)scenario->enclaves_count * (double)sizeof(struct bh_enclave_record);
    point->record_bytes =
        point->simulations * ((double)sizeof(struct bh_replica_record) + enclaves_bytes) + policies * SETUPS_BYTES;
    for (size_t p = 0; p < scenario->policies_count; p++) {
        struct bh_estimate one;
        if (estimate_replica(scenario, p, facts, &one, err) != 0)
            return -1;
        if (!(one.pace <= point->pace)) {
            point->pace = one.pace;
            snprintf(point->slowest, sizeof point->slowest, "%s", one.slowest);
        }
        point->events += one.events * replicas;
        point->seconds += one.seconds * replicas;
        if (one.seconds <= point->dearest.seconds)
            continue;
        point->dearest = one;
        point->dearest_policy = p;
    }
    return 0;
}
