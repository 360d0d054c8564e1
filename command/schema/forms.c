/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Values in JSON Schema, as files have them and as readers of YAML hand them on. */
#include "command/schema/parts.h"
#include "models/base/look.h"
#include "models/base/metric_list.h"
#include "models/base/quantity.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/times/distribution.h"
#include "models/times/distribution_types.h"

#include <stdlib.h>
#include <string.h>

/* What bh_quantity_parse takes for a number. */
#define PLAIN  "(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)"
#define POWER  "(?:[eE][+-]?[0-9]+)?"
#define BLANKS "[ \\t]*"
#define ZERO   "[+-]?0+(?:\\.0*)?"
/* Ahead: a digit that is not 0, before the exponent. */
#define NOT_0 "(?=[ \\t+0-9.]*[1-9])"

enum { UNITS_MOST = 32 };

static json_t *pattern(const char *text)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", text);
}

static json_t *any_of(json_t *one, json_t *other)
{
    return json_pack("{s:[o, o]}", "anyOf", one, other);
}

/* A single value, of any kind. */
static json_t *scalar(void)
{
    return json_pack("{s:[s, s, s]}", "type", "string", "number", "boolean");
}

json_t *bh_schema_words(const char *const *words)
{
    json_t *list = json_array();
    for (size_t i = 0; words[i] != NULL; i++) {
        const char *word = words[i];
        json_array_append_new(list, json_string(word));
        char *end;
        long number = strtol(word, &end, 10);
        if (strcmp(word, "no") == 0 || strcmp(word, "off") == 0)
            json_array_append_new(list, json_false());
        else if (strcmp(word, "yes") == 0 || strcmp(word, "on") == 0)
            json_array_append_new(list, json_true());
        else if (*word != '\0' && *end == '\0')
            json_array_append_new(list, json_integer(number));
    }
    return json_pack("{s:o}", "enum", list);
}

/* "ns|us|ms", for a pattern; owned by the caller. */
static char *units_of(enum bh_dimension dimension)
{
    const char *units[UNITS_MOST];
    size_t count = bh_dimension_units(dimension, units, UNITS_MOST);
    return bh_join_texts(units, count, "|");
}

/* From 0 to 1 as far as a pattern can tell: exponents may be anything below 0. */
static const char probability[] =
    "^" BLANKS "%s\\+?(?:(?:0*(?:\\.[0-9]*)?|1(?:\\.0*)?|" PLAIN "[eE]-[0-9]+)"
    "|(?:0*[0-9]{0,2}(?:\\.[0-9]*)?|0*100(?:\\.0*)?|" PLAIN "[eE]-[0-9]+)" BLANKS "%%)" BLANKS "$";

json_t *bh_schema_quantity(enum bh_dimension dimension, bool is_above_0)
{
    const char *ahead = is_above_0 ? NOT_0 : "";
    char *units = units_of(dimension), *text;
    json_t *number;
    if (bh_dimension_has_unit(dimension)) {
        text = is_above_0 ? bh_print_text("^" NOT_0 BLANKS "\\+?" PLAIN POWER BLANKS "(?:%s)" BLANKS "$", units)
                          : bh_print_text("^" BLANKS "(?:\\+?" PLAIN POWER BLANKS "(?:%s)|" ZERO ")" BLANKS "$", units);
        number = is_above_0 ? NULL : json_pack("{s:i}", "const", 0);
    } else {
        text = dimension == BH_DIMENSION_PROBABILITY ? bh_print_text(probability, ahead)
               : *units != '\0'
                   ? bh_print_text("^%s" BLANKS "[+-]?" PLAIN POWER BLANKS "(?:%s)?" BLANKS "$", ahead, units)
                   : bh_print_text("^%s" BLANKS "\\+?" PLAIN POWER BLANKS "$", ahead);
        number = json_pack("{s:s}", "type", "number");
        if (dimension == BH_DIMENSION_FRACTION)
            json_object_set_new(number, "exclusiveMinimum", json_integer(-1));
        else
            json_object_set_new(number, is_above_0 ? "exclusiveMinimum" : "minimum", json_integer(0));
        if (dimension == BH_DIMENSION_PROBABILITY)
            json_object_set_new(number, "maximum", json_integer(1));
    }
    json_t *written = pattern(text);
    free(text);
    free(units);
    return number == NULL ? written : any_of(number, written);
}

static json_t *whole(uint64_t least, uint64_t most)
{
    json_t *number = json_pack("{s:s, s:I}", "type", "integer", "minimum", (json_int_t)least);
    if (most < UINT64_C(1) << 53) /* beyond, doubles do not count */
        json_object_set_new(number, "maximum", json_integer((json_int_t)most));
    return any_of(number, pattern("^[0-9]+$"));
}

/* A number of the catalog: where its dimension has units, one of them is needed. */
static json_t *number_of(struct bh_schema *schema, enum bh_dimension dimension, bool is_above_0)
{
    char *name = bh_print_text("number-%s%s", bh_dimension_name(dimension), is_above_0 ? "-above-0" : "");
    if (json_object_get(schema->definitions, name) == NULL) {
        const char *units[UNITS_MOST + 1];
        units[bh_dimension_units(dimension, units, UNITS_MOST)] = NULL;
        json_t *unit = units[0] != NULL ? bh_schema_words(units) : json_false(); /* of none, none is needed */
        json_t *value = json_pack("{s:[{s:s}, {s:s, s:s}]}", "anyOf", "type", "number", "type", "string", "pattern",
                                  is_above_0 ? "^" NOT_0 BLANKS "[+-]?" PLAIN POWER "[^0-9]*$"
                                             : "^" BLANKS "[+-]?" PLAIN POWER "[^0-9]*$");
        if (dimension != BH_DIMENSION_FRACTION)
            json_object_set_new(json_array_get(json_object_get(value, "anyOf"), 0),
                                is_above_0 ? "exclusiveMinimum" : "minimum", json_integer(0));
        json_t *own = json_pack("{s:{s:o, s:o}}", "properties", "value", value, "unit", unit);
        if (bh_dimension_has_unit(dimension))
            json_object_set_new(own, "required", json_pack("[s]", "unit"));
        json_object_set_new(schema->definitions, name,
                            json_pack("{s:[o, o]}", "allOf", bh_schema_refer(schema, &bh_number_keys), own));
    }
    json_t *reference = json_object();
    char *place = bh_print_text("#/definitions/%s", name);
    json_object_set_new(reference, "$ref", json_string(place));
    free(place);
    free(name);
    return reference;
}

static json_t *parts_of(struct bh_schema *schema, const struct bh_distribution_type *type)
{
    json_t *numbers =
        json_pack("{s:s, s:b, s:{s:o}, s:[s]}", "type", "object", "additionalProperties", 0, "properties", type->a_key,
                  number_of(schema, type->a_dimension, !type->may_be_0), "required", type->a_key);
    if (type->b_key != NULL) {
        json_object_set_new(json_object_get(numbers, "properties"), type->b_key,
                            number_of(schema, type->b_dimension, !type->may_be_0));
        json_array_append_new(json_object_get(numbers, "required"), json_string(type->b_key));
    }
    if (!type->has_parts)
        return numbers;
    return json_pack("{s:s, s:i, s:i, s:o}", "type", "array", "minItems", 1, "maxItems", BH_DISTRIBUTION_PARTS_MOST,
                     "items", numbers);
}

/* {DISTRIBUTION: numbers}; exponential ones by their mean, or by a rate. */
static json_t *timing(struct bh_schema *schema)
{
    if (json_object_get(schema->definitions, "distribution") == NULL) {
        json_t *properties = json_object();
        for (size_t i = 0; bh_distribution_types[i] != NULL; i++)
            json_object_set_new(properties, bh_distribution_types[i]->name, parts_of(schema, bh_distribution_types[i]));
        json_t *by_mean = json_incref(json_object_get(properties, "exponential"));
        json_t *by_rate =
            json_pack("{s:s, s:b, s:{s:o}, s:[s]}", "type", "object", "additionalProperties", 0, "properties", "rate",
                      number_of(schema, BH_DIMENSION_RATE, true), "required", "rate");
        json_object_set_new(properties, "exponential", any_of(by_mean, by_rate));
        json_object_set_new(schema->definitions, "distribution",
                            json_pack("{s:s, s:i, s:i, s:b, s:o}", "type", "object", "minProperties", 1,
                                      "maxProperties", 1, "additionalProperties", 0, "properties", properties));
    }
    return json_pack("{s:s}", "$ref", "#/definitions/distribution");
}

/* Dotted, or nested as one likes. */
static json_t *settings(struct bh_schema *schema)
{
    if (json_object_get(schema->definitions, "settings") == NULL)
        json_object_set_new(schema->definitions, "settings",
                            json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
                                      any_of(scalar(), json_pack("{s:s}", "$ref", "#/definitions/settings"))));
    return json_pack("{s:s}", "$ref", "#/definitions/settings");
}

static json_t *list_of(struct bh_schema *schema, const struct bh_form *form)
{
    json_t *list = json_pack("{s:s, s:o}", "type", "array", "items", bh_schema_form(schema, form->of));
    if (form->least > 0)
        json_object_set_new(list, "minItems", json_integer((json_int_t)form->least));
    if (form->most > 0)
        json_object_set_new(list, "maxItems", json_integer((json_int_t)form->most));
    if (form->is_set)
        json_object_set_new(list, "uniqueItems", json_true());
    return list;
}

static json_t *named(struct bh_schema *schema, const struct bh_form *form)
{
    json_t *map = json_pack("{s:s, s:o}", "type", "object", "additionalProperties", bh_schema_form(schema, form->of));
    json_t *needed = json_array();
    for (size_t i = 0; form->words != NULL && form->words[i] != NULL; i++)
        json_array_append_new(needed, json_string(form->words[i]));
    json_object_set_new(map, "required", schema->is_part ? json_array() : json_incref(needed));
    json_decref(needed);
    return map;
}

/* "circle", "circle 2". */
static json_t *mark(void)
{
    size_t count = 0;
    while (bh_mark_names[count] != NULL)
        count++;
    char *names = bh_join_texts(bh_mark_names, count, "|");
    char *text = bh_print_text("^(?:%s)(?: [1-9][0-9]?)?$", names);
    json_t *form = pattern(text);
    free(text);
    free(names);
    return form;
}

/* Names that results files use themselves; but not the columns made of them. */
static json_t *names_taken(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < BH_METRICS; i++)
        json_array_append_new(list, json_string(bh_metrics[i].name));
    for (size_t i = 0; i < BH_METRIC_AXES; i++)
        json_array_append_new(list, json_string(bh_metric_axis_names[i]));
    return list;
}

static json_t *form_of(struct bh_schema *schema, const struct bh_form *form)
{
    json_t *list;
    switch (form->kind) {
    case BH_FORM_TEXT:
    case BH_FORM_SCALAR_OF_PATH:
    case BH_FORM_ENTRY:
        return scalar();
    case BH_FORM_NAME:
        return json_pack("{s:[s, s, s], s:s, s:{s:o}}", "type", "string", "number", "boolean", "pattern",
                         "^[A-Za-z0-9_-]+$", "not", "enum", names_taken());
    case BH_FORM_COLOUR:
        return pattern("^#[0-9a-f]{6}$");
    case BH_FORM_MARK:
        return mark();
    case BH_FORM_YES_NO:
        return json_pack("{s:[b, b, s, s, s, s]}", "enum", 1, 0, "yes", "no", "true", "false");
    case BH_FORM_COUNT:
        return whole(form->least, form->most);
    case BH_FORM_QUANTITY:
        return bh_schema_quantity(form->dimension, form->is_above_0);
    case BH_FORM_CHOICE:
        return bh_schema_words(form->words);
    case BH_FORM_PATH:
        return json_pack("{s:s}", "$ref", form->section != NULL ? "#/definitions/models-path" : "#/definitions/path");
    case BH_FORM_NUMBER:
        return number_of(schema, form->dimension, form->is_above_0);
    case BH_FORM_MAP:
        return bh_schema_refer(schema, form->keys);
    case BH_FORM_LIST:
        return list_of(schema, form);
    case BH_FORM_NAMED:
        return named(schema, form);
    case BH_FORM_SETTINGS:
        return settings(schema);
    case BH_FORM_TIMING:
        return timing(schema);
    case BH_FORM_ANY_OF:
        list = json_array();
        for (size_t i = 0; form->any[i] != NULL; i++)
            json_array_append_new(list, bh_schema_form(schema, form->any[i]));
        return json_pack("{s:o}", "anyOf", list);
    case BH_FORM_ANYTHING:
        return json_object();
    }
    return json_object();
}

json_t *bh_schema_form(struct bh_schema *schema, const struct bh_form *form)
{
    bool is_part = schema->is_part;
    schema->is_part = is_part && bh_form_is_filled(form);
    json_t *value = form_of(schema, form);
    schema->is_part = is_part;
    return value;
}
