/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Documents as owners: of nodes in an arena, and of the texts that messages quote. */
#include "models/document/document.h"

#include "models/document/parts.h"

#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- The arena ---------------------------------------------------------------------------------------------------- */

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 18 };

struct bh_arena_block {
    struct bh_arena_block *next;
    size_t size, used; /* of memory, in bytes */
    alignas(max_align_t) char memory[];
};

void *bh_document_allocate(struct bh_document *document, size_t size)
{
    const size_t unit = alignof(max_align_t);
    struct bh_arena_block *block = document->blocks;
    BH_BUG_ASSERT(size <= SIZE_MAX / 2);
    size = (size + unit - 1) / unit * unit;
    if (!block || block->size - block->used < size) {
        size_t wanted = !block ? FIRST_BLOCK : block->size < LARGEST_BLOCK ? 2 * block->size : LARGEST_BLOCK;
        wanted = wanted < size ? size : wanted;
        block = bh_allocate(1, sizeof *block + wanted);
        block->size = wanted;
        block->next = document->blocks;
        document->blocks = block;
    }
    block->used += size;
    return block->memory + block->used - size;
}

struct bh_document *bh_document_create(void)
{
    return bh_allocate(1, sizeof(struct bh_document));
}

struct bh_node *bh_node_create(struct bh_document *document, enum bh_node_kind kind)
{
    struct bh_node *node = bh_document_allocate(document, sizeof *node);
    node->kind = kind;
    return node;
}

/* A copy with twice the room; the old array stays in the arena, which at most doubles the memory. */
static struct bh_node **grow(struct bh_document *document, struct bh_node **old, size_t count, size_t capacity)
{
    struct bh_node **grown = bh_document_allocate(document, capacity * sizeof *grown);
    if (count > 0)
        memcpy(grown, old, count * sizeof *grown);
    return grown;
}

void bh_node_append(struct bh_document *document, struct bh_node *parent, struct bh_node *key, struct bh_node *value)
{
    BH_BUG_ASSERT(parent->kind == (key ? BH_NODE_MAP : BH_NODE_LIST));
    if (parent->count == parent->capacity) {
        parent->capacity = parent->capacity ? 2 * parent->capacity : 4;
        parent->items = grow(document, parent->items, parent->count, parent->capacity);
        if (key)
            parent->keys = grow(document, parent->keys, parent->count, parent->capacity);
    }
    if (key)
        parent->keys[parent->count] = key;
    value->parent = parent;
    value->position = parent->count;
    parent->items[parent->count++] = value;
}

/* --- Sources ------------------------------------------------------------------------------------------------------ */

/* Length in bytes of the line break at `text`, 0 if there is none. The breaks of YAML 1.1, which libyaml counts:
 * CR LF, CR, LF, NEL (U+0085), LS (U+2028) and PS (U+2029). */
static size_t break_length(const char *text)
{
    if (text[0] == '\r')
        return text[1] == '\n' ? 2 : 1;
    if (text[0] == '\n')
        return 1;
    if (strncmp(text, "\xC2\x85", 2) == 0)
        return 2;
    if (strncmp(text, "\xE2\x80\xA8", 3) == 0 || strncmp(text, "\xE2\x80\xA9", 3) == 0)
        return 3;
    return 0;
}

static void index_lines(struct bh_source *source)
{
    size_t capacity = 64;
    source->line_starts = bh_allocate(capacity, sizeof *source->line_starts);
    source->lines_count = 1;
    for (size_t offset = 0; offset < source->length;) {
        size_t length = break_length(source->text + offset);
        offset += length ? length : 1;
        if (!length)
            continue;
        if (source->lines_count == capacity) {
            capacity *= 2;
            source->line_starts = bh_reallocate(source->line_starts, capacity, sizeof *source->line_starts);
        }
        source->line_starts[source->lines_count++] = offset;
    }
}

static void hold(struct bh_document *document, struct bh_source *source)
{
    size_t count = document->sources_count;
    if ((count & (count - 1)) == 0) /* room is 1, 2, 4, 8, ... */
        document->sources = bh_reallocate(document->sources, count ? 2 * count : 1, sizeof *document->sources);
    document->sources[document->sources_count++] = source;
    source->holders++;
}

struct bh_source *bh_source_add(struct bh_document *document, const char *name, char *text, size_t length)
{
    struct bh_source *source = bh_allocate(1, sizeof *source);
    source->name = bh_copy_text(name);
    source->text = text;
    source->length = length;
    index_lines(source);
    hold(document, source);
    return source;
}

void bh_source_share(struct bh_document *document, struct bh_source *source)
{
    /* From the newest: subtrees come from few sources, mostly the one shared last. */
    for (size_t i = document->sources_count; i-- > 0;)
        if (document->sources[i] == source)
            return;
    hold(document, source);
}

struct bh_place bh_source_place(const struct bh_source *source, size_t line, size_t column)
{
    struct bh_place place = {source->name, (unsigned)line, (unsigned)column, NULL};
    if (line >= 1 && line <= source->lines_count)
        place.line_text = source->text + source->line_starts[line - 1];
    return place;
}

static void release(struct bh_source *source)
{
    if (--source->holders > 0)
        return;
    free(source->name);
    free(source->text);
    free(source->line_starts);
    free(source);
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

void bh_document_destroy(struct bh_document *document)
{
    if (!document)
        return;
    for (struct bh_arena_block *block = document->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    for (size_t i = 0; i < document->sources_count; i++)
        release(document->sources[i]);
    free(document->sources);
    free(document);
}

struct bh_node *bh_document_root(const struct bh_document *document)
{
    return document->root;
}

const char *bh_document_name(const struct bh_document *document)
{
    return document->sources[0]->name;
}
