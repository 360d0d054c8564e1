/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Changing a tree: a value put at a dotted path, from a text or copied from another document. */
#include "models/document/document_set.h"

#include "models/base/nearest_name.h"
#include "models/base/utf8.h"
#include "models/document/document_get.h"
#include "models/document/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a value goes: an existing child of `parent`, or a new key of it. */
struct target {
    struct bh_node *parent;
    size_t position;  /* parent->count: to be appended */
    size_t depth;     /* of the value: lists and maps above it */
    const char *last; /* last part of the path */
};

static int fail_part(const struct bh_node *node, const char *path, const char *part, size_t length,
                     struct bh_place place, struct bh_error *err)
{
    char shown[64], found[96], list[320];
    int before = part - path > 1 ? (int)(part - path - 1) : 0;
    if (before > 120)
        before = 120;
    snprintf(shown, sizeof shown, "%.*s", length < 60 ? (int)length : 60, part);
    if (node->kind == BH_NODE_SCALAR)
        return bh_fail_at(err, place, "`%.200s`: `%.*s` is %s, which has no `%s` in it", path, before, path,
                          bh_node_describe(node, found, sizeof found), shown);
    if (node->kind == BH_NODE_LIST)
        return bh_fail_at(err, place, "`%.200s`: `%.*s` is a list of %zu; expected an index below that, found `%s`",
                          path, before, path, node->count, shown);

    const char **names = bh_allocate(node->count, sizeof *names);
    for (size_t i = 0; i < node->count; i++)
        names[i] = node->keys[i]->text;
    const char *nearest = bh_nearest_name(shown, names, node->count);
    bh_list_names(names, node->count, list, sizeof list);
    bh_fail_at(err, place, "`%.200s`: unknown key `%s`; %s%s%sknown keys: %s", path, shown,
               nearest ? "did you mean `" : "", nearest ? nearest : "", nearest ? "`? " : "", list);
    free(names);
    return -1;
}

/* Follows the path; `place` is what messages point at. */
static int find_target(const struct bh_document *document, const char *path, bool must_exist, struct bh_place place,
                       struct target *target, struct bh_error *err)
{
    struct bh_node *node = document->root;
    const char *part = path;
    if (*path == '\0')
        return bh_fail_at(err, place, "an empty path; expected one such as `workload.work`");
    for (target->depth = 1;; target->depth++) {
        size_t length = strcspn(part, ".");
        bool is_last = part[length] == '\0';
        char *name = bh_print_text("%.*s", (int)length, part);
        struct bh_node *child = bh_node_find_path(node, name);
        free(name);
        if (!child && (!is_last || must_exist || node->kind != BH_NODE_MAP || length == 0))
            return fail_part(node, path, part, length, place, err);
        if (!child && !bh_utf8_is_printable(part)) /* a path from the command line may hold anything */
            return bh_fail_at(err, place, "`%.200s`: a key that is not printable UTF-8 text", path);
        if (is_last) {
            target->parent = node;
            target->position = child ? child->position : node->count;
            target->last = part;
            return 0;
        }
        node = child;
        part += length + 1;
    }
}

/* Lists and maps on the deepest way down from here. Trees are never deeper than BH_DOCUMENT_DEPTH. */
static size_t height(const struct bh_node *node)
{
    size_t most = 0;
    for (size_t i = 0; i < node->count; i++) {
        size_t below = height(node->items[i]);
        most = below > most ? below : most;
    }
    return most + (node->kind != BH_NODE_SCALAR);
}

static void put(struct bh_document *document, const struct target *target, struct bh_node *value)
{
    if (target->position < target->parent->count) {
        value->parent = target->parent;
        value->position = target->position;
        target->parent->items[target->position] = value;
        return;
    }
    struct bh_node *key = bh_node_create(document, BH_NODE_SCALAR);
    size_t size = strlen(target->last) + 1;
    key->is_plain = true;
    key->text = memcpy(bh_document_allocate(document, size), target->last, size);
    key->source = value->source;
    key->line = value->line;
    key->column = value->column;
    bh_node_append(document, target->parent, key, value);
}

static int check_depth(const struct target *target, const struct bh_node *value, struct bh_place place,
                       struct bh_error *err)
{
    if (target->depth + height(value) > BH_DOCUMENT_DEPTH)
        return bh_fail_at(err, place, "lists and maps nested more than %d deep; expected at most %d levels",
                          BH_DOCUMENT_DEPTH, BH_DOCUMENT_DEPTH);
    return 0;
}

int bh_document_set(struct bh_document *document, const char *path, const char *value, const char *origin,
                    struct bh_error *err)
{
    struct target target;
    /* Messages show the whole assignment, as it was typed. */
    char *text = bh_print_text("%s=%s", path, value);
    struct bh_source *source = bh_source_add(document, origin, text, strlen(text));
    struct bh_place start = bh_source_place(source, 1, 1);
    if (source->length > BH_DOCUMENT_BYTES)
        return bh_fail_at(err, start, "larger than 1 MiB; expected a value of at most 1 MiB");
    if (find_target(document, path, false, start, &target, err) != 0)
        return -1;
    struct bh_node *node = bh_document_build(document, source, strlen(path) + 1, err);
    if (!node || check_depth(&target, node, bh_node_place(node), err) != 0)
        return -1;
    put(document, &target, node);
    return 0;
}

struct bh_document *bh_document_parse_setting(const char *path, const char *value, const char *origin,
                                              struct bh_error *err)
{
    struct bh_document *document = bh_document_create();
    char *text = bh_print_text("%s=%s", path, value);
    struct bh_source *source = bh_source_add(document, origin, text, strlen(text));
    if (source->length > BH_DOCUMENT_BYTES)
        bh_fail_at(err, bh_source_place(source, 1, 1), "larger than 1 MiB; expected a value of at most 1 MiB");
    else
        document->root = bh_document_build(document, source, strlen(path) + 1, err);
    if (document->root != NULL)
        return document;
    bh_document_destroy(document);
    return NULL;
}

struct bh_node *bh_node_copy(struct bh_document *document, const struct bh_node *original)
{
    struct bh_node *node = bh_node_create(document, original->kind);
    node->is_plain = original->is_plain;
    node->line = original->line;
    node->column = original->column;
    node->next_line = original->next_line;
    node->source = original->source;
    bh_source_share(document, node->source);
    if (original->text) {
        size_t size = strlen(original->text) + 1;
        node->text = memcpy(bh_document_allocate(document, size), original->text, size);
    }
    for (size_t i = 0; i < original->count; i++)
        bh_node_append(document, node, original->keys ? bh_node_copy(document, original->keys[i]) : NULL,
                       bh_node_copy(document, original->items[i]));
    return node;
}

int bh_document_set_node(struct bh_document *document, const char *path, const struct bh_node *value, bool must_exist,
                         struct bh_error *err)
{
    struct target target;
    struct bh_place place = bh_node_place(value);
    if (find_target(document, path, must_exist, place, &target, err) != 0 ||
        check_depth(&target, value, place, err) != 0)
        return -1;
    put(document, &target, bh_node_copy(document, value));
    return 0;
}

void bh_document_place_as(struct bh_document *document, struct bh_node *node, const struct bh_node *origin)
{
    node->source = origin->source;
    node->line = origin->line;
    node->column = origin->column;
    node->next_line = origin->next_line;
    bh_source_share(document, node->source);
    for (size_t i = 0; i < node->count; i++)
        bh_document_place_as(document, node->items[i], origin);
}

struct bh_document *bh_document_copy(const struct bh_document *document)
{
    struct bh_document *twin = bh_document_create();
    bh_source_share(twin, document->sources[0]); /* the first source names the document */
    twin->root = bh_node_copy(twin, document->root);
    return twin;
}
