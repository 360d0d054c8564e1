/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Needed zones that are down, from their failure to their restart. */
#include "sim/enclaves/stops.h"

#include "sim/enclaves/checkpoint.h"
#include "sim/enclaves/outage.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/engine.h>
#include <stdlib.h>
#include <utlist.h>

/* A sleep ends this close to its time. */
static double resolution_s(double now_s)
{
    return 2.0 * fmax(1e-9, 1e-15 * now_s);
}

static const struct bh_node_setup *node_of(const struct bh_replica *replica, const struct bh_partition *partition)
{
    return &replica->setup->nodes[partition->class];
}

/* --- Until when ------------------------------------------------------------------------------------------------------ */

static double pieces_end_s(const struct bh_stop *stop)
{
    return stop->count > 0 ? stop->piece[stop->count - 1].until_s : -INFINITY;
}

double bh_stops_up_s(const struct bh_enclave *enclave, enum bh_need_for what)
{
    const struct bh_stop *stop = &enclave->stop[what];
    return stop->hangs > 0 ? INFINITY : pieces_end_s(stop);
}

bool bh_stops_is_down(const struct bh_enclave *enclave, enum bh_need_for what)
{
    double now_s = simgrid_get_clock();
    return bh_stops_up_s(enclave, what) - now_s > resolution_s(now_s);
}

long bh_stops_cause(const struct bh_enclave *enclave, enum bh_need_for what)
{
    const struct bh_stop *stop = &enclave->stop[what];
    return stop->count > 0 ? stop->piece[stop->count - 1].cause : -1;
}

double bh_stops_slot_up_s(const struct bh_replica *replica, uint64_t slot, enum bh_need_for what)
{
    const struct bh_zone_outage *outage;
    double up_s = -INFINITY;
    DL_FOREACH(replica->zone_outages, outage)
    if (outage->slot == slot &&
        bh_zone_set_has(&node_of(replica, outage->partition)->model->tree->needs[what], outage->zone))
        up_s = fmax(up_s, outage->until_s);
    return up_s;
}

/* --- Booking --------------------------------------------------------------------------------------------------------- */

static void book(struct bh_enclave *enclave, enum bh_part part, double from_s, double to_s, double nodes, long cause)
{
    if (to_s > from_s)
        bh_ledger_book(&enclave->ledger, part, (to_s - from_s) * nodes, bh_replica_cause(enclave->replica, cause));
}

void bh_stops_book(struct bh_enclave *enclave, const struct bh_enclave *stopped, enum bh_need_for what, double from_s,
                   double to_s, double nodes, enum bh_part rest, long rest_cause)
{
    const struct bh_stop *stop = &stopped->stop[what];
    size_t p = stop->count;
    while (p > 0 && stop->piece[p - 1].until_s > from_s)
        p--;
    for (; p < stop->count && from_s < to_s; p++) {
        const struct bh_stop_piece *piece = &stop->piece[p];
        double begin_s = fmin(fmax(from_s, piece->from_s), to_s), end_s = fmax(begin_s, fmin(to_s, piece->until_s));
        double detected_s = fmin(fmax(begin_s, piece->detected_s), end_s);
        book(enclave, rest, from_s, begin_s, nodes, rest_cause);
        book(enclave, BH_PART_DETECTION, begin_s, detected_s, nodes, piece->cause);
        book(enclave, BH_PART_RESTART, detected_s, end_s, nodes, piece->cause);
        enclave->stop[what].node_s += (end_s - begin_s) * nodes;
        from_s = end_s;
    }
    book(enclave, rest, from_s, to_s, nodes, rest_cause);
}

void bh_stops_await_io(struct bh_enclave *enclave)
{
    const struct bh_stop *stop = &enclave->stop[BH_NEED_IO];
    double start_s = simgrid_get_clock();
    bool hangs = stop->hangs > 0;
    bh_enclave_sleep(enclave, bh_stops_up_s(enclave, BH_NEED_IO));
    bh_stops_book(enclave, enclave, BH_NEED_IO, start_s, simgrid_get_clock(), bh_enclave_nodes(enclave),
                  BH_PART_DETECTION, hangs ? stop->hang_cause : -1);
}

/* --- Who stops -------------------------------------------------------------------------------------------------------- */

static void add_piece(struct bh_stop *stop, double detected_s, double until_s, long cause)
{
    double from_s = fmax(simgrid_get_clock(), pieces_end_s(stop));
    if (until_s <= from_s)
        return;
    if (stop->count == stop->room) {
        stop->room = stop->room > 0 ? 2 * stop->room : 8;
        stop->piece = bh_reallocate(stop->piece, stop->room, sizeof *stop->piece);
    }
    stop->piece[stop->count++] = (struct bh_stop_piece){from_s, detected_s, until_s, cause};
}

/* Whether bytes go to or from disks or other nodes, or are about to. */
static bool moves(const struct bh_enclave *enclave)
{
    enum bh_level level;
    if (enclave->phase == BH_PHASE_CHECKPOINT)
        return enclave->saving >= BH_LEVEL_LOCAL;
    return enclave->phase == BH_PHASE_RESTORE && bh_checkpoint_newest(enclave, &level) != NULL &&
           level >= BH_LEVEL_LOCAL;
}

/* What it was about is begun again: a checkpoint, a verification, a relaunch or a restore. */
static bool is_disturbed(const struct bh_enclave *enclave, enum bh_need_for what)
{
    bool is_about = enclave->phase == BH_PHASE_CHECKPOINT || enclave->phase == BH_PHASE_VERIFY ||
                    enclave->phase == BH_PHASE_RESTART || enclave->phase == BH_PHASE_RESTORE;
    return what == BH_NEED_PROGRESS ? is_about : moves(enclave);
}

static void stop_enclave(struct bh_enclave *enclave, enum bh_need_for what, uint64_t slot, double detected_s,
                         double until_s, long cause)
{
    add_piece(&enclave->stop[what], detected_s, until_s, cause);
    if (bh_enclave_is_service(enclave)) {
        if (what == BH_NEED_PROGRESS)
            bh_service_stop(enclave, slot, true, detected_s, cause);
        bh_enclave_signal(enclave);
        return;
    }
    if (is_disturbed(enclave, what) && !enclave->has_failed) {
        enclave->has_lost_need = true;
        enclave->need_cause = cause;
        bh_enclave_signal(enclave);
    }
    if (what == BH_NEED_PROGRESS)
        bh_enclave_stall(enclave, slot, true, -1);
    if (bh_enclave_is_there(enclave) && !bh_enclave_runs(enclave, slot))
        bh_outage_delay(enclave, cause);
}

static void stop_enclaves(struct bh_replica *replica, const struct bh_zone_outage *outage, double detected_s,
                          long cause)
{
    const struct bh_zone_tree *tree = node_of(replica, outage->partition)->model->tree;
    enum bh_need_for what =
        bh_zone_set_has(&tree->needs[BH_NEED_PROGRESS], outage->zone) ? BH_NEED_PROGRESS : BH_NEED_IO;
    for (size_t t = 0; t < tree->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[outage->partition->enclave[t]];
        if (enclave->phase != BH_PHASE_DONE)
            stop_enclave(enclave, what, outage->slot, detected_s, outage->until_s, cause);
    }
}

void bh_stops_hang(struct bh_enclave *enclave, bool begins, long cause)
{
    struct bh_stop *stop = &enclave->stop[BH_NEED_IO];
    if (enclave->phase == BH_PHASE_DONE || (!begins && stop->hangs == 0))
        return;
    stop->hangs += begins ? 1 : -1U;
    if (begins)
        stop->hang_cause = cause;
    if (begins && moves(enclave) && !enclave->has_failed) {
        enclave->has_lost_need = true;
        enclave->need_cause = cause;
    }
    bh_enclave_signal(enclave);
    if (!begins)
        bh_exchanges_wake(enclave->replica);
}

/* --- Zones ------------------------------------------------------------------------------------------------------------- */

/* A zone with a kernel of its own boots as a guest does; a process is started. */
static double restart_s(const struct bh_replica *replica, const struct bh_node_setup *node, size_t zone)
{
    const struct bh_zone_tree *tree = node->model->tree;
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_set_has(&tree->zones[zone].subtree, z) && tree->zones[z].kind == BH_GUEST_KERNEL)
            return tree->system->guest_boot_s.value;
    return replica->setup->scenario->catalog->recovery.process_restart_s.value;
}

static void begin_outage(struct bh_replica *replica, uint64_t slot, size_t zone, double detected_s, long cause)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_node_setup *node = node_of(replica, partition);
    struct bh_zone_outage *outage = bh_allocate(1, sizeof *outage);
    *outage = (struct bh_zone_outage){
        .slot = slot, .zone = zone, .partition = partition, .until_s = detected_s + restart_s(replica, node, zone)};
    DL_APPEND(replica->zone_outages, outage);
    bh_machine_fail_zones(replica->machine, slot, &node->model->tree->zones[zone].subtree, outage->until_s);
    bh_event_queue_push(&replica->queue,
                        (struct bh_event){.time_s = outage->until_s, .kind = BH_EVENT_ZONE_UP, .subject = outage});
    stop_enclaves(replica, outage, detected_s, cause);
}

/* No piece is longer than the outages that are left. */
static void shorten_pieces(struct bh_enclave *enclave, enum bh_need_for what)
{
    const struct bh_replica *replica = enclave->replica;
    struct bh_stop *stop = &enclave->stop[what];
    const struct bh_zone_outage *outage;
    double last_s = simgrid_get_clock();
    DL_FOREACH(replica->zone_outages, outage)
    if (outage->partition == enclave->partition &&
        bh_zone_set_has(&node_of(replica, outage->partition)->model->tree->needs[what], outage->zone))
        last_s = fmax(last_s, outage->until_s);
    for (size_t p = stop->count; p > 0 && stop->piece[p - 1].until_s > last_s; p--)
        stop->piece[p - 1].until_s = fmax(stop->piece[p - 1].from_s, last_s);
    while (stop->count > 0 && stop->piece[stop->count - 1].until_s <= stop->piece[stop->count - 1].from_s)
        stop->count--;
}

/* Those that stood still for it go on. */
static void end_outage(struct bh_replica *replica, struct bh_zone_outage *outage, bool is_early)
{
    const struct bh_zone_tree *tree = node_of(replica, outage->partition)->model->tree;
    bool halts = bh_zone_set_has(&tree->needs[BH_NEED_PROGRESS], outage->zone);
    DL_DELETE(replica->zone_outages, outage);
    outage->is_over = true;
    for (size_t t = 0; t < tree->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[outage->partition->enclave[t]];
        if (is_early)
            shorten_pieces(enclave, halts ? BH_NEED_PROGRESS : BH_NEED_IO);
        if (enclave->phase == BH_PHASE_DONE)
            continue;
        if (bh_enclave_is_service(enclave)) {
            if (halts)
                bh_service_stop(enclave, outage->slot, false, INFINITY, -1);
            bh_enclave_signal(enclave);
        } else if (halts)
            bh_enclave_stall(enclave, outage->slot, false, -1);
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

void bh_stops_begin(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *down, long cause)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_zone_tree *tree = node_of(replica, partition)->model->tree;
    double now_s = simgrid_get_clock();
    double detected_s = now_s + replica->setup->scenario->catalog->recovery.detection_s.value;
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
