/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What verifications found of the silent errors, and what they let through. */
#include "analysis/measures/measures.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

/* "-" where there is no such number. */
static void add_count_cell(struct bh_table *table, double value)
{
    char text[BH_NUMBER_SIZE];
    bh_table_cell(table, "%s", isnan(value) ? "-" : bh_number_plain(value, text));
}

static void add_row(struct bh_table *table, const struct bh_view *view, size_t policy,
                    const struct bh_silent_measures *m, const char **shown)
{
    char text[BH_NUMBER_SIZE];
    bh_summary_policy_cell(table, view, policy, shown);
    add_count_cell(table, m->verifications.mean);
    add_count_cell(table, m->found.mean);
    add_count_cell(table, m->rollbacks.mean);
    add_count_cell(table, m->beginnings.mean);
    bh_table_cell(table, "%s", isnan(m->detection_delay_s) ? "-" : bh_number_time(m->detection_delay_s, text));
    add_count_cell(table, m->tainted_ranks_mean);
    add_count_cell(table, m->tainted_ranks_most);
    bh_summary_percent_cell(table, m->corrupt);
}

void bh_summary_print_silent(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                             FILE *stream)
{
    struct bh_silent_measures m;
    if (!bh_measure_silent(view, 0, point, options->enclave, &m))
        return;
    char *name = bh_view_point_name(view, point);
    char *heading = bh_print_text("Silent errors%s%s: per replica", name[0] == '\0' ? "" : " at ", name);
    bh_summary_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    bh_table_column(table, "verifications");
    bh_table_column(table, "found");
    bh_table_column(table, "rollbacks");
    bh_table_column(table, "from the beginning");
    bh_table_column(table, "found after");
    bh_table_column(table, "tainted ranks");
    bh_table_column(table, "most");
    bh_table_column(table, "wrong results");
    const char *shown = NULL;
    for (size_t p = 0; p < view->policy.count; p++) {
        bh_measure_silent(view, p, point, options->enclave, &m);
        add_row(table, view, p, &m, &shown);
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    fputs("\nfound after: mean time from becoming silent to the end of the verification that found it. tainted ranks:\n"
          "those that an error has reached by messages when it is found, or at the end, and the most of any error.\n"
          "wrong results: share of replicas that ended with silent errors that matter in their data.\n",
          stream);
    free(heading);
    free(name);
}
