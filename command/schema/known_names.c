/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What there is in the catalog at hand, as a JSON Schema: names of entries, paths of numbers, what each number takes. It holds
 * for files that define nothing of their own. */
#include "command/schema/parts.h"
#include "models/catalog/lookup.h"
#include "models/catalog/parameter.h"
#include "models/catalog/worlds.h"

#include <stdlib.h>
#include <string.h>

static json_t *names_of(const struct bh_catalog *catalog, const char *section)
{
    json_t *list = json_array();
    const char **names = bh_catalog_names(catalog, section);
    for (size_t i = 0; names[i] != NULL; i++)
        json_array_append_new(list, json_string(names[i]));
    free(names);
    return json_pack("{s:o}", "enum", list);
}

static json_t *refer(const char *prefix, const char *name)
{
    char *place = bh_print_text("#/definitions/%s%s", prefix, name);
    json_t *reference = json_pack("{s:s}", "$ref", place);
    free(place);
    return reference;
}

/* --- Numbers by their paths -------------------------------------------------------------------------------------------------- */

static json_t *assumed_paths(const struct bh_catalog *catalog)
{
    json_t *list = json_array();
    size_t count;
    const struct bh_parameter *const *numbers = bh_catalog_parameters(catalog, &count);
    for (size_t i = 0; i < count; i++) {
        if (!bh_parameter_is_uncertain(numbers[i]))
            continue;
        char *path = bh_print_text("models.%s", numbers[i]->path);
        json_array_append_new(list, json_string(path));
        free(path);
    }
    return json_pack("{s:o}", "enum", list);
}

/* JSON pointers have their own slashes. */
static json_t *refer_to(const char *prefix, const char *path)
{
    char *escaped = bh_copy_text(""), *longer;
    for (const char *c = path; *c != '\0'; c++, escaped = longer) {
        longer = *c == '/' ? bh_print_text("%s~1", escaped) : bh_print_text("%s%c", escaped, *c);
        free(escaped);
    }
    json_t *reference = refer(prefix, escaped);
    free(escaped);
    return reference;
}

/* `leaf` at a path below a prefix of it: at every way to cut the rest in two, since maps may be nested or dotted. */
static void add_path(json_t *definitions, const char *path, json_t *leaf)
{
    char *own = bh_print_text("number:%s", path);
    json_object_set_new(definitions, own, leaf);
    free(own);
    for (const char *from = path; from != NULL; from = strchr(from, '.') == NULL ? NULL : strchr(from, '.') + 1) {
        char *prefix = bh_print_text("models:%.*s", (int)(from > path ? from - path - 1 : 0), path);
        json_t *map = json_object_get(definitions, prefix);
        if (map == NULL) {
            map = json_pack("{s:s, s:b, s:{}}", "type", "object", "additionalProperties", 0, "properties");
            json_object_set_new(definitions, prefix, map);
        }
        json_t *properties = json_object_get(map, "properties");
        for (const char *dot = strchr(from, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
            char *key = bh_print_text("%.*s", (int)(dot - from), from);
            char *below = bh_print_text("%.*s", (int)(dot - path), path);
            if (json_object_get(properties, key) == NULL)
                json_object_set_new(properties, key, refer_to("models:", below));
            free(below);
            free(key);
        }
        json_object_set_new(properties, from, refer_to("number:", path));
        free(prefix);
    }
}

static json_t *settings_of(struct bh_schema *schema)
{
    size_t count;
    if (json_object_get(schema->definitions, "models:") != NULL)
        return refer("models:", "");
    const struct bh_parameter *const *numbers = bh_catalog_parameters(schema->catalog, &count);
    for (size_t i = 0; i < count; i++) {
        json_t *leaf = bh_schema_quantity(numbers[i]->dimension, false);
        json_object_set_new(leaf, "description", json_string(numbers[i]->source));
        add_path(schema->definitions, numbers[i]->path, leaf);
    }
    const struct bh_open_number *open = bh_catalog_open_numbers(schema->catalog, &count);
    for (size_t i = 0; i < count; i++) {
        json_t *leaf = bh_schema_quantity(open[i].dimension, false);
        json_object_set_new(leaf, "description", json_string("Left out: as that of other kinds of errors."));
        add_path(schema->definitions, open[i].path, leaf);
    }
    const struct bh_word *words = bh_catalog_words(schema->catalog, &count);
    for (size_t i = 0; i < count; i++)
        add_path(schema->definitions, words[i].path, bh_schema_words(words[i].known));
    return refer("models:", "");
}

/* --- Forms ------------------------------------------------------------------------------------------------------------------- */

static json_t *map_of(struct bh_schema *schema, const struct bh_keys *keys)
{
    json_t *properties = json_object();
    for (const struct bh_key *row = keys->rows; row->name != NULL; row++) {
        json_t *known = strcmp(row->name, "define") == 0 ? NULL : bh_schema_known(schema, &row->form);
        if (known != NULL)
            json_object_set_new(properties, row->name, known);
    }
    json_t *map = json_object_size(properties) == 0 ? NULL : json_pack("{s:O}", "properties", properties);
    json_decref(properties);
    return map;
}

json_t *bh_schema_known(struct bh_schema *schema, const struct bh_form *form)
{
    json_t *known = NULL, *all;
    switch (form->kind) {
    case BH_FORM_ENTRY:
        return names_of(schema->catalog, form->section);
    case BH_FORM_PATH:
        return form->section == NULL ? NULL : assumed_paths(schema->catalog);
    case BH_FORM_MAP:
        return map_of(schema, form->keys);
    case BH_FORM_LIST:
        known = bh_schema_known(schema, form->of);
        return known == NULL ? NULL : json_pack("{s:o}", "items", known);
    case BH_FORM_NAMED:
        known = bh_schema_known(schema, form->of);
        return known == NULL ? NULL : json_pack("{s:o}", "additionalProperties", known);
    case BH_FORM_SETTINGS:
        return settings_of(schema);
    case BH_FORM_ANY_OF:
        /* Each says something of values of its own kind alone; names beside words would refuse the words. */
        all = json_array();
        for (size_t i = 0; form->any[i] != NULL; i++)
            if (form->any[i]->kind != BH_FORM_ENTRY && (known = bh_schema_known(schema, form->any[i])) != NULL)
                json_array_append_new(all, form->any[i]->kind != BH_FORM_PATH
                                               ? known
                                               : json_pack("{s:{s:s}, s:o}", "if", "type", "string", "then", known));
        known = json_array_size(all) == 0 ? NULL : json_pack("{s:O}", "allOf", all);
        json_decref(all);
        return known;
    case BH_FORM_TEXT:
    case BH_FORM_NAME:
    case BH_FORM_COLOUR:
    case BH_FORM_MARK:
    case BH_FORM_YES_NO:
    case BH_FORM_COUNT:
    case BH_FORM_QUANTITY:
    case BH_FORM_SCALAR_OF_PATH:
    case BH_FORM_CHOICE:
    case BH_FORM_NUMBER:
    case BH_FORM_TIMING:
    case BH_FORM_ANYTHING:
        return NULL;
    }
    return NULL;
}
