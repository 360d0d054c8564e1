/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Resolves a scenario's policy: zone tree, guards, slowdowns, fault streams, checkpoint intervals. */
#include "sim/setup/setup.h"

#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/containment/isolation_cache.h"
#include "models/node/takedown.h"
#include "models/words/scope.h"
#include "sim/scenario/read_faults.h"
#include "sim/setup/checkpoint_levels.h"
#include "sim/setup/pattern.h"
#include "sim/setup/questions.h"

#include <math.h>
#include <stdlib.h>

struct bh_degradation bh_setup_degradation(const struct bh_setup *setup)
{
    const struct bh_recovery_numbers *recovery = &setup->scenario->catalog->recovery;
    return (struct bh_degradation){recovery->degraded_slowdown.value, recovery->degraded_loss.value,
                                   recovery->degraded_resend_s.value, recovery->degraded_delay_s.value};
}

static struct bh_pace pace_of(const struct bh_setup *setup, const struct bh_enclave_setup *enclave,
                              const struct bh_platform_facts *facts, bool is_protected)
{
    const struct bh_node_setup *node = enclave->node;
    struct bh_network network = {facts->latency_s, facts->node_bandwidth, enclave->spec->contention};
    struct bh_pace pace = {.slowdown = {.compute = 1.0}};
    const struct bh_guard_level *guard[BH_BOUNDARIES];
    for (int b = 0; b < BH_BOUNDARIES; b++)
        guard[b] = (is_protected ? node->guarded : node->bare)[enclave->spec->tenant][b];
    /* What stands between enclaves costs those that are composed, whether they are just now or not. */
    if (!bh_compositions_include(&setup->scenario->compositions, (size_t)(enclave - setup->enclaves)))
        guard[BH_ENCLAVE_ENCLAVE] = NULL;
    if (setup->scenario->virtualization_costs)
        pace.slowdown =
            bh_slowdown_of(enclave->spec->application, node->stack.system, guard, node->stack.host_kernel,
                           enclave->spec->is_native ? NULL : node->stack.guest_kernel, network, enclave->nodes);
    double mechanisms = bh_mechanisms_cost(node->model, enclave->spec->tenant);
    if (setup->scenario->virtualization_costs && mechanisms != 0.0)
        bh_slowdown_add_mechanisms(&pace.slowdown, node->stack.system, mechanisms);
    const struct bh_slowdown *slowdown = &pace.slowdown;
    pace.noise_per_step_s = slowdown->noise.count > 0 ? bh_noise_mean_s(&slowdown->noise) : 0.0;
    pace.wall_per_work = slowdown->compute + slowdown->virtualization + slowdown->guards +
                         pace.noise_per_step_s / enclave->spec->application->step_s.value;
    pace.checkpoint_bytes = enclave->spec->application->checkpoint_bytes.value;
    if (enclave->spec->application->saves_guest)
        pace.checkpoint_bytes *= 1.0 + slowdown->guard_memory;
    return pace;
}

/* Communication is not reckoned with where nothing costs anything. */
static struct bh_pace degraded_pace(const struct bh_setup *setup, const struct bh_enclave_setup *enclave,
                                    const struct bh_platform_facts *facts, const struct bh_pace *pace,
                                    enum bh_slow slow)
{
    struct bh_network network = {facts->latency_s, facts->node_bandwidth, enclave->spec->contention};
    struct bh_degradation degradation = bh_setup_degradation(setup);
    struct bh_pace slower = *pace;
    if (slow == BH_SLOW_NOT)
        return slower;
    if (slow == BH_SLOW_MESSAGES)
        degradation.slowdown = 0.0;
    slower.slowdown =
        bh_slowdown_degraded(&pace->slowdown, enclave->spec->application, network, enclave->nodes, &degradation);
    slower.wall_per_work += slower.slowdown.degraded;
    return slower;
}

static void fill_pace(struct bh_setup *setup, struct bh_enclave_setup *enclave, const struct bh_platform_facts *facts)
{
    double share = enclave->node->protected_share[enclave->spec->tenant];
    for (int is_protected = 0; is_protected < 2; is_protected++)
        enclave->pace[is_protected] = pace_of(setup, enclave, facts, is_protected);
    for (int slow = 0; slow < BH_SLOWS; slow++)
        for (int is_protected = 0; is_protected < 2; is_protected++)
            enclave->slow[slow][is_protected] =
                degraded_pace(setup, enclave, facts, &enclave->pace[is_protected], (enum bh_slow)slow);
    const struct bh_pace *bare = &enclave->pace[0], *guarded = &enclave->pace[1];
    enclave->wall_per_work = guarded->wall_per_work;
    enclave->checkpoint_bytes = guarded->checkpoint_bytes;
    if (share >= 1.0)
        return;
    enclave->wall_per_work = share * guarded->wall_per_work + (1.0 - share) * bare->wall_per_work;
    if (guarded->checkpoint_bytes != bare->checkpoint_bytes) /* else the sum might differ in its last digit */
        enclave->checkpoint_bytes = share * guarded->checkpoint_bytes + (1.0 - share) * bare->checkpoint_bytes;
}

static void fill_verification(struct bh_enclave_setup *enclave, const struct bh_catalog *catalog)
{
    const struct bh_enclave_spec *spec = enclave->spec;
    struct bh_error ignored = {0};
    enclave->verification = spec->verification;
    enclave->verify_every_work_s = INFINITY;
    if (spec->verification.rule == BH_VERIFY_PERIODICALLY)
        enclave->verify_every_work_s = spec->verification.every_s / enclave->wall_per_work;
    /* Beyond what models/silent/taint.h counts nobody has machines. */
    double ranks = (double)enclave->nodes * (double)(spec->guests_per_node * spec->processes_per_guest);
    uint64_t counted = (uint64_t)fmin(ranks, (double)BH_TAINT_RANKS_MOST);
    const struct bh_application *application = spec->application;
    if (application->communicates_at_random)
        bh_taint_random(&enclave->taint, counted, application->contacts.value, application->collectives.value,
                        &ignored);
    else
        bh_taint_halo(&enclave->taint, counted, application->halo_dimensions, application->collectives.value, &ignored);
    enclave->taint.stays = 1.0 - catalog->errors.carries.value;
}

static double away_s(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const struct bh_isolation *isolation = enclave->node->isolation;
    size_t tenant = enclave->spec->tenant;
    double crash_rate = isolation->loss_rate[tenant * BH_SCOPES + BH_SCOPE_NODE] - isolation->repair_rate[tenant];
    double by_software = crash_rate > 0.0 ? fmin(1.0, isolation->software_rate[tenant] / crash_rate) : 0.0;
    return bh_spares_away_s(setup->scenario, by_software);
}

static double outage_s(const struct bh_setup *setup, const struct bh_enclave_setup *enclave, enum bh_scope scope)
{
    const struct bh_recovery_numbers *recovery = &setup->scenario->catalog->recovery;
    double process_s = recovery->detection_s.value + recovery->process_restart_s.value;
    bool has_guests = bh_zone_tree_has_guests(bh_node_setup_tree(enclave->node), (int)enclave->spec->tenant);
    double boot_s = has_guests ? enclave->node->guest_boot_s : 0.0;
    switch (bh_scope_rules[scope].comeback) {
    case BH_BACK_RELAUNCH:
        return process_s;
    case BH_BACK_GUEST_BOOT:
        return has_guests ? process_s + boot_s : NAN;
    case BH_BACK_NODE_REBOOT:
        return process_s + boot_s + away_s(setup, enclave);
    case BH_BACK_SYSTEM_RESTART:
        return process_s + recovery->system_restart_s.value + boot_s;
    case BH_BACK_UNKNOWN:
        break;
    }
    return NAN;
}

static void fill_enclave(struct bh_setup *setup, size_t index, const struct bh_platform_facts *facts)
{
    struct bh_enclave_setup *enclave = &setup->enclaves[index];
    enclave->spec = &setup->scenario->enclaves[index];
    const struct bh_partition *partition = &setup->scenario->partitions.partition[enclave->spec->partition];
    enclave->node = &setup->nodes[partition->class];
    enclave->nodes = partition->nodes;
    enclave->link_rate = INFINITY;
    if (setup->scenario->partitions.count > 1)
        enclave->link_rate = facts->node_bandwidth * (double)enclave->nodes;
    fill_pace(setup, enclave, facts);
    fill_verification(enclave, setup->scenario->catalog);
    bh_setup_fill_levels(setup, enclave, facts);
    for (enum bh_scope scope = BH_SCOPE_NONE; scope != BH_SCOPES; scope++)
        enclave->restart_s[scope] = outage_s(setup, enclave, scope);
}

/* Adds what one error of the script does on the nodes of its partition. */
static void add_spread(struct bh_spread *sum, const struct bh_spread *one, const struct bh_partition *partition,
                       size_t tenants, double weight)
{
    for (int s = 0; s < BH_SCOPES; s++)
        sum->extent[s] += weight * one->extent[s];
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        sum->beyond[b] += weight * one->beyond[b];
        sum->inside[b] = sum->inside[b] || one->inside[b];
    }
    for (size_t t = 0; t < tenants; t++)
        for (size_t s = 0; s < BH_SCOPES; s++)
            sum->loss[partition->enclave[t] * BH_SCOPES + s] += weight * one->loss[t * BH_SCOPES + s];
    sum->silent += weight * one->silent;
    for (int s = 0; s < BH_STOPS; s++)
        sum->stops[s] += weight * one->stops[s];
    sum->unresolved = fmax(sum->unresolved, one->unresolved);
}

/* On composed nodes channels come and go, and any node's may be too many for the chain: then nothing is called exact. */
static void leave_script(struct bh_spread *script, size_t enclaves)
{
    for (int s = 0; s < BH_SCOPES; s++)
        script->extent[s] = NAN;
    for (int s = 0; s < BH_STOPS; s++)
        script->stops[s] = NAN;
    for (size_t i = 0; i < enclaves * BH_SCOPES; i++)
        script->loss[i] = NAN;
}

/* The loss of a node takes all that stands on it. */
static void add_node_loss(struct bh_setup *setup, const struct bh_partition *partition, double weight)
{
    size_t tenants = setup->nodes[partition->class].model->tree->tenants_count;
    setup->script->extent[BH_SCOPE_NODE] += weight;
    for (size_t t = 0; t < tenants; t++)
        setup->script->loss[partition->enclave[t] * BH_SCOPES + BH_SCOPE_NODE] += weight;
}

/* A zone that is degraded by the script takes nothing along. */
static void add_degraded(struct bh_setup *setup, const struct bh_partition *partition,
                         const struct bh_script_fault *fault, double weight)
{
    const struct bh_zone_tree *tree = setup->nodes[partition->class].model->tree;
    struct bh_zone_set zones = {{0}};
    bh_zone_set_add(&zones, bh_scenario_script_zone(setup->scenario, fault, tree));
    setup->script->extent[bh_zone_tree_extent(tree, &zones)] += weight;
    setup->script->stops[BH_STOPS_DEGRADED] += weight;
    for (size_t t = 0; t < tree->tenants_count; t++)
        setup->script->loss[partition->enclave[t] * BH_SCOPES + BH_SCOPE_NONE] += weight;
}

static bool is_of_storage(const struct bh_script_fault *fault)
{
    return fault->class != NULL && fault->class->landing == BH_LANDING_STORAGE;
}

static void follow_script(struct bh_setup *setup)
{
    const struct bh_scenario *scenario = setup->scenario;
    if (scenario->script_count == 0)
        return;
    setup->script = bh_allocate(1, sizeof *setup->script);
    setup->script->loss = bh_allocate(scenario->enclaves_count * BH_SCOPES, sizeof(double));
    struct bh_spread one = {.loss = bh_allocate(scenario->enclaves_count * BH_SCOPES, sizeof(double))};
    size_t on_nodes = 0;
    for (size_t i = 0; i < scenario->script_count; i++)
        on_nodes += !is_of_storage(&scenario->script[i]);
    for (size_t i = 0; i < scenario->script_count; i++) {
        const struct bh_script_fault *fault = &scenario->script[i];
        if (is_of_storage(fault))
            continue;
        const struct bh_partition *partition = bh_setup_partition(setup, fault->slot);
        const struct bh_node_model *model = setup->nodes[partition->class].model;
        if (setup->nodes[partition->class].links_count > 0 || !setup->nodes[partition->class].is_exact) {
            leave_script(setup->script, scenario->enclaves_count);
            break;
        }
        double weight = 1.0 / (double)on_nodes;
        if (fault->class != NULL) {
            add_node_loss(setup, partition, weight);
            continue;
        }
        if (fault->ending == BH_ENDING_DEGRADED) {
            add_degraded(setup, partition, fault, weight);
            continue;
        }
        struct bh_origin origin = {.zone = bh_scenario_script_zone(scenario, fault, model->tree),
                                   .kind = fault->kind,
                                   .ending = fault->ending};
        if (bh_isolation_spread(model, origin, &one, NULL) != 0) {
            leave_script(setup->script, scenario->enclaves_count);
            break;
        }
        add_spread(setup->script, &one, partition, model->tree->tenants_count, weight);
    }
    free(one.loss);
}

static void add_source(struct bh_setup *setup, const struct bh_fault_stream *stream,
                       const struct bh_partition_class *class)
{
    const struct bh_scenario *scenario = setup->scenario;
    bool tells = class != NULL && setup->nodes_count > 1;
    setup->sources = bh_reallocate(setup->sources, setup->sources_count + 1, sizeof *setup->sources);
    setup->sources[setup->sources_count++] = (struct bh_fault_source){
        .stream = stream,
        .first_slot = class != NULL ? class->first_slot : 0,
        .nodes = class != NULL ? class->nodes : scenario->nodes + scenario->spares,
        .name = tells ? bh_print_text("%s (%s)", stream->name, class->name) : bh_copy_text(stream->name),
    };
}

static void add_storage_sources(struct bh_setup *setup, uint64_t hosts)
{
    const struct bh_catalog *catalog = setup->scenario->catalog;
    for (size_t f = 0; f < catalog->faults_count; f++)
        if (setup->scenario->fault_enabled[f] && catalog->faults[f].landing == BH_LANDING_STORAGE) {
            add_source(setup, &setup->class_streams[f], NULL);
            setup->sources[setup->sources_count - 1].nodes = hosts;
        }
}

/* Hardware strikes alike wherever it is; software strikes the slots of its class. */
static void fill_sources(struct bh_setup *setup)
{
    const struct bh_fault_streams *first = setup->nodes[0].streams;
    for (size_t s = 0; s < first->count; s++)
        if (first->stream[s].hardware != NULL)
            add_source(setup, &first->stream[s], NULL);
    for (size_t c = 0; c < setup->nodes_count; c++)
        for (size_t s = 0; s < setup->nodes[c].streams->count; s++)
            if (setup->nodes[c].streams->stream[s].hardware == NULL)
                add_source(setup, &setup->nodes[c].streams->stream[s], &setup->scenario->partitions.class[c]);
}

static void fill_class_streams(struct bh_setup *setup)
{
    const struct bh_catalog *catalog = setup->scenario->catalog;
    setup->class_streams = bh_allocate(catalog->faults_count + 1, sizeof *setup->class_streams);
    for (size_t f = 0; f < catalog->faults_count; f++)
        setup->class_streams[f] = bh_fault_stream_of(&catalog->faults[f], setup->scenario->nodes);
}

static int fill_nodes(struct bh_setup *setup, size_t policy, bool is_baseline, struct bh_isolation_cache *cache,
                      struct bh_error *err)
{
    const struct bh_partitions *partitions = &setup->scenario->partitions;
    setup->nodes = bh_allocate(partitions->classes_count, sizeof *setup->nodes);
    uint64_t *nodes = bh_allocate(partitions->classes_count, sizeof *nodes);
    int status = 0;
    for (size_t c = 0; c < partitions->classes_count && status == 0; c++) {
        nodes[setup->nodes_count] = partitions->class[c].nodes;
        status = bh_node_setup_fill(&setup->nodes[setup->nodes_count++], setup->scenario, policy, c, is_baseline, cache,
                                    err);
    }
    if (status == 0)
        setup->isolation = bh_node_setups_isolation(setup->nodes, nodes, setup->nodes_count);
    free(nodes);
    return status;
}

static struct bh_setup *create(const struct bh_scenario *scenario, size_t policy, bool is_baseline,
                               const struct bh_platform_facts *facts, struct bh_isolation_cache *cache,
                               struct bh_error *err)
{
    struct bh_setup *setup = bh_allocate(1, sizeof *setup);
    setup->scenario = scenario;
    setup->policy = &scenario->policies[policy];
    fill_class_streams(setup);
    if (fill_nodes(setup, policy, is_baseline, cache, err) != 0) {
        bh_setup_destroy(setup);
        return NULL;
    }
    bool has_rates = bh_isolation_cache_has_rates(cache);
    if (has_rates)
        follow_script(setup);
    fill_sources(setup);
    add_storage_sources(setup, facts->storage_hosts);
    setup->storage_hosts = facts->storage_hosts;
    setup->enclaves_count = scenario->enclaves_count;
    setup->enclaves = bh_allocate(setup->enclaves_count, sizeof *setup->enclaves);
    for (size_t e = 0; e < setup->enclaves_count; e++)
        fill_enclave(setup, e, facts);
    /* A baseline takes another's over, or has none: bh_setup_copy_intervals, bh_setup_drop_checkpoints. */
    for (size_t e = 0; e < setup->enclaves_count && has_rates && !is_baseline; e++)
        bh_setup_fill_pattern(setup, &setup->enclaves[e]);
    if (scenario->staggered && has_rates)
        bh_setup_stagger(setup);
    return setup;
}

struct bh_setup *bh_setup_create(const struct bh_scenario *scenario, size_t policy,
                                 const struct bh_platform_facts *facts, struct bh_isolation_cache *cache,
                                 struct bh_error *err)
{
    return create(scenario, policy, false, facts, cache, err);
}

struct bh_setup *bh_setup_create_baseline(const struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                                          struct bh_isolation_cache *cache, struct bh_error *err)
{
    return create(scenario, scenario->baseline, true, facts, cache, err);
}

void bh_setup_destroy(struct bh_setup *setup)
{
    if (setup == NULL)
        return;
    for (size_t c = 0; c < setup->nodes_count; c++)
        bh_node_setup_clear(&setup->nodes[c]);
    free(setup->nodes);
    for (size_t s = 0; s < setup->sources_count; s++)
        free(setup->sources[s].name);
    free(setup->sources);
    free(setup->class_streams);
    if (setup->script != NULL)
        free(setup->script->loss);
    free(setup->script);
    free(setup->enclaves);
    free(setup);
}

void bh_setup_copy_intervals(struct bh_setup *setup, const struct bh_setup *from)
{
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        setup->enclaves[e].interval_work_s =
            from->enclaves[e].interval_work_s * from->enclaves[e].wall_per_work / setup->enclaves[e].wall_per_work;
        setup->enclaves[e].verify_every_work_s =
            from->enclaves[e].verify_every_work_s * from->enclaves[e].wall_per_work / setup->enclaves[e].wall_per_work;
        setup->enclaves[e].lead_work_s =
            from->enclaves[e].lead_work_s * from->enclaves[e].wall_per_work / setup->enclaves[e].wall_per_work;
        setup->enclaves[e].passed_checkpoints = from->enclaves[e].passed_checkpoints;
        setup->enclaves[e].verification = from->enclaves[e].verification;
        for (int level = 0; level < BH_LEVELS; level++) {
            setup->enclaves[e].every[level] = from->enclaves[e].every[level];
            setup->enclaves[e].keep[level] = from->enclaves[e].keep[level];
        }
    }
}

void bh_setup_drop_checkpoints(struct bh_setup *setup)
{
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        setup->enclaves[e].interval_work_s = INFINITY;
        for (int level = 0; level < BH_LEVELS; level++)
            setup->enclaves[e].every[level] = 0;
        setup->enclaves[e].verification.rule = BH_VERIFY_NEVER;
        setup->enclaves[e].verify_every_work_s = INFINITY;
    }
}

const struct bh_fault_stream *bh_setup_stream(const struct bh_setup *setup, const struct bh_fault_class *class)
{
    return &setup->class_streams[class - setup->scenario->catalog->faults];
}
