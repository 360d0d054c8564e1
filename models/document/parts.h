/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Inside of documents: nodes, the texts they were read from, and the arena that holds them. Only for document*.c. */
#pragma once

#include "models/base/error.h"
#include "models/document/document.h"

enum { BH_DOCUMENT_DEPTH = 64, BH_DOCUMENT_BYTES = 1 << 20 };

/* One text that nodes were read from: a file or the value of an option. Shared by the documents whose nodes point into
 * it, and freed with the last of them. */
struct bh_source {
    unsigned holders;
    char *name;
    char *text;          /* NUL-terminated */
    size_t length;       /* bytes */
    size_t *line_starts; /* offsets into text; line 1 first */
    size_t lines_count;
};

struct bh_node {
    enum bh_node_kind kind;
    bool is_plain; /* scalar written without quotes */
    unsigned line, column;
    unsigned next_line; /* where a plain scalar goes on; 0: it stands in one line */
    struct bh_source *source;
    struct bh_node *parent; /* NULL for the root */
    size_t position;        /* in the parent */
    char *text;             /* scalar */
    size_t count, capacity;
    struct bh_node **keys;  /* map: scalars, in file order */
    struct bh_node **items; /* list items or map values */
};

/* Memory of a document, freed all at once: nodes that were replaced stay valid until then. */
struct bh_arena_block;

struct bh_document {
    struct bh_node *root;
    struct bh_arena_block *blocks;
    struct bh_source **sources;
    size_t sources_count;
};

/* A source with the lines of `text` indexed; `text` is taken over, `name` copied. It has one holder, the document. */
struct bh_source *bh_source_add(struct bh_document *document, const char *name, char *text, size_t length);
/* Makes the document a holder of another document's source. */
void bh_source_share(struct bh_document *document, struct bh_source *source);
struct bh_place bh_source_place(const struct bh_source *source, size_t line, size_t column);

/* Zeroed memory that lives as long as the document. */
void *bh_document_allocate(struct bh_document *document, size_t size);
struct bh_document *bh_document_create(void);
struct bh_node *bh_node_create(struct bh_document *document, enum bh_node_kind kind);
/* Appends a value to a list, or to a map under `key` (else NULL). The key must be new. */
void bh_node_append(struct bh_document *document, struct bh_node *parent, struct bh_node *key, struct bh_node *value);

/* With all below, of any document; places stay. */
struct bh_node *bh_node_copy(struct bh_document *document, const struct bh_node *original);

/* Parses source->text from byte `offset` on into a tree; on failure the nodes made so far stay in the arena. */
struct bh_node *bh_document_build(struct bh_document *document, struct bh_source *source, size_t offset,
                                  struct bh_error *err);

/* What a message says was found: "a list", "a map", "`foo`" or "nothing"; returns buffer. */
char *bh_node_describe(const struct bh_node *node, char *buffer, size_t size);

/* "a, b, c" from names, cut with "..." at a length that suits a message; returns buffer. */
char *bh_list_names(const char *const *names, size_t count, char *buffer, size_t size);
