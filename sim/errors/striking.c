/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Faults strike: what they hit, and the errors that they make there. */
#include "sim/errors/striking.h"

#include "models/catalog/fault_class.h"
#include "sim/errors/disposal.h"
#include "sim/errors/lasting_faults.h"
#include "sim/errors/live_errors.h"
#include "sim/errors/storage_faults.h"
#include "sim/scenario/read_faults.h"
#include "sim/state/enclave_state.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With faults that strike computation only: whether nothing that the zone of a tenant (-1: all) serves computes now. A
 * spare serves all. */
static bool is_spared(const struct bh_replica *replica, uint64_t slot, int tenant)
{
    const struct bh_setup *setup = replica->setup;
    if (!setup->scenario->faults_spare_rest)
        return false;
    const struct bh_partition *partition = slot < setup->scenario->nodes ? bh_setup_partition(setup, slot) : NULL;
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        const struct bh_enclave *enclave = &replica->enclaves[e];
        bool is_served = partition == NULL || (enclave->partition == partition &&
                                               (tenant < 0 || tenant == (int)setup->enclaves[e].spec->tenant));
        if (is_served && bh_enclave_computes(enclave, slot))
            return false;
    }
    return true;
}

/* A node in repair is not on the machine, nor is what would run in its place: what strikes there is no fault. */
static bool is_gone(struct bh_replica *replica, enum bh_post post, uint64_t slot)
{
    bool gone = post == BH_POST_IN_REPAIR ||
                (post == BH_POST_IN_SLOT && isinf(bh_machine_slot_hardware_s(replica->machine, slot)));
    replica->tallies.struck_gone += gone;
    return gone;
}

/* A fault lands in a zone and makes an error there if something lives there to hold it; a bug that host and guest
 * share makes a copy in each, of one error. */
static void strike_zone(struct bh_replica *replica, size_t source, const struct bh_fault *fault, uint64_t slot)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_node_model *model = replica->setup->nodes[partition->class].model;
    struct bh_origin origin = bh_fault_origin(&replica->random, model, fault);
    int owner = model->tree->zones[origin.zone].enclave;
    if (is_spared(replica, slot, owner) || !bh_errors_can_live_in(replica, slot, origin.zone)) {
        replica->tallies.struck_while_down++;
        return;
    }
    struct bh_live_error *error = bh_live_error_create(replica, (int)source, fault->identity, slot, origin.zone);
    replica->tallies.errors++;
    bh_copy_begin(replica, error, origin.zone, origin.kind, origin.ending);
    if (origin.also_host_kernel && origin.zone != 0)
        bh_copy_begin(replica, error, 0, origin.kind, BH_ENDING_DRAWN);
}

/* A fault of a node strikes spares, too; errors arise in slots alone, since on a spare nothing runs. */
static void strike_node(struct bh_replica *replica, size_t source, const struct bh_fault *fault, enum bh_post post,
                        uint64_t slot)
{
    const struct bh_fault_class *hardware = fault->stream->hardware;
    bool takes_node = hardware != NULL && hardware->landing == BH_LANDING_NODE;
    if (is_gone(replica, post, slot))
        return;
    replica->tallies.faults++;
    if (takes_node && !is_spared(replica, slot, -1))
        bh_disposal_node(replica, (int)source, fault, post, slot);
    else if (post == BH_POST_IN_SLOT && !takes_node)
        strike_zone(replica, source, fault, slot);
    else
        replica->tallies.struck_while_down++;
}

static void strike_machine(struct bh_replica *replica, size_t source, const struct bh_fault *fault)
{
    replica->tallies.faults++;
    if (is_spared(replica, UINT64_MAX, -1))
        replica->tallies.struck_while_down++;
    else
        bh_disposal_machine(replica, (int)source, fault);
}

static void strike_storage(struct bh_replica *replica, int source, const struct bh_fault *fault)
{
    replica->tallies.faults++;
    if (is_spared(replica, UINT64_MAX, -1))
        replica->tallies.struck_while_down++;
    else
        bh_storage_strike(replica, source, fault);
}

/* Hardware's faults follow the physical node to where it is now; software's strike slots, where what runs is the
 * same whatever the node. */
void bh_errors_strike(struct bh_replica *replica, size_t source, const struct bh_fault *fault)
{
    uint64_t slot = replica->setup->sources[source].first_slot + fault->node;
    if (fault->is_machine)
        strike_machine(replica, source, fault);
    else if (fault->stream->hardware != NULL && fault->stream->hardware->landing == BH_LANDING_STORAGE)
        strike_storage(replica, (int)source, fault);
    else if (fault->stream->hardware == NULL)
        strike_node(replica, source, fault, BH_POST_IN_SLOT, slot);
    else {
        enum bh_post post = bh_machine_find(replica->machine, fault->node, &slot);
        if (post != BH_POST_IN_REPAIR)
            bh_lasting_begin(replica, source, fault);
        strike_node(replica, source, fault, post, slot);
    }
}

static void strike_class(struct bh_replica *replica, const struct bh_script_fault *script, uint64_t identity)
{
    const struct bh_setup *setup = replica->setup;
    struct bh_fault fault = {
        .stream = bh_setup_stream(setup, script->class), .identity = identity, .landing = identity, .event = identity};
    if (script->class->landing == BH_LANDING_STORAGE) {
        fault.node = script->slot;
        strike_storage(replica, -1, &fault);
        return;
    }
    if (bh_fault_class_is_machine_wide(script->class)) {
        replica->tallies.faults++;
        bh_disposal_machine(replica, -1, &fault);
        return;
    }
    if (is_gone(replica, BH_POST_IN_SLOT, script->slot))
        return;
    replica->tallies.faults++;
    if (is_spared(replica, script->slot, -1) || !bh_machine_is_up(replica->machine, script->slot, 0, replica->now_s)) {
        replica->tallies.struck_while_down++;
        return;
    }
    fault.node = bh_machine_node_in(replica->machine, script->slot);
    bh_disposal_node(replica, -1, &fault, BH_POST_IN_SLOT, script->slot);
}

/* No copy is left: the error is over. */
static void degrade(struct bh_replica *replica, struct bh_live_error *error, size_t zone)
{
    bh_live_error_hold(error);
    bh_zone_set_add(&error->effect.degraded, zone);
    bh_zone_set_add(&error->effect.affected, zone);
    bh_degraded_begin(replica, error->slot, zone, BH_SLOW_ALL, bh_cause_of_degraded(replica, error), error->identity);
    bh_live_error_release(replica, error);
}

void bh_errors_strike_by_script(struct bh_replica *replica, size_t line)
{
    const struct bh_script_fault *script = &replica->setup->scenario->script[line];
    uint64_t identity = bh_identity_join(bh_identity("script"), line);
    if (script->class != NULL) {
        strike_class(replica, script, identity);
        return;
    }
    const struct bh_enclave_setup *enclave = &replica->setup->enclaves[script->enclave];
    size_t zone = bh_scenario_script_zone(replica->setup->scenario, script, bh_node_setup_tree(enclave->node));
    if (is_gone(replica, BH_POST_IN_SLOT, script->slot))
        return;
    replica->tallies.faults++;
    int owner = bh_node_setup_tree(enclave->node)->zones[zone].enclave;
    if (is_spared(replica, script->slot, owner) || !bh_errors_can_live_in(replica, script->slot, zone)) {
        replica->tallies.struck_while_down++;
        return;
    }
    replica->tallies.errors++;
    struct bh_live_error *error = bh_live_error_create(replica, -1, identity, script->slot, zone);
    if (script->ending == BH_ENDING_DEGRADED)
        degrade(replica, error, zone);
    else
        bh_copy_begin(replica, error, zone, script->kind, script->ending);
}

/* What stays broken strikes again where its node is by then, with draws of its own each time. */
void bh_errors_strike_again(struct bh_replica *replica, struct bh_lasting_fault *lasting, double time_s)
{
    if (lasting->is_over) {
        free(lasting);
        return;
    }
    struct bh_fault again = lasting->first;
    again.identity = bh_identity_join(lasting->first.identity, lasting->strikes);
    again.time_s = time_s;
    lasting->strikes++;
    bh_lasting_schedule(replica, lasting, time_s);
    uint64_t slot;
    enum bh_post post = bh_machine_find(replica->machine, again.node, &slot);
    strike_node(replica, lasting->source, &again, post, slot);
}
