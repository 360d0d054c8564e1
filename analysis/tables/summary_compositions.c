/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Composed enclaves: what crosses between them, what guards and waiting cost, and whether losses are acceptable. */
#include "analysis/measures/measures.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t cell_of(const struct bh_view *view, size_t policy, size_t point)
{
    return policy * view->points + point;
}

/* Share of all enclaves' node-time. */
static double share_of_part(const struct bh_view *view, size_t cell, const char *name)
{
    double all = 0.0, part = 0.0;
    size_t rows = view->enclave.count * view->replica.count;
    for (size_t i = 0; i < rows; i++)
        for (size_t p = 0; p < view->part.count; p++) {
            double node_s = view->numbers[BH_METRIC_node_time][(cell * rows + i) * view->part.count + p];
            if (isnan(node_s)) /* an enclave of other points */
                continue;
            all += node_s;
            part += strcmp(view->part.labels[p], name) == 0 ? node_s : 0.0;
        }
    return part / all;
}

static double mean_of(const double *values, size_t cell, size_t replicas)
{
    double sum = 0.0;
    for (size_t r = 0; r < replicas; r++)
        sum += values[cell * replicas + r];
    return sum / (double)replicas;
}

/* Per replica, at the boundary between enclaves. */
static double at_boundary(const struct bh_view *view, const double *values, size_t cell)
{
    size_t boundary = bh_view_find_label(&view->boundary, "enclave/enclave");
    double sum = 0.0;
    for (size_t r = 0; r < view->replica.count && boundary < view->boundary.count; r++)
        sum += values[(cell * view->replica.count + r) * view->boundary.count + boundary];
    return sum / (double)view->replica.count;
}

static void add_row(struct bh_table *table, const struct bh_view *view, size_t policy, size_t point, const char **shown)
{
    static const char *const parts[] = {"guards", "switching", "composition", "composition-wait"};
    char text[BH_NUMBER_SIZE];
    size_t cell = cell_of(view, policy, point), replicas = view->replica.count;
    bh_summary_policy_cell(table, view, policy, shown);
    if (view->numbers[BH_METRIC_composition_degree] != NULL) {
        bh_table_cell(table, "%s",
                      bh_number_plain(at_boundary(view, view->numbers[BH_METRIC_guard_crossed], cell), text));
        bh_table_cell(table, "%s",
                      bh_number_plain(at_boundary(view, view->numbers[BH_METRIC_guard_blocked], cell), text));
        for (size_t i = 0; i < BH_COUNT(parts); i++)
            bh_table_cell(table, "%s", bh_number_percent(share_of_part(view, cell, parts[i]), text));
    }
    double errors = mean_of(view->numbers[BH_METRIC_losing_errors], cell, replicas),
           lost = mean_of(view->numbers[BH_METRIC_enclaves_lost], cell, replicas);
    double most = 0.0;
    for (size_t r = 0; r < replicas; r++)
        most = fmax(most, view->numbers[BH_METRIC_enclaves_lost_most][cell * replicas + r]);
    bh_table_cell(table, "%s", errors > 0.0 ? bh_number_plain(lost / errors, text) : "-");
    bh_table_cell(table, "%.0f", most);
    if (view->numbers[BH_METRIC_unacceptable] != NULL)
        bh_summary_percent_cell(table, bh_measure_unacceptable(view, policy, point));
}

void bh_summary_print_compositions(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                                   FILE *stream)
{
    bool has_losses = view->numbers[BH_METRIC_losing_errors] != NULL &&
                      view->numbers[BH_METRIC_enclaves_lost] != NULL &&
                      view->numbers[BH_METRIC_enclaves_lost_most] != NULL;
    bool is_composed = view->numbers[BH_METRIC_composition_degree] != NULL &&
                       view->numbers[BH_METRIC_guard_crossed] != NULL && view->numbers[BH_METRIC_guard_blocked] != NULL;
    if (!has_losses || (!is_composed && view->numbers[BH_METRIC_unacceptable] == NULL))
        return;
    char *name = bh_view_point_name(view, point);
    char *heading =
        bh_print_text("%s%s%s", is_composed ? "Composed enclaves" : "Enclaves lost", name[0] != '\0' ? ", " : "", name);
    bh_summary_heading(options, stream, heading);
    static const char *const columns[] = {"policy",     "crossed", "blocked",        "guards",   "switching",
                                          "exchanging", "waiting", "lost per error", "most lost"};
    struct bh_table *table = bh_table_create();
    for (size_t c = 0; c < BH_COUNT(columns); c++)
        if (is_composed || c == 0 || c > 6)
            bh_table_column(table, "%s", columns[c]);
    if (view->numbers[BH_METRIC_unacceptable] != NULL)
        bh_table_column(table, "unacceptable");
    const char *shown = NULL;
    for (size_t p = 0; p < view->policy.count; p++)
        add_row(table, view, p, point, &shown);
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    fputc('\n', stream);
    if (is_composed)
        fputs("crossed, blocked: attempts of errors to cross from one enclave to another, per replica. guards to "
              "waiting:\n"
              "share of all node-time; waiting is for tight partners. ",
              stream);
    fputs("lost per error: enclaves that an error takes down\nif any, and the most that one took down.", stream);
    if (view->numbers[BH_METRIC_unacceptable] != NULL)
        fputs(" unacceptable: share of replicas in which more enclaves\nwere lost at once than the scenario accepts.",
              stream);
    fputc('\n', stream);
    free(heading);
    free(name);
}
