/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The units that a shard has still to do, in the order in which workers take them. */
#pragma once

#include "sim/sweep/shard.h"
#include "sim/sweep/worker.h"

struct bh_units {
    const struct bh_campaign *campaign;
    struct bh_state *state;
    struct bh_share share;
    struct bh_pieces pieces;
    size_t next;       /* place in campaign->order of the point to be planned next */
    uint64_t *open;    /* [point]: units given out or waiting, and not settled */
    uint8_t *given_up; /* [point]: a unit failed: no further looks */
    struct bh_unit *waiting;
    size_t first, count, room; /* of waiting: [first, count) */
    size_t done;               /* of this shard, before and now */
    double total_s, done_s;    /* predicted times, of all of this shard and of what is done; with precision, of the
                                  least that it can be */
};

void bh_units_create(struct bh_units *units, const struct bh_campaign *campaign, struct bh_state *state,
                     struct bh_share share);
void bh_units_release(struct bh_units *units);
/* The next unit for a worker that did `last` before; false: none at the moment. */
bool bh_units_take(struct bh_units *units, struct bh_unit last, struct bh_unit *unit);
/* Puts a unit back that was not run. */
void bh_units_return(struct bh_units *units, struct bh_unit unit);
/* A unit was done (its record is in the state) or has failed. With precision this may make further units. */
void bh_units_settle(struct bh_units *units, struct bh_unit unit, bool failed);
