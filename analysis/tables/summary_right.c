/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How many results are right, and what one of these costs. */
#include "analysis/measures/measures.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"
#include "models/base/error.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static const double hour_s = 3600;

/* "3.1e6 [2.9e6, 3.3e6]"; "-" where there is no such number. */
static void add_estimate_cell(struct bh_table *table, struct bh_estimate estimate, double unit)
{
    char mean[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    if (!isfinite(estimate.mean))
        bh_table_cell(table, "-");
    else if (isfinite(estimate.low) && isfinite(estimate.high))
        bh_table_cell(table, "%s [%s, %s]", bh_number_plain(estimate.mean / unit, mean),
                      bh_number_plain(estimate.low / unit, low), bh_number_plain(estimate.high / unit, high));
    else
        bh_table_cell(table, "%s", bh_number_plain(estimate.mean / unit, mean));
}

/* The tables are of one enclave. Another's wrong results are said too. */
static void print_others(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                         FILE *stream)
{
    size_t worst = SIZE_MAX, policy = 0;
    double share = 0.0;
    for (size_t e = 0; e < view->enclave.count; e++)
        for (size_t p = 0; p < view->policy.count && e != options->enclave; p++) {
            double wrong = bh_measure_mean(view, BH_METRIC_sdc, p, point, e).mean;
            if (!(wrong > share))
                continue;
            worst = e;
            policy = p;
            share = wrong;
        }
    if (worst == SIZE_MAX)
        return;
    char text[BH_NUMBER_SIZE];
    bh_markup_print(stream, options->format,
                    "Of the other enclaves %s ends wrong most often, in %s of replicas under %s.",
                    view->enclave.labels[worst], bh_number_percent(share, text), view->policy.labels[policy]);
    fputc('\n', stream);
}

void bh_summary_print_right(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                            FILE *stream)
{
    char *name = bh_view_point_name(view, point), text[BH_NUMBER_SIZE];
    char *heading =
        bh_print_text("Right results%s%s: how many, and what one costs", name[0] == '\0' ? "" : " at ", name);
    bh_summary_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    bh_table_column(table, "right results");
    bh_table_column(table, "wrong per 1e6 node-hours");
    bh_table_column(table, "verifying");
    bh_table_column(table, "node-hours per right result");
    const char *shown = NULL;
    for (size_t p = 0; p < view->policy.count; p++) {
        struct bh_measures m;
        bh_measure(view, p, point, options->enclave, &m);
        bh_summary_policy_cell(table, view, p, &shown);
        bh_summary_percent_cell(table, m.right);
        add_estimate_cell(table, m.wrong_per_node_s, 1 / (1e6 * hour_s));
        bh_table_cell(table, "%s", bh_number_percent(m.verification.mean, text));
        add_estimate_cell(table, m.right_node_s, hour_s);
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    print_others(view, options, point, stream);
    free(heading);
    free(name);
}
