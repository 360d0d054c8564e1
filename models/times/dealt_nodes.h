/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Very many nodes dealt out to few leaders at random, at a cost that grows with the leaders and not with the nodes. */
#pragma once

#include "models/base/random.h"

#include <stdint.h>

/* Each of `nodes` nodes follows one of `leaders` leaders, drawn uniformly and independently. How many follow each of the
 * first `named` leaders is multinomial: one binomial number after the other, each given those before. Who they are is a
 * random partition: the nodes in the order of a keyed permutation (a Feistel network of XXH3, walked until it falls
 * below `nodes`), cut into pieces of these sizes. A function of seed and replica alone. */
struct bh_followers;
/* At most UINT32_MAX nodes; named <= leaders. */
struct bh_followers *bh_followers_create(const struct bh_random *random, uint64_t nodes, uint64_t leaders,
                                         uint32_t named);
void bh_followers_destroy(struct bh_followers *followers);
uint64_t bh_followers_count(const struct bh_followers *followers, uint32_t leader);
/* Number `index` of them, from 0. */
uint64_t bh_followers_node(const struct bh_followers *followers, uint32_t leader, uint64_t index);
