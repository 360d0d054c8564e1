/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What values at different places of a file ask of each other. A schema cannot compare two numbers, but each with a third: of
 * two in the wrong order it finds those between which one of some round numbers lies. */
#include "command/schema/parts.h"
#include "models/base/error.h"
#include "models/catalog/lookup.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS_MOST = 32 };

static const double round_times_s[] = {1,      10,     30,     60,     300,   600,       1200,   1800,   3600,   7200,
                                       10800,  14400,  21600,  43200,  86400, 172800,    259200, 432000, 864000, 1.2e6,
                                       1.73e6, 2.59e6, 5.18e6, 8.64e6, 1.5e7, 3.15576e7, 6.3e7,  1.5e8,  3.2e8};
static const uint64_t round_counts[] = {1,   2,   3,    4,    5,    6,     7,     8,      9,      10,  12,
                                        16,  20,  24,   32,   48,   64,    96,    100,    128,    200, 256,
                                        500, 512, 1000, 1024, 4096, 10000, 16384, 131072, 1048576};

/* --- Places ---------------------------------------------------------------------------------------------------------- */

json_t *bh_schema_at(const char *path, json_t *below)
{
    if (*path == '\0')
        return below;
    const char *dot = strchr(path, '.');
    json_t *rest = bh_schema_at(dot == NULL ? "" : dot + 1, below);
    if (*path == '*')
        return json_pack("{s:s, s:o}", "type", "array", "contains", rest);
    if (*path == '+') /* in a map of which not all values are others */
        return json_pack("{s:s, s:{s:{s:o}}}", "type", "object", "not", "additionalProperties", "not", rest);
    char *key = dot == NULL ? bh_copy_text(path) : bh_print_text("%.*s", (int)(dot - path), path);
    json_t *at = json_pack("{s:s, s:[s], s:{s:o}}", "type", "object", "required", key, "properties", key, rest);
    free(key);
    return at;
}

/* Every item of the list at a path, where there is one, is of the form. */
static json_t *at_each_item(const char *path, json_t *form)
{
    if (*path == '\0')
        return json_pack("{s:o}", "items", form);
    const char *dot = strchr(path, '.');
    char *key = dot == NULL ? bh_copy_text(path) : bh_print_text("%.*s", (int)(dot - path), path);
    json_t *at = json_pack("{s:{s:o}}", "properties", key, at_each_item(dot == NULL ? "" : dot + 1, form));
    free(key);
    return at;
}

json_t *bh_schema_never(json_t *one, json_t *other)
{
    return json_pack("{s:{s:[o, o]}}", "not", "allOf", one, other);
}

/* The count or the time that stands at a path below the form, among others; NULL: neither. */
static const struct bh_form *number_at(const struct bh_form *form, const char *path)
{
    const char *dot = strchr(path, '.'), *rest = dot == NULL ? "" : dot + 1;
    const struct bh_form *found = NULL;
    size_t length = dot == NULL ? strlen(path) : (size_t)(dot - path);
    if (form->kind == BH_FORM_ANY_OF)
        for (size_t i = 0; form->any[i] != NULL && found == NULL; i++)
            found = number_at(form->any[i], path);
    else if (*path == '\0')
        return form->kind == BH_FORM_COUNT || form->kind == BH_FORM_QUANTITY ? form : NULL;
    else if (form->kind == BH_FORM_LIST && *path == '*')
        return number_at(form->of, rest);
    else if (form->kind == BH_FORM_MAP)
        for (const struct bh_key *row = form->keys->rows; row->name != NULL && found == NULL; row++)
            if (*path == '*' || (strncmp(row->name, path, length) == 0 && row->name[length] == '\0'))
                found = number_at(&row->form, rest);
    return found;
}

/* --- Numbers on one side of another ---------------------------------------------------------------------------------- */

static char *append(char *pattern, char *alternative)
{
    bh_add_text(&pattern, "|", "%s", alternative);
    free(alternative);
    return pattern;
}

/* Whole numbers below n, or from n on, for a pattern; n >= 1. */
static char *digits(uint64_t n, bool is_below)
{
    char text[32], *pattern = bh_copy_text("");
    size_t length = (size_t)snprintf(text, sizeof text, "%" PRIu64, n);
    for (size_t i = 0; i < length; i++) {
        char low = is_below ? (i == 0 && length > 1 ? '1' : '0') : (char)(text[i] + 1);
        char high = is_below ? (char)(text[i] - 1) : '9';
        if (low <= high)
            pattern = append(pattern, bh_print_text("%.*s[%c-%c][0-9]{%zu}", (int)i, text, low, high, length - i - 1));
    }
    if (!is_below) {
        pattern = append(pattern, bh_copy_text(text));
        return append(pattern, bh_print_text("[1-9][0-9]{%zu,}", length));
    }
    return length == 1 ? pattern : append(pattern, bh_print_text("[0-9]{1,%zu}", length - 1));
}

/* Times that are surely below, or surely no less, whatever unit they are written in; others may be, too. */
static json_t *time_beside(struct bh_schema *schema, double limit_s, bool is_below)
{
    char *name = bh_print_text("%s-%.0f-s", is_below ? "below" : "from", limit_s);
    if (json_object_get(schema->definitions, name) == NULL) {
        const char *units[UNITS_MOST];
        size_t count = bh_dimension_units(BH_DIMENSION_TIME, units, UNITS_MOST);
        char *all = bh_copy_text("");
        for (size_t u = 0; u < count; u++) {
            double unit_s = 1;
            struct bh_error none = {0};
            BH_BUG_ASSERT(bh_quantity_parse("1", units[u], BH_DIMENSION_TIME, &unit_s, &none) == 0);
            double n = is_below ? floor(limit_s / unit_s) : fmax(1, ceil(limit_s / unit_s));
            if (n < 1 || n > 1e15)
                continue;
            char *whole = digits((uint64_t)n, is_below);
            all = append(all, bh_print_text("0*(?:%s)(?:\\.[0-9]*)?[ \\t]*%s", whole, units[u]));
            free(whole);
        }
        char *text = bh_print_text("^[ \\t]*\\+?(?:%s)[ \\t]*$", all);
        json_object_set_new(schema->definitions, name, json_pack("{s:s, s:s}", "type", "string", "pattern", text));
        free(text);
        free(all);
    }
    char *place = bh_print_text("#/definitions/%s", name);
    json_t *reference = json_pack("{s:s}", "$ref", place);
    free(place);
    free(name);
    return reference;
}

static json_t *count_beside(uint64_t limit, bool is_below)
{
    return is_below ? json_pack("{s:s, s:I}", "type", "integer", "maximum", (json_int_t)limit - 1)
                    : json_pack("{s:s, s:I}", "type", "integer", "minimum", (json_int_t)limit);
}

/* The path with `+` for each `*` that stands for a key of a map. Owned by the caller. */
static char *marked(const struct bh_form *form, const char *path)
{
    char *way = bh_copy_text(path), *star = strchr(way, '*');
    if (star == NULL || star == way)
        return way;
    size_t length = (size_t)(star - way) - 1;
    for (const struct bh_key *row = form->keys->rows; row->name != NULL; row++)
        if (strlen(row->name) == length && strncmp(row->name, way, length) == 0 && row->form.kind != BH_FORM_LIST)
            *star = '+';
    return way;
}

/* `one` is no less than `other`, or above. */
static json_t *in_order(struct bh_schema *schema, const struct bh_form *form, const struct bh_key_rule *rule)
{
    const struct bh_form *one = number_at(form, rule->one), *other = number_at(form, rule->other);
    BH_BUG_ASSERT(one != NULL && other != NULL && one->kind == other->kind);
    bool is_time = one->kind == BH_FORM_QUANTITY, is_above = rule->rule == BH_ABOVE;
    json_t *all = json_array();
    char *one_way = marked(form, rule->one), *other_way = marked(form, rule->other);
    for (size_t i = 0; i < (is_time ? BH_COUNT(round_times_s) : BH_COUNT(round_counts)); i++) {
        json_t *below = is_time ? time_beside(schema, round_times_s[i], true)
                                : count_beside(round_counts[i] + (is_above ? 1 : 0), true);
        json_t *from = is_time ? time_beside(schema, round_times_s[i], false) : count_beside(round_counts[i], false);
        json_array_append_new(all, bh_schema_never(bh_schema_at(one_way, below), bh_schema_at(other_way, from)));
    }
    free(other_way);
    free(one_way);
    return json_pack("{s:o}", "allOf", all);
}

/* The form of the items of the list at a path. */
static const struct bh_form *items_at(const struct bh_form *form, const char *path)
{
    const char *dot = strchr(path, '.');
    size_t length = dot == NULL ? strlen(path) : (size_t)(dot - path);
    if (*path == '\0')
        return form->kind == BH_FORM_LIST ? form->of : NULL;
    for (const struct bh_key *row = form->keys->rows; row->name != NULL; row++)
        if (strncmp(row->name, path, length) == 0 && row->name[length] == '\0')
            return items_at(&row->form, dot == NULL ? "" : dot + 1);
    return NULL;
}

json_t *bh_schema_relation(struct bh_schema *schema, const struct bh_form *form, const struct bh_key_rule *rule)
{
    if (rule->rule == BH_ONE_ITEM_WITHOUT) {
        json_t *all_have = json_pack("{s:{s:[s]}}", "items", "required", rule->other);
        return json_pack("{s:o}", "not", bh_schema_at(rule->one, all_have));
    }
    if (rule->word == NULL)
        return in_order(schema, form, rule);
    const struct bh_form *item = items_at(form, rule->word);
    BH_BUG_ASSERT(item != NULL);
    return at_each_item(rule->word, in_order(schema, item, rule));
}

/* --- Enclaves on the same nodes -------------------------------------------------------------------------------------- */

static json_t *has(const char *key)
{
    return json_pack("{s:[s]}", "required", key);
}

static json_t *some_enclave(json_t *form)
{
    return bh_schema_at("workload.enclaves.*", form);
}

static json_t *no_enclave(json_t *form)
{
    return json_pack("{s:o}", "not", some_enclave(form));
}

/* Either nobody says anything of nodes, or of two enclaves one stands on the other's. */
static json_t *all_together(void)
{
    json_t *two = bh_schema_at("workload.enclaves", json_pack("{s:i}", "maxItems", 2));
    return json_pack("{s:[o, {s:[o, o]}]}", "anyOf",
                     no_enclave(json_pack("{s:[o, o, o]}", "anyOf", has("count"), has("nodes"), has("shares-with"))),
                     "allOf", two, some_enclave(has("shares-with")));
}

static json_t *all_or_none(const char *key)
{
    return bh_schema_never(some_enclave(has(key)), some_enclave(json_pack("{s:o}", "not", has(key))));
}

/* Who stands with another has as many. */
static json_t *same_count(void)
{
    json_t *all = json_array();
    for (size_t i = 0; i < BH_COUNT(round_counts); i++)
        if (round_counts[i] > 1)
            json_array_append_new(
                all, bh_schema_never(some_enclave(bh_schema_at("count", count_beside(round_counts[i], false))),
                                     some_enclave(json_pack("{s:{s:o}}", "properties", "count",
                                                            count_beside(round_counts[i], true)))));
    return json_pack("{s:o}", "allOf", all);
}

/* All of them with another system than this one, or none. */
static json_t *system_of_all(const char *system)
{
    json_t *this_one = json_pack("{s:{s:s}}", "system", "const", system);
    return bh_schema_never(some_enclave(json_pack("{s:[s], s:O}", "required", "system", "properties", this_one)),
                           some_enclave(json_pack("{s:{s:o}}", "not", "properties", this_one)));
}

/* Who has no nodes of its own needs some that others leave. */
static json_t *some_nodes_are_left(void)
{
    json_t *all = json_array();
    for (size_t i = 0; i < BH_COUNT(round_counts); i++) {
        json_t *taken = json_pack("{s:[s], s:{s:o}}", "required", "nodes", "properties", "nodes",
                                  count_beside(round_counts[i], false));
        json_t *taker = bh_schema_never(some_enclave(taken),
                                        bh_schema_at("platform.nodes", count_beside(round_counts[i] + 1, true)));
        json_array_append_new(all, taker);
    }
    json_t *without = json_pack("{s:{s:[o, o]}}", "not", "anyOf", has("nodes"), has("shares-with"));
    return json_pack("{s:o, s:{s:o}}", "if", some_enclave(without), "then", "allOf", all);
}

json_t *bh_schema_same_nodes(const struct bh_catalog *catalog)
{
    json_t *together = json_pack("[o, o, o]", all_or_none("node-share"), all_or_none("system"), same_count());
    const char **systems = bh_catalog_names(catalog, "systems");
    for (size_t i = 0; systems[i] != NULL; i++)
        json_array_append_new(together, system_of_all(systems[i]));
    free(systems);
    json_t *apart = json_pack("{s:[o, o]}", "allOf", no_enclave(has("shares-with")),
                              some_enclave(json_pack("{s:[o, o]}", "anyOf", has("count"), has("nodes"))));
    json_t *by_memory =
        bh_schema_at("compositions.*", json_pack("{s:[s], s:{s:{s:s}}, s:{s:[s]}}", "required", "over", "properties",
                                                 "over", "const", "shared-memory", "not", "required", "pairing"));
    json_t *before_checkpoints =
        some_enclave(bh_schema_at("verification.every", json_pack("{s:s}", "const", "checkpoint")));
    json_t *no_checkpoints =
        json_pack("{s:o}", "not", bh_schema_at("checkpoints", json_pack("{s:s}", "type", "object")));
    return json_pack("{s:[{s:o, s:{s:o}}, o, o, o]}", "allOf", "if", all_together(), "then", "allOf", together,
                     bh_schema_never(apart, by_memory), bh_schema_never(before_checkpoints, no_checkpoints),
                     some_nodes_are_left());
}
