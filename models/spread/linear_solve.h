/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where one error ends, by linear algebra over all states at once. */
#pragma once

#include "models/spread/spread.h"

#include <stdbool.h>
#include <stddef.h>

/* The same by linear algebra over all states at once, B = (I - Q)^-1 R and t = (I - Q)^-1 tau: nothing is left
 * unfollowed, and `unresolved` is what rounding lost, 1e-15 or so. Without `tracks_depth`
 * all mass is at depth 0. spread->loss is zeroed by the caller. Fails with BH_ERROR_NUMERIC when there are more than
 * `most_states` states in all. */
int bh_spread_solve(const struct bh_node_model *model, struct bh_origin origin, bool tracks_depth, size_t most_states,
                    struct bh_spread *spread, struct bh_error *err);
