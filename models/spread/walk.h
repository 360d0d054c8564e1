/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The chain's states with their probability mass, one generation of jumps after the other. */
#pragma once

#include "models/spread/effect.h"
#include "models/spread/parts.h"
#include "models/spread/spread.h"

#include <xxhash.h>
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned)XXH3_64bits((key), (length)))
#include <uthash.h>

struct bh_spread_entry {
    struct bh_chain_state state;
    double mass;
    size_t index; /* within its generation */
    UT_hash_handle hh;
    double depth[]; /* if depth is tracked: the mass by how deep the error has been, BH_DEPTHS of them */
};

struct bh_spread_walk {
    struct bh_chain chain;
    struct bh_spread_entry *next; /* the generation being filled */
    size_t next_count;
    double least_mass;
    uint64_t work;                 /* done, see bh_chain_check_work */
    double mass, depth[BH_DEPTHS]; /* of the state that is being stepped */
    struct bh_spread *spread;
};

/* Starts with the whole mass in the origin. `spread` is zeroed but for `loss`. */
int bh_spread_walk_begin(struct bh_spread_walk *walk, const struct bh_node_model *model, const struct bh_origin *origin,
                         bool tracks_depth, struct bh_spread *spread, struct bh_error *err);
/* Steps walk->next, which becomes the caller's to free, and fills the next generation, which is so too after a failure. */
int bh_spread_walk_on(struct bh_spread_walk *walk, size_t most_states, struct bh_error *err);
void bh_spread_free_generation(struct bh_spread_entry *generation);

/* Counts mass that has ended in a state in which nothing is live. */
void bh_spread_absorb(const struct bh_chain *chain, const struct bh_chain_state *state, double mass,
                      struct bh_spread *spread);
struct bh_effect bh_spread_effect(const struct bh_chain_state *state);
