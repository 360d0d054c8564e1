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
    bh_markup_write(stream, text, options->markdown ? BH_TABLE_MARKDOWN : BH_TABLE_TEXT);
}

void bh_summary_paragraph(const struct bh_summary_options *options, FILE *stream, const char *text)
{
    char *safe = bh_markup(text, options->markdown ? BH_TABLE_MARKDOWN : BH_TABLE_TEXT);
    bh_wrap_write(safe, options->markdown ? INT_MAX : PARAGRAPH_COLUMNS, 0, stream);
    fputc('\n', stream);
    free(safe);
}

void bh_summary_heading(const struct bh_summary_options *options, FILE *stream, const char *text)
{
    fputs(options->markdown ? "\n### " : "\n", stream);
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

void bh_summary_percent_cell(struct bh_table *table, struct bh_estimate estimate, bool sign)
{
    char mean[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    bh_number_percent(estimate.mean, mean);
    const char *plus = sign && estimate.mean > 0 ? "+" : "";
    if (isnan(estimate.mean) || isnan(estimate.low) || isnan(estimate.high)) {
        bh_table_cell(table, "%s%s", plus, mean);
        return;
    }
    bh_number_percent(estimate.low, low);
    bh_number_percent(estimate.high, high);
    /* The unit stands once. */
    low[strlen(low) - 2] = '\0';
    high[strlen(high) - 2] = '\0';
    bh_table_cell(table, "%s%s [%s, %s]", plus, mean, low, high);
}
