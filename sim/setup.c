/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Resolves a scenario's policy: zone tree, guards, slowdowns, fault streams, checkpoint intervals. */
#include "sim/setup.h"

#include "models/interval.h"

#include <math.h>
#include <stdlib.h>

/* A zone is named by its kind (all that hold applications are alike), guest and process; nested ones, of which several
 * answer to that, are told apart by their order from the root. */
static void fill_keys(struct bh_setup *setup)
{
    const struct bh_zone_tree *tree = setup->model->tree;
    setup->zone_key = bh_allocate(tree->zones_count, sizeof *setup->zone_key);
    setup->channel_key = bh_allocate(tree->channels_count + 1, sizeof *setup->channel_key);
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        uint64_t key = bh_identity(zone->is_application ? "application" : bh_zone_kind_names[zone->kind]);
        key = bh_identity_join(key, (uint64_t)(zone->guest + 1));
        key = bh_identity_join(key, (uint64_t)(zone->process + 1));
        for (size_t before = 0; before < z; before++)
            if (setup->zone_key[before] == key) {
                key = bh_identity_join(key, bh_identity("nested"));
                before = (size_t)-1; /* from the first again, with the new key */
            }
        setup->zone_key[z] = key;
    }
    for (size_t c = 0; c < tree->channels_count; c++)
        setup->channel_key[c] = bh_identity_join(
            bh_identity(tree->channels[c].type->name),
            bh_identity_join(setup->zone_key[tree->channels[c].from], setup->zone_key[tree->channels[c].to]));
}

static void fill_tenants(struct bh_setup *setup, const struct bh_scenario *scenario)
{
    setup->tenants = bh_allocate(scenario->enclaves_count, sizeof *setup->tenants);
    for (size_t e = 0; e < scenario->enclaves_count; e++) {
        const struct bh_enclave_spec *spec = &scenario->enclaves[e];
        setup->tenants[e] = (struct bh_tenant){
            .guests_per_node = spec->guests_per_node,
            .processes_per_guest = spec->processes_per_guest,
            .node_share = spec->node_share,
            .application = spec->application,
        };
    }
}

static void fill_slowdown(struct bh_setup *setup, struct bh_enclave_setup *enclave,
                          const struct bh_platform_facts *facts)
{
    const struct bh_policy_spec *policy = setup->policy;
    struct bh_network network = {facts->latency_s, facts->node_bandwidth};
    enclave->slowdown = (struct bh_slowdown){.compute = 1.0};
    if (setup->scenario->virtualization_costs)
        enclave->slowdown = bh_slowdown_of(enclave->spec->application, policy->system, setup->model->guard,
                                           policy->host_kernel, policy->guest_kernel, network, setup->scenario->nodes);
    const struct bh_slowdown *slowdown = &enclave->slowdown;
    enclave->noise_per_step_s = slowdown->noise.count > 0 ? bh_noise_mean_s(&slowdown->noise) : 0.0;
    enclave->wall_per_work = slowdown->compute + slowdown->virtualization + slowdown->guards +
                             enclave->noise_per_step_s / enclave->spec->application->step_s.value;
}

static void fill_level_times(struct bh_setup *setup, struct bh_enclave_setup *enclave,
                             const struct bh_platform_facts *facts)
{
    const struct bh_scenario *scenario = setup->scenario;
    double local_s = enclave->checkpoint_bytes / scenario->catalog->recovery.local_bandwidth.value;
    double bytes = enclave->checkpoint_bytes * (double)scenario->nodes;
    double sources = facts->host_bandwidth * (double)facts->hosts;
    double expected[BH_LEVELS][2] = {
        [BH_LEVEL_LOCAL] = {local_s, local_s},
        [BH_LEVEL_STORAGE] = {bytes / fmin(facts->storage_write_bandwidth, sources),
                              bytes / fmin(facts->storage_read_bandwidth, sources)},
    };
    for (int level = 0; level < BH_LEVELS; level++) {
        const struct bh_checkpoint_spec *spec = &scenario->checkpoint[level];
        enclave->has_level[level] = spec->enabled && !enclave->spec->application->tolerates_loss;
        enclave->is_fixed[level] = spec->write_s >= 0.0 || spec->read_s >= 0.0 || level == BH_LEVEL_LOCAL;
        enclave->write_s[level] = spec->write_s >= 0.0 ? spec->write_s : expected[level][0];
        enclave->read_s[level] = spec->read_s >= 0.0 ? spec->read_s : expected[level][1];
    }
}

/* Failures that the levels must recover from: the local level from all that interrupt the enclave, the storage level
 * from those that cost a node its storage, or from all when it is alone. */
static void fill_mtti(struct bh_setup *setup, struct bh_enclave_setup *enclave, size_t index)
{
    double nodes = (double)setup->scenario->nodes, all = 0.0;
    for (int scope = BH_SCOPE_PROCESS; scope < BH_SCOPES; scope++)
        all += setup->isolation->loss_rate[index * BH_SCOPES + (size_t)scope];
    double lost = setup->isolation->repair_rate[index];
    enclave->mtti_s[BH_LEVEL_LOCAL] = 1.0 / (nodes * all);
    enclave->mtti_s[BH_LEVEL_STORAGE] = 1.0 / (nodes * (enclave->has_level[BH_LEVEL_LOCAL] ? lost : all));
}

/* With a verification before each checkpoint, the best interval weighs silent errors too. The level that sets the rhythm
 * is verified: the local one, or the only one. */
static double verified_interval_s(const struct bh_setup *setup, const struct bh_enclave_setup *enclave,
                                  enum bh_level level)
{
    const struct bh_recovery_numbers *recovery = &setup->scenario->catalog->recovery;
    size_t index = (size_t)(enclave - setup->enclaves);
    struct bh_verified_segment segment = {
        .verification_s = enclave->verification.cost_s,
        .checkpoint_s = enclave->write_s[level],
        .failure_rate = 1.0 / enclave->mtti_s[level],
        .silent_rate = setup->isolation->silent_rate[index] * (double)setup->scenario->nodes,
        .recovery_s = recovery->detection_s.value + recovery->process_restart_s.value + enclave->read_s[level],
        .rollback_s = enclave->read_s[level],
    };
    return bh_interval_verified_s(&segment, setup->scenario->work_s * enclave->wall_per_work);
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

static void fill_verification(struct bh_setup *setup, struct bh_enclave_setup *enclave)
{
    const struct bh_enclave_spec *spec = enclave->spec;
    struct bh_error ignored = {0};
    enclave->verification = spec->verification;
    enclave->verify_every_work_s = INFINITY;
    if (spec->verification.rule == BH_VERIFY_PERIODICALLY)
        enclave->verify_every_work_s = spec->verification.every_s / enclave->wall_per_work;
    /* Beyond what models/taint.h counts nobody has machines. */
    double ranks = (double)setup->scenario->nodes * (double)(spec->guests_per_node * spec->processes_per_guest);
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
    if (setup->model->tree->has_guests)
        enclave->restart_s[BH_SCOPE_GUEST] = process_s + setup->guest_boot_s;
    enclave->restart_s[BH_SCOPE_NODE] = process_s + recovery->node_reboot_s.value + setup->guest_boot_s;
    enclave->restart_s[BH_SCOPE_SYSTEM] = process_s + recovery->system_restart_s.value + setup->guest_boot_s;
}

static void fill_enclave(struct bh_setup *setup, size_t index, const struct bh_platform_facts *facts)
{
    struct bh_enclave_setup *enclave = &setup->enclaves[index];
    enclave->spec = &setup->scenario->enclaves[index];
    enclave->checkpoint_bytes = enclave->spec->application->checkpoint_bytes.value;
    fill_slowdown(setup, enclave, facts);
    fill_level_times(setup, enclave, facts);
    fill_mtti(setup, enclave, index);
    fill_verification(setup, enclave);
    fill_intervals(setup, enclave);
    fill_restart(setup, enclave);
}

static void add_spread(struct bh_spread *sum, const struct bh_spread *one, size_t tenants, double weight)
{
    for (int s = 0; s < BH_SCOPES; s++)
        sum->extent[s] += weight * one->extent[s];
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        sum->beyond[b] += weight * one->beyond[b];
        sum->inside[b] = sum->inside[b] || one->inside[b];
    }
    for (size_t c = 0; c < tenants * BH_SCOPES; c++)
        sum->loss[c] += weight * one->loss[c];
    sum->silent += weight * one->silent;
    sum->unresolved = fmax(sum->unresolved, one->unresolved);
}

static int follow_script(struct bh_setup *setup, struct bh_error *err)
{
    const struct bh_scenario *scenario = setup->scenario;
    size_t tenants = setup->model->tree->tenants_count;
    if (scenario->script_count == 0)
        return 0;
    setup->script = bh_allocate(1, sizeof *setup->script);
    setup->script->loss = bh_allocate(tenants * BH_SCOPES, sizeof(double));
    struct bh_spread one = {.loss = bh_allocate(tenants * BH_SCOPES, sizeof(double))};
    int status = 0;
    for (size_t i = 0; i < scenario->script_count && status == 0; i++) {
        const struct bh_script_fault *fault = &scenario->script[i];
        struct bh_origin origin = {.zone = bh_zone_tree_find(setup->model->tree, fault->zone, (int)fault->enclave),
                                   .kind = fault->kind,
                                   .ending = (enum bh_forced_ending)(fault->ending + 1)};
        status = bh_isolation_spread(setup->model, origin, &one, err);
        if (status == 0)
            add_spread(setup->script, &one, tenants, 1.0 / (double)scenario->script_count);
    }
    free(one.loss);
    return status;
}

struct bh_setup *bh_setup_create(const struct bh_scenario *scenario, size_t policy,
                                 const struct bh_platform_facts *facts, struct bh_isolation_cache *cache,
                                 struct bh_error *err)
{
    struct bh_setup *setup = bh_allocate(1, sizeof *setup);
    const struct bh_policy_spec *spec = &scenario->policies[policy];
    setup->scenario = scenario;
    setup->policy = spec;
    fill_tenants(setup, scenario);
    setup->model = bh_node_model_create(scenario->catalog, spec->system, spec->policy, setup->tenants,
                                        scenario->enclaves_count, err);
    if (setup->model == NULL)
        goto fail;
    fill_keys(setup);
    setup->streams = bh_fault_streams_create(scenario->catalog, setup->model, setup->tenants, scenario->fault_enabled,
                                             scenario->software_faults, spec->host_kernel, spec->guest_kernel);
    setup->isolation = bh_isolation_cache_find(cache, setup->model, setup->streams, err);
    if (setup->isolation == NULL || follow_script(setup, err) != 0)
        goto fail;
    setup->guest_boot_s = setup->model->tree->has_guests ? spec->system->guest_boot_s.value : 0.0;
    setup->enclaves_count = scenario->enclaves_count;
    setup->enclaves = bh_allocate(setup->enclaves_count, sizeof *setup->enclaves);
    for (size_t e = 0; e < setup->enclaves_count; e++)
        fill_enclave(setup, e, facts);
    return setup;
fail:
    bh_setup_destroy(setup);
    return NULL;
}

void bh_setup_destroy(struct bh_setup *setup)
{
    if (setup == NULL)
        return;
    bh_fault_streams_destroy(setup->streams);
    bh_node_model_destroy(setup->model);
    if (setup->script != NULL)
        free(setup->script->loss);
    free(setup->script);
    free(setup->tenants);
    free(setup->enclaves);
    free(setup->zone_key);
    free(setup->channel_key);
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
