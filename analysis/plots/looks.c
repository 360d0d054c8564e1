/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Colours, marks and dashes of series: each tells them apart without the others. */
#include "analysis/plots/parts.h"

#include "analysis/figures/figure_looks.h"

#include <stdlib.h>
#include <string.h>

const char *bh_plot_dashes(size_t series)
{
    static const char *const dashes[] = {"1,0", "7,4", "2,3", "9,3,2,3", "14,4", "4,2,1,2"};
    return dashes[series % BH_COUNT(dashes)];
}

/* As few as there are shapes need no numbers beside them: who has one whose shape is taken gets a free one. */
static void make_plain(size_t *marks, size_t count)
{
    bool is_taken[BH_MARKS] = {false}, is_set[BH_MARKS] = {false};
    for (size_t s = 0; s < count; s++)
        if (!is_taken[marks[s] % BH_MARKS]) {
            marks[s] %= BH_MARKS;
            is_taken[marks[s]] = is_set[s] = true;
        }
    for (size_t s = 0, next = 0; s < count; s++) {
        while (!is_set[s] && is_taken[next])
            next++;
        if (!is_set[s]) {
            marks[s] = next;
            is_taken[next] = true;
        }
    }
}

void bh_plot_looks_choose(const struct bh_plot *plot, struct bh_plot_looks *looks)
{
    const struct bh_view *view = plot->view;
    size_t count = plot->used_count[BH_PLOT_SERIES];
    enum bh_plot_dimension_kind kind = plot->dimension[BH_PLOT_SERIES].kind;
    bool is_system = kind == BH_DIMENSION_POLICY || kind == BH_DIMENSION_SYSTEM,
         is_kind = kind == BH_DIMENSION_POLICY || kind == BH_DIMENSION_KIND;
    /* Policies that are of one system or all of another kind have their own colours, else systems have theirs. */
    bool is_alone = is_kind, is_mixed = is_kind;
    for (size_t s = 1; s < count && is_system; s++) {
        size_t policy = plot->series_policy[s];
        is_alone = is_alone && strcmp(view->policy_system[plot->series_policy[0]], view->policy_system[policy]) == 0;
        for (size_t t = 0; t < s; t++)
            is_mixed =
                is_mixed && strcmp(view->policy_policy[plot->series_policy[t]], view->policy_policy[policy]) != 0;
    }
    char *const *wishes = is_alone || is_mixed ? view->policy_colour : is_system ? view->system_colour : NULL;
    const char **names = bh_allocate(3 * count + 1, sizeof *names), **colours = names + count,
               **marks = colours + count;
    looks->colours = bh_allocate(count + 1, sizeof *looks->colours);
    looks->marks = bh_allocate(count + 1, sizeof *looks->marks);
    for (size_t s = 0; s < count; s++) {
        names[s] = bh_plot_label(plot, BH_PLOT_SERIES, s);
        colours[s] = wishes != NULL ? wishes[plot->series_policy[s]] : "";
        marks[s] = is_kind && view->policy_mark != NULL ? view->policy_mark[plot->series_policy[s]] : "";
    }
    bh_looks_colours(names, colours, count, looks->colours);
    bh_looks_marks(names, marks, count, looks->marks);
    if (count <= BH_MARKS)
        make_plain(looks->marks, count);
    free(names);
}

void bh_plot_looks_release(struct bh_plot_looks *looks)
{
    free(looks->colours);
    free(looks->marks);
}
