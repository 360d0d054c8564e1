/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From YAML text to a tree, through libyaml's events: one loop with a stack of open lists and maps, no recursion. */
#include "models/document/document_get.h"
#include "models/document/parts.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* uthash ends the program by itself when memory runs out; ours says so first. */
#define uthash_malloc(size)       bh_allocate(1, (size))
#define uthash_free(memory, size) free(memory)
#include <uthash.h>

/* A key that a map has already. */
struct seen_key {
    const struct bh_node *key;
    UT_hash_handle hh;
};

/* A list or map whose end has not come yet. */
struct open_node {
    struct bh_node *node;
    struct bh_node *key; /* of a map: read, its value not yet */
    struct seen_key *seen;
};

struct builder {
    struct bh_document *document;
    struct bh_source *source;
    unsigned shift; /* characters before the parsed text on line 1 */
    struct open_node open[BH_DOCUMENT_DEPTH];
    size_t depth;
    struct bh_node *root;
    struct bh_error *err;
};

static unsigned count_characters(const char *text, size_t length)
{
    unsigned count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static struct bh_place mark_place(const struct builder *builder, yaml_mark_t mark)
{
    size_t column = mark.column + 1 + (mark.line == 0 ? builder->shift : 0);
    return bh_source_place(builder->source, mark.line + 1, column);
}

/* The place of a byte, for errors of the encoding, which libyaml reports before it counts lines. */
static struct bh_place offset_place(const struct builder *builder, size_t offset)
{
    const struct bh_source *source = builder->source;
    size_t low = 0, high = source->lines_count;
    if (offset > source->length)
        offset = source->length;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    size_t start = source->line_starts[low];
    return bh_source_place(source, low + 1, count_characters(source->text + start, offset - start) + 1);
}

/* --- Nodes --------------------------------------------------------------------------------------------------------- */

/* Hangs a node into the innermost open node, or makes it the root. */
static void attach(struct builder *builder, struct bh_node *node)
{
    if (builder->depth == 0) {
        builder->root = node;
        return;
    }
    struct open_node *open = &builder->open[builder->depth - 1];
    bh_node_append(builder->document, open->node, open->key, node);
    open->key = NULL;
}

static bool expects_key(const struct builder *builder)
{
    return builder->depth > 0 && builder->open[builder->depth - 1].node->kind == BH_NODE_MAP &&
           !builder->open[builder->depth - 1].key;
}

static struct bh_node *create(struct builder *builder, enum bh_node_kind kind, yaml_mark_t mark)
{
    struct bh_node *node = bh_node_create(builder->document, kind);
    struct bh_place place = mark_place(builder, mark);
    node->line = place.line;
    node->column = place.column;
    node->source = builder->source;
    return node;
}

static int take_key(struct builder *builder, struct bh_node *key)
{
    struct open_node *open = &builder->open[builder->depth - 1];
    size_t length = strlen(key->text);
    struct seen_key *seen;
    if (length == 0)
        return bh_fail_at(builder->err, bh_node_place(key), "a key without a name; expected `name: value`");
    HASH_FIND(hh, open->seen, key->text, length, seen);
    if (seen)
        return bh_fail_at(builder->err, bh_node_place(key),
                          "duplicate key `%.60s`; it stands first at line %u, column %u", key->text, seen->key->line,
                          seen->key->column);
    seen = bh_allocate(1, sizeof *seen);
    seen->key = key;
    HASH_ADD_KEYPTR(hh, open->seen, key->text, length, seen);
    open->key = key;
    return 0;
}

static void forget_keys(struct open_node *open)
{
    struct seen_key *seen, *next;
    HASH_ITER(hh, open->seen, seen, next)
    {
        HASH_DEL(open->seen, seen);
        free(seen);
    }
}

/* --- Events -------------------------------------------------------------------------------------------------------- */

/* Anchors and tags are refused wherever they stand: aliases could make a small file huge, and tags mean nothing here. */
static int refuse_decoration(struct builder *builder, const yaml_event_t *event, const yaml_char_t *anchor,
                             const yaml_char_t *tag)
{
    struct bh_place place = mark_place(builder, event->start_mark);
    if (anchor)
        return bh_fail_at(builder->err, place,
                          "anchor `&%.60s`; anchors and aliases are not accepted: write the value out",
                          (const char *)anchor);
    if (tag)
        return bh_fail_at(builder->err, place, "tag `%.60s`; tags are not accepted: write the plain value",
                          (const char *)tag);
    return 0;
}

static int take_scalar(struct builder *builder, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (refuse_decoration(builder, event, event->data.scalar.anchor, event->data.scalar.tag) != 0)
        return -1;
    if (memchr(value, '\0', length))
        return bh_fail_at(builder->err, mark_place(builder, event->start_mark),
                          "a text that holds the character NUL; expected printable text");
    struct bh_node *node = create(builder, BH_NODE_SCALAR, event->start_mark);
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (node->is_plain && event->end_mark.line > event->start_mark.line)
        node->next_line = node->line + 1;
    node->text = bh_document_allocate(builder->document, length + 1);
    memcpy(node->text, value, length);
    if (expects_key(builder))
        return take_key(builder, node);
    attach(builder, node);
    return 0;
}

static int open_node(struct builder *builder, const yaml_event_t *event, enum bh_node_kind kind)
{
    bool is_map = kind == BH_NODE_MAP;
    if (refuse_decoration(builder, event, is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
                          is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag) != 0)
        return -1;
    struct bh_place place = mark_place(builder, event->start_mark);
    if (expects_key(builder))
        return bh_fail_at(builder->err, place, "a %s as key of a map; expected a plain name", is_map ? "map" : "list");
    if (builder->depth == BH_DOCUMENT_DEPTH)
        return bh_fail_at(builder->err, place, "lists and maps nested more than %d deep; expected at most %d levels",
                          BH_DOCUMENT_DEPTH, BH_DOCUMENT_DEPTH);
    struct bh_node *node = create(builder, kind, event->start_mark);
    attach(builder, node);
    builder->open[builder->depth++] = (struct open_node){.node = node};
    return 0;
}

static int start_document(struct builder *builder, const yaml_event_t *event)
{
    struct bh_place place = mark_place(builder, event->start_mark);
    if (builder->root)
        return bh_fail_at(builder->err, place, "a second document; expected one document in the file");
    if (event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
        return bh_fail_at(builder->err, place, "a %%TAG directive; tags are not accepted");
    return 0;
}

static int end_stream(struct builder *builder, size_t offset)
{
    const struct bh_node *root = builder->root;
    if (root && (root->kind != BH_NODE_SCALAR || !root->is_plain || *root->text))
        return 0;
    return bh_fail_at(builder->err, offset_place(builder, offset), "nothing here; expected a YAML document");
}

static int handle(struct builder *builder, const yaml_event_t *event, size_t offset)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return start_document(builder, event);
    case YAML_ALIAS_EVENT:
        return bh_fail_at(builder->err, mark_place(builder, event->start_mark),
                          "alias `*%.60s`; anchors and aliases are not accepted: write the value out",
                          (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT:
        return take_scalar(builder, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(builder, event, BH_NODE_LIST);
    case YAML_MAPPING_START_EVENT:
        return open_node(builder, event, BH_NODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        forget_keys(&builder->open[--builder->depth]);
        return 0;
    case YAML_STREAM_END_EVENT:
        return end_stream(builder, offset);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return 0;
}

/* --- The loop ------------------------------------------------------------------------------------------------------ */

/* Offset of the first character of a line and of the one behind its last. */
static const char *line_of(const struct bh_source *source, size_t line, size_t *length)
{
    const char *text = source->text + source->line_starts[line - 1];
    *length = strcspn(text, "\r\n");
    return text;
}

/* Whether a line holds a colon that ends a key: before a blank or the line's end. Not in comments. */
static bool has_colon(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '#' && (i == 0 || text[i - 1] == ' '))
            return false;
        if (text[i] == ':' && (i + 1 == length || text[i + 1] == ' '))
            return true;
    }
    return false;
}

static bool is_blank(const char *text, size_t length)
{
    size_t indent = strspn(text, " \t");
    return indent >= length || text[indent] == '#';
}

/* The line with something in it before LINE; 0 without. */
static size_t line_before(const struct bh_source *source, size_t line)
{
    size_t length;
    while (--line > 0) {
        const char *text = line_of(source, line, &length);
        if (!is_blank(text, length))
            return line;
    }
    return 0;
}

static int fail_colon(const struct builder *builder, size_t line)
{
    size_t length;
    const char *text = line_of(builder->source, line, &length);
    size_t indent = strspn(text, " -"), key = strcspn(text + indent, " :\r\n");
    const char *colon = text[indent + key] == ':' ? "no space behind its colon" : "no colon";
    return bh_fail_at(builder->err, bh_source_place(builder->source, line, indent + 1),
                      "not well-formed YAML: `%.*s` has %s; expected `%.*s: value`", key > 60 ? 60 : (int)key,
                      text + indent, colon, key > 60 ? 60 : (int)key, text + indent);
}

/* What people do wrong most often has messages of its own; false for the rest. libyaml tells where it lost the thread,
 * which for a missing colon is behind the line where it is missing. */
static bool fail_usual(const struct builder *builder, const yaml_parser_t *parser)
{
    const struct bh_source *source = builder->source;
    struct bh_place place = mark_place(builder, parser->problem_mark);
    size_t length, indent;
    if (place.line == 0 || place.line > source->lines_count)
        return false;
    const char *text = line_of(source, place.line, &length);
    indent = strspn(text, " ");
    if (text[indent] == '\t' && place.column <= strspn(text, " \t") + 1) {
        bh_fail_at(builder->err, bh_source_place(source, place.line, indent + 1),
                   "not well-formed YAML: a tab in the indentation; expected spaces, which YAML alone takes there");
        return true;
    }
    const char *at = text;
    for (size_t c = 1; c < place.column && *at != '\0'; at++)
        c += ((unsigned char)at[1] & 0xC0) != 0x80;
    if (strstr(parser->problem, "cannot start any token") != NULL && *at == '\t') {
        bh_fail_at(builder->err, place, "not well-formed YAML: a tab before a value; expected a space");
        return true;
    }
    if (strstr(parser->problem, "cannot start any token") != NULL) {
        bh_fail_at(builder->err, place, "not well-formed YAML: `%c` cannot begin a value; expected it in quotes", *at);
        return true;
    }
    if (strstr(parser->problem, "could not find expected ':'") != NULL && parser->context_mark.line < place.line) {
        fail_colon(builder, parser->context_mark.line + 1);
        return true;
    }
    size_t before = line_before(source, place.line), before_length = 0;
    const char *earlier = before > 0 ? line_of(source, before, &before_length) : NULL;
    if (strstr(parser->problem, "did not find expected key") != NULL && earlier != NULL &&
        !has_colon(earlier, before_length) && strspn(earlier, " ") == indent && earlier[indent] != '-') {
        fail_colon(builder, before);
        return true;
    }
    if (strstr(parser->problem, "mapping values are not allowed") == NULL)
        return false;
    if (has_colon(text, (size_t)(at - text)))
        bh_fail_at(builder->err, place,
                   "not well-formed YAML: a second colon in the line; expected the value in quotes");
    else if (earlier != NULL && !has_colon(earlier, before_length))
        fail_colon(builder, before);
    else if (earlier != NULL)
        bh_fail_at(
            builder->err, place,
            "not well-formed YAML: a key that is indented further than the one before it in line %zu, which has a "
            "value of its own; expected them one below the other",
            before);
    else
        return false;
    return true;
}

/* What libyaml found wrong, in one line. */
static int fail_syntax(const struct builder *builder, const yaml_parser_t *parser, size_t offset)
{
    const char *problem = parser->problem ? parser->problem : "unknown problem";
    if (parser->error == YAML_MEMORY_ERROR)
        return bh_fail(builder->err, BH_ERROR_SYSTEM, "%s: out of memory", builder->source->name);
    if (parser->error == YAML_READER_ERROR) {
        struct bh_place place = offset_place(builder, offset + parser->problem_offset);
        if (strstr(problem, "control characters"))
            return bh_fail_at(builder->err, place, "control character U+%04X; expected printable UTF-8 text",
                              (unsigned)parser->problem_value);
        return bh_fail_at(builder->err, place, "malformed UTF-8 (%s); expected a text file in UTF-8", problem);
    }
    if (fail_usual(builder, parser))
        return -1;
    struct bh_place place = mark_place(builder, parser->problem_mark);
    if (!place.line_text) /* libyaml may count a line more than there is */
        place = offset_place(builder, builder->source->length);
    if (!parser->context)
        return bh_fail_at(builder->err, place, "not well-formed YAML: %s", problem);
    struct bh_place context = mark_place(builder, parser->context_mark);
    return bh_fail_at(builder->err, place, "not well-formed YAML: %s, %s that began at line %u, column %u", problem,
                      parser->context, context.line, context.column);
}

struct bh_node *bh_document_build(struct bh_document *document, struct bh_source *source, size_t offset,
                                  struct bh_error *err)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    yaml_parser_t parser;
    struct bh_error own = {0}; /* so that failure is known even if the caller wants no text */
    if (strncmp(source->text + offset, byte_order_mark, 3) == 0)
        offset += 3;
    struct builder builder = {
        .document = document, .source = source, .shift = count_characters(source->text, offset), .err = &own};
    if (!yaml_parser_initialize(&parser)) {
        bh_fail(err, BH_ERROR_SYSTEM, "%s: out of memory", source->name);
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)source->text + offset, source->length - offset);
    for (bool at_end = false; !at_end && own.code == BH_ERROR_NONE;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            fail_syntax(&builder, &parser, offset);
            break;
        }
        at_end = event.type == YAML_STREAM_END_EVENT;
        handle(&builder, &event, offset);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    while (builder.depth > 0)
        forget_keys(&builder.open[--builder.depth]);
    if (own.code == BH_ERROR_NONE)
        return builder.root;
    if (err && err->code == BH_ERROR_NONE)
        *err = own;
    return NULL;
}
