/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which policy is best, and where that changes. */
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"

#include "analysis/advice/advice.h"
#include "analysis/measures/tradeoff.h"
#include "models/base/error.h"
#include "models/base/wrap.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

char *bh_summary_other_axes(const struct bh_view *view, size_t point, size_t axis)
{
    char *others = bh_copy_text("");
    for (size_t a = 0; a < view->axes_count; a++)
        if (a != axis)
            bh_add_text(&others, "", ", %s: %s", view->axes[a].name,
                        view->axes[a].labels[bh_view_position(view, point, a)]);
    return others;
}

/* Net overhead; or the useful work rate of what is unfinished, which says so. */
static void add_value_cell(struct bh_table *table, struct bh_estimate value, bool by_rate)
{
    char text[BH_NUMBER_SIZE];
    if (by_rate)
        bh_table_cell(table, "%s work rate", bh_number_percent(value.mean, text));
    else
        bh_summary_percent_cell(table, value);
}

static void add_order_row(struct bh_table *table, const struct bh_view *view, size_t point, size_t enclave,
                          const char *label)
{
    struct bh_order order;
    bh_find_order(view, point, enclave, &order);
    bh_table_cell(table, "  %s", label);
    bh_table_cell(table, "%s", view->policy.labels[order.best]);
    add_value_cell(table, order.best_value, order.by_rate);
    if (order.next == view->policy.count) {
        bh_table_cell(table, "-");
        bh_table_cell(table, "-");
    } else {
        bh_table_cell(table, "%s", view->policy.labels[order.next]);
        bh_summary_points_cell(table, order.ahead, false);
    }
}

/* The luckiest of many is not the best: at which points others cannot be told from it. */
static void print_ties(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    char *text = bh_copy_text("");
    for (size_t point = 0; point < view->points; point++) {
        struct bh_order order;
        bh_find_order(view, point, options->enclave, &order);
        size_t others = bh_count_best(view, point, options->enclave, order.best, order.by_rate);
        if (others == 0)
            continue;
        char *name = bh_view_point_name(view, point);
        bh_add_text(&text, ";", " %zu at %s", others, name);
        free(name);
    }
    char *sentence = text[0] == '\0'
                         ? bh_copy_text("At each point the best is told from all others, compared at once (97.5 %).")
                         : bh_print_text("Policies that cannot be told from the best, compared with all others at once "
                                         "(97.5 %%):%s. bulkhead advise names them.",
                                         text);
    fputc('\n', stream);
    char *safe = bh_markup(sentence, options->format);
    bh_wrap_write(safe, options->format == BH_TABLE_MARKDOWN ? INT_MAX : 110, 0, stream);
    free(safe);
    free(sentence);
    free(text);
}

void bh_summary_print_order(const struct bh_view *view, const struct bh_summary_options *options, size_t axis,
                            FILE *stream)
{
    const struct bh_view_axis *scale = &view->axes[axis];
    char *heading = bh_print_text("Best of all policies along %s, by mean net overhead", scale->name);
    bh_summary_heading(options, stream, heading);
    free(heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "%s", scale->name);
    bh_table_column(table, "best");
    bh_table_column(table, "net overhead");
    bh_table_column(table, "next");
    bh_table_column(table, "next less best, points");
    for (size_t point = 0; point < view->points; point++) {
        if (bh_view_position(view, point, axis) != 0)
            continue;
        char *others = bh_summary_other_axes(view, point, axis);
        if (others[0] != '\0')
            bh_table_group(table, others + 2);
        for (size_t i = 0; i < scale->count; i++)
            add_order_row(table, view, bh_view_neighbour(view, point, axis, i), options->enclave, scale->labels[i]);
        free(others);
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    print_ties(view, options, stream);
}

/* "3.2e-3 [1.1e-3, 8.0e-3]" for every flip of a pair. */
static char *flips_text(const struct bh_flips *flips)
{
    char *text = bh_copy_text(""), value[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    for (size_t i = 0; i < flips->count; i++) {
        bool has_range = !isnan(flips->low[i]) && !isnan(flips->high[i]);
        bh_number_plain(flips->critical[i], value);
        bh_number_plain(flips->low[i], low);
        bh_number_plain(flips->high[i], high);
        bh_add_text(&text, "; ", "%s", value);
        if (has_range)
            bh_add_text(&text, "", " [%s, %s]", low, high);
    }
    return text;
}

static void print_best(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    const struct bh_view_axis *axis = &view->uncertainty.axis;
    size_t *best = bh_allocate(axis->count, sizeof *best);
    bh_find_best(view, options->enclave, best);
    char *line = bh_print_text("Best by mean net overhead: %s at %s", view->policy.labels[best[0]], axis->labels[0]);
    for (size_t i = 1; i < axis->count; i++) {
        if (best[i] == best[i - 1])
            continue;
        struct bh_flips flips;
        bh_find_flips(view, options->enclave, best[i - 1], best[i], &flips);
        char *text = flips_text(&flips);
        bh_add_text(&line, "", ", then %s from about %s", view->policy.labels[best[i]], text);
        free(text);
    }
    char *sentence = bh_print_text("%s, up to %s.", line, axis->labels[axis->count - 1]);
    bh_summary_paragraph(options, stream, sentence);
    free(sentence);
    free(line);
    free(best);
}

/* Which policy is better, protection first or another of its system, and where that changes. */
static void add_flip_row(struct bh_table *table, const struct bh_view *view, size_t policy, size_t enclave,
                         const char **shown)
{
    const struct bh_view_axis *axis = &view->uncertainty.axis;
    struct bh_flips flips;
    size_t reference = bh_view_reference(view, policy);
    bh_find_flips(view, enclave, policy, reference, &flips);
    bh_summary_policy_cell(table, view, policy, shown);
    if (!flips.comparable || flips.equal) {
        bh_table_cell(table, flips.equal && flips.comparable ? "equal throughout" : "not comparable");
        bh_table_cell(table, "-");
        bh_table_cell(table, "-");
        return;
    }
    if (flips.count == 0) {
        bh_table_cell(table, "no flip between %s and %s", axis->labels[0], axis->labels[axis->count - 1]);
    } else {
        char *text = flips_text(&flips);
        bh_table_cell(table, "%s", text);
        free(text);
    }
    bh_table_cell(table, "%s", view->policy_policy[flips.sign_first < 0 ? policy : reference]);
    bh_table_cell(table, "%s", view->policy_policy[flips.sign_last < 0 ? policy : reference]);
}

void bh_summary_print_critical(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    const struct bh_view_axis *axis = &view->uncertainty.axis;
    char *point = bh_view_point_name(view, view->headline);
    char *heading = bh_print_text("Critical values of the assumed number '%s'%s%s", axis->name,
                                  point[0] != '\0' ? ", at " : "", point);
    bh_summary_heading(options, stream, heading);
    print_best(view, options, stream);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy against protection first");
    bh_table_column(table, "order flips at");
    bh_table_column(table, "better at %s", axis->labels[0]);
    bh_table_column(table, "better at %s", axis->labels[axis->count - 1]);
    const char *shown = NULL;
    size_t rows = 0;
    for (size_t p = 0; p < view->policy.count; p++)
        if (bh_view_reference(view, p) != p) {
            add_flip_row(table, view, p, options->enclave, &shown);
            rows++;
        }
    if (rows > 0)
        bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    free(heading);
    free(point);
}
