/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The jump chain of an error's live copies, followed forward generation by generation until nothing is live. */
#include "models/spread/walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

int bh_effect_seen(const struct bh_zone_tree *tree, const struct bh_effect *effect)
{
    struct bh_effect failure = {.affected = effect->failed, .beyond_node = effect->beyond_node};
    enum bh_scope extent = bh_effect_extent(tree, &failure);
    return extent == BH_SCOPE_NONE && effect->silent ? BH_SEEN_SILENT : (int)extent;
}

enum bh_scope bh_effect_loss(const struct bh_zone_tree *tree, const struct bh_effect *effect, size_t tenant)
{
    if (bh_zone_set_has(&effect->failed, 0))
        return BH_SCOPE_NODE;
    enum bh_scope loss = BH_SCOPE_NONE;
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        bool lost = bh_zone_set_has(&effect->failed, z) &&
                    (zone->enclave == (int)tenant ||
                     (zone->enclave < 0 && zone->kind != BH_HOST_KERNEL && bh_zone_tree_is_around(tree, z, tenant)));
        if (lost && zone->process < 0)
            return BH_SCOPE_GUEST;
        if (lost)
            loss = BH_SCOPE_PROCESS;
    }
    return loss;
}

size_t bh_spread_number(const struct bh_zone_tree *tree, enum bh_number what, size_t index, enum bh_error_kind kind)
{
    if (what <= BH_NUMBER_SILENT)
        return (index * BH_ERROR_KINDS + (size_t)kind) * BH_NUMBER_RESIDUAL + (size_t)what;
    size_t before = tree->zones_count * BH_ERROR_KINDS * BH_NUMBER_RESIDUAL;
    if (what == BH_NUMBER_RESIDUAL)
        return before + index;
    before += tree->zones_count;
    return before + (what == BH_NUMBER_BLOCKS ? tree->channels_count : 0) + index;
}

size_t bh_spread_numbers(const struct bh_zone_tree *tree)
{
    return bh_spread_number(tree, BH_NUMBER_BLOCKS, tree->channels_count, BH_DATA);
}

/* --- The walk ------------------------------------------------------------------------------------------------------- */

/* Spreads the mass over depths as its source's is, one deeper if the step was. */
static void pass_depths(const struct bh_spread_walk *walk, const struct bh_chain_state *next, double probability,
                        double *depth)
{
    for (size_t d = 0; d < BH_DEPTHS; d++)
        depth[d + next->deeper < BH_DEPTHS ? d + next->deeper : BH_DEPTHS - 1] += walk->depth[d] * probability;
}

void bh_spread_absorb(const struct bh_chain *chain, const struct bh_chain_state *state, double mass,
                      struct bh_spread *spread)
{
    const struct bh_zone_tree *tree = chain->model->tree;
    struct bh_effect effect = bh_spread_effect(state);
    bool beyond[BH_BOUNDARIES], stops[BH_STOPS];
    spread->extent[bh_effect_extent(tree, &effect)] += mass;
    bh_effect_boundaries(tree, chain->origin, &effect, spread->inside, beyond);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        spread->beyond[b] += beyond[b] ? mass : 0.0;
    bh_effect_stops(tree, &effect, stops);
    for (int s = 0; s < BH_STOPS; s++)
        spread->stops[s] += stops[s] ? mass : 0.0;
    spread->silent += effect.silent ? mass : 0.0;
    spread->seen[bh_effect_seen(tree, &effect)] += mass;
    for (size_t t = 0; t < tree->tenants_count; t++)
        spread->loss[t * BH_SCOPES + (size_t)bh_effect_loss(tree, &effect, t)] += mass;
}

struct bh_effect bh_spread_effect(const struct bh_chain_state *state)
{
    return (struct bh_effect){state->affected, state->failed, (enum bh_scope)state->beyond_node, state->silent};
}

/* Adds mass to a state of the next generation, or absorbs it when nothing is live. */
static void arrive(void *context, const struct bh_chain_state *next, const struct bh_branch *branch)
{
    struct bh_spread_walk *walk = context;
    double mass = walk->mass * branch->probability;
    struct bh_spread_entry *entry;
    walk->work += walk->chain.step_work;
    if (mass <= 0.0)
        return;
    if (bh_zone_set_is_empty(&next->live)) {
        bh_spread_absorb(&walk->chain, next, mass, walk->spread);
        pass_depths(walk, next, branch->probability, walk->spread->depth);
        return;
    }
    struct bh_chain_state state;
    memcpy(&state, next, sizeof state);
    state.deeper = 0;
    bh_chain_simplify(&walk->chain, &state);
    HASH_FIND(hh, walk->next, &state, walk->chain.key_size, entry);
    if (entry == NULL) {
        entry = bh_allocate(1, sizeof *entry + (walk->chain.tracks_depth ? BH_DEPTHS : 0) * sizeof entry->depth[0]);
        memcpy(&entry->state, &state, walk->chain.key_size);
        entry->index = walk->next_count++;
        HASH_ADD(hh, walk->next, state, walk->chain.key_size, entry);
    }
    entry->mass += mass;
    if (walk->chain.tracks_depth)
        pass_depths(walk, next, branch->probability, entry->depth);
}

/* Steps every state of a generation; states of negligible mass are only counted. */
static int step_generation(struct bh_spread_walk *walk, struct bh_spread_entry *generation, size_t most_states,
                           struct bh_error *err)
{
    struct bh_spread_entry *entry, *following;
    HASH_ITER(hh, generation, entry, following)
    {
        if (entry->mass < walk->least_mass) {
            walk->spread->unresolved += entry->mass;
            continue;
        }
        walk->mass = walk->depth[0] = entry->mass;
        if (walk->chain.tracks_depth)
            memcpy(walk->depth, entry->depth, sizeof walk->depth);
        walk->spread->time_s += entry->mass / bh_chain_step(&walk->chain, &entry->state, arrive, walk);
        if (bh_chain_check_work(walk->work, most_states, err) != 0)
            return -1;
    }
    return 0;
}

void bh_spread_free_generation(struct bh_spread_entry *generation)
{
    struct bh_spread_entry *entry, *following;
    HASH_ITER(hh, generation, entry, following)
    {
        HASH_DEL(generation, entry);
        free(entry);
    }
}

int bh_spread_walk_on(struct bh_spread_walk *walk, size_t most_states, struct bh_error *err)
{
    struct bh_spread_entry *generation = walk->next;
    size_t count = walk->next_count;
    walk->next = NULL;
    walk->next_count = 0;
    if (count > most_states)
        return bh_fail(err, BH_ERROR_NUMERIC, "the exact chain needs more than %zu states at once", most_states);
    return step_generation(walk, generation, most_states, err);
}

int bh_spread_walk_begin(struct bh_spread_walk *walk, const struct bh_node_model *model, const struct bh_origin *origin,
                         bool tracks_depth, struct bh_spread *spread, struct bh_error *err)
{
    double *loss = spread->loss;
    *spread = (struct bh_spread){.loss = loss};
    walk->spread = spread;
    walk->mass = walk->depth[0] = 1.0;
    if (bh_chain_begin(&walk->chain, model, origin, tracks_depth, err) != 0)
        return -1;
    struct bh_chain_state start = bh_chain_start(&walk->chain, origin);
    arrive(walk, &start, &(struct bh_branch){.probability = 1.0});
    return 0;
}

static int follow(const struct bh_node_model *model, struct bh_origin origin, double least_mass, size_t most_states,
                  bool tracks_depth, struct bh_spread *spread, struct bh_error *err)
{
    struct bh_spread_walk walk = {.least_mass = least_mass};
    int status = bh_spread_walk_begin(&walk, model, &origin, tracks_depth, spread, err);
    while (status == 0 && walk.next != NULL) {
        struct bh_spread_entry *generation = walk.next;
        status = bh_spread_walk_on(&walk, most_states, err);
        bh_spread_free_generation(generation);
    }
    bh_spread_free_generation(walk.next);
    bh_chain_free(&walk.chain);
    return status;
}

int bh_spread_exact(const struct bh_node_model *model, struct bh_origin origin, double least_mass, size_t most_states,
                    struct bh_spread *spread, struct bh_error *err)
{
    return follow(model, origin, least_mass, most_states, false, spread, err);
}

int bh_spread_exact_depth(const struct bh_node_model *model, struct bh_origin origin, double least_mass,
                          size_t most_states, struct bh_spread *spread, struct bh_error *err)
{
    return follow(model, origin, least_mass, most_states, true, spread, err);
}
