/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The jump chain of an error's live copies, followed forward generation by generation until nothing is live. */
#include "models/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned)XXH3_64bits((key), (length)))
#include <uthash.h>

/* Compared as bytes: no padding, unused bits zero. */
struct state {
    struct bh_zone_set live, failed, affected;
    struct bh_zone_set instruction;       /* live copies that are still instruction errors: origins only */
    uint64_t used[BH_ZONE_SET_WORDS * 2]; /* attempts made by copies that are live, by channel */
    uint32_t beyond_node;
    uint16_t silent;
    uint16_t forced; /* enum bh_forced_ending of the origin's copy, until it has ended of itself once */
};
enum { CHANNELS_MOST = 64 * BH_ZONE_SET_WORDS * 2 };

struct entry {
    struct state state;
    double mass;
    UT_hash_handle hh;
};

/* A process with the channels out of and into it, in an order that is the same for processes alike. */
struct seat {
    size_t zone;
    size_t channels_count;
    size_t *channels;
    bool is_first; /* of those that are alike */
};

struct walk {
    const struct bh_node_model *model;
    size_t origin;
    struct seat *seats; /* the processes, those that are alike side by side; the origin is like no other */
    size_t seats_count;
    struct entry *next; /* the generation being filled */
    size_t next_count;
    double least_mass;
    struct bh_spread *spread;
};

static bool is_unused(const struct state *state, size_t channel)
{
    return !((state->used[channel / 64] >> (channel % 64)) & 1);
}

enum bh_scope bh_effect_extent(const struct bh_zone_tree *tree, const struct bh_effect *effect)
{
    enum bh_scope here = bh_zone_tree_extent(tree, &effect->affected);
    return effect->beyond_node > here ? effect->beyond_node : here;
}

void bh_effect_boundaries(const struct bh_zone_tree *tree, size_t origin, const struct bh_effect *effect,
                          bool inside[BH_BOUNDARIES], bool beyond[BH_BOUNDARIES])
{
    const struct bh_zone *zone = &tree->zones[origin];
    bool far = effect->beyond_node != BH_SCOPE_NONE;
    struct bh_zone_set own = zone->subtree;
    inside[BH_PROCESS_KERNEL] = zone->process >= 0;
    beyond[BH_PROCESS_KERNEL] = inside[BH_PROCESS_KERNEL] && (far || !bh_zone_set_within(&effect->affected, &own));
    if (tree->has_guests && zone->guest >= 0)
        own = tree->guest_zones[zone->guest];
    inside[BH_GUEST_HOST] = tree->has_guests ? zone->guest >= 0 : zone->process >= 0;
    beyond[BH_GUEST_HOST] = inside[BH_GUEST_HOST] && (far || !bh_zone_set_within(&effect->affected, &own));
    inside[BH_ENCLAVE_ENCLAVE] = tree->tenants_count > 1;
    beyond[BH_ENCLAVE_ENCLAVE] = inside[BH_ENCLAVE_ENCLAVE] && bh_zone_tree_tenants_hit(tree, &effect->affected) > 1;
    inside[BH_NODE_NODE] = true;
    beyond[BH_NODE_NODE] = far;
}

enum bh_scope bh_effect_loss(const struct bh_zone_tree *tree, const struct bh_effect *effect, size_t tenant)
{
    if (bh_zone_set_has(&effect->failed, 0))
        return BH_SCOPE_NODE;
    enum bh_scope loss = BH_SCOPE_NONE;
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        bool lost = bh_zone_set_has(&effect->failed, z) &&
                    (zone->enclave == (int)tenant || (zone->enclave < 0 && zone->kind != BH_HOST_KERNEL));
        if (lost && zone->process < 0)
            return BH_SCOPE_GUEST;
        if (lost)
            loss = BH_SCOPE_PROCESS;
    }
    return loss;
}

static void absorb(struct walk *walk, const struct state *state, double mass)
{
    const struct bh_zone_tree *tree = walk->model->tree;
    struct bh_effect effect = {state->affected, state->failed, (enum bh_scope)state->beyond_node, state->silent};
    bool beyond[BH_BOUNDARIES];
    walk->spread->extent[bh_effect_extent(tree, &effect)] += mass;
    bh_effect_boundaries(tree, walk->origin, &effect, walk->spread->inside, beyond);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        walk->spread->beyond[b] += beyond[b] ? mass : 0.0;
    walk->spread->silent += effect.silent ? mass : 0.0;
    for (size_t t = 0; t < tree->tenants_count; t++)
        walk->spread->loss[t * BH_SCOPES + (size_t)bh_effect_loss(tree, &effect, t)] += mass;
}

/* --- States that come to the same ----------------------------------------------------------------------------------- */

static void free_seats(struct walk *walk)
{
    for (size_t i = 0; i < walk->seats_count; i++)
        free(walk->seats[i].channels);
    free(walk->seats);
}

static struct seat make_seat(const struct bh_node_model *model, size_t zone)
{
    const struct bh_zone_tree *tree = model->tree;
    struct seat seat = {.zone = zone, .channels = bh_allocate(tree->channels_count + 1, sizeof(size_t))};
    for (int incoming = 0; incoming < 2; incoming++)
        for (size_t c = 0; c < tree->channels_count; c++)
            if ((incoming ? model->crossings[c].to : model->crossings[c].from) == zone)
                seat.channels[seat.channels_count++] = c;
    return seat;
}

static bool have_same_numbers(const struct bh_node_model *model, size_t left, size_t right)
{
    bool same =
        model->residual[left] == model->residual[right] && model->disposition[left] == model->disposition[right];
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
        const struct bh_copy_ending *a = &model->ending[left][kind], *b = &model->ending[right][kind];
        same = same && a->rate == b->rate && a->masked == b->masked && a->signalled == b->signalled &&
               a->silent == b->silent;
    }
    return same;
}

/* Whether channel `left` of one process and `right` of another lead out to, or in from, the same zone alike. Certain
 * channels are tried in order, so that no two of them are. */
static bool are_channels_alike(const struct bh_node_model *model, size_t left, size_t left_zone, size_t right,
                               size_t right_zone)
{
    const struct bh_crossing *a = &model->crossings[left], *b = &model->crossings[right];
    bool same_way =
        a->from == left_zone ? b->from == right_zone && a->to == b->to : b->to == right_zone && a->from == b->from;
    return same_way && a->probability == b->probability && a->probability < 1.0 && a->blocks == b->blocks &&
           a->detects == b->detects;
}

/* Whether two processes can change places. */
static bool are_alike(const struct walk *walk, const struct seat *left, const struct seat *right)
{
    const struct bh_zone *a = &walk->model->tree->zones[left->zone], *b = &walk->model->tree->zones[right->zone];
    bool alike = a->parent == b->parent && a->guest == b->guest && a->enclave == b->enclave && a->kind == b->kind &&
                 left->channels_count == right->channels_count && left->zone != walk->origin &&
                 right->zone != walk->origin && have_same_numbers(walk->model, left->zone, right->zone);
    for (size_t i = 0; alike && i < left->channels_count; i++)
        alike = are_channels_alike(walk->model, left->channels[i], left->zone, right->channels[i], right->zone);
    return alike;
}

/* Processes of one guest follow each other in the tree. */
static void seat_processes(struct walk *walk)
{
    const struct bh_zone_tree *tree = walk->model->tree;
    walk->seats = bh_allocate(tree->processes_count + 1, sizeof *walk->seats);
    for (size_t p = 0; p < tree->processes_count; p++) {
        struct seat *seat = &walk->seats[walk->seats_count];
        *seat = make_seat(walk->model, tree->process_zone[p]);
        seat->is_first = p == 0 || !are_alike(walk, seat - 1, seat);
        walk->seats_count++;
    }
}

static void put(struct bh_zone_set *set, size_t zone, bool holds)
{
    bh_zone_set_remove(set, zone);
    if (holds)
        bh_zone_set_add(set, zone);
}

/* What a state says of a process: 4 bits and one per channel. */
static uint64_t look(const struct state *state, const struct seat *seat)
{
    uint64_t view = (uint64_t)bh_zone_set_has(&state->live, seat->zone) |
                    (uint64_t)bh_zone_set_has(&state->failed, seat->zone) << 1 |
                    (uint64_t)bh_zone_set_has(&state->affected, seat->zone) << 2 |
                    (uint64_t)bh_zone_set_has(&state->instruction, seat->zone) << 3;
    for (size_t i = 0; i < seat->channels_count; i++)
        view |= (uint64_t)!is_unused(state, seat->channels[i]) << (4 + i);
    return view;
}

static void set(struct state *state, const struct seat *seat, uint64_t view)
{
    put(&state->live, seat->zone, view & 1);
    put(&state->failed, seat->zone, view >> 1 & 1);
    put(&state->affected, seat->zone, view >> 2 & 1);
    put(&state->instruction, seat->zone, view >> 3 & 1);
    for (size_t i = 0; i < seat->channels_count; i++) {
        uint64_t bit = UINT64_C(1) << (seat->channels[i] % 64);
        state->used[seat->channels[i] / 64] &= ~bit;
        if (view >> (4 + i) & 1)
            state->used[seat->channels[i] / 64] |= bit;
    }
}

/* Which of several processes that are alike it is does not matter: orders them by what the state says of them. */
static void sort_alike(const struct walk *walk, struct state *state)
{
    for (size_t i = 1; i < walk->seats_count; i++)
        for (size_t j = i; !walk->seats[j].is_first && walk->seats[j].channels_count <= 60; j--) {
            uint64_t here = look(state, &walk->seats[j]), before = look(state, &walk->seats[j - 1]);
            if (before <= here)
                break;
            set(state, &walk->seats[j], before);
            set(state, &walk->seats[j - 1], here);
        }
}

/* Beyond a process, only the guest that is affected matters, and beyond a guest only whose zones are. */
static void widen_affected(const struct bh_zone_tree *tree, struct state *state)
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

/* An attempt to enter a zone that has failed changes nothing, unless its guard tells. */
static void close_dead_channels(const struct bh_node_model *model, struct state *state)
{
    const struct bh_zone_tree *tree = model->tree;
    for (size_t c = 0; c < tree->channels_count; c++)
        if (bh_zone_set_has(&state->failed, model->crossings[c].to) && !model->crossings[c].detects &&
            bh_zone_set_has(&state->live, model->crossings[c].from))
            state->used[c / 64] |= UINT64_C(1) << (c % 64);
}

/* --- The walk ------------------------------------------------------------------------------------------------------- */

/* Adds mass to a state of the next generation, or absorbs it when nothing is live. */
static void arrive(struct walk *walk, const struct state *as_is, double mass)
{
    struct entry *entry;
    if (mass <= 0.0)
        return;
    if (bh_zone_set_is_empty(&as_is->live)) {
        absorb(walk, as_is, mass);
        return;
    }
    struct state copy = *as_is, *state = &copy;
    widen_affected(walk->model->tree, state);
    close_dead_channels(walk->model, state);
    sort_alike(walk, state);
    HASH_FIND(hh, walk->next, state, sizeof *state, entry);
    if (entry == NULL) {
        entry = bh_allocate(1, sizeof *entry);
        entry->state = *state;
        HASH_ADD(hh, walk->next, state, sizeof entry->state, entry);
        walk->next_count++;
    }
    entry->mass += mass;
}

static void end_copy(const struct walk *walk, struct state *state, size_t zone)
{
    const struct bh_zone_tree *tree = walk->model->tree;
    bh_zone_set_remove(&state->live, zone);
    bh_zone_set_remove(&state->instruction, zone);
    if (zone == walk->origin)
        state->forced = BH_ENDING_DRAWN;
    for (size_t c = tree->first_channel[zone]; c < tree->first_channel[zone + 1]; c++)
        state->used[c / 64] &= ~(UINT64_C(1) << (c % 64));
}

static void signal_copy(struct walk *walk, const struct state *from, size_t zone, double mass)
{
    const struct bh_node_model *model = walk->model;
    size_t victims = bh_victims_count(model, zone);
    for (size_t v = 0; v < victims; v++) {
        struct state state = *from;
        bool beyond_node;
        struct bh_zone_set down = bh_taken_down(model, zone, ((double)v + 0.5) / (double)victims, &beyond_node);
        double share = mass / (double)victims;
        bh_zone_set_join(&state.failed, &down);
        bh_zone_set_join(&state.affected, &down);
        if (beyond_node && model->disposition[zone] > state.beyond_node)
            state.beyond_node = model->disposition[zone];
        for (size_t z = 0; z < model->tree->zones_count; z++)
            if (bh_zone_set_has(&down, z) && bh_zone_set_has(&state.live, z))
                end_copy(walk, &state, z);
        if (!bh_zone_set_has(&down, zone)) {
            arrive(walk, &state, share * model->residual[zone]);
            share *= 1.0 - model->residual[zone];
            end_copy(walk, &state, zone);
        }
        arrive(walk, &state, share);
    }
}

static void attempt(struct walk *walk, const struct state *from, size_t channel, double mass)
{
    const struct bh_crossing *crossing = &walk->model->crossings[channel];
    struct state state = *from;
    state.used[channel / 64] |= UINT64_C(1) << (channel % 64);
    if (crossing->detects)
        signal_copy(walk, &state, crossing->from, mass * crossing->blocks);
    else
        arrive(walk, &state, mass * crossing->blocks);
    if (!bh_zone_set_has(&state.live, crossing->to) && !bh_zone_set_has(&state.failed, crossing->to)) {
        bh_zone_set_add(&state.live, crossing->to);
        bh_zone_set_add(&state.affected, crossing->to);
    }
    arrive(walk, &state, mass * (1.0 - crossing->blocks));
}

static void end_naturally(struct walk *walk, const struct state *from, size_t zone, enum bh_error_kind kind,
                          double mass)
{
    struct bh_copy_ending ending = walk->model->ending[zone][kind];
    struct state state = *from;
    if (zone == walk->origin && state.forced != BH_ENDING_DRAWN) {
        ending.masked = state.forced == BH_ENDING_MASKED;
        ending.signalled = state.forced == BH_ENDING_SIGNALLED;
        ending.silent = state.forced == BH_ENDING_SILENT;
        state.forced = BH_ENDING_DRAWN;
    }
    signal_copy(walk, &state, zone, mass * ending.signalled);
    end_copy(walk, &state, zone);
    arrive(walk, &state, mass * ending.masked);
    bh_zone_set_add(&state.affected, zone);
    state.silent = 1;
    arrive(walk, &state, mass * ending.silent);
}

static enum bh_error_kind kind_of(const struct state *state, size_t zone)
{
    return bh_zone_set_has(&state->instruction, zone) ? BH_INSTRUCTION : BH_DATA;
}

/* The first channel with p = 1 that a live copy has not tried yet: it is tried before anything else. -1: none. */
static long instant_channel(const struct walk *walk, const struct state *state)
{
    const struct bh_node_model *model = walk->model;
    for (size_t c = 0; c < model->tree->channels_count; c++)
        if (model->crossings[c].probability >= 1.0 && bh_zone_set_has(&state->live, model->crossings[c].from) &&
            is_unused(state, c))
            return (long)c;
    return -1;
}

/* Competing exponentials: the next event is number i with probability rate_i / sum of rates. */
static void step(struct walk *walk, const struct state *state, double mass)
{
    const struct bh_node_model *model = walk->model;
    const struct bh_zone_tree *tree = model->tree;
    long instant = instant_channel(walk, state);
    if (instant >= 0) {
        attempt(walk, state, (size_t)instant, mass);
        return;
    }
    double total = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t z = 0; z < tree->zones_count; z++) {
            if (!bh_zone_set_has(&state->live, z))
                continue;
            enum bh_error_kind kind = kind_of(state, z);
            double rate = model->ending[z][kind].rate;
            if (pass == 0)
                total += rate;
            else
                end_naturally(walk, state, z, kind, mass * rate / total);
            for (size_t c = tree->first_channel[z]; c < tree->first_channel[z + 1]; c++) {
                if (!is_unused(state, c))
                    continue;
                rate = bh_attempt_rate(model, c, kind);
                if (pass == 0)
                    total += rate;
                else
                    attempt(walk, state, c, mass * rate / total);
            }
        }
}

/* Steps every state of a generation and frees it; states of negligible mass are only counted. */
static void step_generation(struct walk *walk, struct entry *generation)
{
    struct entry *entry, *following;
    HASH_ITER(hh, generation, entry, following)
    {
        if (entry->mass < walk->least_mass)
            walk->spread->unresolved += entry->mass;
        else
            step(walk, &entry->state, entry->mass);
        HASH_DEL(generation, entry);
        free(entry);
    }
}

static void free_generation(struct entry *generation)
{
    struct entry *entry, *following;
    HASH_ITER(hh, generation, entry, following)
    {
        HASH_DEL(generation, entry);
        free(entry);
    }
}

static struct state initial_state(const struct bh_origin *origin)
{
    struct state state;
    memset(&state, 0, sizeof state);
    bh_zone_set_add(&state.live, origin->zone);
    if (origin->also_host_kernel)
        bh_zone_set_add(&state.live, 0);
    if (origin->kind == BH_INSTRUCTION)
        state.instruction = state.live;
    state.forced = (uint16_t)origin->ending;
    return state;
}

int bh_spread_exact(const struct bh_node_model *model, struct bh_origin origin, double least_mass, size_t most_states,
                    struct bh_spread *spread, struct bh_error *err)
{
    double *loss = spread->loss;
    struct walk walk = {.model = model, .origin = origin.zone, .least_mass = least_mass, .spread = spread};
    struct state start = initial_state(&origin);
    *spread = (struct bh_spread){.loss = loss};
    if (model->tree->channels_count > CHANNELS_MOST)
        return bh_fail(err, BH_ERROR_NUMERIC, "the exact chain holds at most %d channels, this node has %zu",
                       CHANNELS_MOST, model->tree->channels_count);
    seat_processes(&walk);
    arrive(&walk, &start, 1.0);
    while (walk.next != NULL) {
        struct entry *generation = walk.next;
        if (walk.next_count > most_states) {
            free_generation(generation);
            free_seats(&walk);
            return bh_fail(err, BH_ERROR_NUMERIC, "the exact chain needs more than %zu states at once", most_states);
        }
        walk.next = NULL;
        walk.next_count = 0;
        step_generation(&walk, generation);
    }
    free_seats(&walk);
    return 0;
}
