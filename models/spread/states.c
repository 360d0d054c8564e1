/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds the states of a chain, and those that lead to each other. */
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

/* --- Components ------------------------------------------------------------------------------------------------------ */

/* Tarjan's search for strongly connected components, with a stack of its own. `order` is when a state was met, from 1; `low` the
 * earliest state still open that it leads to. Components come out last first. */
struct tarjan {
    uint32_t *order, *low, *open, *path;
    size_t *next; /* the jump to look at */
    bool *is_open;
    size_t open_count, path_count;
    uint32_t met;
};

static void meet(struct tarjan *tarjan, const struct bh_spread_states *states, uint32_t s)
{
    tarjan->order[s] = tarjan->low[s] = ++tarjan->met;
    tarjan->next[s] = states->first_jump[s];
    tarjan->path[tarjan->path_count++] = s;
    tarjan->open[tarjan->open_count++] = s;
    tarjan->is_open[s] = true;
}

/* Members are written from the end, so that the component found first, which leads to no other, comes last. */
static void close_component(struct tarjan *tarjan, struct bh_spread_states *states, uint32_t root, size_t *written)
{
    uint32_t s;
    do {
        s = tarjan->open[--tarjan->open_count];
        tarjan->is_open[s] = false;
        states->member[states->count - ++*written] = s;
        states->component[s] = (uint32_t)states->components_count;
    } while (s != root);
    states->first_member[states->components_count++] = states->count - *written;
}

static void go_on(struct tarjan *tarjan, struct bh_spread_states *states, size_t *written)
{
    uint32_t s = tarjan->path[tarjan->path_count - 1];
    if (tarjan->next[s] < states->first_jump[s + 1]) {
        uint32_t to = states->jump[tarjan->next[s]++].to;
        if (tarjan->order[to] == 0)
            meet(tarjan, states, to);
        else if (tarjan->is_open[to] && tarjan->order[to] < tarjan->low[s])
            tarjan->low[s] = tarjan->order[to];
        return;
    }
    tarjan->path_count--;
    if (tarjan->path_count > 0) {
        uint32_t before = tarjan->path[tarjan->path_count - 1];
        tarjan->low[before] = tarjan->low[s] < tarjan->low[before] ? tarjan->low[s] : tarjan->low[before];
    }
    if (tarjan->low[s] == tarjan->order[s])
        close_component(tarjan, states, s, written);
}

/* Counts components from the first instead of from the last. */
static void turn_around(struct bh_spread_states *states)
{
    size_t count = states->components_count;
    for (size_t c = 0; c < count / 2; c++) {
        size_t first = states->first_member[c];
        states->first_member[c] = states->first_member[count - 1 - c];
        states->first_member[count - 1 - c] = first;
    }
    states->first_member[count] = states->count;
    for (size_t s = 0; s < states->count; s++)
        states->component[s] = (uint32_t)(count - 1 - states->component[s]);
}

static void find_components(struct bh_spread_states *states)
{
    size_t n = states->count, written = 0;
    uint32_t *room = bh_allocate(4 * n, sizeof *room);
    struct tarjan tarjan = {.order = room,
                            .low = room + n,
                            .open = room + 2 * n,
                            .path = room + 3 * n,
                            .next = bh_allocate(n, sizeof *tarjan.next),
                            .is_open = bh_allocate(n, sizeof *tarjan.is_open)};
    states->first_member = bh_allocate(n + 1, sizeof *states->first_member);
    states->member = bh_allocate(n, sizeof *states->member);
    states->component = bh_allocate(n, sizeof *states->component);
    meet(&tarjan, states, 0); /* from where all are reached */
    while (tarjan.path_count > 0)
        go_on(&tarjan, states, &written);
    turn_around(states);
    free(room);
    free(tarjan.next);
    free(tarjan.is_open);
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
        find_components(states);
    return status;
}

void bh_spread_states_free(struct bh_spread_states *states)
{
    bh_chain_free(&states->chain);
    free(states->state);
    free(states->mean_time_s);
    free(states->first_jump);
    free(states->jump);
    free(states->first_member);
    free(states->member);
    free(states->component);
}
