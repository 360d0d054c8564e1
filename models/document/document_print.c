/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A tree as text: YAML through libyaml's emitter, and compact JSON. */
#include "models/document/document_print.h"

#include "models/base/utf8.h"
#include "models/document/parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* Text that grows; always NUL-terminated once something was put in. */
struct growing_text {
    char *text;
    size_t used, size;
};

static void put_bytes(struct growing_text *out, const char *bytes, size_t length)
{
    if (out->used + length + 1 > out->size) {
        out->size = 2 * (out->used + length + 1);
        out->text = bh_reallocate(out->text, out->size, 1);
    }
    memcpy(out->text + out->used, bytes, length);
    out->used += length;
    out->text[out->used] = '\0';
}

static void put(struct growing_text *out, const char *text)
{
    put_bytes(out, text, strlen(text));
}

/* --- YAML ---------------------------------------------------------------------------------------------------------- */

static int write_yaml(void *data, unsigned char *bytes, size_t length)
{
    put_bytes(data, (const char *)bytes, length);
    return 1;
}

/* The emitter refuses only events in a wrong order, which would be our bug, and malformed UTF-8, which no tree holds. */
static void emit(yaml_emitter_t *emitter, int is_initialized, yaml_event_t *event)
{
    BH_BUG_ASSERT(is_initialized);
    BH_BUG_ASSERT(yaml_emitter_emit(emitter, event));
}

/* What was written plain is plain again where the emitter can; the rest is quoted with escapes, which lose nothing. */
static void emit_scalar(yaml_emitter_t *emitter, const struct bh_node *node)
{
    yaml_event_t event;
    bool is_plain = node->is_plain && bh_utf8_is_printable(node->text);
    emit(emitter,
         yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)node->text, (int)strlen(node->text), 1,
                                      1, is_plain ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE),
         &event);
}

static void emit_node(yaml_emitter_t *emitter, const struct bh_node *node)
{
    yaml_event_t event;
    switch (node->kind) {
    case BH_NODE_SCALAR:
        emit_scalar(emitter, node);
        return;
    case BH_NODE_LIST:
        emit(emitter, yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE), &event);
        for (size_t i = 0; i < node->count; i++)
            emit_node(emitter, node->items[i]);
        emit(emitter, yaml_sequence_end_event_initialize(&event), &event);
        return;
    case BH_NODE_MAP:
        emit(emitter, yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE), &event);
        for (size_t i = 0; i < node->count; i++) {
            emit_scalar(emitter, node->keys[i]);
            emit_node(emitter, node->items[i]);
        }
        emit(emitter, yaml_mapping_end_event_initialize(&event), &event);
        return;
    }
}

char *bh_node_print_yaml(const struct bh_node *node)
{
    struct growing_text out = {0};
    yaml_emitter_t emitter;
    yaml_event_t event;
    put(&out, "");
    BH_BUG_ASSERT(yaml_emitter_initialize(&emitter));
    yaml_emitter_set_output(&emitter, write_yaml, &out);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1); /* lines are never folded */
    emit(&emitter, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event);
    emit(&emitter, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event);
    emit_node(&emitter, node);
    emit(&emitter, yaml_document_end_event_initialize(&event, 1), &event);
    emit(&emitter, yaml_stream_end_event_initialize(&event), &event);
    yaml_emitter_delete(&emitter);
    return out.text;
}

/* --- JSON ---------------------------------------------------------------------------------------------------------- */

/* Whether readers of JSON can hold the number: whole ones in 64 bits, others as a double. */
static bool is_within_json(const char *text)
{
    errno = 0;
    if (text[strcspn(text, ".eE")] != '\0')
        return isfinite(strtod(text, NULL));
    strtoll(text, NULL, 10);
    return errno == 0;
}

/* Whether the text is a number as JSON has it: no leading zeros or plus, digits on both sides of the point. */
static bool is_json_number(const char *text)
{
    static const char digits[] = "0123456789";
    const char *whole_text = text;
    text += *text == '-';
    size_t whole = strspn(text, digits);
    if (whole == 0 || (whole > 1 && *text == '0'))
        return false;
    text += whole;
    if (*text == '.') {
        size_t part = strspn(++text, digits);
        if (part == 0)
            return false;
        text += part;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        size_t exponent = strspn(text, digits);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return *text == '\0' && is_within_json(whole_text);
}

static void put_json_text(struct growing_text *out, const char *text)
{
    put(out, "\"");
    for (; *text; text++) {
        char escape[8] = {*text};
        if (*text == '"' || *text == '\\')
            snprintf(escape, sizeof escape, "\\%c", *text);
        else if (*text == '\n')
            snprintf(escape, sizeof escape, "\\n");
        else if ((unsigned char)*text < 0x20 || *text == 0x7F)
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)*text);
        put(out, escape);
    }
    put(out, "\"");
}

/* Plain words that YAML users mean as numbers, truth values or nothing become such; what was quoted stays text, and so
 * does a number that no reader of JSON could hold: none is lost. */
static void put_json_scalar(struct growing_text *out, const struct bh_node *node)
{
    const char *text = node->text;
    if (!node->is_plain)
        put_json_text(out, text);
    else if (*text == '\0')
        put(out, "null");
    else if (strcmp(text, "yes") == 0 || strcmp(text, "true") == 0)
        put(out, "true");
    else if (strcmp(text, "no") == 0 || strcmp(text, "false") == 0)
        put(out, "false");
    else if (is_json_number(text))
        put(out, text);
    else
        put_json_text(out, text);
}

static void put_json(struct growing_text *out, const struct bh_node *node)
{
    if (node->kind == BH_NODE_SCALAR) {
        put_json_scalar(out, node);
        return;
    }
    bool is_map = node->kind == BH_NODE_MAP;
    put(out, is_map ? "{" : "[");
    for (size_t i = 0; i < node->count; i++) {
        if (i > 0)
            put(out, ",");
        if (is_map) {
            put_json_text(out, node->keys[i]->text);
            put(out, ":");
        }
        put_json(out, node->items[i]);
    }
    put(out, is_map ? "}" : "]");
}

char *bh_print_quoted(const char *text)
{
    struct growing_text out = {0};
    put_json_text(&out, text);
    return out.text;
}

void bh_write_quoted(const char *text, FILE *stream)
{
    char *quoted = bh_print_quoted(text);
    fputs(quoted, stream);
    free(quoted);
}

char *bh_node_print_json(const struct bh_node *node)
{
    struct growing_text out = {0};
    put_json(&out, node);
    return out.text;
}
