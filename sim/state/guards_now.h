/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which guards are on at this moment, and which compositions. */
#pragma once

#include "models/node/node_model.h"
#include "models/policy/composition.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_composition_spec;
struct bh_compositions;
struct bh_partition;
struct bh_replica;

/* One composition: its clock, and since when it is on (the beginning: -INFINITY). */
struct bh_composing {
    struct bh_composition_clock clock;
    double opened_s;
    bool is_to_look; /* its exchange: something happened */
    /* When exchanges were over, rising; owned. */
    size_t exchanges_count, exchanges_room;
    double *exchanged_s;
};

/* The scenario's compositions, and what the scenario says of one. */
const struct bh_compositions *bh_compositions_of(const struct bh_replica *replica);
const struct bh_composition_spec *bh_composition_spec_of(const struct bh_replica *replica, size_t composed);

/* Its exchange is to look again: something happened. */
void bh_composing_look(struct bh_replica *replica, size_t composed);

/* The level that stands at a boundary around a tenant's zones on a partition now (-1: around what all share). */
const struct bh_guard_level *bh_guard_now(const struct bh_replica *replica, const struct bh_partition *partition,
                                          int tenant, enum bh_boundary boundary);
/* The guard on a channel of a partition's nodes now. */
const struct bh_guard_level *bh_guard_on_channel(const struct bh_replica *replica, const struct bh_partition *partition,
                                                 size_t channel);
/* The composition that opens a channel on a partition; NULL where it is always open. */
const struct bh_composing *bh_composing_of_channel(const struct bh_replica *replica,
                                                   const struct bh_partition *partition, size_t channel);
