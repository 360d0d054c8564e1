/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Resolves a scenario's policy: zone tree, guards, slowdowns, fault streams, checkpoint intervals. */
#include "sim/setup.h"

#include "models/interval.h"

#include <math.h>
#include <stdlib.h>

static struct bh_pace pace_of(const struct bh_setup *setup, const struct bh_enclave_setup *enclave,
                              const struct bh_platform_facts *facts, bool is_protected)
{
    const struct bh_node_setup *node = enclave->node;
    struct bh_network network = {facts->latency_s, facts->node_bandwidth};
    struct bh_pace pace = {.slowdown = {.compute = 1.0}};
    const struct bh_guard_level *guard[BH_BOUNDARIES];
    for (int b = 0; b < BH_BOUNDARIES; b++)
        guard[b] = (is_protected ? node->guarded : node->bare)[enclave->spec->tenant][b];
    /* What stands between enclaves costs those that are composed, whether they are just now or not. */
    if (!bh_compositions_include(&setup->scenario->compositions, (size_t)(enclave - setup->enclaves)))
        guard[BH_ENCLAVE_ENCLAVE] = NULL;
    if (setup->scenario->virtualization_costs)
        pace.slowdown = bh_slowdown_of(enclave->spec->application, node->stack.system, guard, node->stack.host_kernel,
                                       node->stack.guest_kernel, network, enclave->nodes);
    const struct bh_slowdown *slowdown = &pace.slowdown;
    pace.noise_per_step_s = slowdown->noise.count > 0 ? bh_noise_mean_s(&slowdown->noise) : 0.0;
    pace.wall_per_work = slowdown->compute + slowdown->virtualization + slowdown->guards +
                         pace.noise_per_step_s / enclave->spec->application->step_s.value;
    return pace;
}

static void fill_pace(struct bh_setup *setup, struct bh_enclave_setup *enclave, const struct bh_platform_facts *facts)
{
    double share = enclave->node->protected_share[enclave->spec->tenant];
    for (int is_protected = 0; is_protected < 2; is_protected++)
        enclave->pace[is_protected] = pace_of(setup, enclave, facts, is_protected);
    enclave->wall_per_work = enclave->pace[1].wall_per_work;
    if (share < 1.0)
        enclave->wall_per_work =
            share * enclave->pace[1].wall_per_work + (1.0 - share) * enclave->pace[0].wall_per_work;
}

/* Share of storage that an enclave can count on: that of its nodes among those of all partitions that write to it. */
static double storage_share(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const struct bh_scenario *scenario = setup->scenario;
    const struct bh_partitions *partitions = &scenario->partitions;
    uint64_t nodes = 0;
    for (size_t c = 0; c < partitions->classes_count; c++) {
        bool writes = false;
        for (size_t t = 0; t < partitions->class[c].tenants_count; t++)
            writes = writes || !setup->nodes[c].tenants[t].application->tolerates_loss;
        nodes += writes ? partitions->class[c].nodes : 0;
    }
    return nodes > 0 ? (double)enclave->nodes / (double)nodes : 1.0;
}

static void fill_level_times(struct bh_setup *setup, struct bh_enclave_setup *enclave,
                             const struct bh_platform_facts *facts)
{
    const struct bh_scenario *scenario = setup->scenario;
    double local_s = enclave->checkpoint_bytes / scenario->catalog->recovery.local_bandwidth.value;
    double bytes = enclave->checkpoint_bytes * (double)enclave->nodes;
    double sources = facts->host_bandwidth * (double)facts->hosts;
    sources = fmin(sources, enclave->link_rate);
    double share = storage_share(setup, enclave);
    double expected[BH_LEVELS][2] = {
        [BH_LEVEL_LOCAL] = {local_s, local_s},
        [BH_LEVEL_STORAGE] = {bytes / fmin(facts->storage_write_bandwidth * share, sources),
                              bytes / fmin(facts->storage_read_bandwidth * share, sources)},
    };
    for (int level = 0; level < BH_LEVELS; level++) {
        const struct bh_checkpoint_spec *spec = &scenario->checkpoint[level];
        enclave->has_level[level] = spec->enabled && !enclave->spec->application->tolerates_loss;
        enclave->is_fixed[level] = spec->write_s >= 0.0 || spec->read_s >= 0.0 || level == BH_LEVEL_LOCAL;
        enclave->write_s[level] = spec->write_s >= 0.0 ? spec->write_s : expected[level][0];
        enclave->read_s[level] = spec->read_s >= 0.0 ? spec->read_s : expected[level][1];
    }
}

/* Rate at which errors on nodes of other partitions take the whole system down. */
static double system_loss_elsewhere(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const struct bh_partitions *partitions = &setup->scenario->partitions;
    double rate = 0.0;
    for (size_t c = 0; c < partitions->classes_count; c++) {
        bool is_own = enclave->node == &setup->nodes[c];
        double nodes = (double)(partitions->class[c].nodes - (is_own ? enclave->nodes : 0));
        rate += nodes * setup->nodes[c].isolation->loss_rate[BH_SCOPE_SYSTEM]; /* of any tenant */
    }
    return rate;
}

/* Failures that the levels must recover from: the local level from all that interrupt the enclave, the storage level
 * from those that cost a node its storage, or from all when it is alone. */
static void fill_mtti(struct bh_setup *setup, struct bh_enclave_setup *enclave)
{
    const struct bh_isolation *isolation = enclave->node->isolation;
    size_t tenant = enclave->spec->tenant;
    double nodes = (double)enclave->nodes, all = 0.0, elsewhere = system_loss_elsewhere(setup, enclave);
    for (int scope = BH_SCOPE_PROCESS; scope < BH_SCOPES; scope++)
        all += isolation->loss_rate[tenant * BH_SCOPES + (size_t)scope];
    double lost = isolation->repair_rate[tenant];
    enclave->mtti_s[BH_LEVEL_LOCAL] = 1.0 / (nodes * all + elsewhere);
    enclave->mtti_s[BH_LEVEL_STORAGE] =
        1.0 / (enclave->has_level[BH_LEVEL_LOCAL] ? nodes * lost : nodes * all + elsewhere);
}

/* With a verification before each checkpoint, the best interval weighs silent errors too. The level that sets the rhythm
 * is verified: the local one, or the only one. */
static double verified_interval_s(const struct bh_setup *setup, const struct bh_enclave_setup *enclave,
                                  enum bh_level level)
{
    const struct bh_recovery_numbers *recovery = &setup->scenario->catalog->recovery;
    struct bh_verified_segment segment = {
        .verification_s = enclave->verification.cost_s,
        .checkpoint_s = enclave->write_s[level],
        .failure_rate = 1.0 / enclave->mtti_s[level],
        .silent_rate = enclave->node->isolation->silent_rate[enclave->spec->tenant] * (double)enclave->nodes,
        .recovery_s = recovery->detection_s.value + recovery->process_restart_s.value + enclave->read_s[level],
        .rollback_s = enclave->read_s[level],
    };
    return bh_interval_verified_s(&segment, enclave->spec->work_s * enclave->wall_per_work);
}

static double chosen_interval_s(const struct bh_setup *setup, const struct bh_checkpoint_spec *spec,
                                const struct bh_enclave_setup *enclave, enum bh_level level)
{
    bool is_verified = enclave->verification.rule == BH_VERIFY_BEFORE_CHECKPOINT &&
                       (level == BH_LEVEL_LOCAL || !enclave->has_level[BH_LEVEL_LOCAL]);
    double delta = enclave->write_s[level], mtti_s = enclave->mtti_s[level], wall_s = INFINITY;
    switch (spec->rule) {
    case BH_INTERVAL_FIXED:
        wall_s = spec->interval_s;
        break;
    case BH_INTERVAL_YOUNG:
        wall_s = bh_interval_young_s(delta, mtti_s);
        break;
    case BH_INTERVAL_DALY:
        wall_s = bh_interval_daly_s(delta, mtti_s);
        break;
    case BH_INTERVAL_EXACT:
        wall_s = is_verified ? verified_interval_s(setup, enclave, level) : bh_interval_exact_s(delta, mtti_s);
        break;
    }
    return wall_s / enclave->wall_per_work;
}

/* The shortest interval sets the rhythm; storage joins every n-th checkpoint. A checkpoint never comes more often than
 * once a step. */
static void fill_intervals(struct bh_setup *setup, struct bh_enclave_setup *enclave)
{
    const struct bh_checkpoint_spec *spec = setup->scenario->checkpoint;
    double step_s = enclave->spec->application->step_s.value;
    double interval_s[BH_LEVELS] = {INFINITY, INFINITY};
    for (int level = 0; level < BH_LEVELS; level++)
        if (enclave->has_level[level]) {
            interval_s[level] = chosen_interval_s(setup, &spec[level], enclave, (enum bh_level)level);
            if (spec[level].rule != BH_INTERVAL_FIXED)
                interval_s[level] = fmax(interval_s[level], step_s);
        }
    enclave->interval_work_s = fmin(interval_s[BH_LEVEL_LOCAL], interval_s[BH_LEVEL_STORAGE]);
    enclave->storage_every = 0;
    if (!enclave->has_level[BH_LEVEL_STORAGE] || isinf(interval_s[BH_LEVEL_STORAGE]))
        return;
    if (!enclave->has_level[BH_LEVEL_LOCAL])
        enclave->storage_every = 1;
    else
        enclave->storage_every = (uint64_t)fmax(1.0, round(interval_s[BH_LEVEL_STORAGE] / enclave->interval_work_s));
}

static void fill_verification(struct bh_enclave_setup *enclave)
{
    const struct bh_enclave_spec *spec = enclave->spec;
    struct bh_error ignored = {0};
    enclave->verification = spec->verification;
    enclave->verify_every_work_s = INFINITY;
    if (spec->verification.rule == BH_VERIFY_PERIODICALLY)
        enclave->verify_every_work_s = spec->verification.every_s / enclave->wall_per_work;
    /* Beyond what models/taint.h counts nobody has machines. */
    double ranks = (double)enclave->nodes * (double)(spec->guests_per_node * spec->processes_per_guest);
    uint64_t counted = (uint64_t)fmin(ranks, (double)BH_TAINT_RANKS_MOST);
    const struct bh_application *application = spec->application;
    if (application->communicates_at_random)
        bh_taint_random(&enclave->taint, counted, application->contacts.value, application->collectives.value,
                        &ignored);
    else
        bh_taint_halo(&enclave->taint, counted, application->halo_dimensions, application->collectives.value, &ignored);
}

static void fill_restart(struct bh_setup *setup, struct bh_enclave_setup *enclave)
{
    const struct bh_recovery_numbers *recovery = &setup->scenario->catalog->recovery;
    double process_s = recovery->detection_s.value + recovery->process_restart_s.value;
    for (int scope = 0; scope < BH_SCOPES; scope++)
        enclave->restart_s[scope] = NAN;
    enclave->restart_s[BH_SCOPE_PROCESS] = process_s;
    double boot_s = enclave->node->guest_boot_s;
    if (enclave->node->model->tree->has_guests)
        enclave->restart_s[BH_SCOPE_GUEST] = process_s + boot_s;
    enclave->restart_s[BH_SCOPE_NODE] = process_s + recovery->node_reboot_s.value + boot_s;
    enclave->restart_s[BH_SCOPE_SYSTEM] = process_s + recovery->system_restart_s.value + boot_s;
}

static void fill_enclave(struct bh_setup *setup, size_t index, const struct bh_platform_facts *facts)
{
    struct bh_enclave_setup *enclave = &setup->enclaves[index];
    enclave->spec = &setup->scenario->enclaves[index];
    const struct bh_partition *partition = &setup->scenario->partitions.partition[enclave->spec->partition];
    enclave->node = &setup->nodes[partition->class];
    enclave->nodes = partition->nodes;
    enclave->checkpoint_bytes = enclave->spec->application->checkpoint_bytes.value;
    enclave->link_rate = INFINITY;
    if (setup->scenario->partitions.count > 1)
        enclave->link_rate = facts->node_bandwidth * (double)enclave->nodes;
    fill_pace(setup, enclave, facts);
    fill_level_times(setup, enclave, facts);
    fill_mtti(setup, enclave);
    fill_verification(enclave);
    fill_intervals(setup, enclave);
    fill_restart(setup, enclave);
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
    sum->unresolved = fmax(sum->unresolved, one->unresolved);
}

/* On composed nodes channels come and go, and may be too many for the chain: then nothing is called exact. */
static void leave_script(struct bh_spread *script, size_t enclaves)
{
    for (int s = 0; s < BH_SCOPES; s++)
        script->extent[s] = NAN;
    for (size_t i = 0; i < enclaves * BH_SCOPES; i++)
        script->loss[i] = NAN;
}

static int follow_script(struct bh_setup *setup, struct bh_error *err)
{
    const struct bh_scenario *scenario = setup->scenario;
    if (scenario->script_count == 0)
        return 0;
    setup->script = bh_allocate(1, sizeof *setup->script);
    setup->script->loss = bh_allocate(scenario->enclaves_count * BH_SCOPES, sizeof(double));
    struct bh_spread one = {.loss = bh_allocate(scenario->enclaves_count * BH_SCOPES, sizeof(double))};
    int status = 0;
    for (size_t i = 0; i < scenario->script_count && status == 0; i++) {
        const struct bh_script_fault *fault = &scenario->script[i];
        const struct bh_partition *partition = bh_setup_partition(setup, fault->slot);
        const struct bh_node_model *model = setup->nodes[partition->class].model;
        if (setup->nodes[partition->class].links_count > 0 || !setup->nodes[partition->class].is_exact) {
            leave_script(setup->script, scenario->enclaves_count);
            break;
        }
        int tenant = (int)scenario->enclaves[fault->enclave].tenant;
        struct bh_origin origin = {.zone = bh_zone_tree_find(model->tree, fault->zone, tenant),
                                   .kind = fault->kind,
                                   .ending = (enum bh_forced_ending)(fault->ending + 1)};
        status = bh_isolation_spread(model, origin, &one, err);
        if (status == 0)
            add_spread(setup->script, &one, partition, model->tree->tenants_count,
                       1.0 / (double)scenario->script_count);
    }
    free(one.loss);
    return status;
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
    if (fill_nodes(setup, policy, is_baseline, cache, err) != 0 || follow_script(setup, err) != 0) {
        bh_setup_destroy(setup);
        return NULL;
    }
    fill_sources(setup);
    setup->enclaves_count = scenario->enclaves_count;
    setup->enclaves = bh_allocate(setup->enclaves_count, sizeof *setup->enclaves);
    for (size_t e = 0; e < setup->enclaves_count; e++)
        fill_enclave(setup, e, facts);
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
        setup->enclaves[e].storage_every = from->enclaves[e].storage_every;
    }
}

void bh_setup_drop_checkpoints(struct bh_setup *setup)
{
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        setup->enclaves[e].interval_work_s = INFINITY;
        setup->enclaves[e].storage_every = 0;
        setup->enclaves[e].verification.rule = BH_VERIFY_NEVER;
        setup->enclaves[e].verify_every_work_s = INFINITY;
    }
}
