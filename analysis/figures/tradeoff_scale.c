/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The horizontal axis of the lower panels: its ends, and how far marks stand beside their values. */
#include "analysis/figures/gnuplot_script.h"
#include "analysis/figures/parts.h"
#include "analysis/figures/tradeoff_layout.h"

#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

/* Between neighbouring marks, points; and room for half a mark at either end of the axis. */
static const double step_points = 2.2, end_points = 4.0;

double bh_figure_panel_share(const struct bh_figure *figure)
{
    size_t columns = figure->panels_count < BH_FIGURE_COLUMNS ? figure->panels_count : BH_FIGURE_COLUMNS;
    return (BH_FIGURE_RIGHT - BH_FIGURE_LEFT - BH_FIGURE_GAP * (double)(columns - 1)) / (double)columns;
}

/* Where a value stands, linear in the panel's width. */
static double place(const struct bh_figure_scale *scale, double value)
{
    return scale->is_logarithmic ? log2(value) : value;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The least distance between two values, as places; infinite for one. */
static double least_distance(const struct bh_figure_scale *scale, const double *values, size_t count)
{
    double *places = bh_allocate(count, sizeof *places), least = INFINITY;
    for (size_t i = 0; i < count; i++)
        places[i] = place(scale, values[i]);
    qsort(places, count, sizeof *places, ascending);
    for (size_t i = 1; i < count; i++)
        if (places[i] > places[i - 1])
            least = fmin(least, places[i] - places[i - 1]);
    free(places);
    return least;
}

static void find_ends(struct bh_figure_scale *scale, const double *values, size_t count)
{
    scale->least = INFINITY;
    scale->most = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        scale->least = fmin(scale->least, values[i]);
        scale->most = fmax(scale->most, values[i]);
    }
}

/* Kinds of marks in a panel, and where each stands among them. */
static size_t rank_marks(const struct bh_figure *figure, size_t panel, size_t *rank)
{
    size_t count = 0;
    for (size_t mark = 0; mark < figure->marks_count; mark++) {
        bool is_here = false;
        for (size_t k = figure->panel_first[panel]; k < figure->panel_first[panel + 1]; k++)
            is_here = is_here || figure->series[k].mark == mark;
        rank[mark] = count;
        count += is_here;
    }
    return count;
}

void bh_figure_lay_scale(struct bh_figure *figure)
{
    const struct bh_view *view = figure->view;
    struct bh_figure_scale *scale = &figure->scale;
    const struct bh_figure_series *any = figure->series;
    bool has_axis = figure->scale_axis < view->axes_count;
    const struct bh_view_axis *axis = has_axis ? &view->axes[figure->scale_axis] : NULL;
    size_t *rank = bh_allocate(figure->marks_count + 1, sizeof *rank), most = 1;
    for (size_t p = 0; p < figure->panels_count; p++) {
        size_t count = rank_marks(figure, p, rank);
        most = count > most ? count : most;
    }
    double width = bh_figure_panel_share(figure) * BH_FIGURE_WIDTH * 72;
    find_ends(scale, any->scale, any->count);
    scale->is_logarithmic = has_axis && axis->is_ordered && scale->least > 0;
    double from = place(scale, scale->least), to = place(scale, scale->most);
    /* Words take a unit each, and a single value has as much room. */
    double beyond = has_axis && (axis->numbers == NULL || to - from == 0) ? 0.5 : 0;
    double step = fmin(step_points, 2 * BH_FIGURE_ASIDE_POINTS / fmax(1, (double)most - 1));
    double margin = end_points + step * (double)(most - 1) / 2;
    double unit = (to - from + 2 * beyond) / (width - 2 * margin);
    if (!has_axis) { /* nothing but marks: they share the panel */
        step = width / (double)(most + 1);
        unit = 1 / width;
        margin = width / 2;
    } else {
        double distance = least_distance(scale, any->scale, any->count) / unit;
        step = fmin(step, 0.5 * distance / fmax(1, (double)most - 1));
    }
    scale->per_point = unit;
    scale->from = from - beyond - margin * unit;
    scale->to = to + beyond + margin * unit;
    for (size_t p = 0; p < figure->panels_count; p++) {
        size_t count = rank_marks(figure, p, rank);
        for (size_t k = figure->panel_first[p]; k < figure->panel_first[p + 1]; k++)
            figure->series[k].aside_points = step * ((double)rank[figure->series[k].mark] - (double)(count - 1) / 2);
    }
    free(rank);
}

void bh_figure_write_ticks(FILE *stream, const struct bh_figure_ticks *ticks, bool labels, double unfinished)
{
    fprintf(stream, "  set yrange [%.6g:%.6g]\n  set ytics scale 0.6 (", ticks->least, ticks->most);
    for (size_t i = 0; i < ticks->count; i++) {
        fputs(i == 0 ? "'" : ", '", stream);
        if (labels)
            fprintf(stream, "%s%.6g", ticks->values[i] < 0 ? "−" : "", fabs(ticks->values[i]));
        fprintf(stream, "' %.6g", ticks->values[i]);
    }
    if (isfinite(unfinished))
        fprintf(stream, ", '%s' %.6g", labels ? "not done" : "", unfinished);
    fputs(")\n", stream);
}
