/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Derivatives of the exact chain, by adjoints: after the walk forward, what each state is worth is carried backward, and
 * every step adds (mass of its state) x (derivative of its probability) x (worth of where it leads). */
#include "models/spread/adjoints.h"

#include "models/spread/numbers.h"
#include "models/spread/walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the chain comes to from a state on, in expectation: one number per outcome. */
typedef double worth[BH_OUTCOMES];

struct backward {
    struct bh_spread_walk *walk;
    struct bh_spread_entry *next; /* the generation after this one, with its worths */
    const worth *next_worth;
    double mass;   /* of the state that is being stepped */
    double *worth; /* of that state */
    double *slope;
};

static void worth_of_end(const struct bh_chain *chain, const struct bh_chain_state *state, double *value)
{
    const struct bh_zone_tree *tree = chain->model->tree;
    struct bh_effect effect = bh_spread_effect(state);
    bool inside[BH_BOUNDARIES], beyond[BH_BOUNDARIES];
    memset(value, 0, sizeof(worth));
    value[bh_effect_extent(tree, &effect)] = 1.0;
    bh_effect_boundaries(tree, chain->origin, &effect, inside, beyond);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        value[BH_OUTCOME_BEYOND + b] = beyond[b];
    value[BH_OUTCOME_SILENT] = effect.silent;
}

/* The value of a successor: known when nothing is live, else from the next generation; 0 if it was not followed. */
static void find_worth(const struct backward *backward, const struct bh_chain_state *next, double *value)
{
    const struct bh_chain *chain = &backward->walk->chain;
    struct bh_spread_entry *entry;
    if (bh_zone_set_is_empty(&next->live)) {
        worth_of_end(chain, next, value);
        return;
    }
    struct bh_chain_state state = *next;
    state.deeper = 0;
    bh_chain_simplify(chain, &state);
    HASH_FIND(hh, backward->next, &state, chain->key_size, entry);
    memset(value, 0, sizeof(worth));
    if (entry != NULL)
        memcpy(value, backward->next_worth[entry->index], sizeof(worth));
}

static void take_back(void *context, const struct bh_chain_state *next, const struct bh_branch *branch)
{
    struct backward *backward = context;
    worth value;
    find_worth(backward, next, value);
    for (int o = 0; o < BH_OUTCOMES; o++)
        backward->worth[o] += branch->probability * value[o];
    for (size_t f = 0; f < branch->factors_count; f++) {
        double factor = backward->mass * branch->probability * branch->factor[f].slope;
        for (int o = 0; o < BH_OUTCOMES; o++)
            backward->slope[branch->factor[f].number * BH_OUTCOMES + (size_t)o] += factor * value[o];
    }
}

/* Worth is jumps' worth + time: W = V + tau / total with V = sum_i (rate_i / total) value_i, so that beside the factors'
 * slopes above dW = -(V + tau / total) d total / total. */
static void step_back(struct backward *backward, const struct bh_spread_entry *entry, double *rate_slope,
                      size_t numbers)
{
    const struct bh_chain *chain = &backward->walk->chain;
    double total = bh_chain_step(chain, &entry->state, take_back, backward);
    backward->worth[BH_OUTCOME_TIME] += 1.0 / total;
    if (!isfinite(total))
        return;
    memset(rate_slope, 0, numbers * sizeof *rate_slope);
    bh_chain_add_rate_slopes(chain, &entry->state, -entry->mass / total, rate_slope);
    for (size_t i = 0; i < numbers; i++)
        for (int o = 0; o < BH_OUTCOMES && rate_slope[i] != 0.0; o++)
            backward->slope[i * BH_OUTCOMES + (size_t)o] += rate_slope[i] * backward->worth[o];
}

/* All generations of the walk, the last of which has no successors but ends. */
struct history {
    size_t count;
    struct bh_spread_entry **generation;
};

static void go_back(struct bh_spread_walk *walk, const struct history *history, double *slope)
{
    size_t numbers = bh_spread_numbers(walk->chain.model->tree);
    double *rate_slope = bh_allocate(numbers, sizeof *rate_slope);
    worth *following = NULL;
    struct bh_spread_entry *after = NULL;
    for (size_t g = history->count; g-- > 0;) {
        struct bh_spread_entry *entry, *unused;
        worth *here = bh_allocate(HASH_COUNT(history->generation[g]), sizeof *here);
        HASH_ITER(hh, history->generation[g], entry, unused)
        {
            struct backward backward = {.walk = walk,
                                        .next = after,
                                        .next_worth = (const worth *)following,
                                        .mass = entry->mass,
                                        .worth = here[entry->index],
                                        .slope = slope};
            if (entry->mass >= walk->least_mass)
                step_back(&backward, entry, rate_slope, numbers);
        }
        free(following);
        following = here;
        after = history->generation[g];
    }
    free(following);
    free(rate_slope);
}

int bh_spread_slopes(const struct bh_node_model *model, struct bh_origin origin, double least_mass, size_t most_states,
                     struct bh_spread *spread, double *slope, struct bh_error *err)
{
    struct bh_spread_walk walk = {.least_mass = least_mass};
    struct history history = {0};
    size_t states = 0;
    memset(slope, 0, bh_spread_numbers(model->tree) * BH_OUTCOMES * sizeof *slope);
    int status = bh_spread_walk_begin(&walk, model, &origin, false, spread, err);
    while (status == 0 && walk.next != NULL) {
        history.generation = bh_reallocate(history.generation, history.count + 1, sizeof *history.generation);
        history.generation[history.count++] = walk.next;
        states += walk.next_count; /* all are kept */
        status = bh_spread_walk_on(&walk, most_states, err);
        if (status == 0 && states > most_states)
            status = bh_fail(err, BH_ERROR_NUMERIC, "the exact chain needs more than %zu states in all", most_states);
    }
    if (status == 0)
        go_back(&walk, &history, slope);
    for (size_t g = 0; g < history.count; g++)
        bh_spread_free_generation(history.generation[g]);
    free(history.generation);
    bh_spread_free_generation(walk.next);
    bh_chain_free(&walk.chain);
    return status;
}
