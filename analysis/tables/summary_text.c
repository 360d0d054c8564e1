/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Headings, paragraphs and cells that the tables of a summary share. */
#include "analysis/tables/parts.h"

#include "analysis/reader/markup.h"
#include "models/base/error.h"
#include "models/base/wrap.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARAGRAPH_COLUMNS = 110 };

void bh_summary_text(const struct bh_summary_options *options, FILE *stream, const char *text)
{
    bh_markup_write(stream, text, options->format);
}

void bh_summary_paragraph(const struct bh_summary_options *options, FILE *stream, const char *text)
{
    char *safe = bh_markup(text, options->format);
    bh_wrap_write(safe, options->format == BH_TABLE_MARKDOWN ? INT_MAX : PARAGRAPH_COLUMNS, 0, stream);
    fputc('\n', stream);
    free(safe);
}

void bh_summary_table(const struct bh_table *table, const struct bh_summary_options *options, FILE *stream)
{
    bh_table_print(table, options->format, options->tables != NULL ? options->tables : stream);
}

void bh_summary_heading(const struct bh_summary_options *options, FILE *stream, const char *text)
{
    if (options->tables != NULL) {
        fputs("\n% ", options->tables);
        bh_markup_write(options->tables, text, BH_TABLE_TEXT);
        fputc('\n', options->tables);
        return;
    }
    fputs(options->format == BH_TABLE_MARKDOWN ? "\n### " : "\n", stream);
    bh_summary_text(options, stream, text);
    fputs("\n\n", stream);
}

const char *bh_summary_not_done(const struct bh_measures *measures)
{
    return measures->not_right > 0 ? "not done" : "unfinished";
}

void bh_summary_policy_cell(struct bh_table *table, const struct bh_view *view, size_t policy, const char **shown)
{
    char *usual = bh_print_text("%s %s", view->policy_system[policy], view->policy_policy[policy]);
    bool is_usual = strcmp(usual, view->policy.labels[policy]) == 0;
    if (*shown == NULL || strcmp(view->policy_system[policy], *shown) != 0)
        bh_table_group(table, view->policy_system[policy]);
    *shown = view->policy_system[policy];
    bh_table_cell(table, "  %s", is_usual ? view->policy_policy[policy] : view->policy.labels[policy]);
    free(usual);
}

static void add_cell(struct bh_table *table, struct bh_estimate estimate, const char *plus, const char *unit)
{
    char mean[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    bh_number_percent(estimate.mean, mean);
    if (isnan(estimate.mean)) {
        bh_table_cell(table, "%s", mean);
        return;
    }
    /* The unit stands once. */
    mean[strlen(mean) - 2] = '\0';
    if (isnan(estimate.low) || isnan(estimate.high)) {
        bh_table_cell(table, "%s%s%s", plus, mean, unit);
        return;
    }
    bh_number_percent(estimate.low, low);
    bh_number_percent(estimate.high, high);
    low[strlen(low) - 2] = '\0';
    high[strlen(high) - 2] = '\0';
    bh_table_cell(table, "%s%s%s [%s, %s]", plus, mean, unit, low, high);
}

void bh_summary_percent_cell(struct bh_table *table, struct bh_estimate estimate)
{
    add_cell(table, estimate, "", " %");
}

void bh_summary_points_cell(struct bh_table *table, struct bh_estimate difference, bool has_unit)
{
    add_cell(table, difference, difference.mean > 0 ? "+" : "", has_unit ? " points" : "");
}
