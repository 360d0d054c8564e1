/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stops because zones that it needs are down: as often as the exact chain says, and as was seen; and for how long. */
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

static size_t cell_of(const struct bh_view *view, size_t policy, size_t point)
{
    return policy * view->points + point;
}

/* Shares of all activated errors. */
static void add_shares(struct bh_table *table, const struct bh_view *view, size_t cell, const double *seen,
                       const double *exact)
{
    char text[BH_NUMBER_SIZE];
    size_t replicas = view->replica.count;
    bh_table_cell(table, "%s", isnan(exact[cell]) ? "-" : bh_number_percent(exact[cell], text));
    bh_summary_percent_cell(
        table, bh_share(seen + cell * replicas, view->numbers[BH_METRIC_errors] + cell * replicas, replicas));
}

/* Of the enclave's node-time, over all replicas. */
static void add_time(struct bh_table *table, const struct bh_view *view, size_t cell, size_t enclave,
                     const double *node_s)
{
    char text[BH_NUMBER_SIZE];
    size_t replicas = view->replica.count, row = (cell * view->enclave.count + enclave) * replicas;
    double stopped_s = 0.0, all_s = 0.0;
    for (size_t r = 0; r < replicas; r++) {
        stopped_s += node_s[row + r];
        for (size_t p = 0; p < view->part.count; p++)
            all_s += view->numbers[BH_METRIC_node_time][(row + r) * view->part.count + p];
    }
    bh_table_cell(table, "%s", bh_number_percent(all_s > 0.0 ? stopped_s / all_s : 0.0, text));
}

void bh_summary_print_needs(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                            FILE *stream)
{
    if (view->numbers[BH_METRIC_progress_stops] == NULL)
        return;
    char *name = bh_view_point_name(view, point);
    char *heading = bh_print_text("Stopped by zones that others need%s%s", name[0] == '\0' ? "" : " at ", name);
    bh_summary_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    bh_table_column(table, "progress");
    bh_table_column(table, "seen");
    bh_table_column(table, "I/O alone");
    bh_table_column(table, "seen");
    bh_table_column(table, "several");
    bh_table_column(table, "seen");
    bh_table_column(table, "stood still");
    bh_table_column(table, "I/O waited");
    const char *shown = NULL;
    for (size_t p = 0; p < view->policy.count; p++) {
        size_t cell = cell_of(view, p, point);
        bh_summary_policy_cell(table, view, p, &shown);
        add_shares(table, view, cell, view->numbers[BH_METRIC_progress_stops],
                   view->numbers[BH_METRIC_progress_stops_exact]);
        add_shares(table, view, cell, view->numbers[BH_METRIC_io_stops], view->numbers[BH_METRIC_io_stops_exact]);
        add_shares(table, view, cell, view->numbers[BH_METRIC_several_stopped],
                   view->numbers[BH_METRIC_several_stopped_exact]);
        add_time(table, view, cell, options->enclave, view->numbers[BH_METRIC_stopped_time]);
        add_time(table, view, cell, options->enclave, view->numbers[BH_METRIC_io_wait]);
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    fputs("\nShare of all errors that stopped enclaves which they did not take down, by the exact chain and as seen; "
          "several:\n"
          "two or more enclaves. stood still, I/O waited: share of the enclave's node-time. None of this is a loss.\n",
          stream);
    free(heading);
    free(name);
}
