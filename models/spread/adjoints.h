/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Derivatives of where one error ends, by the numbers of the node model. */
#pragma once

#include "models/spread/spread.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stddef.h>

/* What is differentiated: extents, then the rest. */
enum bh_outcome {
    BH_OUTCOME_BEYOND = BH_SCOPES,
    BH_OUTCOME_SILENT = BH_OUTCOME_BEYOND + BH_BOUNDARIES,
    BH_OUTCOME_TIME,
    BH_OUTCOMES
};

/* As bh_spread_exact, with the derivative of each outcome by each number, at slope[number * BH_OUTCOMES + outcome],
 * which the caller owns. A share is moved alone: that masked, signalled and silent sum to 1 is the caller's to keep. A
 * number that is 0 or 1 has derivatives only where its factor is not 0 there. */
int bh_spread_slopes(const struct bh_node_model *model, struct bh_origin origin, double least_mass, size_t most_states,
                     struct bh_spread *spread, double *slope, struct bh_error *err);
