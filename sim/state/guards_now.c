/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Guards that are on, and compositions that are. */
#include "sim/state/guards_now.h"

#include "models/catalog/system.h"
#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"

#include <math.h>

const struct bh_compositions *bh_compositions_of(const struct bh_replica *replica)
{
    return &replica->setup->scenario->compositions;
}

const struct bh_composition_spec *bh_composition_spec_of(const struct bh_replica *replica, size_t composed)
{
    const struct bh_compositions *compositions = bh_compositions_of(replica);
    return &compositions->specs[compositions->composed[composed].spec];
}

void bh_composing_look(struct bh_replica *replica, size_t composed)
{
    replica->composing[composed].is_to_look = true;
    bh_span_add(&replica->looking, composed);
}

const struct bh_guard_level *bh_guard_now(const struct bh_replica *replica, const struct bh_partition *partition,
                                          int tenant, enum bh_boundary boundary)
{
    const struct bh_node_setup *node = &replica->setup->nodes[partition->class];
    size_t tenants = node->model->tree->tenants_count;
    bool is_on = false;
    if (tenant >= 0)
        is_on = bh_protection_is_on(&replica->enclaves[partition->enclave[tenant]].protection);
    for (size_t t = 0; tenant < 0 && t < tenants; t++) /* what all share is protected as long as one of them is */
        is_on = is_on || bh_protection_is_on(&replica->enclaves[partition->enclave[t]].protection);
    size_t row = tenant >= 0 ? (size_t)tenant : tenants;
    return is_on ? node->guarded[row][boundary] : node->bare[row][boundary];
}

const struct bh_guard_level *bh_guard_on_channel(const struct bh_replica *replica, const struct bh_partition *partition,
                                                 size_t number)
{
    const struct bh_zone_tree *tree = replica->setup->nodes[partition->class].model->tree;
    const struct bh_channel *channel = &tree->channels[number];
    int from = tree->zones[channel->from].enclave, to = tree->zones[channel->to].enclave;
    if (channel->type->bypasses_guards)
        return NULL;
    from = from >= 0 ? from : to;
    to = to >= 0 ? to : from;
    const struct bh_guard_level *one = bh_guard_now(replica, partition, from, channel->type->boundary), *other;
    if (from == to)
        return one;
    other = bh_guard_now(replica, partition, to, channel->type->boundary);
    return other != NULL && (one == NULL || other->strength > one->strength) ? other : one;
}

const struct bh_composing *bh_composing_of_channel(const struct bh_replica *replica,
                                                   const struct bh_partition *partition, size_t number)
{
    static const struct bh_composing never = {.opened_s = INFINITY};
    const struct bh_node_setup *node = &replica->setup->nodes[partition->class];
    int link = node->model->tree->channels[number].link;
    if (link < 0)
        return NULL;
    const size_t *tenant = node->links[link].tenant;
    size_t composed = bh_compositions_find(bh_compositions_of(replica), node->link_spec[link],
                                           partition->enclave[tenant[0]], partition->enclave[tenant[1]]);
    return composed != SIZE_MAX ? &replica->composing[composed] : &never;
}
