/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors from activation to their end: copies, endings, channels and guards. */
#include "sim/errors.h"

#include "sim/disposal.h"
#include "sim/replica_state.h"

#include <math.h>
#include <simgrid/engine.h>
#include <stdlib.h>
#include <utlist.h>

/* What a copy does next: attempt a channel, or end (-1). */
struct due {
    double time_s;
    int channel;
};

/* `key` names the zone or channel, see struct bh_setup. */
static double exponential(const struct bh_replica *replica, const struct bh_copy *copy, enum bh_purpose purpose,
                          uint64_t key, double mean_s)
{
    return bh_random_exponential(&replica->random, purpose, copy->error->identity, key, copy->generation, mean_s);
}

static double uniform(const struct bh_replica *replica, const struct bh_copy *copy, enum bh_purpose purpose,
                      uint64_t key)
{
    return bh_random_uniform(&replica->random, purpose, copy->error->identity, key, copy->generation);
}

static bool is_used(const struct bh_copy *copy, size_t channel)
{
    return (copy->used[channel / 64] >> (channel % 64)) & 1;
}

/* The ending competes with one attempt per channel; all times are drawn from the copy's birth, so that recomputing
 * them later gives the same answer. */
static struct due next_due(const struct bh_replica *replica, const struct bh_copy *copy)
{
    const struct bh_node_setup *node = copy->error->node;
    const struct bh_node_model *model = node->model;
    const struct bh_zone_tree *tree = model->tree;
    uint64_t zone_key = node->zone_key[copy->zone];
    double lifetime_s = 1.0 / model->ending[copy->zone][copy->kind].rate;
    struct due due = {copy->born_s + exponential(replica, copy, BH_PURPOSE_LIFETIME, zone_key, lifetime_s), -1};
    for (size_t c = tree->first_channel[copy->zone]; c < tree->first_channel[copy->zone + 1]; c++) {
        double rate = is_used(copy, c) ? 0.0 : bh_attempt_rate(model, c, copy->kind);
        if (rate <= 0.0)
            continue;
        double wait_s =
            isinf(rate) ? 0.0 : exponential(replica, copy, BH_PURPOSE_ATTEMPT, node->channel_key[c], 1.0 / rate);
        if (copy->born_s + wait_s < due.time_s)
            due = (struct due){copy->born_s + wait_s, (int)c};
    }
    return due;
}

static void schedule(struct bh_replica *replica, struct bh_copy *copy, double time_s)
{
    bh_event_queue_push(&replica->queue, (struct bh_event){.time_s = time_s, .kind = BH_EVENT_COPY, .subject = copy});
}

static struct bh_copy *add_copy(struct bh_replica *replica, struct bh_live_error *error, size_t zone,
                                enum bh_error_kind kind)
{
    struct bh_copy *copy = bh_allocate(1, sizeof *copy);
    copy->error = error;
    copy->zone = zone;
    copy->kind = kind;
    copy->forced_ending = -1;
    copy->entered_by = -1;
    copy->born_s = simgrid_get_clock();
    copy->generation = error->lives[zone]++;
    error->copies++;
    DL_APPEND(replica->copies, copy);
    return copy;
}

static bool has_copy_in(const struct bh_replica *replica, const struct bh_live_error *error, size_t zone)
{
    const struct bh_copy *copy;
    DL_FOREACH(replica->copies, copy)
    if (copy->error == error && copy->zone == zone)
        return true;
    return false;
}

/* An error has done all it can: enters the tallies. */
static void finish_error(struct bh_replica *replica, struct bh_live_error *error)
{
    const struct bh_zone_tree *tree = error->node->model->tree;
    struct bh_tallies *tallies = &replica->tallies;
    bool inside[BH_BOUNDARIES], beyond[BH_BOUNDARIES];
    if (!error->is_revived) {
        enum bh_scope extent = bh_effect_extent(tree, &error->effect);
        bh_effect_boundaries(tree, error->origin, &error->effect, inside, beyond);
        tallies->system_extent[extent]++;
        tallies->application_extent[error->application_extent]++;
        for (int b = 0; b < BH_BOUNDARIES; b++) {
            tallies->escape_exposed[b] += inside[b] && extent > BH_SCOPE_NONE;
            tallies->escape_seen[b] += beyond[b];
        }
        tallies->silent_errors += error->effect.silent;
        tallies->simultaneous_losses += extent == BH_SCOPE_SYSTEM
                                            ? replica->setup->enclaves_count > 1
                                            : bh_zone_tree_tenants_hit(tree, &error->effect.failed) > 1;
        tallies->depth_sum += error->depth;
    }
    free(error);
}

/* Lets go of an error: the last to do so finishes it. */
static void release_error(struct bh_replica *replica, struct bh_live_error *error)
{
    if (--error->copies == 0)
        finish_error(replica, error);
}

int bh_copy_owner(const struct bh_copy *copy)
{
    int tenant = copy->error->node->model->tree->zones[copy->zone].enclave;
    return tenant >= 0 ? (int)copy->error->partition->enclave[tenant] : -1;
}

static bool is_in_application(const struct bh_copy *copy)
{
    return copy->error->node->model->tree->zones[copy->zone].is_application;
}

void bh_copy_stall(struct bh_replica *replica, const struct bh_copy *copy, bool begins, long cause)
{
    int owner = bh_copy_owner(copy);
    const struct bh_live_error *error = copy->error;
    for (size_t t = 0; t < error->node->model->tree->tenants_count; t++)
        if (owner < 0 || owner == (int)error->partition->enclave[t])
            bh_enclave_stall(&replica->enclaves[error->partition->enclave[t]], error->slot, begins, cause);
}

void bh_copy_end(struct bh_replica *replica, struct bh_copy *copy)
{
    struct bh_live_error *error = copy->error;
    if (copy->is_hung)
        bh_copy_stall(replica, copy, false, -1);
    DL_DELETE(replica->copies, copy);
    copy->is_ended = true;
    copy->error = NULL;
    release_error(replica, error);
}

static void begin_hang(struct bh_replica *replica, struct bh_copy *copy)
{
    double watchdog_s = replica->setup->scenario->catalog->recovery.watchdog_s.value;
    copy->is_hung = true;
    bh_copy_stall(replica, copy, true, bh_disposal_cause(replica, copy));
    schedule(replica, copy, simgrid_get_clock() + watchdog_s);
}

static void end_naturally(struct bh_replica *replica, struct bh_copy *copy)
{
    const struct bh_copy_ending *ending = &copy->error->node->model->ending[copy->zone][copy->kind];
    uint64_t zone_key = copy->error->node->zone_key[copy->zone];
    double u = uniform(replica, copy, BH_PURPOSE_ENDING, zone_key);
    int chosen = u < ending->masked ? 0 : u < ending->masked + ending->signalled ? 1 : 2;
    bool is_forced = copy->forced_ending >= 0;
    if (is_forced)
        chosen = copy->forced_ending;
    copy->forced_ending = -1;
    if (chosen == 1 && !is_forced && uniform(replica, copy, BH_PURPOSE_HANG, zone_key) < ending->hang)
        begin_hang(replica, copy);
    else if (chosen == 1)
        bh_disposal_signal(replica, copy);
    else {
        int owner = bh_copy_owner(copy);
        if (chosen == 2) {
            copy->error->effect.silent = true;
            bh_zone_set_add(&copy->error->effect.affected, copy->zone);
            if (owner >= 0)
                bh_silent_begin(&replica->enclaves[owner], copy);
        }
        bh_copy_end(replica, copy);
    }
}

/* With faults that strike computation only: whether nothing that the zone of a tenant (-1: all) serves computes now. A
 * spare serves all. */
static bool is_spared(const struct bh_replica *replica, uint64_t slot, int tenant)
{
    const struct bh_setup *setup = replica->setup;
    const struct bh_partition *partition = slot < setup->scenario->nodes ? bh_setup_partition(setup, slot) : NULL;
    if (!setup->scenario->faults_spare_rest)
        return false;
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        const struct bh_enclave *enclave = &replica->enclaves[e];
        bool is_served = partition == NULL || (enclave->partition == partition &&
                                               (tenant < 0 || tenant == (int)setup->enclaves[e].spec->tenant));
        if (is_served && bh_enclave_computes(enclave, slot))
            return false;
    }
    return true;
}

/* Whether an error can live in a zone now: it is up and, for application zones, the application runs. */
static bool can_live_in(const struct bh_replica *replica, uint64_t slot, size_t zone)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_zone *what = &replica->setup->nodes[partition->class].model->tree->zones[zone];
    if (!bh_machine_is_up(replica->machine, slot, zone, simgrid_get_clock()))
        return false;
    return !what->is_application || bh_enclave_runs(&replica->enclaves[partition->enclave[what->enclave]], slot);
}

static void attempt(struct bh_replica *replica, struct bh_copy *copy, size_t channel)
{
    struct bh_live_error *error = copy->error;
    const struct bh_crossing *crossing = &error->node->model->crossings[channel];
    copy->used[channel / 64] |= UINT64_C(1) << (channel % 64);
    uint64_t key = error->node->channel_key[channel];
    if (crossing->blocks > 0.0 && uniform(replica, copy, BH_PURPOSE_GUARD, key) < crossing->blocks) {
        if (crossing->detects)
            bh_disposal_signal(replica, copy);
        return;
    }
    if (has_copy_in(replica, error, crossing->to) || !can_live_in(replica, error->slot, crossing->to))
        return;
    struct bh_copy *left = add_copy(replica, error, crossing->to, BH_DATA);
    left->entered_by = (int)channel;
    left->depth = copy->depth + 1;
    error->depth = left->depth > error->depth ? left->depth : error->depth;
    bh_zone_set_add(&error->effect.affected, crossing->to);
    schedule(replica, left, next_due(replica, left).time_s);
}

void bh_errors_step(struct bh_replica *replica, struct bh_copy *copy)
{
    if (copy->is_ended) {
        free(copy);
        return;
    }
    struct bh_live_error *error = copy->error;
    error->copies++; /* held while it is worked on */
    bool was_hung = copy->is_hung;
    struct due due = next_due(replica, copy);
    if (was_hung)
        bh_disposal_signal(replica, copy);
    else if (due.channel >= 0)
        attempt(replica, copy, (size_t)due.channel);
    else
        end_naturally(replica, copy);
    if (copy->is_ended)
        free(copy);
    else if (was_hung || !copy->is_hung) /* a hang that has just begun has its watchdog scheduled */
        schedule(replica, copy, next_due(replica, copy).time_s);
    release_error(replica, error);
}

static struct bh_live_error *make_error(struct bh_replica *replica, int source, uint64_t identity, uint64_t slot,
                                        size_t origin)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_node_setup *node = &replica->setup->nodes[partition->class];
    size_t zones = node->model->tree->zones_count;
    struct bh_live_error *error = bh_allocate(1, sizeof *error + zones * sizeof error->lives[0]);
    error->partition = partition;
    error->node = node;
    error->source = source;
    error->identity = identity;
    error->slot = slot;
    error->origin = origin;
    return error;
}

static struct bh_copy *begin_copy(struct bh_replica *replica, struct bh_live_error *error, size_t zone,
                                  enum bh_error_kind kind, int forced_ending)
{
    struct bh_copy *copy = add_copy(replica, error, zone, kind);
    copy->forced_ending = forced_ending;
    schedule(replica, copy, next_due(replica, copy).time_s);
    return copy;
}

static void strike_zone(struct bh_replica *replica, size_t source, const struct bh_fault *fault, uint64_t slot)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_node_model *model = replica->setup->nodes[partition->class].model;
    struct bh_origin origin = bh_fault_origin(&replica->random, model, fault);
    int owner = model->tree->zones[origin.zone].enclave;
    if (is_spared(replica, slot, owner) || !can_live_in(replica, slot, origin.zone)) {
        replica->tallies.struck_while_down++;
        return;
    }
    struct bh_live_error *error = make_error(replica, (int)source, fault->identity, slot, origin.zone);
    replica->tallies.errors++;
    begin_copy(replica, error, origin.zone, origin.kind, -1);
    if (origin.also_host_kernel && origin.zone != 0)
        begin_copy(replica, error, 0, origin.kind, -1);
}

void bh_errors_strike(struct bh_replica *replica, size_t source, const struct bh_fault *fault)
{
    const struct bh_fault_class *hardware = fault->stream->hardware;
    uint64_t slot = replica->setup->sources[source].first_slot + fault->node;
    enum bh_post post = BH_POST_IN_SLOT;
    replica->tallies.faults++;
    if (hardware != NULL)
        post = bh_machine_find(replica->machine, fault->node, &slot);
    bool takes_node = hardware != NULL && hardware->landing == BH_LANDING_NODE;
    if (takes_node && !is_spared(replica, slot, -1))
        bh_disposal_node(replica, source, fault, post, slot);
    else if (post == BH_POST_IN_SLOT && !takes_node)
        strike_zone(replica, source, fault, slot);
    else
        replica->tallies.struck_while_down++;
}

void bh_errors_strike_by_script(struct bh_replica *replica, size_t line)
{
    const struct bh_script_fault *script = &replica->setup->scenario->script[line];
    const struct bh_enclave_setup *enclave = &replica->setup->enclaves[script->enclave];
    size_t zone = bh_zone_tree_find(enclave->node->model->tree, script->zone, (int)enclave->spec->tenant);
    replica->tallies.faults++;
    int owner = enclave->node->model->tree->zones[zone].enclave;
    if (is_spared(replica, script->slot, owner) || !can_live_in(replica, script->slot, zone)) {
        replica->tallies.struck_while_down++;
        return;
    }
    uint64_t identity = bh_identity_join(bh_identity("script"), line);
    replica->tallies.errors++;
    begin_copy(replica, make_error(replica, -1, identity, script->slot, zone), zone, script->kind, script->ending);
}

void bh_errors_clear(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *zones)
{
    struct bh_copy *copy, *next;
    DL_FOREACH_SAFE(replica->copies, copy, next)
    if (copy->error->slot == slot && bh_zone_set_has(zones, copy->zone))
        bh_copy_end(replica, copy);
}

void bh_errors_clear_everywhere(struct bh_replica *replica, int enclave, bool application_only)
{
    struct bh_copy *copy, *next;
    DL_FOREACH_SAFE(replica->copies, copy, next)
    {
        bool belongs = enclave < 0 || bh_copy_owner(copy) == enclave;
        if (belongs && (is_in_application(copy) || !application_only))
            bh_copy_end(replica, copy);
    }
}

struct bh_saved_copy *bh_errors_save(const struct bh_replica *replica, int enclave, size_t *count)
{
    bool saves_guest = replica->setup->enclaves[enclave].spec->application->saves_guest;
    struct bh_saved_copy *saved = NULL;
    const struct bh_copy *copy;
    *count = 0;
    DL_FOREACH(replica->copies, copy)
    {
        if (bh_copy_owner(copy) != enclave || !(is_in_application(copy) || saves_guest))
            continue;
        saved = bh_reallocate(saved, *count + 1, sizeof *saved);
        saved[(*count)++] = (struct bh_saved_copy){
            copy->error->source, copy->error->identity, copy->error->slot, copy->zone, copy->kind, copy->generation};
    }
    return saved;
}

void bh_errors_revive(struct bh_replica *replica, const struct bh_saved_copy *saved, unsigned restores)
{
    struct bh_live_error *error = make_error(replica, saved->source, saved->identity, saved->slot, saved->zone);
    error->is_revived = true;
    error->lives[saved->zone] = saved->generation + 1000 * restores; /* fresh draws: it is another run */
    struct bh_copy *copy = add_copy(replica, error, saved->zone, saved->kind);
    schedule(replica, copy, next_due(replica, copy).time_s);
    bh_bed_wake(&replica->injector_bed); /* it sleeps until what was next before */
}

void bh_errors_finish(struct bh_replica *replica)
{
    struct bh_copy *copy, *next;
    DL_FOREACH_SAFE(replica->copies, copy, next)
    bh_copy_end(replica, copy);
    for (size_t e = 0; e < replica->setup->enclaves_count; e++)
        for (size_t i = 0; i < replica->enclaves[e].silent.count; i++)
            if (replica->enclaves[e].silent.list[i].error != NULL)
                release_error(replica, replica->enclaves[e].silent.list[i].error);
}
