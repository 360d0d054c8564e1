/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The interactions of all policies at a point, and the summary's section on them. */
#include "analysis/tables/summary_interaction.h"

#include "analysis/measures/measures.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

/* That any differs by chance alone, at most. */
static const double family_level = 0.01;

static void take(struct bh_interaction *interaction, struct bh_deviation deviation)
{
    if (isnan(deviation.level))
        return;
    interaction->comparisons++;
    interaction->least_level = fmin(interaction->least_level, deviation.level);
}

static bool is_beyond(const struct bh_interaction *interaction, struct bh_deviation deviation)
{
    return deviation.level < interaction->chance_level; /* NaN is not */
}

struct bh_interaction bh_interaction_at(const struct bh_view *view, size_t point)
{
    struct bh_interaction interaction = {.least_level = 1};
    for (size_t p = 0; p < view->policy.count; p++) {
        for (size_t s = 0; s < view->scope.count; s++)
            take(&interaction, bh_measure_containment_interaction(view, p, point, s));
        for (size_t b = 0; b < view->boundary.count; b++)
            take(&interaction, bh_measure_escape_interaction(view, p, point, b));
    }
    interaction.chance_level = family_level / fmax(1, (double)interaction.comparisons);
    for (size_t p = 0; p < view->policy.count; p++) {
        for (size_t s = 0; s < view->scope.count; s++)
            interaction.beyond += is_beyond(&interaction, bh_measure_containment_interaction(view, p, point, s));
        for (size_t b = 0; b < view->boundary.count; b++)
            interaction.beyond += is_beyond(&interaction, bh_measure_escape_interaction(view, p, point, b));
    }
    return interaction;
}

/* --- The section ----------------------------------------------------------------------------------------------------- */

static void add_row(struct bh_table *table, const char *what, const char *where, struct bh_deviation deviation,
                    double exact)
{
    char text[BH_NUMBER_SIZE], error[BH_NUMBER_SIZE];
    bh_table_cell(table, "%s %s", what, where);
    bh_table_cell(table, "%s", bh_number_plain(exact, text));
    bh_table_cell(table, "%s", bh_number_plain(exact + deviation.difference, text));
    bh_table_cell(table, "%s%s ± %s", deviation.difference > 0 ? "+" : "", bh_number_plain(deviation.difference, text),
                  bh_number_plain(deviation.error, error));
}

/* What is beyond chance, row by row; an escape's scope and a system's lack of guests repeat what stands before. */
static void add_rows(struct bh_table *table, const struct bh_view *view, size_t policy, size_t point,
                     const struct bh_interaction *interaction, const char **shown)
{
    size_t cell = policy * view->points + point, rows = 0;
    double last = NAN;
    for (size_t s = 0; s < view->scope.count; s++) {
        struct bh_deviation deviation = bh_measure_containment_interaction(view, policy, point, s);
        double exact = view->numbers[BH_METRIC_containment_exact] != NULL
                           ? view->numbers[BH_METRIC_containment_exact][cell * view->scope.count + s]
                           : NAN;
        if (!is_beyond(interaction, deviation) || exact == last)
            continue;
        last = exact;
        if (rows++ == 0)
            bh_summary_policy_cell(table, view, policy, shown);
        else
            bh_table_cell(table, "%s", "");
        add_row(table, "within", view->scope.labels[s], deviation, exact);
    }
    for (size_t b = 0; b < view->boundary.count; b++) {
        struct bh_deviation deviation = bh_measure_escape_interaction(view, policy, point, b);
        if (!is_beyond(interaction, deviation))
            continue;
        if (rows++ == 0)
            bh_summary_policy_cell(table, view, policy, shown);
        else
            bh_table_cell(table, "%s", "");
        add_row(table, "beyond", view->boundary.labels[b], deviation,
                view->numbers[BH_METRIC_escape_exact][cell * view->boundary.count + b]);
    }
}

void bh_summary_print_interaction(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                                  FILE *stream)
{
    struct bh_interaction interaction = bh_interaction_at(view, point);
    if (interaction.comparisons == 0)
        return;
    char *name = bh_view_point_name(view, point), level[BH_NUMBER_SIZE];
    char *heading = bh_print_text("Interaction%s%s: simulated less exact", name[0] == '\0' ? "" : " at ", name);
    bh_summary_heading(options, stream, heading);
    if (interaction.beyond == 0) {
        fprintf(stream,
                "None beyond chance: containment and escapes are those of single errors by the exact chain (of %zu\n"
                "comparisons the least likely has level %s).\n",
                interaction.comparisons, bh_number_plain(interaction.least_level, level));
    } else {
        const char *shown = NULL;
        struct bh_table *table = bh_table_create();
        bh_table_column(table, "policy");
        bh_table_column(table, "share of errors");
        bh_table_column(table, "exact");
        bh_table_column(table, "simulated");
        bh_table_column(table, "interaction");
        for (size_t p = 0; p < view->policy.count; p++)
            add_rows(table, view, p, point, &interaction, &shown);
        bh_summary_table(table, options, stream);
        bh_table_destroy(table);
        fprintf(
            stream,
            "\nErrors meet outages and each other, which the exact chain of single errors leaves out. Shown is what "
            "is\n"
            "beyond chance, of %zu comparisons at a joint level of %g; ± is the standard error. beyond: as in escape\n"
            "ratios; within: of all errors, those that reached no further.\n",
            interaction.comparisons, family_level);
    }
    free(heading);
    free(name);
}
