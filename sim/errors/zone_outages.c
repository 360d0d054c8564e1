/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Needed zones that are down, from their failure to their restart. */
#include "sim/errors/zone_outages.h"

#include "models/catalog/recovery.h"
#include "models/catalog/system.h"
#include "models/node/zone_needs.h"
#include "sim/setup/questions.h"
#include "sim/state/enclave_kind.h"
#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <stdlib.h>
#include <utlist.h>

static void add_piece(struct bh_stop *stop, double now_s, double detected_s, double until_s, long cause)
{
    double from_s = fmax(now_s, bh_stop_end_s(stop));
    if (until_s <= from_s)
        return;
    if (stop->count == stop->room) {
        stop->room = stop->room > 0 ? 2 * stop->room : 8;
        stop->piece = bh_reallocate(stop->piece, stop->room, sizeof *stop->piece);
    }
    stop->piece[stop->count++] = (struct bh_stop_piece){from_s, detected_s, until_s, cause};
}

static void stop_enclaves(struct bh_replica *replica, const struct bh_zone_outage *outage, double detected_s,
                          long cause)
{
    const struct bh_zone_tree *tree = bh_setup_node(replica->setup, outage->partition)->model->tree;
    for (size_t t = 0; t < tree->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[outage->partition->enclave[t]];
        enum bh_need_for what = bh_stops_keep_from(tree, outage->zone, t);
        if (what == BH_NEEDS || enclave->phase == BH_PHASE_DONE)
            continue;
        add_piece(&enclave->stop[what], replica->now_s, detected_s, outage->until_s, cause);
        enclave->kind->stop(enclave, what, outage->slot, true, detected_s, cause);
    }
}

/* A zone with a kernel of its own boots as a guest does; a process is started. */
static double restart_s(const struct bh_replica *replica, const struct bh_node_setup *node, size_t zone)
{
    const struct bh_zone_tree *tree = node->model->tree;
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_set_has(&tree->zones[zone].subtree, z) && tree->zones[z].kind == BH_GUEST_KERNEL)
            return tree->system->guest_boot_s.value;
    return bh_setup_recovery(replica->setup)->process_restart_s.value;
}

static void stop_until(struct bh_replica *replica, uint64_t slot, size_t zone, double detected_s, double until_s,
                       long cause)
{
    struct bh_zone_outage *outage = bh_allocate(1, sizeof *outage);
    *outage = (struct bh_zone_outage){
        .slot = slot, .zone = zone, .partition = bh_setup_partition(replica->setup, slot), .until_s = until_s};
    DL_APPEND(replica->zone_outages, outage);
    bh_event_queue_push(&replica->queue,
                        (struct bh_event){.time_s = until_s, .kind = BH_EVENT_ZONE_UP, .subject = outage});
    stop_enclaves(replica, outage, detected_s, cause);
}

static void begin_outage(struct bh_replica *replica, uint64_t slot, size_t zone, double detected_s, long cause)
{
    const struct bh_node_setup *node = bh_setup_node(replica->setup, bh_setup_partition(replica->setup, slot));
    double until_s = detected_s + restart_s(replica, node, zone);
    bh_machine_fail_zones(replica->machine, slot, &node->model->tree->zones[zone].subtree, until_s);
    stop_until(replica, slot, zone, detected_s, until_s, cause);
}

void bh_stops_pause(struct bh_replica *replica, uint64_t slot, size_t zone, double time_s, long cause)
{
    if (time_s > 0.0)
        stop_until(replica, slot, zone, replica->now_s, replica->now_s + time_s, cause);
}

/* No piece is longer than the outages that are left. */
static void shorten_pieces(struct bh_enclave *enclave, enum bh_need_for what)
{
    const struct bh_replica *replica = enclave->replica;
    struct bh_stop *stop = &enclave->stop[what];
    const struct bh_zone_outage *outage;
    double last_s = enclave->replica->now_s;
    DL_FOREACH(replica->zone_outages, outage)
    if (outage->partition == enclave->partition &&
        bh_stops_keep_from(bh_setup_node(replica->setup, outage->partition)->model->tree, outage->zone,
                           enclave->setup->spec->tenant) == what)
        last_s = fmax(last_s, outage->until_s);
    for (size_t p = stop->count; p > 0 && stop->piece[p - 1].until_s > last_s; p--)
        stop->piece[p - 1].until_s = fmax(stop->piece[p - 1].from_s, last_s);
    while (stop->count > 0 && stop->piece[stop->count - 1].until_s <= stop->piece[stop->count - 1].from_s)
        stop->count--;
}

/* Those that stood still for it go on. */
static void end_outage(struct bh_replica *replica, struct bh_zone_outage *outage, bool is_early)
{
    const struct bh_zone_tree *tree = bh_setup_node(replica->setup, outage->partition)->model->tree;
    DL_DELETE(replica->zone_outages, outage);
    outage->is_over = true;
    for (size_t t = 0; t < tree->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[outage->partition->enclave[t]];
        enum bh_need_for what = bh_stops_keep_from(tree, outage->zone, t);
        if (what == BH_NEEDS)
            continue;
        if (is_early)
            shorten_pieces(enclave, what);
        if (enclave->phase != BH_PHASE_DONE)
            enclave->kind->stop(enclave, what, outage->slot, false, INFINITY, -1);
    }
}

void bh_stops_end(struct bh_replica *replica, struct bh_zone_outage *outage)
{
    if (!outage->is_over)
        end_outage(replica, outage, false);
    free(outage);
}

static void end_early(struct bh_replica *replica, uint64_t slot, bool everywhere)
{
    struct bh_zone_outage *outage, *next;
    DL_FOREACH_SAFE(replica->zone_outages, outage, next)
    if (everywhere || outage->slot == slot)
        end_outage(replica, outage, true); /* its event frees it */
}

void bh_stops_end_slot(struct bh_replica *replica, uint64_t slot)
{
    end_early(replica, slot, false);
}

void bh_stops_end_all(struct bh_replica *replica)
{
    end_early(replica, 0, true);
}

void bh_stops_begin(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *down, double ended_s,
                    long cause)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_zone_tree *tree = bh_setup_node(replica->setup, partition)->model->tree;
    double now_s = replica->now_s;
    double detected_s = ended_s + bh_setup_recovery(replica->setup)->detection_s.value;
    struct bh_zone_set stopping = {{0}};
    if (!bh_zone_tree_has_needs(tree) || bh_zone_set_has(down, 0))
        return;
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_set_has(down, z) && bh_machine_is_up(replica->machine, slot, z, now_s) &&
            (bh_zone_set_has(&tree->needs[BH_NEED_IO], z) || bh_zone_set_has(&tree->needs[BH_NEED_PROGRESS], z)))
            bh_zone_set_add(&stopping, z);
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_set_has(&stopping, z))
            begin_outage(replica, slot, z, detected_s, cause);
}
