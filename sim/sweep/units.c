/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Plans units point by point, so that a long campaign is never in memory as a whole. */
#include "sim/sweep/units.h"

#include "sim/sweep/progress_state.h"

#include <stdlib.h>
#include <string.h>

static bool is_mine(const struct bh_units *units, size_t point, uint64_t piece)
{
    return units->pieces.owner[point * units->pieces.per_point + piece] == units->share.index;
}

static void push(struct bh_units *units, struct bh_unit unit)
{
    if (bh_state_is_done(units->state, unit)) {
        units->done++;
        return;
    }
    if (units->count == units->room && units->first > units->room / 2) {
        memmove(units->waiting, units->waiting + units->first, (units->count - units->first) * sizeof unit);
        units->count -= units->first;
        units->first = 0;
    }
    if (units->count == units->room) {
        units->room = units->room ? 2 * units->room : 64;
        units->waiting = bh_reallocate(units->waiting, units->room, sizeof unit);
    }
    units->waiting[units->count++] = unit;
    units->open[unit.point]++;
}

/* Of a unit what is not done: the campaign may have grown since, or its units may have been others. */
static void push_rest(struct bh_units *units, struct bh_unit whole)
{
    const uint8_t *done = &units->state->replica_done[whole.point * units->campaign->replicas];
    uint64_t last = whole.first + whole.count, next;
    if (bh_state_is_done(units->state, whole))
        units->done++;
    for (uint64_t first = whole.first; first < last; first = next) {
        for (next = first + 1; next < last && done[next] == done[first]; next++)
            ;
        if (!done[first])
            push(units, (struct bh_unit){.point = whole.point, .first = first, .count = next - first});
    }
}

/* Replicas [first, last) in units. */
static void push_range(struct bh_units *units, size_t point, uint64_t first, uint64_t last)
{
    for (; first < last; first += units->campaign->chunk) {
        uint64_t left = last - first;
        push_rest(units, (struct bh_unit){.point = point,
                                          .first = first,
                                          .count = left < units->campaign->chunk ? left : units->campaign->chunk});
    }
}

/* Units up to the next look at which the point could stop. */
static void push_look(struct bh_units *units, size_t point)
{
    bool is_final;
    uint64_t target = bh_state_target(units->state, point, &is_final);
    if (is_final)
        bh_state_forget(units->state, point);
    else if (!units->given_up[point])
        push_range(units, point, bh_state_count(units->state, point), target);
}

static void plan_point(struct bh_units *units, size_t point)
{
    const struct bh_pieces *pieces = &units->pieces;
    uint64_t all = units->campaign->replicas;
    uint64_t mine = 0;
    for (uint64_t i = 0; i < pieces->per_point; i++)
        mine += is_mine(units, point, i);
    if (mine == 0)
        return;
    if (is_mine(units, point, 0))
        push(units, (struct bh_unit){.point = point});
    if (units->campaign->precision.is_on) {
        push_look(units, point);
        return;
    }
    for (uint64_t i = 0; i < pieces->per_point; i++)
        if (is_mine(units, point, i)) {
            uint64_t first = i * pieces->replicas, last = first + pieces->replicas;
            push_range(units, point, first, last < all ? last : all);
        }
}

/* Predicted times: of a piece, and of what is done of it. */
static void add_piece(struct bh_units *units, size_t point, uint64_t piece)
{
    const struct bh_campaign *campaign = units->campaign;
    uint64_t first = piece * units->pieces.replicas, last = first + units->pieces.replicas, done = 0;
    last = campaign->precision.is_on ? campaign->least : last < campaign->replicas ? last : campaign->replicas;
    for (uint64_t r = first; r < last; r++)
        done += units->state->replica_done[point * campaign->replicas + r];
    units->total_s += campaign->cost_s[point] * (double)(last - first);
    units->done_s += campaign->cost_s[point] * (double)done;
    if (piece == 0) {
        double cost_s = bh_state_cost_s(units->state, (struct bh_unit){.point = point});
        units->total_s += cost_s;
        units->done_s += units->state->point_done[point] ? cost_s : 0.0;
    }
}

void bh_units_create(struct bh_units *units, const struct bh_campaign *campaign, struct bh_state *state,
                     struct bh_share share)
{
    *units = (struct bh_units){.campaign = campaign, .state = state, .share = share};
    bh_pieces_create(&units->pieces, campaign, share.count);
    units->open = bh_allocate(campaign->points, sizeof *units->open);
    units->given_up = bh_allocate(campaign->points, 1);
    for (size_t p = 0; p < campaign->points; p++)
        for (uint64_t i = 0; i < units->pieces.per_point; i++)
            if (is_mine(units, p, i))
                add_piece(units, p, i);
}

void bh_units_release(struct bh_units *units)
{
    bh_pieces_release(&units->pieces);
    free(units->open);
    free(units->given_up);
    free(units->waiting);
    *units = (struct bh_units){0};
}

bool bh_units_take(struct bh_units *units, struct bh_unit last, struct bh_unit *unit)
{
    enum { LOOK_AHEAD = 64 };
    while (units->first == units->count && units->next < units->campaign->points)
        plan_point(units, units->campaign->order[units->next++]);
    if (units->first == units->count)
        return false;
    /* A worker stays with its point where it can: another may need another platform. */
    for (size_t i = units->first; i < units->count && i < units->first + LOOK_AHEAD; i++)
        if (units->waiting[i].point == last.point && i > units->first) {
            struct bh_unit found = units->waiting[i];
            memmove(&units->waiting[units->first + 1], &units->waiting[units->first],
                    (i - units->first) * sizeof found);
            units->waiting[units->first] = found;
            break;
        }
    *unit = units->waiting[units->first++];
    return true;
}

void bh_units_return(struct bh_units *units, struct bh_unit unit)
{
    if (units->first == 0) {
        units->open[unit.point]--;
        push(units, unit);
        return;
    }
    units->waiting[--units->first] = unit;
}

void bh_units_settle(struct bh_units *units, struct bh_unit unit, bool failed)
{
    units->open[unit.point]--;
    if (failed)
        units->given_up[unit.point] = 1;
    else {
        units->done++;
        units->done_s += bh_state_cost_s(units->state, unit);
    }
    if (units->campaign->precision.is_on && units->open[unit.point] == 0)
        push_look(units, unit.point);
}
