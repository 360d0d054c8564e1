/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One number of the catalog: its value, unit, status, source and range, and what a scenario sets in its place. */
#include "models/base/look.h"
#include "models/catalog/catalog.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/lookup.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/reader/read_interval.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/words/error_kinds.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *bh_catalog_keep(struct bh_catalog_reader *reader, void *text)
{
    struct bh_catalog *catalog = reader->catalog;
    if (catalog->texts_count == reader->texts_room) {
        reader->texts_room = 2 * reader->texts_room + 256;
        catalog->texts = bh_reallocate(catalog->texts, reader->texts_room, sizeof *catalog->texts);
    }
    catalog->texts[catalog->texts_count++] = text;
    return text;
}

const char *bh_catalog_print(struct bh_catalog_reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = bh_print_text_v(format, arguments);
    va_end(arguments);
    return bh_catalog_keep(reader, text);
}

void bh_parameter_enter(struct bh_catalog_reader *reader, const struct bh_parameter *parameter)
{
    struct bh_catalog *catalog = reader->catalog;
    if (catalog->parameters_count == reader->parameters_room) {
        reader->parameters_room = 2 * reader->parameters_room + 256;
        catalog->parameters =
            bh_reallocate(catalog->parameters, reader->parameters_room, sizeof(struct bh_parameter *));
    }
    catalog->parameters[catalog->parameters_count++] = parameter;
}

const char *bh_read_text(const struct bh_node *map, const char *key, struct bh_error *err)
{
    const struct bh_node *node = bh_node_need(map, key, err);
    const char *text = node ? bh_node_text(node, err) : NULL;
    if (text && text[strspn(text, " \t")] == '\0') {
        bh_fail_at(err, bh_node_place(node), "%s: found an empty text, expected words", key);
        return NULL;
    }
    return text;
}

const struct bh_node *bh_catalog_entry(const struct bh_node *section, size_t index, const char **name,
                                       struct bh_error *err)
{
    const struct bh_node *node = bh_node_item(section, index);
    *name = bh_node_key(section, index);
    if (**name == '\0' || strchr(*name, '.')) {
        bh_fail_at(err, bh_node_place(node), "found the name `%s`, expected one without dots", *name);
        return NULL;
    }
    return bh_node_expect(node, BH_NODE_MAP, *name, err) ? NULL : node;
}

int bh_read_choice(const struct bh_node *map, const char *key, const char *const *known, struct bh_error *err)
{
    const struct bh_node *node = bh_node_need(map, key, err);
    return node ? bh_node_choice(node, known, key, err) : -1;
}

int bh_read_look(const struct bh_node *map, const char **colour, const char **mark, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, "colour"), *shape = mark ? bh_node_find(map, "mark") : NULL;
    if (node && !(*colour = bh_node_text(node, err)))
        return -1;
    if (node && !bh_is_colour(*colour))
        return bh_node_fail(node, err, "found `%s`, expected a colour like \"#0072b2\", in small letters and quotes",
                            *colour);
    if (shape && !(*mark = bh_node_text(shape, err)))
        return -1;
    if (shape && bh_mark_number(*mark) < 0)
        return bh_node_fail(
            shape, err,
            "found `%s`, expected diamond, circle, triangle, square, triangle-down or pentagon, or one of "
            "them with the figure that is to stand beside it, as in `circle 2`",
            *mark);
    return 0;
}

/* Units are needed where there are any, so that no number is read in a unit that its author did not mean. */
static int read_unit(const struct bh_node *map, const struct bh_parameter *parameter, const char **unit,
                     struct bh_error *err)
{
    const bool has_unit = parameter->dimension != BH_DIMENSION_PROBABILITY &&
                          parameter->dimension != BH_DIMENSION_FRACTION && parameter->dimension != BH_DIMENSION_FACTOR;
    const struct bh_node *node = bh_node_find(map, "unit");
    *unit = NULL;
    if (node)
        return (*unit = bh_node_text(node, err)) ? 0 : -1;
    if (has_unit)
        return bh_fail_at(err, bh_node_place(map), "%s: found no key `unit`, expected the unit of a %s (SI: %s)",
                          parameter->path, bh_dimension_name(parameter->dimension),
                          bh_dimension_unit(parameter->dimension));
    return 0;
}

/* Keys whose numbers that of a kind would have without its own, the nearest first; returns how many. */
static size_t other_keys(const char *key, bool with_models, const char *other[BH_KIND_SOURCES + 1])
{
    size_t count = 0;
    int kind = 0;
    while (bh_error_kind_names[kind] != NULL && strcmp(bh_error_kind_names[kind], key) != 0)
        kind++;
    if (kind == BH_ERROR_KINDS)
        return 0;
    size_t sources[BH_KIND_SOURCES + 1], known = bh_kind_or_model_sources((enum bh_error_kind)kind, sources);
    for (size_t s = 0; s < known; s++)
        if (sources[s] != (size_t)kind && (with_models || sources[s] < BH_ERROR_KINDS))
            other[count++] = bh_kind_or_model_names[sources[s]];
    return count;
}

const struct bh_node *bh_parameter_set_to(const struct bh_catalog_reader *reader, const char *path)
{
    static const char zones[] = "zones.", of[] = ".probability-of.";
    const struct bh_node *set = reader->overrides != NULL ? bh_node_find(reader->overrides, path) : NULL;
    if (set != NULL || reader->overrides == NULL)
        return set;
    const char *key = strncmp(path, zones, strlen(zones)) == 0 ? strchr(path + strlen(zones), '.') : NULL;
    const char *channels = strstr(path, of), *other[BH_KIND_SOURCES + 1];
    if (key != NULL)
        key++;
    else if (channels != NULL)
        key = channels + strlen(of);
    else
        return NULL;
    char *name = bh_print_text("%.*s", (int)strcspn(key, "."), key);
    const size_t count = other_keys(name, channels != NULL, other);
    for (size_t i = 0; i < count && set == NULL; i++) {
        char *another = bh_print_text("%.*s%s%s", (int)(key - path), path, other[i], key + strlen(name));
        set = bh_node_find(reader->overrides, another);
        free(another);
    }
    free(name);
    if (set == NULL && channels != NULL) {
        char *all = bh_print_text("%.*s.probability", (int)(channels - path), path);
        set = bh_node_find(reader->overrides, all);
        free(all);
    }
    return set;
}

int bh_parameter_override(struct bh_catalog_reader *reader, struct bh_parameter *parameter, struct bh_error *err)
{
    const struct bh_node *node = bh_parameter_set_to(reader, parameter->path);
    if (!node)
        return 0;
    const struct bh_node *value = node, *source = NULL;
    if (bh_node_kind(node) == BH_NODE_MAP) {
        value = bh_node_need(node, "value", err);
        source = value ? bh_node_need(node, "source", err) : NULL;
        if (!source)
            return -1;
    }
    if (bh_node_expect(value, BH_NODE_SCALAR, parameter->path, err))
        return -1;
    if (bh_interval_read_plain(value, NULL, parameter, "value set by the scenario", &parameter->value, err))
        return -1;
    parameter->low = parameter->high = parameter->value;
    parameter->status = source ? BH_COMPUTED : BH_SET_BY_SCENARIO;
    parameter->basis = BH_BASIS_EXACT; /* it is what the scenario says */
    parameter->source = "set by the scenario";
    if (source) { /* the overrides need not live as long as the catalog */
        const char *text = bh_node_text(source, err);
        if (!text)
            return -1;
        parameter->source = bh_catalog_print(reader, "%s", text);
    }
    parameter->place = bh_node_place(node);
    return 0;
}

static int read_present(struct bh_catalog_reader *reader, const struct bh_node *node, const char *path,
                        enum bh_dimension dimension, struct bh_parameter *parameter, struct bh_error *err)
{
    parameter->path = path;
    parameter->dimension = dimension;
    parameter->place = bh_node_place(node);
    if (bh_keys_check(node, &bh_number_keys, err))
        return -1;

    const char *unit;
    const struct bh_node *value = bh_node_need(node, "value", err);
    if (!value || read_unit(node, parameter, &unit, err) ||
        bh_interval_read_plain(value, unit, parameter, "value", &parameter->value, err))
        return -1;

    const struct bh_node *status = bh_node_need(node, "status", err);
    const int choice = status ? bh_node_choice(status, bh_file_status_names, "status", err) : -1;
    if (choice < 0)
        return -1;
    parameter->status = (enum bh_status)choice;
    parameter->source = bh_read_text(node, "source", err);
    if (!parameter->source || bh_interval_read(reader, node, unit, parameter, err) ||
        bh_parameter_override(reader, parameter, err))
        return -1;
    bh_parameter_enter(reader, parameter);
    return 0;
}

int bh_parameter_read(struct bh_catalog_reader *reader, const struct bh_node *map, const char *key, const char *prefix,
                      enum bh_dimension dimension, struct bh_parameter *parameter, struct bh_error *err)
{
    const char *path = bh_catalog_print(reader, "%s.%s", prefix, key);
    const struct bh_node *of_set = reader->rates ? bh_node_find(reader->rates, path) : NULL;
    const struct bh_node *node = of_set ? of_set : bh_node_need(map, key, err);
    return node ? read_present(reader, node, path, dimension, parameter, err) : -1;
}

void bh_parameter_none(struct bh_parameter *parameter, enum bh_dimension dimension, struct bh_place place)
{
    *parameter = (struct bh_parameter){.dimension = dimension,
                                       .status = BH_COMPUTED,
                                       .basis = BH_BASIS_EXACT,
                                       .source = "none: does not apply here",
                                       .path = "",
                                       .place = place};
}

int bh_parameter_read_own(struct bh_catalog_reader *reader, const struct bh_node *map, const char *key,
                          const char *prefix, enum bh_dimension dimension, struct bh_place place,
                          struct bh_parameter *parameter, struct bh_error *err)
{
    if (map && bh_node_find(map, key))
        return bh_parameter_read(reader, map, key, prefix, dimension, parameter, err);
    bh_parameter_none(parameter, dimension, place);
    const char *path = bh_catalog_print(reader, "%s.%s", prefix, key);
    if (reader->overrides == NULL || !bh_node_find(reader->overrides, path)) {
        struct bh_catalog *catalog = reader->catalog;
        if (catalog->open_count % 64 == 0)
            catalog->open = bh_reallocate(catalog->open, catalog->open_count + 64, sizeof *catalog->open);
        catalog->open[catalog->open_count++] = (struct bh_open_number){path, dimension};
        return 0;
    }
    parameter->path = path;
    if (bh_parameter_override(reader, parameter, err))
        return -1;
    bh_parameter_enter(reader, parameter);
    return 0;
}

/* A number that may be left out: it is then 0 and not entered into the list. */
static int read_optional(struct bh_catalog_reader *reader, const struct bh_node *map, const char *key,
                         const char *prefix, enum bh_dimension dimension, struct bh_parameter *parameter,
                         struct bh_error *err)
{
    if (bh_node_find(map, key))
        return bh_parameter_read(reader, map, key, prefix, dimension, parameter, err);
    bh_parameter_none(parameter, dimension, bh_node_place(map));
    return 0;
}

int bh_parameter_read_fields(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                             const struct bh_keys *keys, const struct bh_parameter_field *fields, size_t count,
                             void *structure, struct bh_error *err)
{
    const char *needed[33] = {NULL};
    for (size_t i = 0; i < count; i++) {
        const struct bh_key *row = bh_keys_find(keys, fields[i].key);
        BH_BUG_ASSERT(row != NULL && row->form.kind == BH_FORM_NUMBER && row->form.dimension == fields[i].dimension);
    }
    for (size_t i = 0, k = 0; i < count && k < 32; i++)
        if (!fields[i].optional)
            needed[k++] = fields[i].key;
    if (bh_node_need_keys(map, needed, err))
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct bh_parameter *parameter = (void *)((char *)structure + fields[i].offset);
        if ((fields[i].optional ? read_optional : bh_parameter_read)(reader, map, fields[i].key, prefix,
                                                                     fields[i].dimension, parameter, err))
            return -1;
    }
    return 0;
}

int bh_word_read(struct bh_catalog_reader *reader, const struct bh_node *map, const char *key, const char *prefix,
                 const char *const *known, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    const char *path = bh_catalog_print(reader, "%s.%s", prefix, key);
    const struct bh_node *set = reader->overrides ? bh_node_find(reader->overrides, path) : NULL;
    const struct bh_node *node = set ? set : bh_node_need(map, key, err);
    if (!node)
        return -1;
    catalog->words = bh_reallocate(catalog->words, catalog->words_count + 1, sizeof *catalog->words);
    catalog->words[catalog->words_count++] = (struct bh_word){path, known};
    return bh_node_choice(node, known, key, err);
}

int bh_parameter_check_overrides(const struct bh_catalog_reader *reader, struct bh_error *err)
{
    const size_t count = reader->overrides ? bh_node_count(reader->overrides) : 0;
    for (size_t i = 0; i < count; i++)
        if (!bh_catalog_word(reader->catalog, bh_node_key(reader->overrides, i)) &&
            !bh_catalog_parameter(reader->catalog, bh_node_key(reader->overrides, i),
                                  bh_node_place(bh_node_item(reader->overrides, i)), err))
            return -1;
    return 0;
}
