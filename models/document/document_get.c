/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reading values out of a tree. A NULL node fails quietly after the error that made it NULL, so that getters chain. */
#include "models/document/document_get.h"

#include "models/base/nearest_name.h"
#include "models/document/parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 160, FOUND_BYTES = 96, LIST_BYTES = 320 };

/* --- Structure ----------------------------------------------------------------------------------------------------- */

enum bh_node_kind bh_node_kind(const struct bh_node *node)
{
    return node->kind;
}

struct bh_place bh_node_place(const struct bh_node *node)
{
    return bh_source_place(node->source, node->line, node->column);
}

size_t bh_node_count(const struct bh_node *node)
{
    return node->count;
}

struct bh_node *bh_node_item(const struct bh_node *node, size_t index)
{
    BH_BUG_ASSERT(index < node->count);
    return node->items[index];
}

const char *bh_node_key(const struct bh_node *map, size_t index)
{
    BH_BUG_ASSERT(map->kind == BH_NODE_MAP && index < map->count);
    return map->keys[index]->text;
}

struct bh_place bh_node_key_place(const struct bh_node *map, size_t index)
{
    BH_BUG_ASSERT(map->kind == BH_NODE_MAP && index < map->count);
    return bh_node_place(map->keys[index]);
}

struct bh_node *bh_node_find(const struct bh_node *map, const char *key)
{
    if (!map || map->kind != BH_NODE_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->items[i];
    return NULL;
}

/* The child that one part of a dotted path names, or NULL. */
static struct bh_node *find_part(const struct bh_node *node, const char *part, size_t length)
{
    if (node->kind == BH_NODE_MAP) {
        for (size_t i = 0; i < node->count; i++)
            if (strncmp(node->keys[i]->text, part, length) == 0 && node->keys[i]->text[length] == '\0')
                return node->items[i];
    } else if (node->kind == BH_NODE_LIST && length > 0 && length < 10 && strspn(part, "0123456789") >= length) {
        size_t index = strtoul(part, NULL, 10);
        return index < node->count ? node->items[index] : NULL;
    }
    return NULL;
}

struct bh_node *bh_node_find_path(const struct bh_node *node, const char *path)
{
    struct bh_node *found = NULL;
    while (node) {
        size_t length = strcspn(path, ".");
        found = find_part(node, path, length);
        if (path[length] == '\0')
            return found;
        path += length + 1;
        node = found;
    }
    return NULL;
}

/* --- Messages ------------------------------------------------------------------------------------------------------ */

char *bh_node_path(const struct bh_node *node, char *buffer, size_t size)
{
    /* Written from the end of the buffer, since the way leads from the node up to the root. */
    size_t start = size - 1;
    buffer[start] = '\0';
    for (; node->parent; node = node->parent) {
        char number[24];
        const char *name = number;
        if (node->parent->kind == BH_NODE_MAP)
            name = node->parent->keys[node->position]->text;
        else
            snprintf(number, sizeof number, "%zu", node->position);
        size_t length = strlen(name), separator = buffer[start] != '\0';
        if (length + separator + 3 > start) { /* no room, 3 bytes kept for the dots */
            start -= 3;
            memcpy(buffer + start, "...", 3);
            break;
        }
        if (separator)
            buffer[--start] = '.';
        start -= length;
        memcpy(buffer + start, name, length);
    }
    memmove(buffer, buffer + start, size - start);
    return buffer;
}

char *bh_node_describe(const struct bh_node *node, char *buffer, size_t size)
{
    if (node->kind != BH_NODE_SCALAR)
        snprintf(buffer, size, node->kind == BH_NODE_LIST ? "a list" : "a map");
    else if (node->is_plain && !*node->text)
        snprintf(buffer, size, "nothing");
    else
        snprintf(buffer, size, "`%.60s%s`", node->text, strlen(node->text) > 60 ? "..." : "");
    return buffer;
}

char *bh_list_names(const char *const *names, size_t count, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);
        if (used + length + 7 > size) { /* ", " before it, ", ..." after it */
            snprintf(buffer + used, size - used, "%s...", i > 0 ? ", " : "");
            break;
        }
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    return buffer;
}

int bh_node_fail(const struct bh_node *node, struct bh_error *err, const char *format, ...)
{
    char text[1024], path[PATH_BYTES];
    if (!node)
        return bh_fail(err, BH_ERROR_INPUT, "a value is missing");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    bh_node_path(node, path, sizeof path);
    if (node->next_line > 0) /* most often by mistake */
        return bh_fail_at(err, bh_node_place(node), "%s%s%s (the value goes on in line %u: is a colon missing there?)",
                          path, *path ? ": " : "", text, node->next_line);
    return bh_fail_at(err, bh_node_place(node), "%s%s%s", path, *path ? ": " : "", text);
}

static size_t count_names(const char *const *names)
{
    size_t count = 0;
    while (names[count])
        count++;
    return count;
}

/* --- Getters ------------------------------------------------------------------------------------------------------- */

struct bh_node *bh_node_need(const struct bh_node *map, const char *key, struct bh_error *err)
{
    if (bh_node_expect(map, BH_NODE_MAP, NULL, err) != 0)
        return NULL;
    struct bh_node *found = bh_node_find(map, key);
    if (!found)
        bh_node_fail(map, err, "the key `%s` is missing", key);
    return found;
}

int bh_node_need_keys(const struct bh_node *map, const char *const *keys, struct bh_error *err)
{
    size_t count = 0, used = 0;
    char list[LIST_BYTES];
    if (bh_node_expect(map, BH_NODE_MAP, NULL, err) != 0)
        return -1;
    for (size_t k = 0; keys[k] != NULL; k++)
        if (bh_node_find(map, keys[k]) == NULL && used + strlen(keys[k]) + 5 < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s`%s`", count++ > 0 ? ", " : "", keys[k]);
    if (count == 0)
        return 0;
    return bh_node_fail(map, err, "the key%s %s %s missing", count > 1 ? "s" : "", list, count > 1 ? "are" : "is");
}

int bh_node_expect(const struct bh_node *node, enum bh_node_kind kind, const char *what, struct bh_error *err)
{
    static const char *const kinds[] = {
        [BH_NODE_SCALAR] = "a single value", [BH_NODE_LIST] = "a list", [BH_NODE_MAP] = "a map"};
    char found[FOUND_BYTES];
    if (node && node->kind == kind)
        return 0;
    if (!node)
        return bh_node_fail(node, err, "missing");
    bh_node_describe(node, found, sizeof found);
    if (what)
        return bh_node_fail(node, err, "found %s; expected %s (%s)", found, what, kinds[kind]);
    return bh_node_fail(node, err, "found %s; expected %s", found, kinds[kind]);
}

int bh_node_check_keys(const struct bh_node *map, const char *const *known, struct bh_error *err)
{
    if (bh_node_expect(map, BH_NODE_MAP, NULL, err) != 0)
        return -1;
    size_t known_count = count_names(known);
    for (size_t i = 0; i < map->count; i++) {
        const char *key = map->keys[i]->text;
        size_t j = 0;
        while (j < known_count && strcmp(key, known[j]) != 0)
            j++;
        if (j < known_count)
            continue;
        char list[LIST_BYTES], path[PATH_BYTES];
        size_t word = strcspn(key, " :");
        const char *nearest = bh_nearest_name(key, known, known_count);
        bh_node_path(map, path, sizeof path);
        bh_list_names(known, known_count, list, sizeof list);
        for (j = 0; key[word] != '\0' && j < known_count; j++) /* {name a} and {name:a} */
            if (strlen(known[j]) == word && strncmp(key, known[j], word) == 0)
                return bh_fail_at(err, bh_node_key_place(map, i),
                                  "%s%sunknown key `%.60s`; did you mean `%s: %.40s`, with a colon and a space?", path,
                                  *path ? ": " : "", key, known[j], key + word + 1);
        return bh_fail_at(err, bh_node_key_place(map, i), "%s%sunknown key `%.60s%s`; %s%s%sknown keys: %s", path,
                          *path ? ": " : "", key, strlen(key) > 60 ? "..." : "", nearest ? "did you mean `" : "",
                          nearest ? nearest : "", nearest ? "`? " : "", list);
    }
    return 0;
}

int bh_node_choice(const struct bh_node *node, const char *const *known, const char *what, struct bh_error *err)
{
    if (bh_node_expect(node, BH_NODE_SCALAR, what, err) != 0)
        return -1;
    size_t count = count_names(known);
    for (size_t i = 0; i < count; i++)
        if (strcmp(node->text, known[i]) == 0)
            return (int)i;
    char list[LIST_BYTES], found[FOUND_BYTES];
    const char *nearest = bh_nearest_name(node->text, known, count);
    return bh_node_fail(node, err, "unknown %s %s; %s%s%sknown: %s", what, bh_node_describe(node, found, sizeof found),
                        nearest ? "did you mean `" : "", nearest ? nearest : "", nearest ? "`? " : "",
                        bh_list_names(known, count, list, sizeof list));
}

const char *bh_node_text(const struct bh_node *node, struct bh_error *err)
{
    if (bh_node_expect(node, BH_NODE_SCALAR, "a text", err) != 0)
        return NULL;
    if (node->is_plain && !*node->text) { /* `key:` with nothing behind it */
        bh_node_fail(node, err, "found nothing; expected a text");
        return NULL;
    }
    return node->text;
}

int bh_node_bool(const struct bh_node *node, bool *value, struct bh_error *err)
{
    char found[FOUND_BYTES];
    if (bh_node_expect(node, BH_NODE_SCALAR, "yes or no", err) != 0)
        return -1;
    bool is_yes = strcmp(node->text, "yes") == 0 || strcmp(node->text, "true") == 0;
    bool is_no = strcmp(node->text, "no") == 0 || strcmp(node->text, "false") == 0;
    if (!is_yes && !is_no)
        return bh_node_fail(node, err, "found %s; expected yes or no", bh_node_describe(node, found, sizeof found));
    if (!node->is_plain)
        return bh_node_fail(node, err, "found the quoted text `%s`; expected yes or no without quotes", node->text);
    *value = is_yes;
    return 0;
}

int bh_node_count_value(const struct bh_node *node, uint64_t least, uint64_t most, uint64_t *value,
                        struct bh_error *err)
{
    char found[FOUND_BYTES], expected[96];
    snprintf(expected, sizeof expected, "a whole number from %" PRIu64 " to %" PRIu64, least, most);
    if (bh_node_expect(node, BH_NODE_SCALAR, expected, err) != 0)
        return -1;

    uint64_t number = 0;
    const char *digit = node->text;
    bool fits = true;
    for (; *digit >= '0' && *digit <= '9'; digit++)
        fits = fits && !__builtin_mul_overflow(number, (uint64_t)10, &number) &&
               !__builtin_add_overflow(number, (uint64_t)(*digit - '0'), &number);
    if (digit == node->text || *digit != '\0' || !fits || number < least || number > most)
        return bh_node_fail(node, err, "found %s; expected %s", bh_node_describe(node, found, sizeof found), expected);
    *value = number;
    return 0;
}

int bh_node_quantity(const struct bh_node *node, enum bh_dimension dimension, double *value, struct bh_error *err)
{
    struct bh_error own = {0};
    if (bh_node_expect(node, BH_NODE_SCALAR, bh_dimension_noun(dimension), err) != 0)
        return -1;
    if (bh_quantity_parse(node->text, NULL, dimension, value, &own) != 0)
        return bh_node_fail(node, err, "%s", own.text);
    return 0;
}

bool bh_node_is(const struct bh_node *node, const char *word)
{
    if (bh_node_kind(node) != BH_NODE_SCALAR)
        return false;
    const char *text = bh_node_text(node, NULL);
    return text != NULL && strcmp(text, word) == 0;
}
