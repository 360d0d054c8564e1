/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The states of compositions and guards that the nodes of a class are in, mixed by their long-run shares. */
#pragma once

#include <stddef.h>

struct bh_isolation_cache;
struct bh_node_setup;
struct bh_scenario;

/* The isolation of the mixture; puts all composition channels and the protected guards in place. */
void bh_node_setup_mix(struct bh_node_setup *node, const struct bh_scenario *scenario, size_t class,
                       struct bh_isolation_cache *cache);
