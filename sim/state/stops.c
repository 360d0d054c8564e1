/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Needed zones that are down: until when, and to whom what waits is booked. Zones that are degraded: since when, and whom that
 * makes slower. */
#include "sim/state/stops.h"

#include "models/base/extremes.h"
#include "models/catalog/application.h"
#include "models/catalog/recovery.h"
#include "models/node/zone_needs.h"
#include "sim/setup/questions.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/replica_state.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <uthash.h>
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

enum bh_need_for bh_stops_keep_from(const struct bh_zone_tree *tree, size_t zone, size_t tenant)
{
    int owner = tree->zones[zone].enclave;
    if (owner >= 0)
        return owner == (int)tenant ? BH_NEED_PROGRESS : BH_NEEDS;
    if (bh_zone_tree_is_around(tree, zone, tenant) || bh_zone_set_has(&tree->needs[BH_NEED_PROGRESS], zone))
        return BH_NEED_PROGRESS;
    return bh_zone_set_has(&tree->needs[BH_NEED_IO], zone) ? BH_NEED_IO : BH_NEEDS;
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

/* --- Degraded ------------------------------------------------------------------------------------------------------- */

/* What of a slot is degraded, or was until it went down and is not yet noticed. Thousands of nodes may be at once, so it is
 * found by slot, and who is slower is counted as it changes. */
struct bh_degraded_slot {
    uint64_t number;
    struct bh_degraded *first; /* by `next_here` */
    UT_hash_handle hh;
};

static struct bh_degraded_slot *find_slot(const struct bh_replica *replica, uint64_t number)
{
    struct bh_degraded_slot *slot;
    HASH_FIND(hh, replica->degraded_slots, &number, sizeof number, slot);
    return slot;
}

static struct bh_degraded *first_on(const struct bh_replica *replica, uint64_t number)
{
    const struct bh_degraded_slot *slot = find_slot(replica, number);
    return slot != NULL ? slot->first : NULL;
}

static void list_here(struct bh_replica *replica, struct bh_degraded *degraded)
{
    struct bh_degraded_slot *slot = find_slot(replica, degraded->slot);
    if (slot == NULL) {
        slot = bh_allocate(1, sizeof *slot);
        slot->number = degraded->slot;
        HASH_ADD(hh, replica->degraded_slots, number, sizeof slot->number, slot);
    }
    degraded->next_here = slot->first;
    slot->first = degraded;
}

static void unlist_here(struct bh_replica *replica, struct bh_degraded *degraded)
{
    struct bh_degraded_slot *slot = find_slot(replica, degraded->slot);
    struct bh_degraded **at = &slot->first;
    while (*at != degraded)
        at = &(*at)->next_here;
    *at = degraded->next_here;
    if (slot->first == NULL) {
        HASH_DEL(replica->degraded_slots, slot);
        free(slot);
    }
}

void bh_degraded_forget(struct bh_replica *replica)
{
    struct bh_degraded_slot *slot, *next;
    HASH_ITER(hh, replica->degraded_slots, slot, next)
    {
        HASH_DEL(replica->degraded_slots, slot);
        free(slot);
    }
}

static bool makes_slower(const struct bh_degraded *degraded, const struct bh_enclave *enclave, enum bh_need_for what)
{
    const struct bh_zone_tree *tree = bh_setup_tree(enclave->replica->setup, degraded->partition);
    return !degraded->is_over && degraded->partition == enclave->partition &&
           (tree->zones[degraded->zone].enclave == (int)enclave->setup->spec->tenant ||
            bh_zone_tree_is_around(tree, degraded->zone, enclave->setup->spec->tenant) ||
            bh_zone_set_has(&tree->needs[what], degraded->zone));
}

enum bh_slow bh_degraded_slow_on(const struct bh_enclave *enclave, uint64_t slot)
{
    enum bh_slow slow = BH_SLOW_NOT;
    for (const struct bh_degraded *degraded = first_on(enclave->replica, slot); degraded != NULL;
         degraded = degraded->next_here)
        if (degraded->slow > slow && makes_slower(degraded, enclave, BH_NEED_PROGRESS))
            slow = degraded->slow;
    return slow;
}

bool bh_degraded_sends(const struct bh_enclave *enclave)
{
    return enclave->degraded_ways > 0;
}

/* Takes a slot out of the counts (by -1) before what is degraded there changes, and puts it back (by 1) behind. */
static void count_slot(struct bh_replica *replica, uint64_t slot, const struct bh_partition *partition, double by)
{
    const struct bh_zone_tree *tree = bh_setup_tree(replica->setup, partition);
    for (size_t t = 0; t < tree->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[partition->enclave[t]];
        enclave->degraded_parts[bh_degraded_slow_on(enclave, slot)] += by;
        for (const struct bh_degraded *degraded = first_on(replica, slot); degraded != NULL;
             degraded = degraded->next_here)
            if (makes_slower(degraded, enclave, BH_NEED_PROGRESS) || makes_slower(degraded, enclave, BH_NEED_IO))
                enclave->degraded_ways += by > 0.0 ? 1 : -UINT64_C(1);
    }
}

/* The slowest part sets the pace of ranks that wait for each other; the parts of a service are each for itself. */
static void tell(struct bh_replica *replica, const struct bh_partition *partition)
{
    const struct bh_zone_tree *tree = bh_setup_tree(replica->setup, partition);
    for (size_t t = 0; t < tree->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[partition->enclave[t]];
        const double *parts = enclave->degraded_parts;
        if (!bh_enclave_application(enclave)->kind->is_coupled) {
            if (bh_enclave_is_there(enclave))
                bh_enclave_signal(enclave);
            continue;
        }
        enclave->slow = parts[BH_SLOW_ALL] > 0.0        ? BH_SLOW_ALL
                        : parts[BH_SLOW_MESSAGES] > 0.0 ? BH_SLOW_MESSAGES
                                                        : BH_SLOW_NOT;
        if (bh_enclave_is_there(enclave))
            bh_enclave_retime(enclave);
    }
}

/* One that degrades it further is noticed with the first. */
void bh_degraded_begin(struct bh_replica *replica, uint64_t slot, size_t zone, enum bh_slow slow, long cause,
                       uint64_t identity)
{
    const struct bh_recovery_numbers *recovery = bh_setup_recovery(replica->setup);
    for (struct bh_degraded *other = first_on(replica, slot); other != NULL; other = other->next_here)
        if (other->zone == zone && !other->is_over) {
            if (slow > other->slow) {
                count_slot(replica, slot, other->partition, -1.0);
                other->slow = slow;
                count_slot(replica, slot, other->partition, 1.0);
                tell(replica, other->partition);
            }
            return;
        }
    struct bh_degraded *degraded = bh_allocate(1, sizeof *degraded);
    *degraded = (struct bh_degraded){.slot = slot,
                                     .zone = zone,
                                     .partition = bh_setup_partition(replica->setup, slot),
                                     .slow = slow,
                                     .cause = cause,
                                     .identity = identity};
    count_slot(replica, slot, degraded->partition, -1.0);
    DL_APPEND(replica->degraded, degraded);
    list_here(replica, degraded);
    count_slot(replica, slot, degraded->partition, 1.0);
    double sigma = recovery->degraded_notice_sigma.value, z = 0.0;
    if (sigma > 0.0)
        z = gsl_cdf_ugaussian_Pinv(
            bh_random_uniform(&replica->random, BH_PURPOSE_DEGRADES, identity, zone, UINT64_MAX));
    double noticed_s = replica->now_s + recovery->degraded_notice_median_s.value * exp(sigma * z);
    bh_event_queue_push(&replica->queue,
                        (struct bh_event){.time_s = noticed_s, .kind = BH_EVENT_NOTICED, .subject = degraded});
    tell(replica, degraded->partition);
}

/* Its event ends it. */
static void go_over(struct bh_replica *replica, struct bh_degraded *degraded)
{
    count_slot(replica, degraded->slot, degraded->partition, -1.0);
    degraded->is_over = true;
    count_slot(replica, degraded->slot, degraded->partition, 1.0);
    tell(replica, degraded->partition);
}

void bh_degraded_end(struct bh_replica *replica, struct bh_degraded *degraded)
{
    count_slot(replica, degraded->slot, degraded->partition, -1.0);
    unlist_here(replica, degraded);
    count_slot(replica, degraded->slot, degraded->partition, 1.0);
    DL_DELETE(replica->degraded, degraded);
    if (!degraded->is_over) /* else they know */
        tell(replica, degraded->partition);
    free(degraded);
}

void bh_degraded_clear(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *down)
{
    for (struct bh_degraded *degraded = first_on(replica, slot); degraded != NULL; degraded = degraded->next_here)
        if (!degraded->is_over && bh_zone_set_has(down, degraded->zone))
            go_over(replica, degraded);
}

void bh_degraded_clear_everywhere(struct bh_replica *replica, int enclave)
{
    struct bh_degraded *degraded;
    DL_FOREACH(replica->degraded, degraded)
    {
        int tenant = bh_setup_tree(replica->setup, degraded->partition)->zones[degraded->zone].enclave;
        if (!degraded->is_over &&
            (enclave < 0 || (tenant >= 0 && degraded->partition->enclave[tenant] == (size_t)enclave)))
            go_over(replica, degraded);
    }
}
