/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stops the enclaves of a node. */
#pragma once

#include "models/node/zone_tree.h"

#include <stdbool.h>
#include <stddef.h>

/* Fills tree->needs from the system's templates; bh_zone_tree_create does. */
void bh_zone_tree_fill_needs(struct bh_zone_tree *tree);
bool bh_zone_tree_has_needs(const struct bh_zone_tree *tree);

/* Whether a zone is a tenant's or holds one of them. */
bool bh_zone_tree_is_around(const struct bh_zone_tree *tree, size_t zone, size_t tenant);
