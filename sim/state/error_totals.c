/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* An error that has done all it can: what it did enters the tallies. */
#include "sim/errors/live_errors.h"

#include "sim/state/replica_state.h"

#include <stdlib.h>

/* What the parts of an error on other nodes did. They lie beyond the first node, by a composition. */
static void gather_parts(struct bh_live_error *error)
{
    for (struct bh_live_error *part = error->parts; part != NULL; part = part->next_part) {
        error->effect.silent = error->effect.silent || part->effect.silent;
        if (part->effect.beyond_node > error->effect.beyond_node)
            error->effect.beyond_node = part->effect.beyond_node;
        if (part->application_extent > error->application_extent)
            error->application_extent = part->application_extent;
        error->depth = part->depth > error->depth ? part->depth : error->depth;
        bh_losses_join(&error->lost, &part->lost);
    }
    if (error->has_crossed && error->effect.beyond_node < BH_SCOPE_COMPOSITION)
        error->effect.beyond_node = BH_SCOPE_COMPOSITION;
}

/* Whom it stops without a loss, on whichever node. */
static void count_stops(struct bh_tallies *tallies, const struct bh_live_error *error)
{
    bool stops[BH_STOPS], there[BH_STOPS];
    bh_effect_stops(error->node->model->tree, &error->effect, stops);
    for (const struct bh_live_error *part = error->parts; part != NULL; part = part->next_part) {
        bh_effect_stops(part->node->model->tree, &part->effect, there);
        for (int s = 0; s < BH_STOPS; s++)
            stops[s] = stops[s] || there[s];
    }
    for (int s = 0; s < BH_STOPS; s++)
        tallies->stops[s] += stops[s];
}

static void free_error(struct bh_live_error *error)
{
    struct bh_live_error *part = error->parts, *next;
    for (; part != NULL; part = next) {
        next = part->next_part;
        free(part->lost.enclave);
        free(part);
    }
    free(error->lost.enclave);
    free(error);
}

/* Whether an enclave on these nodes is ever composed with one elsewhere. */
static bool reaches_far(const struct bh_replica *replica, const struct bh_partition *partition)
{
    const struct bh_compositions *compositions = &replica->setup->scenario->compositions;
    const struct bh_partition_class *class = &replica->setup->scenario->partitions.class[partition->class];
    for (size_t t = 0; compositions->count > 0 && t < class->tenants_count; t++) {
        size_t enclave = partition->enclave[t];
        for (size_t i = compositions->first_of[enclave]; i < compositions->first_of[enclave + 1]; i++)
            if (compositions->specs[compositions->composed[compositions->of[i]].spec].over == BH_OVER_NETWORK)
                return true;
    }
    return false;
}

/* An error has done all it can: enters the tallies. */
void bh_error_finish(struct bh_replica *replica, struct bh_live_error *error)
{
    const struct bh_zone_tree *tree = error->node->model->tree;
    struct bh_tallies *tallies = &replica->tallies;
    bool inside[BH_BOUNDARIES], beyond[BH_BOUNDARIES];
    gather_parts(error);
    if (!error->is_revived) {
        enum bh_scope extent = bh_effect_extent(tree, &error->effect);
        bh_effect_boundaries(tree, error->origin, &error->effect, inside, beyond);
        inside[BH_ENCLAVE_ENCLAVE] = inside[BH_ENCLAVE_ENCLAVE] || reaches_far(replica, error->partition);
        beyond[BH_ENCLAVE_ENCLAVE] = beyond[BH_ENCLAVE_ENCLAVE] || error->has_crossed;
        tallies->system_extent[extent]++;
        tallies->application_extent[error->application_extent]++;
        for (int b = 0; b < BH_BOUNDARIES; b++) {
            tallies->escape_exposed[b] += inside[b] && extent > BH_SCOPE_NONE;
            tallies->escape_seen[b] += beyond[b];
        }
        tallies->silent_errors += error->effect.silent;
        tallies->simultaneous_losses += extent == BH_SCOPE_SYSTEM
                                            ? replica->setup->enclaves_count > 1
                                            : bh_zone_tree_tenants_hit(tree, &error->effect.failed) > 1 ||
                                                  (error->has_crossed && error->lost.count > 1);
        count_stops(tallies, error);
        tallies->depth_sum += error->depth;
        bh_losses_finish(replica, &error->lost);
    }
    free_error(error);
}
