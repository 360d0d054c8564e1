/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Isolations remembered by what they depend on. */
#pragma once

#include "models/containment/isolation.h"

#include <stdbool.h>
#include <stdio.h>

/* Remembers isolations by what they depend on: scenarios that differ only in size, spares or intervals share them. */
struct bh_isolation_cache;
struct bh_isolation_cache *bh_isolation_cache_create(void);

/* One whose isolations are coarse (bh_isolation_create_coarse). */
struct bh_isolation_cache *bh_isolation_cache_create_coarse(void);

/* One whose isolations have no rates and say only why they would not be exact, for those who ask no more. */
struct bh_isolation_cache *bh_isolation_cache_create_of_reasons(void);
bool bh_isolation_cache_is_of_reasons(const struct bh_isolation_cache *cache);
void bh_isolation_cache_destroy(struct bh_isolation_cache *cache);

/* A chain of fewer takes a twentieth of a second, hardly more than a process that asks for it; what chains of as many say is kept
 * for later runs (models/containment/kept_answers.h), but for coarse ones. */
enum { BH_CHAIN_OF_MANY_CHANNELS = 16 };

/* Neither those of reasons nor a list's: what follows from rates need not be asked for. */
bool bh_isolation_cache_has_rates(const struct bh_isolation_cache *cache);

/* So that several processes compute what one will ask for. A list computes nothing; its isolations have no rates, and it
 * knows, numbered in the order of asking, which they would be, and of how many channels. */
struct bh_isolation_cache *bh_isolation_cache_create_list(void);
size_t bh_isolation_cache_count(const struct bh_isolation_cache *cache);
size_t bh_isolation_cache_channels(const struct bh_isolation_cache *list, size_t number);
/* Whether an earlier run has kept it, so that nobody need compute it. */
bool bh_isolation_cache_is_kept(const struct bh_isolation_cache *list, size_t number);
/* Another list, which computes the isolation of that number, and writes it once it was asked for: -1 if it was not. */
struct bh_isolation_cache *bh_isolation_cache_create_for(const struct bh_isolation_cache *list, size_t number);
int bh_isolation_cache_write(const struct bh_isolation_cache *cache, FILE *out, struct bh_error *err);
/* Adds what was written so, in this program. */
int bh_isolation_cache_take(struct bh_isolation_cache *cache, const void *bytes, size_t length, struct bh_error *err);

/* As bh_isolation_create, but the answer belongs to the cache. */
const struct bh_isolation *bh_isolation_cache_find(struct bh_isolation_cache *cache, const struct bh_node_model *model,
                                                   const struct bh_fault_streams *streams);
