/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which states of an error's chain come to the same: processes and guests that are alike, and reach that no longer matters. */
#include "models/spread/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_unused(const struct bh_chain_state *state, size_t channel)
{
    return !((state->used[channel / 64] >> (channel % 64)) & 1);
}

void bh_chain_free(struct bh_chain *chain)
{
    for (size_t i = 0; i < chain->seats_count; i++)
        free(chain->seats[i].channels);
    free(chain->seats);
    bh_chain_free_classes(chain);
}

static struct bh_chain_seat make_seat(const struct bh_zone_tree *tree, size_t zone)
{
    struct bh_chain_seat seat = {.zone = zone, .channels = bh_allocate(tree->channels_count + 1, sizeof(size_t))};
    for (int incoming = 0; incoming < 2; incoming++)
        for (size_t c = 0; c < tree->channels_count; c++)
            if ((incoming ? tree->channels[c].to : tree->channels[c].from) == zone)
                seat.channels[seat.channels_count++] = c;
    return seat;
}

/* Whether channel `left` of one process and `right` of another lead out to, or in from, the same zone alike. Certain
 * channels are tried in order, so that no two of them are. */
static bool are_channels_alike(const struct bh_chain *chain, size_t left, size_t left_zone, size_t right,
                               size_t right_zone)
{
    const struct bh_crossing *a = &chain->model->crossings[left], *b = &chain->model->crossings[right];
    bool same_way =
        a->from == left_zone ? b->from == right_zone && a->to == b->to : b->to == right_zone && a->from == b->from;
    return same_way && bh_chain_crossings_are_alike(chain, a, b);
}

/* Whether two processes can change places. */
static bool are_alike(const struct bh_chain *chain, const struct bh_chain_seat *left, const struct bh_chain_seat *right)
{
    const struct bh_node_model *model = chain->model;
    const struct bh_zone *a = &model->tree->zones[left->zone], *b = &model->tree->zones[right->zone];
    bool alike = a->parent == b->parent && a->guest == b->guest && a->enclave == b->enclave && a->kind == b->kind &&
                 left->channels_count == right->channels_count && left->zone != chain->origin &&
                 right->zone != chain->origin && bh_chain_have_same_numbers(model, left->zone, right->zone);
    for (size_t i = 0; alike && i < left->channels_count; i++)
        alike = are_channels_alike(chain, left->channels[i], left->zone, right->channels[i], right->zone);
    return alike;
}

/* Processes of one guest follow each other in the tree. */
static void seat_processes(struct bh_chain *chain)
{
    const struct bh_zone_tree *tree = chain->model->tree;
    chain->seats = bh_allocate(tree->processes_count + 1, sizeof *chain->seats);
    for (size_t p = 0; p < tree->processes_count; p++) {
        struct bh_chain_seat *seat = &chain->seats[chain->seats_count];
        *seat = make_seat(tree, tree->process_zone[p]);
        seat->is_first = p == 0 || !are_alike(chain, seat - 1, seat);
        chain->seats_count++;
    }
}

static void put(struct bh_zone_set *set, size_t zone, bool holds)
{
    bh_zone_set_remove(set, zone);
    if (holds)
        bh_zone_set_add(set, zone);
}

/* What a state says of a process: 10 bits and one per channel. */
enum { VIEW_BITS = 10, VIEW_CHANNELS = 64 - VIEW_BITS };

static uint64_t look(const struct bh_chain_state *state, const struct bh_chain_seat *seat)
{
    uint64_t view = (uint64_t)bh_zone_set_has(&state->live, seat->zone) |
                    (uint64_t)bh_zone_set_has(&state->failed, seat->zone) << 1 |
                    (uint64_t)bh_zone_set_has(&state->affected, seat->zone) << 2 |
                    (uint64_t)bh_zone_set_has(&state->instruction, seat->zone) << 3 |
                    bh_chain_behind(state, seat->zone) << 4 | (uint64_t)bh_zone_set_has(&state->past, seat->zone) << 8 |
                    (uint64_t)bh_zone_set_has(&state->degraded, seat->zone) << 9;
    for (size_t i = 0; i < seat->channels_count; i++)
        view |= (uint64_t)!is_unused(state, seat->channels[i]) << (VIEW_BITS + i);
    return view;
}

static void set(struct bh_chain_state *state, const struct bh_chain_seat *seat, uint64_t view)
{
    put(&state->live, seat->zone, view & 1);
    put(&state->failed, seat->zone, view >> 1 & 1);
    put(&state->affected, seat->zone, view >> 2 & 1);
    put(&state->instruction, seat->zone, view >> 3 & 1);
    bh_chain_set_behind(state, seat->zone, view >> 4 & (BH_DEPTHS - 1));
    put(&state->past, seat->zone, view >> 8 & 1);
    put(&state->degraded, seat->zone, view >> 9 & 1);
    for (size_t i = 0; i < seat->channels_count; i++) {
        uint64_t bit = UINT64_C(1) << (seat->channels[i] % 64);
        state->used[seat->channels[i] / 64] &= ~bit;
        if (view >> (VIEW_BITS + i) & 1)
            state->used[seat->channels[i] / 64] |= bit;
    }
}

/* Which of several processes that are alike it is does not matter: orders them by what the state says of them. */
static void sort_alike(const struct bh_chain *chain, struct bh_chain_state *state)
{
    uint64_t views[BH_ZONE_SET_SIZE];
    bool is_sorted = true;
    for (size_t i = 0; i < chain->seats_count; i++) {
        const struct bh_chain_seat *seat = &chain->seats[i];
        views[i] = seat->channels_count <= VIEW_CHANNELS ? look(state, seat) : 0;
        is_sorted = is_sorted && (seat->is_first || views[i - 1] <= views[i]);
    }
    if (is_sorted)
        return;
    for (size_t i = 1; i < chain->seats_count; i++)
        for (size_t j = i; !chain->seats[j].is_first && views[j - 1] > views[j]; j--) {
            uint64_t before = views[j - 1];
            views[j - 1] = views[j];
            views[j] = before;
        }
    for (size_t i = 0; i < chain->seats_count; i++)
        if (chain->seats[i].channels_count <= VIEW_CHANNELS)
            set(state, &chain->seats[i], views[i]);
}

/* Beyond a process, only the guest that is affected matters, and beyond a guest only whose zones are. */
static void widen_affected(const struct bh_zone_tree *tree, struct bh_chain_state *state)
{
    enum bh_scope extent = bh_zone_tree_extent(tree, &state->affected);
    if (extent == BH_SCOPE_GUEST)
        for (size_t g = 0; g < tree->guests_count; g++)
            if (bh_zone_set_meets(&tree->guest_zones[g], &state->affected)) {
                bh_zone_set_join(&state->affected, &tree->guest_zones[g]);
                return;
            }
    if (extent != BH_SCOPE_NODE)
        return;
    bh_zone_set_add(&state->affected, 0);
    for (size_t t = 0; t < tree->tenants_count; t++)
        if (bh_zone_set_meets(&tree->tenant_zones[t], &state->affected))
            bh_zone_set_join(&state->affected, &tree->tenant_zones[t]);
}

/* An attempt to enter a zone that has failed, or is never entered again, changes nothing, unless its guard tells or it may
 * leave the zone degraded; and there are none from there. */
static void close_dead_channels(const struct bh_node_model *model, struct bh_chain_state *state)
{
    const struct bh_zone_tree *tree = model->tree;
    struct bh_zone_set dead = state->failed, may_try = state->live;
    bh_zone_set_join(model->again > 0.0 ? &may_try : &dead, &state->past);
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_set_has(&state->failed, z))
            bh_zone_set_remove(&state->past, z);
    if (bh_zone_set_is_empty(&dead))
        return;
    for (size_t c = 0; c < tree->channels_count; c++) {
        const struct bh_crossing *crossing = &model->crossings[c];
        uint64_t bit = UINT64_C(1) << (c % 64);
        if (bh_zone_set_has(&dead, crossing->from))
            state->used[c / 64] &= ~bit;
        else if (bh_zone_set_has(crossing->corrupts < 1.0 ? &state->failed : &dead, crossing->to) &&
                 !crossing->detects && bh_zone_set_has(&may_try, crossing->from))
            state->used[c / 64] |= bit;
    }
}

/* What takes a zone down takes those inside it, so that they do not matter where it is degraded, too. */
static void forget_inner_degraded(const struct bh_zone_tree *tree, struct bh_chain_state *state)
{
    if (bh_zone_set_is_empty(&state->degraded))
        return;
    for (size_t z = tree->zones_count; z-- > 1;) /* a parent's number is below its children's */
        for (int above = tree->zones[z].parent; above >= 0; above = tree->zones[above].parent)
            if (bh_zone_set_has(&state->degraded, (size_t)above))
                bh_zone_set_remove(&state->degraded, z);
}

/* A copy that has no channel left to try goes no deeper. */
static void forget_depths(const struct bh_zone_tree *tree, struct bh_chain_state *state)
{
    for (size_t z = 0; z < tree->zones_count; z++) {
        bool has_unused = false;
        for (size_t c = tree->first_channel[z]; c < tree->first_channel[z + 1]; c++)
            has_unused = has_unused || is_unused(state, c);
        if (!has_unused)
            bh_chain_set_behind(state, z, 0);
    }
}

int bh_chain_begin(struct bh_chain *chain, const struct bh_node_model *model, const struct bh_origin *origin,
                   bool tracks_depth, struct bh_error *err)
{
    *chain =
        (struct bh_chain){.model = model, .origin = origin->zone, .kind = origin->kind, .tracks_depth = tracks_depth};
    chain->key_size = tracks_depth ? offsetof(struct bh_chain_state, deeper) : offsetof(struct bh_chain_state, behind);
    chain->step_work = model->tree->zones_count + model->tree->channels_count;
    if (model->tree->channels_count > BH_CHAIN_CHANNELS_MOST)
        return bh_fail(err, BH_ERROR_NUMERIC, "the exact chain holds at most %d channels, this node has %zu",
                       BH_CHAIN_CHANNELS_MOST, model->tree->channels_count);
    seat_processes(chain);
    bh_chain_find_classes(chain);
    return 0;
}

int bh_chain_check_work(uint64_t work, size_t most_states, struct bh_error *err)
{
    double most = fmax(BH_CHAIN_WORK_MOST, BH_CHAIN_WORK_OF_A_STATE * (double)most_states);
    if ((double)work <= most)
        return 0;
    return bh_fail(err, BH_ERROR_NUMERIC, "the exact chain takes more than %.0e steps", most);
}

struct bh_chain_state bh_chain_start(const struct bh_chain *chain, const struct bh_origin *origin)
{
    struct bh_chain_state state;
    memset(&state, 0, sizeof state);
    bh_zone_set_add(&state.live, origin->zone);
    if (origin->also_host_kernel)
        bh_zone_set_add(&state.live, 0);
    if (bh_error_kind_is_instruction(origin->kind))
        state.instruction = state.live;
    state.forced = (uint16_t)origin->ending;
    bh_chain_simplify(chain, &state);
    return state;
}

void bh_chain_simplify(const struct bh_chain *chain, struct bh_chain_state *state)
{
    widen_affected(chain->model->tree, state);
    close_dead_channels(chain->model, state);
    forget_inner_degraded(chain->model->tree, state);
    if (chain->tracks_depth)
        forget_depths(chain->model->tree, state);
    sort_alike(chain, state);
    bh_chain_sort_guests(chain, state);
}
