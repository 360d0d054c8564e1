/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a posterior leaves open: bands over its draws, and how often each policy is the best. */
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"

#include "analysis/measures/tradeoff.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

static void add_band_cells(struct bh_table *table, const struct bh_draws *draws)
{
    char text[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    if (isnan(draws->median)) {
        bh_table_cell(table, "unfinished");
        bh_table_cell(table, "-");
        return;
    }
    bh_table_cell(table, "%s", bh_number_percent(draws->median, text));
    bh_number_percent(draws->low, text);
    bh_table_cell(table, "%s to %s", text, bh_number_percent(draws->high, high));
}

void bh_summary_print_draws(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    size_t count = view->uncertainty.axis.count, *best = bh_allocate(count, sizeof *best);
    char *point = bh_view_point_name(view, view->headline);
    char *heading = bh_print_text("Over %zu draws of the %s%s%s", count, view->uncertainty.source,
                                  point[0] != '\0' ? ", at " : "", point);
    bh_summary_heading(options, stream, heading);
    bh_find_best(view, options->enclave, best);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    bh_table_column(table, "net overhead");
    bh_table_column(table, "90 %% of draws");
    bh_table_column(table, "best of all in");
    bh_table_column(table, "beats protection first in");
    const char *shown = NULL;
    for (size_t p = 0; p < view->policy.count; p++) {
        struct bh_draws draws;
        size_t reference = bh_view_reference(view, p), first = 0;
        for (size_t i = 0; i < count; i++)
            first += best[i] == p;
        bh_find_draws(view, options->enclave, p, reference, &draws);
        bh_summary_policy_cell(table, view, p, &shown);
        add_band_cells(table, &draws);
        bh_table_cell(table, "%zu", first);
        if (reference == p)
            bh_table_cell(table, "-");
        else
            bh_table_cell(table, "%zu of %zu", draws.better, count);
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    fputs("\nDraws set several numbers jointly and have no order: there are no critical values, but shares of draws.\n",
          stream);
    free(best);
    free(heading);
    free(point);
}
