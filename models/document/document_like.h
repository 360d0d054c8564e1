/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Maps that say `like: NAME` and only what differs. */
#pragma once

#include "models/base/error.h"

struct bh_document;
struct bh_keys;
struct bh_node;

/* Adds to the map what `other`, of any document, has beyond it: keys that it lacks, and in maps that both have likewise. A
 * list, a number of the catalog, a distribution and a choice among several maps are one thing, taken or not; rows of `keys`
 * that are its own (bh_key_is_own) are not taken over. What is added points at where the other's was written. */
void bh_document_fill(struct bh_document *document, struct bh_node *map, const struct bh_node *other,
                      const struct bh_keys *keys);

/* Fills every entry of a section that says `like` from the entry that it names, which may be like a third. Names that there
 * are not and circles fail at the key. `what` names an entry: "policy". */
int bh_document_fill_section(struct bh_document *document, struct bh_node *section, const char *what,
                             const struct bh_keys *keys, struct bh_error *err);
