/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The chain's states with their probability mass, followed generation by generation. */
#include "models/spread/walk.h"

#include <stdlib.h>
#include <string.h>

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
    return (struct bh_effect){state->affected, state->failed, (enum bh_scope)state->beyond_node, state->silent,
                              state->degraded};
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
