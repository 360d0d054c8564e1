/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Documents copied, and values put in place of others. */
#pragma once

#include <stdbool.h>

struct bh_error;
struct bh_node;

/* A document of its own with an equal tree: a sweep changes copies. Places still point at where values were written. */
struct bh_document *bh_document_copy(const struct bh_document *document);

/* Messages about a node of the document, and those below, point at where `origin`, of any document, was written. */
void bh_document_place_as(struct bh_document *document, struct bh_node *node, const struct bh_node *origin);

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
