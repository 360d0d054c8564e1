/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Keys that many parts of a scenario have: optional ones, names of things, counts of nodes. */
#pragma once

#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/document/document.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Optional keys: leave *value as it is when the map lacks the key. */
int bh_optional_quantity(const struct bh_node *map, const char *key, enum bh_dimension dimension, double *value,
                         struct bh_error *err);
int bh_optional_count(const struct bh_node *map, const char *key, uint64_t least, uint64_t most, uint64_t *value,
                      struct bh_error *err);
int bh_optional_bool(const struct bh_node *map, const char *key, bool *value, struct bh_error *err);
int bh_optional_text(const struct bh_node *map, const char *key, const char **value, struct bh_error *err);
/* A count of nodes from `least`, or a share of the machine's ("0.1 %"), of which the other is left as it is. */
int bh_read_nodes(const struct bh_node *node, uint64_t least, uint64_t *count, double *share, struct bh_error *err);
/* The item of an array whose structures begin with their name that the node names; NULL with an error that shows the
 * key and the known names. `what` names the kind of thing. */
const void *bh_choose_named(const struct bh_node *node, const void *items, size_t count, size_t size, const char *what,
                            struct bh_error *err);
