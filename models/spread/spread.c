/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The jump chain of an error's live copies, followed forward generation by generation until nothing is live. */
#include "models/spread/walk.h"

#include <stdlib.h>
#include <string.h>

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
