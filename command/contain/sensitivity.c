/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead contain --sensitivity` as tables. */
#include "command/contain/parts.h"

#include "analysis/reader/markup.h"
#include "models/base/quantity.h"
#include "models/catalog/lookup.h"
#include "models/catalog/parameter.h"
#include "models/containment/critical_values.h"
#include "sim/containment/sensitivity.h"
#include "sim/scenario/scenario.h"

#include <math.h>
#include <stdlib.h>

/* Numbers listed per policy, and the least share of the outcome that one must move per relative change to be listed. */
enum { NUMBERS_SHOWN = 12 };
static const double effect_shown = 1e-4;

struct column {
    const char *title;
    int outcome;
};

static const struct column columns[] = {
    {"node", BH_SCOPE_NODE},
    {"silent", BH_OUTCOME_SILENT},
    {">process", BH_OUTCOME_BEYOND + BH_PROCESS_KERNEL},
    {">guest", BH_OUTCOME_BEYOND + BH_GUEST_HOST},
    {"enclaves", BH_OUTCOME_BEYOND + BH_ENCLAVE_ENCLAVE},
    {"time", BH_OUTCOME_TIME},
};
enum { COLUMNS = BH_COUNT(columns) };

static const char *value_text(const struct bh_parameter *parameter, double value, char *buffer, size_t size)
{
    return bh_quantity_print(value, parameter->dimension, buffer, size);
}

/* Shares of the outcome itself, so that all columns compare: x/M dM/dx. */
static void add_number(struct bh_table *table, const struct bh_contain *contain, size_t p, size_t number)
{
    const struct bh_parameter *parameter = bh_contain_number(contain, number);
    char text[BH_NUMBER_SIZE];
    bh_table_cell(table, "%s", parameter->path);
    bh_table_cell(table, "%s", value_text(parameter, parameter->value, text, sizeof text));
    for (int c = 0; c < COLUMNS; c++) {
        double value = contain->sensitivity->policies[p].value[columns[c].outcome];
        double share = bh_contain_effect(contain, p, number, columns[c].outcome) / value;
        if (isnan(share) || fabs(share) < effect_shown)
            bh_table_cell(table, "%s", isnan(share) ? "-" : "0");
        else
            bh_table_cell(table, "%+.*f", fabs(share) < 0.01 ? 4 : fabs(share) < 0.1 ? 3 : 2, share);
    }
}

static void print_policy(const struct bh_contain *contain, size_t p, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"\n", "\n### ", "\n% "};
    const struct bh_contain_sensitivity *all = contain->sensitivity;
    size_t numbers, shown = all->order_count[p];
    bh_catalog_parameters(contain->scenario->catalog, &numbers);
    fputs(marks[format], stream);
    bh_markup_print(stream, format, "%s: what the uncertain numbers do", contain->policies[p].spec->name);
    fputs(format == BH_TABLE_MARKDOWN ? "\n\n" : "\n", stream);
    if (all->policies[p].numbers == 0) {
        fputs("the exact chain is too large for derivatives\n", stream);
        return;
    }
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "number");
    bh_table_column(table, "value");
    for (int c = 0; c < COLUMNS; c++)
        bh_table_column(table, "%s", columns[c].title);
    shown = shown < NUMBERS_SHOWN ? shown : NUMBERS_SHOWN;
    for (size_t i = 0; i < shown; i++)
        add_number(table, contain, p, all->order[p * numbers + i]);
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
    if (shown < all->order_count[p])
        fprintf(stream, "%s%zu more matter less; --json has them all\n", format == BH_TABLE_LATEX ? "% " : "",
                all->order_count[p] - shown);
}

static void print_swaps(const struct bh_contain *contain, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"\n", "\n### ", "\n% "};
    const struct bh_contain_sensitivity *all = contain->sensitivity;
    fprintf(stream, "%sCritical values: where two policies swap places by the escape ratio over %s\n%s", marks[format],
            bh_boundary_names[all->boundary], format == BH_TABLE_MARKDOWN ? "\n" : "");
    if (all->swaps_count == 0) {
        fputs("none: no uncertain number turns the order of any two policies within its range\n", stream);
        return;
    }
    struct bh_table *table = bh_table_create();
    static const char *const titles[] = {"number", "value", "range", "critical"};
    for (size_t t = 0; t < BH_COUNT(titles); t++)
        bh_table_column(table, "%s", titles[t]);
    for (size_t i = 0; i < all->swaps_count; i++) {
        const struct bh_swap *swap = &all->swaps[i];
        const struct bh_parameter *parameter = bh_contain_number(contain, swap->number);
        char text[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
        if (i == 0 || swap->first != swap[-1].first || swap->second != swap[-1].second) {
            char *pair = bh_print_text("%s lets less escape than %s, until", contain->policies[swap->first].spec->name,
                                       contain->policies[swap->second].spec->name);
            bh_table_group(table, pair);
            free(pair);
        }
        bh_table_cell(table, "%s%s", format == BH_TABLE_TEXT ? "  " : "", parameter->path);
        bh_table_cell(table, "%s", value_text(parameter, parameter->value, text, sizeof text));
        value_text(parameter, parameter->low, text, sizeof text);
        bh_table_cell(table, "%s..%s", text, value_text(parameter, parameter->high, high, sizeof high));
        bh_table_cell(table, "%s", value_text(parameter, swap->critical, text, sizeof text));
    }
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
}

void bh_contain_print_sensitivity(const struct bh_contain *contain, enum bh_table_format format, FILE *stream)
{
    const char *mark = format == BH_TABLE_LATEX ? "% " : "";
    for (size_t p = 0; p < contain->policies_count; p++)
        print_policy(contain, p, format, stream);
    fprintf(
        stream,
        "\n%sRelative change of each outcome (all errors, by their rates) per relative change of the number, from\n"
        "%sexact derivatives: +0.50 means that 1 %% more of the number is 0.5 %% more of the outcome. A share's gain\n"
        "%sis the loss of those that it sums to 1 with. Ordered by the effect on the escape ratio over %s.\n",
        mark, mark, mark, bh_boundary_names[contain->sensitivity->boundary]);
    print_swaps(contain, format, stream);
}
