/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How often errors begin in each kind of zone, and what they take down. */
#pragma once

#include "models/base/error.h"
#include "models/containment/origins.h"
#include "models/node/node_model.h"
#include "models/spread/effect.h"
#include "models/words/words.h"

/* Where errors begin: in a zone of a kind, or hardware takes the whole node at once, or all. */
enum { BH_BEGINS_IN_NODE = BH_ZONE_KINDS, BH_BEGINS_IN_MACHINE, BH_BEGINS };

/* Events per second and node, each error alone on a node that is otherwise up: by the largest extent of what failed, of those
 * where nothing did whether data is silently wrong, else BH_SCOPE_NONE, masked (models/spread/effect.h). */
struct bh_expectations {
    double rate[BH_BEGINS][BH_SEEN]; /* a row sums to `all` up to what was not followed */
    double all[BH_BEGINS];
};

/* By the exact chain. Fails with BH_ERROR_NUMERIC where that is too large. */
int bh_expectations_of(const struct bh_node_model *model, const struct bh_origins *origins,
                       struct bh_expectations *expectations, struct bh_error *err);
