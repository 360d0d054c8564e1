/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reading values out of a tree. */
#pragma once

#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/document/document.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reading. Every getter below accepts only the kind it names and otherwise fails with file:line:column, what was
 * found and what was expected. Returned pointers live as long as the document. */
enum bh_node_kind bh_node_kind(const struct bh_node *node);
struct bh_place bh_node_place(const struct bh_node *node);
size_t bh_node_count(const struct bh_node *node);                         /* items of a list, keys of a map, else 0 */
struct bh_node *bh_node_item(const struct bh_node *node, size_t index);   /* list item or map value, in file order */
const char *bh_node_key(const struct bh_node *map, size_t index);         /* key of a map, in file order */
struct bh_node *bh_node_find(const struct bh_node *map, const char *key); /* NULL if absent; no error */
struct bh_node *bh_node_find_path(const struct bh_node *node, const char *path); /* dotted; NULL if absent */
struct bh_node *bh_node_need(const struct bh_node *map, const char *key, struct bh_error *err); /* absent: error */

/* All of `keys` (NULL-terminated) must be there; else one message names all that are missing. */
int bh_node_need_keys(const struct bh_node *map, const char *const *keys, struct bh_error *err);

/* Fails at the node's place, with its dotted path ("workload.work: ") before the text: for checks of meaning. */
int bh_node_fail(const struct bh_node *node, struct bh_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "workload.enclaves.0.work", the way from the root to the node; a long one is cut at its beginning. "" for the root.
 * Returns buffer. */
char *bh_node_path(const struct bh_node *node, char *buffer, size_t size);

/* Where the key of a map stands, as opposed to its value. */
struct bh_place bh_node_key_place(const struct bh_node *map, size_t index);
int bh_node_expect(const struct bh_node *node, enum bh_node_kind kind, const char *what, struct bh_error *err);

/* Every key of the map must be one of `known` (NULL-terminated); else the message names the nearest known key. */
int bh_node_check_keys(const struct bh_node *map, const char *const *known, struct bh_error *err);

/* Whether it is a scalar whose text is exactly `word`. */
bool bh_node_is(const struct bh_node *node, const char *word);

/* Index of the scalar's text in `known`; else -1 and a message with the nearest known word. `what` names the thing. */
int bh_node_choice(const struct bh_node *node, const char *const *known, const char *what, struct bh_error *err);
const char *bh_node_text(const struct bh_node *node, struct bh_error *err);
int bh_node_bool(const struct bh_node *node, bool *value, struct bh_error *err); /* yes/no/true/false */
int bh_node_count_value(const struct bh_node *node, uint64_t least, uint64_t most, uint64_t *value,
                        struct bh_error *err);

/* A number with its unit ("24 h", "16 GiB", 0.3), converted to SI; see quantity.h. Refuses wrong units, non-finite
 * values and what the dimension forbids (negative times, probabilities above 1). */
int bh_node_quantity(const struct bh_node *node, enum bh_dimension dimension, double *value, struct bh_error *err);
