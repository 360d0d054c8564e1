/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables of keys as a JSON Schema (draft 7, which editors know). */
#include "command/schema/parts.h"
#include "models/base/error.h"

#include <stdlib.h>
#include <string.h>

/* --- What keys ask of each other ----------------------------------------------------------------------------------------- */

static json_t *has(const char *one)
{
    return json_pack("{s:[s]}", "required", one);
}

static json_t *is_word(const char *key, const char *word)
{
    const char *const words[] = {word, NULL};
    return json_pack("{s:[s], s:{s:o}}", "required", key, "properties", key, bh_schema_words(words));
}

/* KEY or KEY=WORD. */
static json_t *has_word(const char *one)
{
    const char *sign = strchr(one, '=');
    if (sign == NULL)
        return has(one);
    char *key = bh_print_text("%.*s", (int)(sign - one), one);
    json_t *both = is_word(key, sign + 1);
    free(key);
    return both;
}

/* Adds for each single value at or below `way`, a pattern, what it takes. */
static void add_taken(struct bh_schema *schema, json_t *all, const char *way, const struct bh_form *form,
                      const struct bh_key_rule *rule)
{
    if (form->kind == BH_FORM_MAP)
        for (const struct bh_key *row = form->keys->rows; row->name != NULL; row++) {
            char *below = bh_print_text("%s\\.%s", way, row->name);
            add_taken(schema, all, below, &row->form, rule);
            free(below);
        }
    if (form->kind == BH_FORM_LIST) {
        char *below = bh_print_text("%s\\.[0-9]+", way);
        add_taken(schema, all, below, form->of, rule);
        free(below);
    }
    bool is_single = form->kind == BH_FORM_COUNT || form->kind == BH_FORM_QUANTITY || form->kind == BH_FORM_CHOICE ||
                     form->kind == BH_FORM_YES_NO;
    if (!is_single)
        return;
    char *pattern = bh_print_text("^%s$", way);
    json_array_append_new(all, json_pack("{s:{s:[s], s:{s:{s:s, s:s}}}, s:{s:{s:{s:{s:[o, {s:s}]}}}}}", "if",
                                         "required", rule->other, "properties", rule->other, "type", "string",
                                         "pattern", pattern, "then", "properties", rule->one, "items", "anyOf",
                                         bh_schema_form(schema, form), "type", "object"));
    free(pattern);
}

static json_t *taken_at_paths(struct bh_schema *schema, const struct bh_key_rule *rule)
{
    json_t *all = json_array();
    for (const struct bh_key *row = schema->scenario->keys->rows; row->name != NULL; row++)
        if (strcmp(row->name, "define") != 0 && strcmp(row->name, "vary") != 0)
            add_taken(schema, all, row->name, &row->form, rule);
    return json_pack("{s:o}", "allOf", all);
}

/* An axis may set one of two values that are compared, and leave the file's own without meaning; and another file may have the
 * other. */
static json_t *where_nothing_varies(json_t *form)
{
    return json_pack("{s:{s:{s:{s:i}}, s:{s:[s]}}, s:o}", "if", "properties", "vary", "maxItems", 0, "not", "required",
                     "like", "then", form);
}

static json_t *rule_of(struct bh_schema *schema, const struct bh_keys *keys, const struct bh_key_rule *rule)
{
    const struct bh_form map = {.kind = BH_FORM_MAP, .keys = keys};
    switch (rule->rule) {
    case BH_NOT_BOTH:
        return json_pack("{s:{s:[s, s]}}", "not", "required", rule->one, rule->other);
    case BH_BOTH_OR_NONE:
        return json_pack("{s:{s:[s], s:[s]}}", "dependencies", rule->one, rule->other, rule->other, rule->one);
    case BH_ONE_OR_OTHER:
        return json_pack("{s:[o, o]}", "oneOf", has(rule->one), has(rule->other));
    case BH_ONLY_WITH:
        return json_pack("{s:{s:[s]}}", "dependencies", rule->one, rule->other);
    case BH_ONLY_WHERE:
        return json_pack("{s:o, s:o}", "if", has(rule->one), "then", is_word(rule->other, rule->word));
    case BH_NEVER_WHERE:
        return json_pack("{s:{s:[o, o]}}", "not", "allOf", has_word(rule->one), is_word(rule->other, rule->word));
    case BH_NEEDED_WHERE:
        return json_pack("{s:o, s:o}", "if", is_word(rule->other, rule->word), "then", has(rule->one));
    case BH_ONE_WITH_ELSE_MORE:
        return json_pack("{s:o, s:{s:{s:{s:i}}}, s:{s:{s:{s:i}}}}", "if", has(rule->other), "then", "properties",
                         rule->one, "maxItems", 1, "else", "properties", rule->one, "minItems", 2);
    case BH_TAKEN_AT:
        return taken_at_paths(schema, rule);
    case BH_NEEDED_WITH_ITEMS: {
        json_t *items = json_pack("{s:i}", "minItems", 1);
        return json_pack("{s:o, s:{s:{s:o}}}", "if", bh_schema_at(rule->other, items), "then", "properties", rule->one,
                         has(rule->word));
    }
    case BH_ONE_ITEM_WITHOUT:
    case BH_NOT_BELOW:
    case BH_ABOVE:
        return where_nothing_varies(bh_schema_relation(schema, &map, rule));
    }
    return json_object();
}

/* Editors show it where the rule is broken. */
static json_t *described(json_t *form, const struct bh_key_rule *rule)
{
    char *text = bh_rule_words(rule);
    json_object_set_new(form, "description", json_string(text));
    free(text);
    return form;
}

/* --- Maps ------------------------------------------------------------------------------------------------------------------ */

static json_t *property(struct bh_schema *schema, const struct bh_key *row)
{
    json_t *form = bh_schema_form(schema, &row->form);
    char *text = row->usual != NULL && *row->usual != '\0'
                     ? bh_print_text("%s If absent: %s.", row->meaning, row->usual)
                     : bh_copy_text(row->meaning);
    if (json_object_get(form, "$ref") != NULL) /* what stands beside a reference counts for nothing */
        form = json_pack("{s:[o]}", "allOf", form);
    json_object_set_new(form, "description", json_string(text));
    free(text);
    return form;
}

/* Whether a map there is filled from that of what this one is like. */
static bool is_filled(const struct bh_keys *keys, const struct bh_key *row)
{
    return bh_keys_find(keys, "like") != NULL && bh_form_is_filled(&row->form);
}

static json_t *map_of(struct bh_schema *schema, const struct bh_keys *keys)
{
    json_t *map = json_object(), *properties = json_object(), *needed = json_array(), *rules = json_array();
    json_t *own = json_array(), *strict = json_object();
    bool is_part = schema->is_part;
    json_object_set_new(map, "type", json_string("object"));
    json_object_set_new(map, "description", json_string(keys->meaning));
    json_object_set_new(map, "additionalProperties", json_false());
    for (const struct bh_key *row = keys->rows; row->name != NULL; row++) {
        schema->is_part = is_part || is_filled(keys, row);
        json_object_set_new(properties, row->name, property(schema, row));
        schema->is_part = is_part;
        if (is_filled(keys, row))
            json_object_set_new(strict, row->name, property(schema, row));
        if (row->usual == NULL)
            json_array_append_new(needed, json_string(row->name));
        if (row->usual == NULL && bh_key_is_own(row->name))
            json_array_append_new(own, json_string(row->name));
    }
    json_object_set_new(map, "properties", properties);
    for (const struct bh_key_rule *rule = keys->rules; !is_part && rule != NULL && rule->one != NULL; rule++)
        json_array_append_new(rules, described(rule_of(schema, keys, rule), rule));
    if (schema->is_part) {
        json_decref(needed);
    } else if (bh_keys_find(keys, "like") == NULL) {
        json_object_set_new(map, "required", needed);
        if (json_array_size(rules) > 0)
            json_object_set(map, "allOf", rules);
    } else { /* what is like another need not say all, and its rules are about the whole */
        json_object_set(map, "required", own);
        json_object_set_new(map, "if", has("like"));
        json_t *whole = json_pack("{s:o, s:O}", "required", needed, "properties", strict);
        if (json_array_size(rules) > 0)
            json_object_set(whole, "allOf", rules);
        json_object_set_new(map, "else", whole);
    }
    json_decref(strict);
    json_decref(own);
    json_decref(rules);
    if (keys->most > 0)
        json_object_set_new(map, "maxProperties", json_integer((json_int_t)keys->most));
    return map;
}

/* Each may refer to further ones. Two of one name would be told apart by nobody. */
static void define_pending(struct bh_schema *schema)
{
    for (size_t i = 0; i < schema->pending_count; i++) {
        char *name = bh_schema_name(schema->pending[i]);
        char *part = bh_print_text("%s%s", schema->pending_is_part[i] ? "part-of-" : "", name);
        BH_BUG_ASSERT(json_object_get(schema->definitions, part) == NULL);
        schema->is_part = schema->pending_is_part[i];
        json_object_set_new(schema->definitions, part, map_of(schema, schema->pending[i]));
        schema->is_part = false;
        free(part);
        free(name);
    }
}

/* --- Paths ----------------------------------------------------------------------------------------------------------------- */

/* A pattern of all that may follow a value of the form in a path, "" or "(?:\.KEY...)?"; owned by the caller. */
static char *ways_below(const struct bh_form *form)
{
    char *ways = bh_copy_text("");
    switch (form->kind) {
    case BH_FORM_MAP:
        for (const struct bh_key *row = form->keys->rows; row->name != NULL; row++) {
            char *below = ways_below(&row->form);
            bh_add_text(&ways, "|", "%s%s", row->name, below);
            free(below);
        }
        break;
    case BH_FORM_LIST:
    case BH_FORM_NAMED: {
        char *below = ways_below(form->of);
        free(ways);
        ways = bh_print_text("%s%s", form->kind == BH_FORM_LIST ? "[0-9]+" : "[^.]+", below);
        free(below);
        break;
    }
    case BH_FORM_ANY_OF: {
        char *all = bh_copy_text("");
        for (size_t i = 0; form->any[i] != NULL; i++) {
            char *below = ways_below(form->any[i]);
            bh_add_text(&all, *below ? "|" : "", "%s", below);
            free(below);
        }
        free(ways);
        if (*all == '\0')
            return all;
        ways = bh_print_text("(?:%s)", all);
        free(all);
        return ways;
    }
    case BH_FORM_NUMBER:
    case BH_FORM_TIMING:
    case BH_FORM_SETTINGS:
    case BH_FORM_ANYTHING:
        free(ways);
        return bh_copy_text("(?:\\..+)?");
    case BH_FORM_TEXT:
    case BH_FORM_NAME:
    case BH_FORM_COLOUR:
    case BH_FORM_MARK:
    case BH_FORM_YES_NO:
    case BH_FORM_COUNT:
    case BH_FORM_QUANTITY:
    case BH_FORM_SCALAR_OF_PATH:
    case BH_FORM_CHOICE:
    case BH_FORM_ENTRY:
    case BH_FORM_PATH:
        return ways;
    }
    char *whole = bh_print_text("(?:\\.(?:%s))?", ways);
    free(ways);
    return whole;
}

/* Keys of a scenario by which no point differs from another. */
static bool is_of_points(const char *key)
{
    static const char *const others[] = {"scenario",         "bulkhead", "like", "title",       "description",
                                         "reproduces-input", "replicas", "vary", "uncertainty", "models"};
    for (size_t i = 0; i < BH_COUNT(others); i++)
        if (strcmp(others[i], key) == 0)
            return false;
    return true;
}

static json_t *paths_of(const struct bh_form *scenario)
{
    char *all = bh_copy_text("models\\..+");
    for (const struct bh_key *row = scenario->keys->rows; row->name != NULL; row++) {
        if (!is_of_points(row->name))
            continue;
        char *below = ways_below(&row->form);
        bh_add_text(&all, "|", "%s%s", row->name, below);
        free(below);
    }
    char *text = bh_print_text("^(?:%s)$", all);
    json_t *pattern = json_pack("{s:s, s:s}", "type", "string", "pattern", text);
    free(text);
    free(all);
    return pattern;
}

/* --- The whole ------------------------------------------------------------------------------------------------------------- */

json_t *bh_schema_of(const struct bh_format *format, const struct bh_form *scenario, const struct bh_catalog *catalog)
{
    struct bh_schema schema = {.definitions = json_object(), .catalog = catalog, .scenario = scenario};
    json_t *all = json_pack("[o]", bh_schema_form(&schema, format->form));
    define_pending(&schema);
    json_object_set_new(schema.definitions, "path", paths_of(scenario));
    json_object_set_new(schema.definitions, "models-path",
                        json_pack("{s:s, s:s}", "type", "string", "pattern", "^models\\..+$"));
    json_t *known = format->has_define ? bh_schema_known(&schema, format->form) : NULL;
    if (known != NULL)
        json_array_append_new(all, json_pack("{s:o, s:{s:[o, o]}}", "if", has("define"), "else", "allOf", known,
                                             where_nothing_varies(bh_schema_known_relations(catalog))));
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "$schema", "http://json-schema.org/draft-07/schema#", "title",
                     format->title, "description", format->about, "allOf", all, "definitions", schema.definitions);
}
