/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What errors do where the exact chain cannot be had: rates good enough to choose checkpoints by, from trials. */
#pragma once

#include "models/node/node_model.h"
#include "models/spread/spread.h"

/* Trials of one node; it borrows the model. Free with bh_chance_destroy. */
struct bh_chance;
struct bh_chance *bh_chance_create(const struct bh_node_model *model);
void bh_chance_destroy(struct bh_chance *chance);

/* Estimates of what bh_spread_exact answers, from BH_CHANCE_TRIALS trials at most, whose seed is always the same, so that
 * the answer depends on model and origin alone. `spread->loss` need not be zero; `seen`, `time_s` and `depth` stay 0, and
 * `unresolved` is NaN.
 * A loss, or a silent error, that no trial met though it can happen counts as half a trial: with no rate at all there
 * would be no checkpoints against it. Whether it can, trials tell on which crossings are made likely. */
enum { BH_CHANCE_TRIALS = 1 << 16 };
void bh_chance_spread(struct bh_chance *chance, struct bh_origin origin, struct bh_spread *spread);
