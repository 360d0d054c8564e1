/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From a process of an enclave to a process of a partner elsewhere: the slot and the process at the same share of the
 * partner's, as an exchange between neighbours in the data would have it. */
#include "sim/errors/crossing.h"

#include "models/catalog/system.h"
#include "sim/errors/message_log.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"

/* A way is known by its zone and its number among those of its enclave. */
static size_t way_number(const struct bh_copy *copy, size_t ordinal)
{
    return ordinal * bh_copy_tree(copy)->zones_count + copy->zone;
}

static bool fill_way(const struct bh_replica *replica, const struct bh_copy *copy, size_t composed, struct bh_way *way)
{
    const struct bh_compositions *compositions = &replica->setup->scenario->compositions;
    const struct bh_composition_spec *spec = &compositions->specs[compositions->composed[composed].spec];
    const struct bh_composing *composing = &replica->composing[composed];
    const struct bh_node_setup *node = copy->error->node;
    double p = bh_channel_probability(spec->channel, copy->kind)->value,
           mu = node->model->ending[copy->zone][copy->kind].rate;
    if (spec->over != BH_OVER_NETWORK || !composing->clock.is_on || p <= 0.0)
        return false;
    way->composed = composed;
    /* As bh_attempt_rate: alone against its own ending, the attempt comes first with probability p. */
    way->rate = p >= 1.0 ? 1.0 / 0.0 : mu * p / (1.0 - p);
    way->opened_s = composing->opened_s;
    way->key = bh_identity_join(bh_identity_join(compositions->composed[composed].identity, way->partner),
                                node->zone_key[copy->zone]);
    way->opened_key = bh_identity_join(way->key, composing->clock.turns);
    return true;
}

bool bh_crossing_next(const struct bh_replica *replica, const struct bh_copy *copy, size_t *at, struct bh_way *way)
{
    const struct bh_compositions *compositions = &replica->setup->scenario->compositions;
    const struct bh_zone *zone = bh_copy_zone(copy);
    if (compositions->count == 0 || !zone->is_application)
        return false;
    size_t enclave = copy->error->partition->enclave[zone->enclave], ordinal = 0;
    for (size_t i = compositions->first_of[enclave]; i < compositions->first_of[enclave + 1]; i++) {
        const struct bh_composed *composed = &compositions->composed[compositions->of[i]];
        for (size_t m = 0; m < composed->members_count; m++) {
            if (composed->member[m] == enclave || ordinal++ < *at)
                continue;
            *at = ordinal;
            way->partner = composed->member[m];
            way->ordinal = ordinal - 1;
            if (!bh_bits_has(&copy->error->ways, way_number(copy, way->ordinal)) &&
                fill_way(replica, copy, compositions->of[i], way))
                return true;
        }
    }
    return false;
}

/* The stronger of what the two enclaves have at a boundary. */
static const struct bh_guard_level *guard_between(const struct bh_replica *replica, const struct bh_copy *copy,
                                                  const struct bh_enclave *partner, enum bh_boundary boundary)
{
    int tenant = bh_copy_zone(copy)->enclave;
    const struct bh_guard_level *one = bh_guard_now(replica, copy->error->partition, tenant, boundary),
                                *other = bh_guard_now(replica, partner->partition, (int)partner->setup->spec->tenant,
                                                      boundary);
    return other != NULL && (one == NULL || other->strength > one->strength) ? other : one;
}

void bh_crossing_note(struct bh_replica *replica, const struct bh_copy *copy, uint64_t key, enum bh_boundary boundary,
                      const struct bh_guard_level *guard, bool is_blocked)
{
    if (is_blocked)
        replica->tallies.blocked[boundary]++;
    else
        replica->tallies.crossed[boundary]++;
    if (replica->options.watch == NULL)
        return;
    struct bh_attempt_seen seen = {
        .time_s = replica->now_s,
        .slot = copy->error->slot,
        .zone = copy->zone,
        .error = copy->error->identity,
        .key = key,
        .generation = copy->generation,
        .depth = copy->depth,
        .boundary = boundary,
        .guard = guard,
        .is_blocked = is_blocked,
    };
    replica->options.watch(replica->options.watch_context, &seen);
}

static bool is_blocked(struct bh_replica *replica, const struct bh_copy *copy, uint64_t key,
                       const struct bh_guard_level *guard, enum bh_boundary boundary)
{
    bool blocked = guard != NULL && guard->blocks.value > 0.0 &&
                   bh_random_uniform(&replica->random, BH_PURPOSE_GUARD, copy->error->identity,
                                     bh_identity_join(key, (uint64_t)boundary), copy->generation) < guard->blocks.value;
    bh_crossing_note(replica, copy, key, boundary, guard, blocked);
    return blocked;
}

/* The process of a tenant that stands where number `rank` of `of` does. */
static size_t matching_process(const struct bh_zone_tree *tree, int tenant, size_t rank, size_t of)
{
    size_t count = 0, seen = 0;
    for (size_t z = 0; z < tree->zones_count; z++)
        count += tree->zones[z].is_application && tree->zones[z].enclave == tenant;
    for (size_t z = 0; z < tree->zones_count; z++)
        if (tree->zones[z].is_application && tree->zones[z].enclave == tenant && seen++ == rank * count / of)
            return z;
    return 0;
}

static size_t target_zone(const struct bh_copy *copy, const struct bh_enclave *partner)
{
    const struct bh_zone_tree *tree = bh_copy_tree(copy);
    int tenant = tree->zones[copy->zone].enclave;
    size_t rank = 0, count = 0;
    for (size_t z = 0; z < tree->zones_count; z++)
        if (tree->zones[z].is_application && tree->zones[z].enclave == tenant) {
            rank += z < copy->zone;
            count++;
        }
    return matching_process(bh_node_setup_tree(partner->setup->node), (int)partner->setup->spec->tenant, rank, count);
}

static uint64_t target_slot(const struct bh_copy *copy, const struct bh_enclave *partner)
{
    const struct bh_partition *here = copy->error->partition, *there = partner->partition;
    double share = ((double)(copy->error->slot - here->first_slot) + 0.5) / (double)here->nodes;
    return there->first_slot + (uint64_t)(share * (double)there->nodes);
}

struct bh_live_error *bh_crossing_attempt(struct bh_replica *replica, struct bh_copy *copy, const struct bh_way *way,
                                          size_t *zone, const struct bh_guard_level **guard, bool *is_detected)
{
    const struct bh_enclave *partner = &replica->enclaves[way->partner];
    static const enum bh_boundary boundaries[] = {BH_NODE_NODE, BH_ENCLAVE_ENCLAVE};
    bh_bits_set(&copy->error->ways, way_number(copy, way->ordinal));
    *is_detected = false;
    if (bh_messages_are_had(replica, copy, &replica->composing[way->composed]))
        return NULL;
    for (size_t b = 0; b < 2; b++) {
        *guard = guard_between(replica, copy, partner, boundaries[b]);
        if (is_blocked(replica, copy, way->key, *guard, boundaries[b])) {
            *is_detected = (*guard)->detects;
            return NULL;
        }
    }
    *zone = target_zone(copy, partner);
    return bh_live_error_on_slot(replica, copy->error, target_slot(copy, partner), *zone);
}
