/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where errors end that rarely cross, by importance sampling. */
#pragma once

#include "models/containment/containment.h"
#include "models/spread/spread.h"
#include "models/words/words.h"

struct bh_rare_event bh_containment_rare(const struct bh_node_model *model, struct bh_origin origin,
                                         enum bh_boundary boundary, struct bh_trials trials, double relative_error);
