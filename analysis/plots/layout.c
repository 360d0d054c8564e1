/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stands where in a figure by request, so that no words lie on each other. Lengths in points. */
#include "analysis/plots/parts.h"

#include "models/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOL_POINTS 20.0 /* of a legend's entry, before its text */
#define MARK_POINTS   5.0  /* marks nearer than this cover each other */
#define LINE_POINTS   1.0  /* and lines */
#define ASIDE_POINTS  3.5  /* so far apart they can be told from each other */

double bh_plot_width(const struct bh_plot_layout *layout, const char *text)
{
    return layout->sign * (double)bh_utf8_count(text);
}

static double widest_tick(const struct bh_plot *plot, const struct bh_plot_layout *layout)
{
    double widest = plot->metrics_count > 0 ? bh_plot_width(layout, "000") : 0;
    struct bh_plot_tick ticks[BH_PLOT_MOST_TICKS];
    for (size_t m = 0; m < plot->metrics_count; m++) {
        const struct bh_plot_metric *metric = &plot->metric[m];
        size_t count = bh_plot_ticks(metric->from, metric->to, metric->is_logarithmic ? 10 : 0, 100, 16, ticks);
        for (size_t i = 0; i < count; i++)
            widest = fmax(widest, bh_plot_width(layout, ticks[i].text));
    }
    return widest;
}

/* Entries one after the other, in as many rows as they need. */
static void lay_legend(const struct bh_plot *plot, struct bh_plot_layout *layout)
{
    size_t series = plot->used_count[BH_PLOT_SERIES];
    const struct bh_plot_dimension *dimension = &plot->dimension[BH_PLOT_SERIES];
    layout->legend_x = bh_allocate(series + 1, sizeof *layout->legend_x);
    layout->legend_row = bh_allocate(series + 1, sizeof *layout->legend_row);
    if (dimension->kind == BH_DIMENSION_NONE)
        return;
    /* Numbers and bare words say nothing without the name of their axis. */
    if (dimension->kind == BH_DIMENSION_PLACE)
        layout->legend_title = bh_plot_width(layout, dimension->name) + 2 * layout->sign;
    double widest = 0, from = layout->left + layout->legend_title, room = layout->width - from;
    for (size_t s = 0; s < series; s++)
        widest = fmax(widest, SYMBOL_POINTS + bh_plot_width(layout, bh_plot_label(plot, BH_PLOT_SERIES, s)) +
                                  1.5 * layout->sign);
    size_t columns = widest < room ? (size_t)(room / widest) : 1;
    columns = columns > series ? series : columns;
    layout->legend_rows = (series + columns - 1) / columns;
    columns = (series + layout->legend_rows - 1) / layout->legend_rows;
    for (size_t s = 0; s < series; s++) {
        layout->legend_x[s] = from + (double)(s % columns) * fmin(widest, room);
        layout->legend_row[s] = s / columns;
    }
}

static void lay_grid(const struct bh_plot *plot, struct bh_plot_layout *layout)
{
    size_t panels = plot->used_count[BH_PLOT_PANEL];
    bool is_wide = plot->request->width_in > 5;
    if (panels == 1) {
        size_t most = is_wide ? 3 : 1;
        layout->columns = plot->metrics_count < most ? plot->metrics_count : most;
        layout->rows = (plot->metrics_count + layout->columns - 1) / layout->columns;
        return;
    }
    size_t most = is_wide ? 4 : 2;
    size_t lines = (panels + most - 1) / most;
    layout->columns = (panels + lines - 1) / lines;
    layout->rows = plot->metrics_count * lines;
}

void bh_plot_place(const struct bh_plot *plot, const struct bh_plot_layout *layout, size_t metric, size_t panel,
                   size_t *column, size_t *row)
{
    size_t panels = plot->used_count[BH_PLOT_PANEL];
    size_t lines = panels == 1 ? 1 : (panels + layout->columns - 1) / layout->columns;
    size_t cell = panels == 1 ? metric : panel;
    *column = cell % layout->columns;
    *row = cell / layout->columns + (panels == 1 ? 0 : metric * lines);
}

/* Ticks along x: every value if all have room, else round numbers; words stand upright where they are too long. Returns the
 * room that they take below the axis. */
static double lay_x(const struct bh_plot *plot, struct bh_plot_layout *layout)
{
    const struct bh_plot_dimension *x = &plot->dimension[BH_PLOT_X];
    size_t count = plot->used_count[BH_PLOT_X];
    double widest = 0;
    if (x->numbers == NULL || !x->is_ordered) {
        double slot = layout->panel_width / (double)count;
        for (size_t i = 0; i < count; i++)
            widest = fmax(widest, bh_plot_width(layout, bh_plot_label(plot, BH_PLOT_X, i)));
        layout->names_turn = widest > slot - layout->sign;
        return layout->names_turn ? fmin(widest, 160) + 0.5 * layout->line : layout->line;
    }
    double span = plot->x_is_logarithmic ? log(plot->x_to / plot->x_from) : plot->x_to - plot->x_from;
    double last = -INFINITY;
    bool has_room = count <= 12;
    for (size_t i = 0; i < count && has_room; i++) {
        struct bh_plot_tick *tick = &layout->x_ticks[i];
        double value = bh_plot_x(plot, i);
        bh_plot_tick_at(value, plot->x_is_logarithmic ? plot->x_base : 10,
                        plot->x_is_logarithmic && span > BH_PLOT_LONG_AXIS * log(plot->x_base), tick);
        double place = (plot->x_is_logarithmic ? log(value / plot->x_from) : value - plot->x_from) / span *
                       layout->panel_width,
               half = bh_plot_width(layout, tick->text) / 2;
        has_room = place - half > last + layout->sign;
        last = place + half;
    }
    layout->x_ticks_count = count;
    if (!has_room)
        layout->x_ticks_count = bh_plot_ticks(plot->x_from, plot->x_to, plot->x_is_logarithmic ? plot->x_base : 0,
                                              layout->panel_width, bh_plot_width(layout, "000000"), layout->x_ticks);
    return layout->line;
}

static double place_of(const struct bh_plot *plot, const struct bh_plot_layout *layout, size_t metric, double value)
{
    const struct bh_plot_metric *own = &plot->metric[metric];
    value *= own->factor;
    if (own->is_logarithmic)
        return log(fmax(value, own->zero) / own->from) / log(own->to / own->from) * layout->panel_height;
    return (value - own->from) / (own->to - own->from) * layout->panel_height;
}

/* Whether marks of two series would cover each other anywhere. */
static bool covers(const struct bh_plot *plot, const struct bh_plot_layout *layout)
{
    const size_t *count = plot->used_count;
    for (size_t m = 0; m < plot->metrics_count; m++)
        for (size_t p = 0; p < count[BH_PLOT_PANEL]; p++)
            for (size_t x = 0; x < count[BH_PLOT_X]; x++)
                for (size_t s = 1; s < count[BH_PLOT_SERIES]; s++)
                    for (size_t t = 0; t < s; t++) {
                        double left = bh_plot_at(plot, m, p, s, x)->estimate.mean,
                               right = bh_plot_at(plot, m, p, t, x)->estimate.mean;
                        if (fabs(place_of(plot, layout, m, left) - place_of(plot, layout, m, right)) < MARK_POINTS)
                            return true;
                    }
    return false;
}

/* Whether a line is one with another all along a panel. */
static bool is_same_line(const struct bh_plot *plot, const struct bh_plot_layout *layout, size_t metric, size_t panel,
                         size_t left, size_t right)
{
    size_t both = 0;
    for (size_t x = 0; x < plot->used_count[BH_PLOT_X]; x++) {
        double a = bh_plot_at(plot, metric, panel, left, x)->estimate.mean,
               b = bh_plot_at(plot, metric, panel, right, x)->estimate.mean;
        if (isnan(a) && isnan(b))
            continue;
        if (!(fabs(place_of(plot, layout, metric, a) - place_of(plot, layout, metric, b)) < LINE_POINTS))
            return false;
        both++;
    }
    return both > 1;
}

/* A series' line is under the first later one that it is one with in some panel. */
static size_t above_it(const struct bh_plot *plot, const struct bh_plot_layout *layout, size_t series)
{
    for (size_t s = series + 1; s < plot->used_count[BH_PLOT_SERIES]; s++)
        for (size_t m = 0; m < plot->metrics_count; m++)
            for (size_t p = 0; p < plot->used_count[BH_PLOT_PANEL]; p++)
                if (is_same_line(plot, layout, m, p, series, s))
                    return s;
    return SIZE_MAX;
}

/* By name as far as there is room. */
static void lay_hidden(const struct bh_plot *plot, struct bh_plot_layout *layout)
{
    const struct bh_plot_dimension *x = &plot->dimension[BH_PLOT_X];
    char *pairs = bh_copy_text("");
    size_t count = 0;
    for (size_t s = 0; s < plot->used_count[BH_PLOT_SERIES] && x->numbers != NULL && x->is_ordered; s++) {
        size_t above = above_it(plot, layout, s);
        if (above == SIZE_MAX)
            continue;
        bh_add_text(&pairs, ", ", "%s under %s", bh_plot_label(plot, BH_PLOT_SERIES, s),
                    bh_plot_label(plot, BH_PLOT_SERIES, above));
        count++;
    }
    char *text = bh_print_text("one line: %s", pairs);
    if (count > 0 && bh_plot_width(layout, text) < layout->width - 8)
        layout->hidden = bh_copy_text(text);
    else if (count > 0)
        layout->hidden = bh_print_text("%zu line%s under others", count, count == 1 ? " lies" : "s lie");
    free(text);
    free(pairs);
}

/* Beside each other, but never so far that values of x meet. */
static void lay_aside(struct bh_plot *plot, struct bh_plot_layout *layout)
{
    size_t series = plot->used_count[BH_PLOT_SERIES], count = plot->used_count[BH_PLOT_X];
    plot->stands_aside = series > 1 && covers(plot, layout);
    if (!plot->stands_aside)
        return;
    double least = layout->panel_width,
           span = plot->x_is_logarithmic ? log(plot->x_to / plot->x_from) : plot->x_to - plot->x_from;
    for (size_t i = 1; i < count; i++) {
        double a = bh_plot_x(plot, i - 1), b = bh_plot_x(plot, i);
        least = fmin(least, (plot->x_is_logarithmic ? log(b / a) : b - a) / span * layout->panel_width);
    }
    layout->aside_points = fmin(ASIDE_POINTS, 0.7 * least / (double)(series - 1));
    /* What stands aside needs room at the ends. */
    double share = layout->aside_points * (double)(series - 1) / 2 / layout->panel_width;
    if (plot->x_is_logarithmic) {
        plot->x_from *= exp(-span * share);
        plot->x_to *= exp(span * share);
    } else {
        plot->x_from -= span * share;
        plot->x_to += span * share;
    }
}

void bh_plot_notes(const struct bh_plot *plot, const char *notes[BH_PLOT_NOTES])
{
    bool has_open = false, has_cut = false;
    for (size_t m = 0; m < plot->metrics_count; m++) {
        has_open = has_open || plot->metric[m].has_open;
        has_cut = has_cut || plot->metric[m].has_cut_bar;
    }
    memset(notes, 0, BH_PLOT_NOTES * sizeof *notes);
    size_t count = 0;
    if (plot->dimension[BH_PLOT_BAND].kind != BH_DIMENSION_NONE)
        notes[count++] = "lines: median over draws; bands: 5 to 95 %";
    if (has_open)
        notes[count++] = "open marks at the top: not every run is done";
    if (plot->stands_aside)
        notes[count++] = "marks stand beside each other where they would cover";
    if (plot->layout.hidden != NULL)
        notes[count++] = plot->layout.hidden;
    if (has_cut)
        notes[count++] = "bars that reach the lower edge go on below it";
}

void bh_plot_lay(struct bh_plot *plot)
{
    struct bh_plot_layout *layout = &plot->layout;
    const struct bh_plot_request *request = plot->request;
    double size = request->size_pt;
    *layout = (struct bh_plot_layout){.width = 72 * request->width_in, .sign = 0.58 * size, .line = 1.3 * size};
    lay_grid(plot, layout);
    bool has_panels = plot->used_count[BH_PLOT_PANEL] > 1;
    /* A title, the numbers at the ticks, and what is between. */
    layout->left = 1.1 * layout->line + widest_tick(plot, layout) + 11;
    double gap = has_panels ? 7 : layout->left, right = 8;
    layout->panel_width =
        (layout->width - layout->left - right - gap * (double)(layout->columns - 1)) / (double)layout->columns;
    layout->panel_height = fmin(fmax(0.62 * layout->panel_width, 90), 165);
    layout->column_step = layout->panel_width + gap;
    lay_legend(plot, layout);
    double below = lay_x(plot, layout) + 4;
    lay_aside(plot, layout);
    lay_hidden(plot, layout);
    double above = has_panels ? 1.1 * layout->line : 0.4 * layout->line;
    layout->row_step = layout->panel_height + above + below;
    layout->top = 3 + (double)layout->legend_rows * layout->line + above;
    const char *notes[BH_PLOT_NOTES];
    bh_plot_notes(plot, notes);
    layout->height = layout->top - above + (double)layout->rows * layout->row_step + 1.15 * layout->line + 3;
    for (size_t n = 0; n < BH_PLOT_NOTES && notes[n] != NULL; n++)
        layout->height += layout->line;
}

void bh_plot_layout_release(struct bh_plot_layout *layout)
{
    free(layout->hidden);
    free(layout->legend_x);
    free(layout->legend_row);
}
