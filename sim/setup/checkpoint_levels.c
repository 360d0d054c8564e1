/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint levels resolved: times by bandwidth, and intervals for the failures that nearer levels do not survive. */
#include "sim/setup/checkpoint_levels.h"

#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/containment/isolation.h"
#include "models/cost/interval.h"
#include "models/words/scope.h"
#include "sim/platform/partition.h"
#include "sim/platform/platform.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/levels/levels.h"
#include "sim/setup/node_setup.h"
#include "sim/setup/questions.h"
#include "sim/setup/setup.h"

#include <math.h>

/* --- Times --------------------------------------------------------------------------------------------------------- */

/* Share of storage that an enclave can count on: that of its nodes among those of all partitions that write to it. */
static double storage_share(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const struct bh_scenario *scenario = setup->scenario;
    const struct bh_partitions *partitions = &scenario->partitions;
    uint64_t nodes = 0;
    for (size_t c = 0; c < partitions->classes_count; c++) {
        bool writes = false;
        for (size_t t = 0; t < partitions->class[c].tenants_count; t++)
            writes = writes || setup->nodes[c].tenants[t].application->kind->keeps_checkpoints;
        nodes += writes ? partitions->class[c].nodes : 0;
    }
    return nodes > 0 ? (double)enclave->nodes / (double)nodes : 1.0;
}

static void fill_times(const struct bh_setup *setup, struct bh_enclave_setup *enclave,
                       const struct bh_level_setting *setting)
{
    const struct bh_application *application = enclave->spec->application;
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        const struct bh_checkpoint_spec *spec = &setup->scenario->checkpoint[level];
        const struct bh_level_rule *rule = bh_level_rule(level);
        bool is_traffic = bh_level_goes_through(level, BH_THROUGH_STORAGE);
        enclave->keep[level] = spec->keep;
        enclave->has_level[level] = spec->enabled && application->kind->keeps_checkpoints;
        enclave->is_fixed[level] = spec->write_s >= 0.0 || spec->read_s >= 0.0 || !is_traffic;
        enclave->write_s[level] = spec->write_s >= 0.0 ? spec->write_s : rule->write_s(setting);
        enclave->read_s[level] = spec->read_s >= 0.0 ? spec->read_s : rule->read_s(setting);
    }
}

/* --- Failures ------------------------------------------------------------------------------------------------------ */

/* Whether what strikes a node of another partition takes the enclave, too. */
static bool comes_from_elsewhere(enum bh_reach reach)
{
    switch (reach) {
    case BH_REACH_MACHINE:
        return true;
    case BH_REACH_NODE:
    case BH_REACH_ENCLAVE:
    case BH_REACH_COMPOSED: /* what composed enclaves that stand apart take along is left out */
        break;
    }
    return false;
}

/* Rate at which errors on nodes of other partitions take the enclave. */
static double loss_elsewhere(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const struct bh_partitions *partitions = &setup->scenario->partitions;
    double rate = 0.0;
    for (size_t c = 0; c < partitions->classes_count; c++) {
        bool is_own = enclave->node == &setup->nodes[c];
        double nodes = (double)(partitions->class[c].nodes - (is_own ? enclave->nodes : 0));
        for (int s = 0; s < BH_SCOPES; s++)
            if (comes_from_elsewhere(bh_scope_rules[s].reach))
                rate += nodes * setup->nodes[c].isolation->loss_rate[s]; /* of any tenant */
    }
    return rate;
}

/* Rate at which failures of storage hosts take the enclave along, though no level of its checkpoints. */
static double storage_loss(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    double rate = 0.0;
    for (size_t s = 0; s < setup->sources_count && bh_setup_needs_storage(enclave); s++) {
        const struct bh_fault_class *class = setup->sources[s].stream->hardware;
        if (class != NULL && class->landing == BH_LANDING_STORAGE)
            rate += class->rate.value * (double)setup->sources[s].nodes * class->fails_jobs.value;
    }
    return rate;
}

/* Rate of the failures that take a kernel below the enclave's processes. */
static double memory_loss(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const double *loss_rate = &enclave->node->isolation->loss_rate[enclave->spec->tenant * BH_SCOPES];
    double memory = 0.0;
    bool has_guests = bh_zone_tree_has_guests(bh_node_setup_tree(enclave->node), (int)enclave->spec->tenant);
    enum bh_scope least = has_guests ? BH_SCOPE_GUEST : BH_SCOPE_NODE;
    for (enum bh_scope scope = BH_SCOPE_NONE; scope != BH_SCOPES; scope++)
        memory += bh_scope_within(least, scope) ? loss_rate[scope] : 0.0;
    return (double)enclave->nodes * memory + loss_elsewhere(setup, enclave);
}

/* Rate at which another node takes the place of one of the enclave's: of those that need repair; of all that go down, where
 * spares stand in for these, as if there were always one. */
static double node_loss(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const struct bh_isolation *isolation = enclave->node->isolation;
    size_t tenant = enclave->spec->tenant;
    return bh_spares_serve_reboots(setup->scenario) ? isolation->loss_rate[tenant * BH_SCOPES + BH_SCOPE_NODE]
                                                    : isolation->repair_rate[tenant];
}

/* A level recovers from what the next nearer one does not survive, the nearest from all that interrupts the enclave. */
static double mtti_s(const struct bh_setup *setup, const struct bh_enclave_setup *enclave,
                     const struct bh_level_setting *setting, enum bh_level level, const double *interval_s)
{
    const struct bh_isolation *isolation = enclave->node->isolation;
    double nodes = (double)enclave->nodes, all = 0.0;
    for (int nearer = (int)level - 1; nearer >= 0; nearer--)
        if (enclave->has_level[nearer]) {
            const struct bh_level_rule *rule = bh_level_rule((enum bh_level)nearer);
            double turn_s = interval_s[nearer] * enclave->wall_per_work + enclave->write_s[nearer];
            return 1.0 / (rule->loss_rate != NULL ? rule->loss_rate(setting, turn_s) : 0.0);
        }
    for (int scope = BH_SCOPE_PROCESS; scope < BH_SCOPES; scope++)
        all += isolation->loss_rate[enclave->spec->tenant * BH_SCOPES + (size_t)scope];
    return 1.0 / (nodes * all + loss_elsewhere(setup, enclave) + storage_loss(setup, enclave));
}

/* --- Intervals ----------------------------------------------------------------------------------------------------- */

/* With a verification before each checkpoint, the best interval weighs silent errors too. The level that sets the rhythm
 * is verified: the nearest. */
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
    bool is_verified =
        enclave->verification.rule == BH_VERIFY_BEFORE_CHECKPOINT && level == bh_setup_nearest_level(enclave);
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

/* From near to far, since how often both nodes of a pair are lost depends on the interval of their level. The shortest
 * interval sets the rhythm; farther levels join every n-th checkpoint. A checkpoint never comes more often than once a
 * step. */
static void fill_intervals(const struct bh_setup *setup, struct bh_enclave_setup *enclave,
                           const struct bh_level_setting *setting)
{
    const struct bh_checkpoint_spec *spec = setup->scenario->checkpoint;
    double step_s = enclave->spec->application->step_s.value;
    double interval_s[BH_LEVELS];
    enclave->interval_work_s = INFINITY;
    for (int level = 0; level < BH_LEVELS; level++) {
        interval_s[level] = INFINITY;
        enclave->mtti_s[level] = mtti_s(setup, enclave, setting, (enum bh_level)level, interval_s);
        if (!enclave->has_level[level])
            continue;
        interval_s[level] = chosen_interval_s(setup, &spec[level], enclave, (enum bh_level)level);
        if (spec[level].rule != BH_INTERVAL_FIXED)
            interval_s[level] = fmax(interval_s[level], step_s);
        enclave->interval_work_s = fmin(enclave->interval_work_s, interval_s[level]);
    }
    for (int level = 0; level < BH_LEVELS; level++) {
        bool is_written = enclave->has_level[level] && !isinf(interval_s[level]);
        double every = is_written ? round(interval_s[level] / enclave->interval_work_s) : 0.0;
        /* What is so rare never comes. */
        enclave->every[level] = is_written ? (uint64_t)fmin(fmax(1.0, every), 0x1p53) : 0;
    }
    if (!isinf(enclave->interval_work_s))
        enclave->every[bh_setup_nearest_level(enclave)] = 1;
}

void bh_setup_fill_levels(const struct bh_setup *setup, struct bh_enclave_setup *enclave,
                          const struct bh_platform_facts *facts)
{
    double share = storage_share(setup, enclave);
    double sources = fmin(facts->host_bandwidth * (double)facts->hosts, enclave->link_rate);
    struct bh_level_setting setting = {
        .recovery = &setup->scenario->catalog->recovery,
        .nodes = enclave->nodes,
        .bytes = enclave->checkpoint_bytes,
        /* Each node has its share of its host's link. A platform of one host has no link to be held up by. */
        .node_bandwidth = facts->node_bandwidth > 0.0 ? facts->node_bandwidth : INFINITY,
        .storage_bandwidth = {fmin(facts->storage_write_bandwidth * share, sources),
                              fmin(facts->storage_read_bandwidth * share, sources)},
        .memory_loss_rate = memory_loss(setup, enclave),
        .node_loss_rate = node_loss(setup, enclave),
    };
    fill_times(setup, enclave, &setting);
    fill_intervals(setup, enclave, &setting);
}

static bool has_checkpoints(const struct bh_enclave_setup *enclave)
{
    return !isinf(enclave->interval_work_s);
}

void bh_setup_stagger(struct bh_setup *setup)
{
    size_t count = 0, turn = 0;
    for (size_t e = 0; e < setup->enclaves_count; e++)
        count += has_checkpoints(&setup->enclaves[e]);
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        struct bh_enclave_setup *enclave = &setup->enclaves[e];
        if (!has_checkpoints(enclave))
            continue;
        int farthest = BH_LEVELS - 1;
        while (farthest > 0 && enclave->every[farthest] == 0)
            farthest--;
        double intervals = (double)enclave->every[farthest] * (double)turn++ / (double)count;
        enclave->lead_work_s = intervals * enclave->interval_work_s;
        enclave->passed_checkpoints = (uint64_t)floor(intervals + 1e-9);
    }
}
