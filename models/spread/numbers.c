/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a node model, as positions in an array of all. */
#include "models/spread/numbers.h"

size_t bh_spread_number(const struct bh_zone_tree *tree, enum bh_number what, size_t index, enum bh_error_kind kind)
{
    if (what <= BH_NUMBER_SILENT)
        return (index * BH_ERROR_KINDS + (size_t)kind) * BH_NUMBER_RESIDUAL + (size_t)what;
    size_t before = tree->zones_count * BH_ERROR_KINDS * BH_NUMBER_RESIDUAL;
    if (what == BH_NUMBER_RESIDUAL)
        return before + index;
    before += tree->zones_count;
    if (what == BH_NUMBER_HOLDS)
        return before + index;
    before += tree->zones_count * BH_RUNGS;
    if (what == BH_NUMBER_PROBABILITY)
        return before + index * BH_ERROR_KINDS + (size_t)kind;
    before += tree->channels_count * BH_ERROR_KINDS;
    if (what == BH_NUMBER_AGAIN)
        return before + tree->channels_count;
    if (what == BH_NUMBER_CORRUPTS || what == BH_NUMBER_DEGRADES)
        return before + (what == BH_NUMBER_CORRUPTS ? 1 : 2) * tree->channels_count + 1 + index;
    return before + index; /* what guards block */
}

size_t bh_spread_numbers(const struct bh_zone_tree *tree)
{
    return bh_spread_number(tree, BH_NUMBER_DEGRADES, tree->channels_count, BH_DATA);
}
