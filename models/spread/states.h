/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* All states of an error's chain at once, with what leads from each to which: the matrix behind models/spread/linear_solve.c. */
#pragma once

#include "models/spread/parts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A jump between two states in which something is live. Several may join the same two. */
struct bh_spread_jump {
    uint32_t to;
    bool deeper; /* one hop deeper than any copy before */
    double probability;
};

/* States in the order in which they were found; number 0 is the start. Jumps from state s stand at
 * first_jump[s] .. first_jump[s + 1] - 1; what is missing to 1 ends there. */
struct bh_spread_states {
    struct bh_chain chain;
    size_t count, capacity;
    struct bh_chain_state *state;
    double *mean_time_s; /* until the next event */
    size_t *first_jump;
    size_t jumps_count, jumps_capacity;
    struct bh_spread_jump *jump;
    uint32_t *order; /* all states: jumps lead to the same or to a later one */
};

/* Finds all states that can be reached. Fails with BH_ERROR_NUMERIC when there are more than `most_states`. Free with
 * bh_spread_states_free, also after a failure. */
int bh_spread_states_find(struct bh_spread_states *states, const struct bh_node_model *model,
                          const struct bh_origin *origin, bool tracks_depth, size_t most_states, struct bh_error *err);
void bh_spread_states_free(struct bh_spread_states *states);
