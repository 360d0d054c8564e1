/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Enclaves that are lost, per error and at once; and an error that has done all it can enters the tallies. */
#include "sim/state/error_totals.h"

#include "models/catalog/catalog.h"
#include "models/catalog/system.h"
#include "models/node/takedown.h"
#include "models/words/scope.h"
#include "sim/setup/setup.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"

#include <stdlib.h>

static void add(struct bh_lost_enclaves *lost, size_t enclave)
{
    for (size_t i = 0; i < lost->count; i++)
        if (lost->enclave[i] == enclave)
            return;
    if (lost->count == lost->room) {
        lost->room = 2 * lost->room + 1;
        lost->enclave = bh_reallocate(lost->enclave, lost->room, sizeof *lost->enclave);
    }
    lost->enclave[lost->count++] = enclave;
}

/* Losses older than `within` are dropped; an enclave that is lost again counts once, from the later time on. */
static void judge(struct bh_replica *replica, size_t enclave)
{
    const struct bh_acceptance *acceptance = &replica->setup->scenario->acceptance;
    struct bh_recent_losses *recent = &replica->recent_losses;
    double now_s = replica->now_s;
    size_t kept = 0;
    for (size_t i = 0; i < recent->count; i++)
        if (recent->loss[i].enclave != enclave && recent->loss[i].time_s >= now_s - acceptance->within_s)
            recent->loss[kept++] = recent->loss[i];
    recent->count = kept;
    if (recent->count == recent->room) {
        recent->room = recent->room > 0 ? 2 * recent->room : 8;
        recent->loss = bh_reallocate(recent->loss, recent->room, sizeof *recent->loss);
    }
    recent->loss[recent->count++] = (struct bh_recent_loss){now_s, enclave};
    struct bh_tallies *tallies = &replica->tallies;
    if ((double)recent->count > tallies->lost_at_once)
        tallies->lost_at_once = (double)recent->count;
    if (recent->count > acceptance->lost_at_once && !tallies->is_unacceptable) {
        tallies->is_unacceptable = true;
        tallies->unacceptable_s = now_s;
    }
}

void bh_losses_note(struct bh_replica *replica, struct bh_lost_enclaves *lost, size_t enclave)
{
    add(lost, enclave);
    if (replica->setup->scenario->acceptance.is_given)
        judge(replica, enclave);
}

/* Adds the enclaves of one set to another. */
static void join_losses(struct bh_lost_enclaves *into, const struct bh_lost_enclaves *from)
{
    for (size_t i = 0; i < from->count; i++)
        add(into, from->enclave[i]);
}

static void count_losses(struct bh_replica *replica, const struct bh_lost_enclaves *lost)
{
    struct bh_tallies *tallies = &replica->tallies;
    tallies->losing_errors += lost->count > 0;
    tallies->enclaves_lost += (double)lost->count;
    if ((double)lost->count > tallies->enclaves_lost_most)
        tallies->enclaves_lost_most = (double)lost->count;
}

void bh_losses_finish(struct bh_replica *replica, struct bh_lost_enclaves *lost)
{
    count_losses(replica, lost);
    free(lost->enclave);
    *lost = (struct bh_lost_enclaves){0};
}

/* What the parts of an error on other nodes did. They lie beyond the first node, by a composition. */
static void gather_parts(struct bh_live_error *error)
{
    for (struct bh_live_error *part = error->parts; part != NULL; part = part->next_part) {
        error->effect.silent = error->effect.silent || part->effect.silent;
        error->effect.beyond_node = bh_scope_wider(error->effect.beyond_node, part->effect.beyond_node);
        error->application_extent = bh_scope_wider(error->application_extent, part->application_extent);
        error->depth = part->depth > error->depth ? part->depth : error->depth;
        join_losses(&error->lost, &part->lost);
    }
    if (error->has_crossed)
        error->effect.beyond_node = bh_scope_wider(error->effect.beyond_node, BH_SCOPE_COMPOSITION);
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

/* Whether more than one enclave lost something at once. */
static bool takes_several(const struct bh_replica *replica, const struct bh_live_error *error, enum bh_scope extent)
{
    switch (bh_scope_rules[extent].reach) {
    case BH_REACH_MACHINE:
        return replica->setup->enclaves_count > 1;
    case BH_REACH_NODE:
    case BH_REACH_ENCLAVE:
    case BH_REACH_COMPOSED:
        break;
    }
    return bh_zone_tree_tenants_hit(error->node->model->tree, &error->effect.failed) > 1 ||
           (error->has_crossed && error->lost.count > 1);
}

/* How far what it did reached, and whether that counts at each boundary. */
static void count_effect(struct bh_replica *replica, const struct bh_live_error *error)
{
    const struct bh_zone_tree *tree = error->node->model->tree;
    struct bh_tallies *tallies = &replica->tallies;
    bool inside[BH_BOUNDARIES], beyond[BH_BOUNDARIES];
    enum bh_scope extent = bh_effect_extent(tree, &error->effect);
    bh_effect_boundaries(tree, error->origin, &error->effect, inside, beyond);
    inside[BH_ENCLAVE_ENCLAVE] = inside[BH_ENCLAVE_ENCLAVE] || reaches_far(replica, error->partition);
    beyond[BH_ENCLAVE_ENCLAVE] = beyond[BH_ENCLAVE_ENCLAVE] || error->has_crossed;
    tallies->system_extent[extent]++;
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        tallies->escape_exposed[b] += inside[b] && extent != BH_SCOPE_NONE;
        tallies->escape_seen[b] += beyond[b];
    }
    tallies->silent_errors += error->effect.silent;
    tallies->simultaneous_losses += takes_several(replica, error, extent);
    count_stops(tallies, error);
}

/* It was masked where it began: most are. */
static bool did_nothing(const struct bh_live_error *error)
{
    const struct bh_effect *effect = &error->effect;
    return error->parts == NULL && !error->has_crossed && bh_zone_set_is_empty(&effect->affected) &&
           bh_zone_set_is_empty(&effect->failed) && bh_zone_set_is_empty(&effect->degraded) &&
           effect->beyond_node == BH_SCOPE_NONE && !effect->silent;
}

/* An error has done all it can: enters the tallies. */
void bh_live_error_finish(struct bh_replica *replica, struct bh_live_error *error)
{
    struct bh_tallies *tallies = &replica->tallies;
    gather_parts(error);
    if (error->is_revived)
        return;
    if (did_nothing(error))
        tallies->system_extent[BH_SCOPE_NONE]++;
    else
        count_effect(replica, error);
    tallies->application_extent[error->application_extent]++;
    tallies->depth_sum += error->depth;
    count_losses(replica, &error->lost);
}

static struct bh_cause_key cause_key(const struct bh_replica *replica, const struct bh_copy *copy,
                                     enum bh_scope disposition)
{
    const struct bh_catalog *catalog = replica->setup->scenario->catalog;
    const struct bh_live_error *root = copy->error->root;
    return (struct bh_cause_key){
        .source = copy->error->source,
        .origin = (int)bh_node_setup_tree(root->node)->zones[root->origin].kind,
        .boundary = copy->entered_boundary,
        .guard = copy->guard != NULL ? (int)(copy->guard - catalog->guards) : -1,
        .disposition = (int)disposition,
    };
}

size_t bh_copy_rung(const struct bh_replica *replica, const struct bh_copy *copy)
{
    const struct bh_node_model *model = copy->error->node->model;
    const struct bh_ladder *ladder = &model->ladder[copy->zone];
    if (bh_ladder_is_certain(ladder))
        return bh_rung_at(ladder, 0.5);
    return bh_rung_at(ladder, bh_random_uniform(&replica->random, BH_PURPOSE_MECHANISM, copy->error->identity,
                                                copy->error->node->zone_key[copy->zone], copy->generation));
}

long bh_cause_on_rung(struct bh_replica *replica, const struct bh_copy *copy, size_t rung)
{
    enum bh_scope scope = bh_rung_scope(copy->error->node->model, copy->zone, rung);
    return (long)bh_causes_find(&replica->causes, cause_key(replica, copy, scope));
}

long bh_cause_of(struct bh_replica *replica, const struct bh_copy *copy)
{
    return bh_cause_on_rung(replica, copy, bh_copy_rung(replica, copy));
}

struct bh_cause_key bh_cause_of_silence(const struct bh_replica *replica, const struct bh_copy *copy)
{
    return cause_key(replica, copy, BH_SCOPE_NONE);
}

long bh_cause_of_degraded(struct bh_replica *replica, const struct bh_live_error *error)
{
    struct bh_cause_key key = {.source = error->source,
                               .origin = (int)bh_node_setup_tree(error->root->node)->zones[error->root->origin].kind,
                               .boundary = -1,
                               .guard = -1,
                               .disposition = BH_SCOPE_NODE};
    return (long)bh_causes_find(&replica->causes, key);
}
