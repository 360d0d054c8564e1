/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What each step of protection costs and buys, per system, as a table and as JSON. */
#include "command/contain/parts.h"

#include "analysis/reader/markup.h"
#include "command/json_text.h"
#include "models/base/wrap.h"
#include "models/catalog/mechanism.h"
#include "models/catalog/system.h"
#include "sim/containment/prices.h"
#include "sim/scenario/scenario.h"

#include <string.h>

enum { WIDTH = 118 };

static bool is_ideal(const struct bh_contain_price *price)
{
    return price->system->mechanisms_rule == BH_MECHANISMS_IDEAL;
}

/* How surely its mechanism does it, or which part of it is missing. */
static void add_mechanism(struct bh_table *table, const struct bh_contain_price *price)
{
    const char *takes = bh_scope_names[price->takes];
    if (price->rung == NULL)
        bh_table_cell(table, "%s: none needed", takes);
    else if (is_ideal(price))
        bh_table_cell(table, "%s: ideal", takes);
    else if (bh_mechanism_lacks(price->rung->mechanism) < BH_MECHANISM_PARTS)
        bh_table_cell(table, "%s: no %s", takes, bh_mechanism_part_names[bh_mechanism_lacks(price->rung->mechanism)]);
    else
        bh_table_cell(table, "%s: %.3g %%", takes, 100.0 * price->rung->holds);
}

static void add_row(struct bh_table *table, const struct bh_contain_price *price, enum bh_table_format format)
{
    char text[BH_NUMBER_SIZE];
    bh_table_cell(table, "%s%s", format == BH_TABLE_TEXT ? "  " : "", price->policy->spec->name);
    bh_table_cell(table, "%s", bh_number_percent(price->overhead, text));
    bh_table_cell(table, "%.3f", 100.0 * price->added);
    bh_table_cell(table, "%s", bh_number_plain(price->node_down, text));
    bh_table_cell(table, "%s", bh_number_plain(price->beyond_guest, text));
    bh_table_cell(table, "%s", bh_number_plain(price->degraded, text));
    add_mechanism(table, price);
}

/* What the mechanisms are, each once. */
static void print_mechanisms(const struct bh_contain_prices *prices, const char *mark, FILE *stream)
{
    for (size_t i = 0; i < prices->count; i++) {
        const struct bh_contain_price *price = &prices->price[i];
        const struct bh_mechanism *mechanism = price->rung != NULL ? price->rung->mechanism : NULL;
        bool is_told = mechanism == NULL || is_ideal(price);
        for (size_t before = 0; before < i; before++)
            is_told =
                is_told || (prices->price[before].rung != NULL && prices->price[before].rung->mechanism == mechanism);
        if (is_told)
            continue;
        fprintf(stream, "%s%s -> %s:\n", mark, price->system->name, bh_scope_names[price->takes]);
        for (int part = 0; part < BH_MECHANISM_PARTS; part++) {
            if (!mechanism->part[part].is_there)
                continue;
            int used = fprintf(stream, "%s  %s: ", mark, bh_mechanism_part_names[part]);
            if (*mark != '\0')
                fprintf(stream, "%s\n", mechanism->part[part].by); /* a comment goes on to the end of its line */
            else
                bh_wrap_write(mechanism->part[part].by, WIDTH, used, stream);
        }
    }
}

void bh_contain_print_prices(const struct bh_contain_prices *prices, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"\n", "\n### ", "\n% "};
    const char *mark = format == BH_TABLE_LATEX ? "% " : "", *system = "";
    struct bh_table *table = bh_table_create();
    fprintf(stream, "%sWhat each step of protection costs and buys\n%s", marks[format],
            format == BH_TABLE_MARKDOWN ? "\n" : "");
    bh_table_column(table, "policy");
    bh_table_column(table, "overhead");
    bh_table_column(table, "points");
    bh_table_column(table, "node down");
    bh_table_column(table, "beyond guest");
    bh_table_column(table, "partly");
    bh_table_column(table, "takes, by its mechanism");
    for (size_t i = 0; i < prices->count; i++) {
        const char *own = prices->price[i].system->name;
        if (strcmp(system, own) != 0)
            bh_table_group(table, own);
        system = own;
        add_row(table, &prices->price[i], format);
    }
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
    fprintf(
        stream,
        "\n%soverhead: time added to native computing and communication, without failures and checkpoints; points:\n"
        "%sof it, above the cheapest policy of the system. Per error of a guest's kernel: node down; beyond guest,\n"
        "%shost or neighbours reached; partly, affected and nothing down. Of each system the policy that loses most\n"
        "%snodes comes first.%s\n",
        mark, mark, mark, mark, format == BH_TABLE_MARKDOWN ? "\n" : "");
    print_mechanisms(prices, mark, stream);
}

json_t *bh_contain_prices_json(const struct bh_contain_prices *prices)
{
    json_t *list = json_array();
    for (size_t i = 0; i < prices->count; i++) {
        const struct bh_contain_price *price = &prices->price[i];
        json_t *mechanism = json_null();
        if (price->rung != NULL) {
            enum bh_mechanism_part_name lacks = bh_mechanism_lacks(price->rung->mechanism);
            bool is_whole = is_ideal(price) || lacks == BH_MECHANISM_PARTS;
            mechanism = json_pack("{s:o, s:o, s:o}", "succeeds", bh_json_number(price->rung->holds), "time_s",
                                  bh_json_number(price->rung->time_s), "missing",
                                  is_whole ? json_null() : json_string(bh_mechanism_part_names[lacks]));
        }
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "system", price->system->name, "policy",
                            price->policy->spec->name, "overhead", bh_json_number(price->overhead), "added",
                            bh_json_number(price->added), "node_down", bh_json_number(price->node_down), "beyond_guest",
                            bh_json_number(price->beyond_guest), "degraded", bh_json_number(price->degraded), "takes",
                            bh_scope_names[price->takes], "mechanism", mechanism));
    }
    return list;
}
