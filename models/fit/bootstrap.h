/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How far samples of a fitted distribution would be from it. */
#pragma once

#include "models/fit/fit.h"

#include <stddef.h>
#include <stdint.h>

/* Parametric bootstrap: `draws` samples like this one are drawn from the fit (units are watched as long, or to as many
 * failures, as they were), each is fitted anew, and its distance from its own fit taken; p is the share, counting the
 * sample itself, of distances at least as large. Draws are keyed (seed, stream, draw), so `threads` (0: all cores) do
 * not change a bit. Sets fit->p. */
void bh_fit_bootstrap(const struct bh_sample *sample, struct bh_fit *fit, size_t draws, uint64_t seed, uint64_t stream,
                      unsigned threads);
