/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Many enclaves in few lines: a row per entry of the workload. */
#include "analysis/measures/measures.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t cell_of(const struct bh_view *view, size_t policy, size_t point, size_t enclave)
{
    return (policy * view->points + point) * view->enclave.count + enclave;
}

/* Enclaves stand on nodes of their own. */
static bool has_partitions(const struct bh_view *view, size_t point)
{
    for (size_t e = 0; e < view->enclave.count; e++)
        if (view->numbers[BH_METRIC_enclave_partition][cell_of(view, 0, point, e)] > 0)
            return true;
    return false;
}

/* Entries beyond these are left to the results file. */
enum { MOST_ENTRIES = 12 };

/* What the enclaves of one entry come to under a policy. */
struct group {
    size_t enclaves, unfinished;
    double nodes_least, nodes_most, nodes;
    double price, overhead; /* sums, weighed by nodes */
    double interruptions;   /* per enclave and replica */
};

static struct group measure_group(const struct bh_view *view, size_t policy, size_t point, const char *entry)
{
    struct group group = {.nodes_least = INFINITY};
    for (size_t e = 0; e < view->enclave.count; e++) {
        double nodes = view->numbers[BH_METRIC_enclave_nodes][cell_of(view, policy, point, e)];
        struct bh_measures m;
        if (strcmp(view->enclave_entry[e], entry) != 0 || isnan(nodes))
            continue;
        bh_measure(view, policy, point, e, &m);
        group.enclaves++;
        group.unfinished += m.unfinished > 0;
        group.nodes_least = fmin(group.nodes_least, nodes);
        group.nodes_most = fmax(group.nodes_most, nodes);
        group.nodes += nodes;
        group.price += nodes * m.price;
        group.overhead += nodes * m.net_overhead.mean;
        group.interruptions += m.interruptions / (double)m.replicas;
    }
    return group;
}

static void add_row(struct bh_table *table, const struct bh_view *view, size_t policy, const char *entry,
                    const struct group *group)
{
    char text[BH_NUMBER_SIZE];
    bh_table_cell(table, "%s", entry);
    bh_table_cell(table, "%s", view->policy.labels[policy]);
    bh_table_cell(table, "%zu", group->enclaves);
    if (group->nodes_least < group->nodes_most)
        bh_table_cell(table, "%.0f to %.0f", group->nodes_least, group->nodes_most);
    else
        bh_table_cell(table, "%.0f", group->nodes_least);
    bh_table_cell(table, "%s", bh_number_percent(group->price / group->nodes, text));
    bh_table_cell(table, "%s", bh_number_percent(group->overhead / group->nodes, text));
    bh_table_cell(table, "%s", bh_number_plain(group->interruptions / (double)group->enclaves, text));
    bh_table_cell(table, "%zu", group->unfinished);
}

void bh_summary_print_enclaves(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                               FILE *stream)
{
    if (view->enclave_entry == NULL || view->numbers[BH_METRIC_enclave_nodes] == NULL ||
        view->numbers[BH_METRIC_enclave_partition] == NULL || !has_partitions(view, point))
        return;
    char *name = bh_view_point_name(view, point);
    char *heading = bh_print_text("Enclaves by entry of the workload%s%s", name[0] != '\0' ? ", " : "", name);
    bh_summary_heading(options, stream, heading);
    static const char *const columns[] = {"entry", "policy",       "enclaves",      "nodes each",
                                          "price", "net overhead", "interruptions", "unfinished"};
    struct bh_table *table = bh_table_create();
    for (size_t c = 0; c < BH_COUNT(columns); c++)
        bh_table_column(table, "%s", columns[c]);
    size_t entries = 0;
    for (size_t e = 0; e < view->enclave.count; e++) {
        const char *entry = view->enclave_entry[e];
        bool is_first = true;
        for (size_t before = 0; before < e && is_first; before++)
            is_first = strcmp(view->enclave_entry[before], entry) != 0;
        entries += is_first;
        for (size_t p = 0; p < view->policy.count && is_first && entries <= MOST_ENTRIES; p++) {
            struct group group = measure_group(view, p, point, entry);
            if (group.enclaves > 0)
                add_row(table, view, p, p == 0 ? entry : "", &group);
        }
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    if (entries > MOST_ENTRIES)
        fprintf(stream, "and %zu entries more.\n", entries - MOST_ENTRIES);
    fputs("\nprice, net overhead: mean over the entry's enclaves by their nodes. interruptions: per enclave and\n"
          "replica. unfinished: enclaves that were not done in all replicas. Each enclave has its own values in the\n"
          "results file.\n",
          stream);
    free(heading);
    free(name);
}
