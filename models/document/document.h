/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* YAML input as a tree of nodes that remember file, line and column. */
#ifndef BH_MODELS_DOCUMENT_DOCUMENT_H
#define BH_MODELS_DOCUMENT_DOCUMENT_H

#include "models/base/error.h"
#include "models/base/quantity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One YAML file. Refused, each with one message: duplicate keys, aliases and anchors, tags, depth over 64, files over
 * 1 MiB, empty files, second documents, malformed UTF-8, non-scalar keys. */
struct bh_document;

/* A map, a list or a scalar inside a document, which owns it. */
struct bh_node;

enum bh_node_kind { BH_NODE_SCALAR, BH_NODE_LIST, BH_NODE_MAP };

/* Reads a file. Returns NULL with BH_ERROR_INPUT set when it cannot be read or is not one well-formed document. */
struct bh_document *bh_document_read(const char *path, struct bh_error *err);
/* The same from memory; `name` stands in messages for the file. */
struct bh_document *bh_document_parse(const char *text, size_t length, const char *name, struct bh_error *err);
/* A document of its own with an equal tree: a sweep changes copies. Places still point at where values were written. */
struct bh_document *bh_document_copy(const struct bh_document *document);
/* Messages about a node of the document, and those below, point at where `origin`, of any document, was written. */
void bh_document_place_as(struct bh_document *document, struct bh_node *node, const struct bh_node *origin);
void bh_document_destroy(struct bh_document *document);
struct bh_node *bh_document_root(const struct bh_document *document);
const char *bh_document_name(const struct bh_document *document);

/* A value that was set as PATH=VALUE on a command line, as a document of its own: messages show the whole. */
struct bh_document *bh_document_parse_setting(const char *path, const char *value, const char *origin,
                                              struct bh_error *err);

/* Puts a value in place of the one at a dotted path ("workload.work", list items by index: "policies.0.system"),
 * creating the last key of an existing map if it is not there. `value` is a YAML flow text: a scalar, list or map.
 * Its place in messages is `origin` (say "--set" or the scenario file). Keys that themselves contain dots are not
 * reachable. */
int bh_document_set(struct bh_document *document, const char *path, const char *value, const char *origin,
                    struct bh_error *err);
/* As above, but a node of another document is copied in, so that messages point at where the value was written.
 * With `must_exist` a path that the document lacks is an error that names the nearest known key. */
int bh_document_set_node(struct bh_document *document, const char *path, const struct bh_node *value, bool must_exist,
                         struct bh_error *err);

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

/* The whole tree as YAML text that parses back to an equal tree, and as compact JSON; owned by the caller. */
char *bh_node_print_yaml(const struct bh_node *node);
char *bh_node_print_json(const struct bh_node *node);

/* The candidate nearest to `word` by edit distance, or NULL if none is within a third of the word's length (at least
 * two edits). */
const char *bh_nearest_name(const char *word, const char *const *candidates, size_t count);

#endif
