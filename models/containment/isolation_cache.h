/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Isolations remembered by what they depend on. */
#ifndef BH_MODELS_CONTAINMENT_ISOLATION_CACHE_H
#define BH_MODELS_CONTAINMENT_ISOLATION_CACHE_H

#include "models/containment/isolation.h"

#include <stdbool.h>

/* Remembers isolations by what they depend on: scenarios that differ only in size, spares or intervals share them. */
struct bh_isolation_cache;
struct bh_isolation_cache *bh_isolation_cache_create(void);

/* One whose isolations have no rates and say only why they would not be exact, for those who ask no more. */
struct bh_isolation_cache *bh_isolation_cache_create_of_reasons(void);
bool bh_isolation_cache_is_of_reasons(const struct bh_isolation_cache *cache);
void bh_isolation_cache_destroy(struct bh_isolation_cache *cache);

/* As bh_isolation_create, but the answer belongs to the cache. */
const struct bh_isolation *bh_isolation_cache_find(struct bh_isolation_cache *cache, const struct bh_node_model *model,
                                                   const struct bh_fault_streams *streams);

#endif
