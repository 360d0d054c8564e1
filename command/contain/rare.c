/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Rare escapes that were sought, as a table. */
#include "command/contain/parts.h"

#include "sim/containment/rare.h"
#include "sim/scenario/scenario.h"

#include <inttypes.h>

static void add_row(struct bh_table *table, const struct bh_contain_row *row, int boundary)
{
    const struct bh_rare_event *event = &row->rare[boundary];
    char text[BH_NUMBER_SIZE];
    bh_table_cell(table, "%s, %s", row->zone, row->kind);
    bh_table_cell(table, "%s", bh_boundary_names[boundary]);
    bh_table_cell(table, "%.3g", event->probability);
    bh_table_cell(table, "%s", event->hits > 0 ? bh_number_percent(bh_contain_half_width(event), text) : "-");
    bh_table_cell(table, "%" PRIu64, event->trials);
    bh_table_cell(table, "%" PRIu64, event->hits);
}

void bh_contain_print_rare(const struct bh_contain *contain, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"\n", "\n### ", "\n% "};
    static const char *const ends[] = {"\n\n", "\n\n", "\n"};
    size_t rows = 0;
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "error begins in");
    bh_table_column(table, "boundary");
    bh_table_column(table, "escapes");
    bh_table_column(table, "half-width");
    bh_table_column(table, "trials");
    bh_table_column(table, "hits");
    for (size_t p = 0; p < contain->policies_count; p++) {
        const struct bh_contain_policy *policy = &contain->policies[p];
        size_t before = rows;
        for (size_t i = 0; i < policy->origins.count * BH_BOUNDARIES; i++) {
            if (policy->rows[i / BH_BOUNDARIES].rare[i % BH_BOUNDARIES].trials == 0)
                continue;
            if (rows++ == before)
                bh_table_group(table, policy->spec->name);
            add_row(table, &policy->rows[i / BH_BOUNDARIES], (int)(i % BH_BOUNDARIES));
        }
    }
    fprintf(stream, "%sRare escapes, by importance sampling%s", marks[format], ends[format]);
    if (rows > 0)
        bh_table_print(table, format, stream);
    else
        fprintf(stream, "%sAll escapes are known without it.\n", format == BH_TABLE_LATEX ? "% " : "");
    bh_table_destroy(table);
    if (rows > 0)
        fprintf(stream,
                "\n%sescapes: probability that an error of this row gets beyond the boundary, masked ones included;\n"
                "%shalf-width: of its 95 %% interval, relative.\n",
                format == BH_TABLE_LATEX ? "% " : "", format == BH_TABLE_LATEX ? "% " : "");
}
