/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Dispositions applied: zones go down, nodes are lost, enclaves hear of it. */
#include "sim/errors/disposal.h"

#include "models/catalog/fault_class.h"
#include "models/catalog/mechanism.h"
#include "models/catalog/recovery.h"
#include "models/node/takedown.h"
#include "models/words/scope.h"
#include "sim/errors/lasting_faults.h"
#include "sim/errors/message_log.h"
#include "sim/errors/zone_outages.h"
#include "sim/setup/questions.h"
#include "sim/state/enclave_state.h"
#include "sim/state/enclave_told.h"
#include "sim/state/live_copies.h"
#include "sim/state/protecting.h"
#include "sim/state/replica_state.h"
#include "sim/state/waiting.h"

#include <math.h>
#include <stdlib.h>

/* One failure on its way to the enclaves. */
struct blow {
    uint64_t slot;
    const struct bh_partition *partition; /* of the slot */
    const struct bh_node_setup *node;     /* of the partition */
    struct bh_zone_set down;
    enum bh_scope beyond_node;      /* NONE, enclave, composition or system */
    const struct bh_fault *repairs; /* the fault that sends the node to repair; NULL: it reboots */
    double ended_s;   /* when what it takes down is stopped and cleaned up, which is looked for from then on */
    double reboot_s;  /* then: until a node that went down is back, once that was detected */
    bool is_replaced; /* by a spare: what its disks hold is gone to the slot */
    long cause;
    const struct bh_live_error *error; /* NULL: hardware */
    /* By a disposition `composition`: one flag per enclave that is composed with the one that failed; else NULL. */
    const bool *partners;
    struct bh_lost_enclaves *lost; /* where those that it takes down are listed */
};

/* Whether applications lost as much as a scope of that reach is. */
static bool is_lost(const struct bh_replica *replica, enum bh_reach reach, size_t lost_enclaves, bool stalls)
{
    switch (reach) {
    case BH_REACH_ENCLAVE:
        return lost_enclaves > 0;
    case BH_REACH_COMPOSED:
        return stalls;
    case BH_REACH_MACHINE:
        return lost_enclaves > 1 && lost_enclaves == replica->setup->enclaves_count;
    case BH_REACH_NODE:
        break;
    }
    return false;
}

/* Everything an application-wide loss stops is the whole enclave; a service loses its part. */
static enum bh_scope application_extent(const struct bh_replica *replica, size_t lost_enclaves, enum bh_scope part,
                                        bool stalls)
{
    enum bh_scope extent = lost_enclaves > 0 ? BH_SCOPE_NONE : part;
    for (enum bh_scope scope = BH_SCOPE_NONE; scope != BH_SCOPES; scope++)
        if (is_lost(replica, bh_scope_rules[scope].reach, lost_enclaves, stalls))
            extent = bh_scope_wider(extent, scope);
    return extent;
}

/* Tells an enclave that it lost a scope. Its application extent enters *part, or counts as a lost enclave; that a service
 * is, too, once it has fewer parts than it needs. */
static void tell_enclave(struct bh_replica *replica, const struct blow *blow, struct bh_enclave *enclave,
                         enum bh_scope loss, struct bh_level_loss taken, enum bh_scope *part, size_t *lost_enclaves)
{
    if (loss == BH_SCOPE_NONE || !bh_enclave_is_there(enclave))
        return;
    loss = bh_scope_wider(loss, blow->beyond_node);
    if (blow->error != NULL) {
        bh_checkpoint_fall_again(enclave, blow->error->lineage);
        bh_messages_fall_again(enclave, blow->error->lineage);
    }
    if (bh_enclave_fail(enclave, blow->slot, loss, taken, blow->ended_s, blow->cause)) {
        ++*lost_enclaves;
        bh_losses_note(replica, blow->lost, (size_t)enclave->index);
    } else
        *part = bh_scope_wider(*part, loss);
}

static bool is_machine_wide(const struct blow *blow)
{
    return bh_scope_rules[blow->beyond_node].reach == BH_REACH_MACHINE;
}

static bool is_elsewhere(const struct blow *blow, const struct bh_enclave *enclave)
{
    return enclave->partition != blow->partition &&
           (is_machine_wide(blow) || (blow->partners != NULL && blow->partners[enclave->index]));
}

/* Partners that now have to wait for those that were lost. */
static size_t stall_partners(struct bh_replica *replica)
{
    size_t stalled = 0;
    for (size_t e = 0; replica->has_tight && e < replica->setup->enclaves_count; e++)
        if (replica->enclaves[e].is_signalled && bh_enclave_is_out(&replica->enclaves[e]))
            stalled += bh_composing_review(replica, e);
    return stalled;
}

/* What is taken of the places that a tenant's checkpoints are in: the kernel below its processes, on the node struck or,
 * where guests are booted everywhere, on all. */
static enum bh_scope taken_scope(const struct blow *blow, const struct bh_zone_tree *tree, int tenant, bool is_here)
{
    if (is_machine_wide(blow))
        return blow->beyond_node;
    if (is_here && bh_zone_set_has(&blow->down, 0))
        return BH_SCOPE_NODE;
    if (bh_scope_reaches_beyond_node(blow->beyond_node) && bh_zone_tree_has_guests(tree, tenant))
        return BH_SCOPE_GUEST;
    for (size_t z = 0; is_here && z < tree->zones_count; z++)
        if (tree->zones[z].enclave == tenant && tree->zones[z].process >= 0 &&
            bh_zone_set_has(&blow->down, (size_t)tree->zones[z].parent))
            return BH_SCOPE_GUEST;
    return BH_SCOPE_PROCESS;
}

static struct bh_level_loss taken_of(const struct blow *blow, const struct bh_zone_tree *tree, size_t tenant,
                                     bool is_here)
{
    return (struct bh_level_loss){.scope = taken_scope(blow, tree, (int)tenant, is_here),
                                  .node_is_gone = is_here && (blow->repairs != NULL || blow->is_replaced)};
}

/* Tells every enclave that lost something, those on other nodes if the system went down; returns the application
 * extent. */
static enum bh_scope tell_enclaves(struct bh_replica *replica, const struct blow *blow)
{
    const struct bh_zone_tree *tree = blow->node->model->tree;
    struct bh_effect effect = {.failed = blow->down};
    enum bh_scope part = BH_SCOPE_NONE;
    size_t lost_enclaves = 0;
    for (size_t t = 0; t < tree->tenants_count; t++)
        tell_enclave(replica, blow, &replica->enclaves[blow->partition->enclave[t]], bh_effect_loss(tree, &effect, t),
                     taken_of(blow, tree, t, true), &part, &lost_enclaves);
    bool goes_far = is_machine_wide(blow) || blow->partners != NULL;
    for (size_t e = 0; goes_far && e < replica->setup->enclaves_count; e++)
        if (is_elsewhere(blow, &replica->enclaves[e])) {
            const struct bh_enclave_setup *setup = replica->enclaves[e].setup;
            tell_enclave(replica, blow, &replica->enclaves[e], blow->beyond_node,
                         taken_of(blow, setup->node->model->tree, setup->spec->tenant, false), &part, &lost_enclaves);
        }
    bool stalls = stall_partners(replica) > 0 || (blow->partners != NULL && lost_enclaves > 1);
    return application_extent(replica, lost_enclaves, part, stalls);
}

/* The slowest guest of all systems on the machine to boot. */
static double slowest_boot_s(const struct bh_setup *setup)
{
    double boot_s = 0.0;
    for (size_t c = 0; c < setup->nodes_count; c++)
        boot_s = fmax(boot_s, setup->nodes[c].guest_boot_s);
    return boot_s;
}

/* The system is back after its restart, or when `repairs` (or NULL) is done, and its guests when they have booted. */
static void take_down_system(struct bh_replica *replica, const struct bh_fault *repairs)
{
    double detected_s = replica->now_s + bh_setup_recovery(replica->setup)->detection_s.value;
    double boot_s = slowest_boot_s(replica->setup);
    bh_stops_end_all(replica);
    if (repairs != NULL) {
        double repaired_s = detected_s + bh_fault_repair_s(&replica->random, repairs);
        bh_machine_lose_everywhere(replica->machine, repaired_s, repaired_s + boot_s);
    } else
        bh_machine_fail_everywhere(replica->machine, -1,
                                   detected_s + bh_setup_recovery(replica->setup)->system_restart_s.value + boot_s);
    bh_errors_clear_everywhere(replica, -1);
}

/* Guests of an enclave fail on all its nodes. */
static void take_down_guests(struct bh_replica *replica, int enclave, double up_s)
{
    bh_machine_fail_everywhere(replica->machine, enclave, up_s);
    bh_errors_clear_everywhere(replica, enclave);
}

static void take_down_everywhere(struct bh_replica *replica, const struct blow *blow)
{
    const struct bh_zone_tree *tree = blow->node->model->tree;
    double detected_s = blow->ended_s + bh_setup_recovery(replica->setup)->detection_s.value;
    switch (bh_scope_rules[blow->beyond_node].reach) {
    case BH_REACH_NODE:
        return;
    case BH_REACH_MACHINE:
        take_down_system(replica, NULL);
        return;
    case BH_REACH_ENCLAVE:
    case BH_REACH_COMPOSED:
        break;
    }
    for (size_t t = 0; t < tree->tenants_count; t++)
        if (bh_zone_set_meets(&tree->tenant_zones[t], &blow->down))
            take_down_guests(replica, (int)blow->partition->enclave[t], detected_s + blow->node->guest_boot_s);
    for (size_t e = 0; blow->partners != NULL && e < replica->setup->enclaves_count; e++)
        if (is_elsewhere(blow, &replica->enclaves[e]))
            take_down_guests(replica, (int)e, detected_s + replica->enclaves[e].setup->node->guest_boot_s);
}

static void send_to_repair(struct bh_replica *replica, const struct bh_fault *fault)
{
    double repair_s = bh_fault_repair_s(&replica->random, fault);
    bh_event_queue_push(
        &replica->queue,
        (struct bh_event){.time_s = replica->now_s + repair_s, .kind = BH_EVENT_RETURNED, .index = fault->node});
    bh_lasting_end(replica, fault->node);
}

/* A node that is in no place is a spare again once it has been found, and has rebooted or been mended. */
static void expect_reboot(struct bh_replica *replica, uint64_t node, double ended_s, double reboot_s)
{
    double rebooted_s = ended_s + bh_setup_recovery(replica->setup)->detection_s.value + reboot_s;
    bh_event_queue_push(&replica->queue,
                        (struct bh_event){.time_s = rebooted_s, .kind = BH_EVENT_RETURNED, .index = node});
}

/* What software has taken down people may have to mend; what hardware has, a reboot does. */
static double reboot_of(const struct bh_replica *replica, const struct bh_live_error *error)
{
    const struct bh_recovery_numbers *recovery = bh_setup_recovery(replica->setup);
    if (error->source < 0 || replica->setup->sources[error->source].stream->hardware != NULL)
        return recovery->node_reboot_s.value;
    return bh_fault_software_repair_s(&replica->random, recovery, error->identity);
}

/* A spare takes the place of a node that is not gone for good, which comes back as a spare. Not where all reboot with it.
 * False: none is at hand, or it would not be ready first. */
static bool replace_crashed(struct bh_replica *replica, const struct blow *blow, double detected_s)
{
    const struct bh_recovery_numbers *recovery = bh_setup_recovery(replica->setup);
    if (!bh_zone_set_has(&blow->down, 0) || is_machine_wide(blow) ||
        !bh_spares_serve_crashes(replica->setup->scenario, blow->reboot_s))
        return false;
    uint64_t node = bh_machine_node_in(replica->machine, blow->slot);
    bh_machine_pass(replica->machine, replica->now_s);
    if (!bh_machine_replace_crashed(replica->machine, blow->slot, detected_s + recovery->spare_activation_s.value,
                                    blow->node->guest_boot_s))
        return false;
    expect_reboot(replica, node, blow->ended_s, blow->reboot_s);
    return true;
}

static enum bh_scope take_down(struct bh_replica *replica, struct blow *blow)
{
    double detected_s = blow->ended_s + bh_setup_recovery(replica->setup)->detection_s.value;
    double boot_s = blow->node->guest_boot_s;
    blow->is_replaced = blow->repairs == NULL && replace_crashed(replica, blow, detected_s);
    if (bh_zone_set_has(&blow->down, 0))
        bh_stops_end_slot(replica, blow->slot);
    if (blow->repairs != NULL) {
        double spare_s = detected_s + bh_setup_recovery(replica->setup)->spare_activation_s.value;
        bh_machine_pass(replica->machine, replica->now_s);
        bh_machine_lose_node(replica->machine, blow->slot, spare_s, boot_s);
        send_to_repair(replica, blow->repairs);
    } else if (!blow->is_replaced && !is_machine_wide(blow)) { /* the restart of all is this node's, too */
        bh_machine_fail(replica->machine, blow->slot, &blow->down, detected_s + blow->reboot_s, detected_s + boot_s,
                        boot_s);
        double mended_s = blow->reboot_s - bh_setup_recovery(replica->setup)->node_reboot_s.value;
        if (bh_zone_set_has(&blow->down, 0) && mended_s > 0.0) /* a reboot ends the repair */
            bh_machine_repair_in_place(replica->machine, blow->slot, detected_s + mended_s);
    }
    bh_errors_clear(replica, blow->slot, &blow->down);
    if (replica->zones_went != NULL)
        replica->zones_went(replica, blow->slot, &blow->down);
    take_down_everywhere(replica, blow);
    enum bh_scope extent = tell_enclaves(replica, blow);
    bh_stops_begin(replica, blow->slot, &blow->down, blow->ended_s, blow->cause);
    return extent;
}

/* An error goes on with the residual probability when the disposition is smaller than its zone. */
static void leave_or_end(struct bh_replica *replica, struct bh_copy *copy)
{
    uint64_t key = copy->error->node->zone_key[copy->zone];
    double u = bh_random_uniform(&replica->random, BH_PURPOSE_RESIDUAL, copy->error->identity, key, copy->generation);
    if (u >= bh_copy_model(copy)->residual[copy->zone]) {
        bh_copy_end(replica, copy);
        return;
    }
    if (copy->is_hung)
        bh_copy_stall(replica, copy, false, -1);
    copy->is_hung = false;
    copy->generation = copy->error->lives[copy->zone]++;
    copy->born_s = replica->now_s;
}

/* A disposition `composition`: the enclaves composed with the zone's now, and what they have on this node. NULL without
 * compositions, where the zone's own enclave is all there is. The caller frees. */
static bool *find_partners(const struct bh_replica *replica, const struct bh_copy *copy, struct bh_zone_set *down)
{
    const struct bh_live_error *error = copy->error;
    const struct bh_zone_tree *tree = error->node->model->tree;
    const struct bh_zone *zone = &tree->zones[copy->zone];
    if (replica->setup->scenario->compositions.count == 0 ||
        bh_scope_rules[bh_copy_model(copy)->disposition[copy->zone]].reach != BH_REACH_COMPOSED)
        return NULL;
    bool *partners = bh_allocate(replica->setup->enclaves_count, sizeof *partners);
    for (size_t t = 0; t < tree->tenants_count; t++)
        partners[error->partition->enclave[t]] = zone->enclave < 0 || zone->enclave == (int)t;
    bh_composing_gather(replica, BH_TIES, partners);
    if (zone->enclave < 0 || bh_zone_set_has(down, 0))
        return partners;
    *down = (struct bh_zone_set){{0}};
    for (size_t t = 0; t < tree->tenants_count; t++)
        if (partners[error->partition->enclave[t]])
            bh_zone_set_join(down, &tree->tenant_zones[t]);
    if (!zone->is_kernel)
        bh_zone_set_join(down, &zone->subtree);
    return partners;
}

static bool any_elsewhere(const struct bh_replica *replica, const struct blow *blow)
{
    for (size_t e = 0; blow->partners != NULL && e < replica->setup->enclaves_count; e++)
        if (is_elsewhere(blow, &replica->enclaves[e]))
            return true;
    return false;
}

/* Broken hardware under a node that goes down is repaired; under one that goes on, it waits for that, or until it has
 * failed too often: then the node is taken out of service with all that runs on it. NULL: nothing is repaired. */
static const struct bh_fault *find_repair(struct bh_replica *replica, const struct bh_live_error *error,
                                          struct blow *blow, struct bh_fault *fault)
{
    if (error->source < 0)
        return NULL;
    *fault = (struct bh_fault){.stream = replica->setup->sources[error->source].stream,
                               .node = bh_machine_node_in(replica->machine, error->slot),
                               .identity = error->identity,
                               .event = error->identity};
    if (fault->stream->hardware == NULL || fault->stream->hardware->mend != BH_MEND_REPAIR)
        return NULL;
    if (bh_lasting_failed(replica, (size_t)error->source, fault->node))
        blow->down = *bh_node_setup_whole(blow->node);
    return bh_zone_set_has(&blow->down, 0) ? fault : NULL;
}

void bh_disposal_signal(struct bh_replica *replica, struct bh_copy *copy)
{
    struct bh_live_error *error = copy->error;
    const struct bh_node_model *model = error->node->model;
    uint64_t key = error->node->zone_key[copy->zone];
    double u = bh_victims_count(model, copy->zone) > 1
                   ? bh_random_uniform(&replica->random, BH_PURPOSE_VICTIM, error->identity, key, copy->generation)
                   : 0.0;
    bool beyond_node;
    size_t rung = bh_copy_rung(replica, copy);
    struct blow blow = {.slot = error->slot,
                        .partition = error->partition,
                        .node = error->node,
                        .down = bh_taken_down(model, copy->zone, rung, u, &beyond_node),
                        .ended_s = replica->now_s + bh_rung_time_s(&model->ladder[copy->zone], rung),
                        .cause = bh_cause_on_rung(replica, copy, rung),
                        .error = error,
                        .reboot_s = reboot_of(replica, error),
                        .lost = &error->lost};
    bool *partners = find_partners(replica, copy, &blow.down);
    blow.partners = partners;
    error->root->has_crossed = error->root->has_crossed || any_elsewhere(replica, &blow);
    bh_protecting_see(replica, error->partition, bh_copy_owner(copy));
    if (beyond_node) {
        blow.beyond_node = model->disposition[copy->zone];
        error->effect.beyond_node = bh_scope_wider(error->effect.beyond_node, blow.beyond_node);
    }
    replica->tallies.failures[bh_rung_scope(model, copy->zone, rung)]++;
    replica->causes.cause[blow.cause].failures++;
    bh_zone_set_join(&error->effect.failed, &blow.down);
    bh_zone_set_join(&error->effect.affected, &blow.down);
    struct bh_fault fault;
    blow.repairs = find_repair(replica, error, &blow, &fault);
    if (!bh_zone_set_has(&blow.down, copy->zone))
        leave_or_end(replica, copy);
    enum bh_scope extent = take_down(replica, &blow);
    error->application_extent = bh_scope_wider(error->application_extent, extent);
    free(partners);
}

/* Hardware takes the whole of a slot, or, as told from slot 0, of the machine. */
static struct blow hardware_blow(struct bh_replica *replica, int source, const struct bh_fault *fault, uint64_t slot,
                                 struct bh_lost_enclaves *lost)
{
    enum bh_scope scope = bh_fault_class_takes(fault->stream->hardware);
    struct bh_cause_key key = {source, -1, -1, -1, (int)scope};
    struct blow blow = {
        .slot = slot, .partition = bh_setup_partition(replica->setup, slot), .ended_s = replica->now_s, .lost = lost};
    blow.reboot_s = bh_setup_recovery(replica->setup)->node_reboot_s.value;
    blow.beyond_node = bh_scope_reaches_beyond_node(scope) ? scope : BH_SCOPE_NONE;
    blow.node = &replica->setup->nodes[blow.partition->class];
    blow.down = *bh_node_setup_whole(blow.node);
    blow.cause = (long)bh_causes_find(&replica->causes, key);
    replica->causes.cause[blow.cause].failures++;
    replica->tallies.errors++;
    replica->tallies.unchangeable_errors++;
    replica->tallies.failures[scope]++;
    replica->tallies.system_extent[scope]++;
    return blow;
}

static void lose_slot(struct bh_replica *replica, int source, const struct bh_fault *fault, uint64_t slot)
{
    struct bh_lost_enclaves lost = {0};
    struct blow blow = hardware_blow(replica, source, fault, slot, &lost);
    replica->tallies.simultaneous_losses += blow.node->model->tree->tenants_count > 1;
    if (fault->stream->hardware->mend == BH_MEND_REPAIR)
        blow.repairs = fault;
    enum bh_scope extent = take_down(replica, &blow);
    replica->tallies.application_extent[extent]++;
    bh_losses_finish(replica, &lost);
}

void bh_disposal_machine(struct bh_replica *replica, int source, const struct bh_fault *fault)
{
    struct bh_lost_enclaves lost = {0};
    struct blow blow = hardware_blow(replica, source, fault, 0, &lost);
    replica->tallies.simultaneous_losses += replica->setup->enclaves_count > 1;
    take_down_system(replica, fault->stream->hardware->mend == BH_MEND_REPAIR ? fault : NULL);
    replica->tallies.application_extent[tell_enclaves(replica, &blow)]++;
    bh_losses_finish(replica, &lost);
}

void bh_disposal_node(struct bh_replica *replica, int source, const struct bh_fault *fault, enum bh_post post,
                      uint64_t slot)
{
    bool is_up = post == BH_POST_SPARE ||
                 (post == BH_POST_IN_SLOT && bh_machine_is_up(replica->machine, slot, 0, replica->now_s));
    if (!is_up) {
        replica->tallies.struck_while_down++;
        return;
    }
    if (post == BH_POST_SPARE) {
        bool reboots = fault->stream->hardware->mend == BH_MEND_REBOOT;
        bh_machine_pass(replica->machine, replica->now_s);
        bh_machine_lose_spare(replica->machine, fault->node, reboots);
        if (reboots)
            expect_reboot(replica, fault->node, replica->now_s, bh_setup_recovery(replica->setup)->node_reboot_s.value);
        else
            send_to_repair(replica, fault);
        return;
    }
    lose_slot(replica, source, fault, slot);
}

/* Whether the zone is restarted on its own; then what runs in it is paused so long. */
static bool restart_alone(struct bh_replica *replica, const struct bh_degraded *degraded)
{
    const struct bh_zone_tree *tree = bh_setup_node(replica->setup, degraded->partition)->model->tree;
    const struct bh_mechanism_part *part =
        bh_system_restart_alone(tree->system, tree->zones[degraded->zone].template_index);
    if (part == NULL || bh_random_uniform(&replica->random, BH_PURPOSE_DEGRADES, degraded->identity, degraded->zone,
                                          UINT64_MAX - 1) >= bh_restart_alone_probability(tree->system, part))
        return false;
    bh_stops_pause(replica, degraded->slot, degraded->zone, bh_restart_alone_time_s(tree->system, part),
                   degraded->cause);
    return true;
}

void bh_disposal_notice(struct bh_replica *replica, struct bh_degraded *degraded)
{
    struct bh_lost_enclaves lost = {0};
    const struct bh_node_setup *node = bh_setup_node(replica->setup, degraded->partition);
    struct blow blow = {.slot = degraded->slot,
                        .partition = degraded->partition,
                        .node = node,
                        .down = *bh_node_setup_whole(node),
                        .ended_s = replica->now_s,
                        .cause = degraded->cause,
                        .reboot_s = bh_setup_recovery(replica->setup)->node_reboot_s.value,
                        .lost = &lost};
    if (!degraded->is_over && !restart_alone(replica, degraded)) {
        replica->causes.cause[blow.cause].failures++;
        take_down(replica, &blow);
    }
    free(lost.enclave);
    bh_degraded_end(replica, degraded);
}

void bh_disposal_returned(struct bh_replica *replica, uint64_t node)
{
    double ready_s = replica->now_s + bh_setup_recovery(replica->setup)->spare_activation_s.value;
    uint64_t slot;
    bh_machine_pass(replica->machine, replica->now_s);
    if (!bh_machine_next_waiting(replica->machine, &slot)) {
        bh_machine_returned(replica->machine, node, ready_s, 0.0);
        return;
    }
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_node_setup *setup = &replica->setup->nodes[partition->class];
    bh_machine_returned(replica->machine, node, ready_s, setup->guest_boot_s);
    for (size_t t = 0; t < setup->model->tree->tenants_count; t++)
        bh_enclave_nodes_came(&replica->enclaves[partition->enclave[t]]);
}
