/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* YAML input as a tree of nodes that remember file, line and column. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One YAML file. Refused, each with one message: duplicate keys, aliases and anchors, tags, depth over 64, files over
 * 1 MiB, empty files, second documents, malformed UTF-8, non-scalar keys. */
struct bh_document;

/* A map, a list or a scalar inside a document, which owns it. */
struct bh_node;

enum bh_node_kind { BH_NODE_SCALAR, BH_NODE_LIST, BH_NODE_MAP };

void bh_document_destroy(struct bh_document *document);
struct bh_node *bh_document_root(const struct bh_document *document);
const char *bh_document_name(const struct bh_document *document);
