/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Needed zones that are down: until when, and to whom what waits is booked. */
#include "sim/state/stops.h"

#include "models/base/extremes.h"
#include "sim/setup/questions.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <utlist.h>

/* A sleep ends this close to its time. */
static double resolution_s(double now_s)
{
    return 2.0 * bh_greater(1e-9, 1e-15 * now_s);
}

double bh_stop_end_s(const struct bh_stop *stop)
{
    return stop->count > 0 ? stop->piece[stop->count - 1].until_s : -INFINITY;
}

double bh_stops_up_s(const struct bh_enclave *enclave, enum bh_need_for what)
{
    const struct bh_stop *stop = &enclave->stop[what];
    return stop->hangs > 0 ? INFINITY : bh_stop_end_s(stop);
}

bool bh_stops_is_down(const struct bh_enclave *enclave, enum bh_need_for what)
{
    const struct bh_stop *stop = &enclave->stop[what];
    if (stop->hangs == 0 && stop->count == 0)
        return false;
    double now_s = enclave->replica->now_s;
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
        bh_zone_set_has(&bh_setup_tree(replica->setup, outage->partition)->needs[what], outage->zone))
        up_s = bh_greater(up_s, outage->until_s);
    return up_s;
}

static void book(struct bh_enclave *enclave, enum bh_part part, double from_s, double to_s, double nodes, long cause)
{
    if (to_s > from_s)
        bh_enclave_book(enclave, part, (to_s - from_s) * nodes, cause);
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
        double begin_s = bh_lesser(bh_greater(from_s, piece->from_s), to_s),
               end_s = bh_greater(begin_s, bh_lesser(to_s, piece->until_s));
        double detected_s = bh_lesser(bh_greater(begin_s, piece->detected_s), end_s);
        book(enclave, rest, from_s, begin_s, nodes, rest_cause);
        book(enclave, BH_PART_DETECTION, begin_s, detected_s, nodes, piece->cause);
        book(enclave, BH_PART_RESTART, detected_s, end_s, nodes, piece->cause);
        enclave->stop[what].node_s += (end_s - begin_s) * nodes;
        from_s = end_s;
    }
    book(enclave, rest, from_s, to_s, nodes, rest_cause);
}

void bh_stops_hang(struct bh_enclave *enclave, bool begins, long cause)
{
    struct bh_stop *stop = &enclave->stop[BH_NEED_IO];
    if (enclave->phase == BH_PHASE_DONE || (!begins && stop->hangs == 0))
        return;
    stop->hangs += begins ? 1 : -1U;
    if (begins)
        stop->hang_cause = cause;
    if (begins && bh_checkpoint_moves(enclave, BH_THROUGH_IO) && !enclave->has_failed) {
        enclave->has_lost_need = true;
        enclave->need_cause = cause;
    }
    bh_enclave_signal(enclave);
    if (!begins)
        for (size_t c = 0; c < bh_compositions_of(enclave->replica)->count; c++)
            bh_composing_look(enclave->replica, c);
}

void bh_stops_book_held(struct bh_enclave *enclave, enum bh_part part, double from_s, double to_s, double nodes)
{
    if (part == BH_PART_COMPOSITION && enclave->held_for != NULL)
        bh_stops_book(enclave, enclave->held_for, BH_NEED_IO, from_s, to_s, nodes, part, -1);
    else
        bh_enclave_book(enclave, part, (to_s - from_s) * nodes, -1);
}
