/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds the states of a chain, and an order in which each stands before those that it leads to. */
#include "models/spread/states.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned)XXH3_64bits((key), (length)))
#include <uthash.h>

struct found {
    size_t index;
    UT_hash_handle hh;
    struct bh_chain_state state;
};

struct search {
    struct bh_spread_states *states;
    struct found *known;
    uint64_t work; /* done, see bh_chain_check_work */
};

static void grow(struct bh_spread_states *states)
{
    if (states->count < states->capacity)
        return;
    states->capacity = 2 * states->capacity + 256;
    states->state = bh_reallocate(states->state, states->capacity, sizeof *states->state);
    states->mean_time_s = bh_reallocate(states->mean_time_s, states->capacity, sizeof *states->mean_time_s);
    states->first_jump = bh_reallocate(states->first_jump, states->capacity + 1, sizeof *states->first_jump);
}

static size_t number_of(struct search *search, const struct bh_chain_state *state)
{
    struct bh_spread_states *states = search->states;
    struct found *found;
    HASH_FIND(hh, search->known, state, states->chain.key_size, found);
    if (found != NULL)
        return found->index;
    found = bh_allocate(1, sizeof *found);
    memcpy(&found->state, state, states->chain.key_size);
    found->index = states->count;
    HASH_ADD(hh, search->known, state, states->chain.key_size, found);
    grow(states);
    memset(&states->state[states->count], 0, sizeof states->state[0]);
    memcpy(&states->state[states->count], state, states->chain.key_size);
    return states->count++;
}

static void add_jump(void *context, const struct bh_chain_state *next, const struct bh_branch *branch)
{
    struct search *search = context;
    struct bh_spread_states *states = search->states;
    struct bh_chain_state state;
    search->work += states->chain.step_work;
    if (bh_zone_set_is_empty(&next->live))
        return;
    memcpy(&state, next, sizeof state);
    state.deeper = 0;
    bh_chain_simplify(&states->chain, &state);
    if (states->jumps_count == states->jumps_capacity) {
        states->jumps_capacity = 2 * states->jumps_capacity + 1024;
        states->jump = bh_reallocate(states->jump, states->jumps_capacity, sizeof *states->jump);
    }
    states->jump[states->jumps_count++] = (struct bh_spread_jump){
        .to = (uint32_t)number_of(search, &state), .deeper = next->deeper != 0, .probability = branch->probability};
}

static int search_all(struct search *search, size_t most_states, struct bh_error *err)
{
    struct bh_spread_states *states = search->states;
    for (size_t s = 0; s < states->count; s++) {
        if (states->count > most_states)
            return bh_fail(err, BH_ERROR_NUMERIC, "the exact chain has more than %zu states", most_states);
        struct bh_chain_state state = states->state[s]; /* the array may move */
        states->first_jump[s] = states->jumps_count;
        double mean_time_s = 1.0 / bh_chain_step(&states->chain, &state, add_jump, search);
        states->mean_time_s[s] = mean_time_s;
        if (bh_chain_check_work(search->work, most_states, err) != 0)
            return -1;
    }
    states->first_jump[states->count] = states->jumps_count;
    return 0;
}

/* --- Order ----------------------------------------------------------------------------------------------------------- */

/* A search in depth, with a stack of its own: a state is done when all that it leads to are, and written before them. */
static void put_in_order(struct bh_spread_states *states)
{
    enum { NEW, OPEN, DONE };
    size_t n = states->count, depth = 0, written = 0;
    uint32_t *path = bh_allocate(n, sizeof *path);
    size_t *next = bh_allocate(n, sizeof *next); /* the jump to look at */
    uint8_t *mark = bh_allocate(n, sizeof *mark);
    states->order = bh_allocate(n, sizeof *states->order);
    next[0] = states->first_jump[0];
    mark[path[depth++] = 0] = OPEN; /* from where all are reached */
    while (depth > 0) {
        uint32_t s = path[depth - 1];
        if (next[s] == states->first_jump[s + 1]) {
            mark[s] = DONE;
            states->order[n - ++written] = s;
            depth--;
            continue;
        }
        uint32_t to = states->jump[next[s]++].to;
        BH_BUG_ASSERT(to == s || mark[to] != OPEN); /* no attempt is made twice, and no zone fails twice */
        if (mark[to] == NEW) {
            next[to] = states->first_jump[to];
            mark[path[depth++] = to] = OPEN;
        }
    }
    free(path);
    free(next);
    free(mark);
}

int bh_spread_states_find(struct bh_spread_states *states, const struct bh_node_model *model,
                          const struct bh_origin *origin, bool tracks_depth, size_t most_states, struct bh_error *err)
{
    struct found *found, *following;
    struct search search = {.states = states};
    *states = (struct bh_spread_states){.count = 0};
    if (bh_chain_begin(&states->chain, model, origin, tracks_depth, err) != 0)
        return -1;
    struct bh_chain_state start = bh_chain_start(&states->chain, origin);
    number_of(&search, &start);
    int status = search_all(&search, most_states, err);
    HASH_ITER(hh, search.known, found, following)
    {
        HASH_DEL(search.known, found);
        free(found);
    }
    if (status == 0)
        put_in_order(states);
    return status;
}

void bh_spread_states_free(struct bh_spread_states *states)
{
    bh_chain_free(&states->chain);
    free(states->state);
    free(states->mean_time_s);
    free(states->first_jump);
    free(states->jump);
    free(states->order);
}
