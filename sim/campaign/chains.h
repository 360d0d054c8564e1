/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The exact chains of a study's points, each once, in several processes. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_campaign;
struct bh_isolation_cache;

/* Who asks for chains first: the setups of a point, or the search for the ends of its escape ratios. */
struct bh_chain_asker {
    size_t point;
    bool is_ends;
};
/* Lets it ask: makes the point's setups, or finds the ends. */
int bh_chain_ask(struct bh_campaign *campaign, struct bh_chain_asker asker, struct bh_isolation_cache *cache,
                 struct bh_error *err);

/* All points of the campaign, and the ends, have been made with `list` (bh_isolation_cache_create_list). Those of its chains
 * that may take long, if there are two or more, are computed in up to `jobs` children, into campaign->isolations. `asker[n]`
 * has asked for number n first. */
int bh_chains_compute(struct bh_campaign *campaign, const struct bh_isolation_cache *list,
                      const struct bh_chain_asker *asker, unsigned jobs, bool shows_progress, struct bh_error *err);
