/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a node model, as positions in an array of all. */
#pragma once

#include "models/node/node_model.h"
#include "models/node/zone_tree.h"
#include "models/words/words.h"

#include <stddef.h>

/* The numbers of a node model: those of each zone and kind, of each zone, of each channel, of all. */
enum bh_number {
    BH_NUMBER_RATE, /* mu */
    BH_NUMBER_MASKED,
    BH_NUMBER_SIGNALLED,
    BH_NUMBER_SILENT,
    BH_NUMBER_RESIDUAL,
    BH_NUMBER_HOLDS,       /* of a rung: `index` is zone x BH_RUNGS + rung */
    BH_NUMBER_PROBABILITY, /* p of a channel, by kind */
    BH_NUMBER_BLOCKS,      /* b of the guard on it */
    BH_NUMBER_AGAIN,       /* one for all */
    BH_NUMBER_CORRUPTS,    /* of a channel, what leaves an error behind it ... */
    BH_NUMBER_DEGRADES,    /* ... and of the rest, what leaves the zone degraded */
};

/* Position of a number in an array of all; `index` is a zone or a channel, `kind` matters to the first four and to
 * probabilities. */
size_t bh_spread_number(const struct bh_zone_tree *tree, enum bh_number what, size_t index, enum bh_error_kind kind);
size_t bh_spread_numbers(const struct bh_zone_tree *tree);
