/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A figure by request as gnuplot data and script. */
#include "analysis/plots/parts.h"

#include "analysis/figures/figure_marks.h"
#include "analysis/figures/gnuplot_script.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of labels and arrows. */
enum { TAG_TITLE = 1, TAG_PANEL, TAG_X, TAG_Y, TAG_OPEN, TAG_BREAK = 10, TAG_NOTE = 20, TAG_LEGEND = 100000 };

static bool has_band(const struct bh_plot *plot)
{
    return plot->dimension[BH_PLOT_BAND].kind != BH_DIMENSION_NONE;
}

/* Whether values between two of x make sense: then they are joined, and bands are areas. */
static bool is_joined(const struct bh_plot *plot)
{
    return plot->dimension[BH_PLOT_X].numbers != NULL && plot->dimension[BH_PLOT_X].is_ordered;
}

/* --- Data ------------------------------------------------------------------------------------------------------------- */

static void write_what(const struct bh_plot *plot, FILE *stream)
{
    char *text = bh_print_text("%s over %s", plot->metric[0].criterion.name, plot->dimension[BH_PLOT_X].name);
    bh_script_comment(stream, text);
    free(text);
    text = bh_print_text("at %s", plot->fixed);
    if (plot->fixed[0] != '\0')
        bh_script_comment(stream, text);
    free(text);
}

static void write_row(const struct bh_plot *plot, size_t metric, const struct bh_plot_value *value, double x,
                      FILE *stream)
{
    double factor = plot->metric[metric].factor;
    fprintf(stream, "%.12g %.6g %.6g %.6g %zu %zu", x, bh_script_number(factor * value->estimate.mean),
            bh_script_number(factor * value->estimate.low), bh_script_number(factor * value->estimate.high),
            value->runs, value->not_done);
    for (size_t q = 0; q < BH_PLOT_QUANTILES && has_band(plot); q++)
        fprintf(stream, " %.6g", isinf(value->quantile[q]) ? 1e300 : factor * value->quantile[q]);
    fputc('\n', stream);
}

void bh_plot_write_data(const void *of, FILE *stream)
{
    const struct bh_plot *plot = of;
    const size_t *count = plot->used_count;
    bh_script_comment(stream, plot->view->title);
    write_what(plot, stream);
    fprintf(stream, "# Blocks: numbers, in each panels, in each series. x value low high runs not_done%s\n",
            has_band(plot) ? " q05 q50 q95" : "");
    fputs(has_band(plot)
              ? "# value: the median over the band's means, whose quantiles are q05 to q95; 1e+300: not done\n"
              : "# low, high: the 95 % interval of a mean; NaN: none, or not all runs are done\n",
          stream);
    for (size_t m = 0; m < plot->metrics_count; m++)
        for (size_t p = 0; p < count[BH_PLOT_PANEL]; p++)
            for (size_t s = 0; s < count[BH_PLOT_SERIES]; s++) {
                char *text = bh_print_text("%s; %s; %s", plot->metric[m].label, bh_plot_label(plot, BH_PLOT_PANEL, p),
                                           bh_plot_label(plot, BH_PLOT_SERIES, s));
                bh_script_comment(stream, text);
                free(text);
                for (size_t x = 0; x < count[BH_PLOT_X]; x++)
                    write_row(plot, m, bh_plot_at(plot, m, p, s, x), bh_plot_x(plot, x), stream);
                fputs("\n\n", stream);
            }
}

/* --- Script ----------------------------------------------------------------------------------------------------------- */

static void write_ticks(const char *axis, const struct bh_plot_tick *ticks, size_t count, bool has_names, FILE *stream)
{
    fprintf(stream, "  set %stics nomirror scale 0.6 (", axis);
    for (size_t i = 0; i < count; i++) {
        const struct bh_plot_tick *tick = &ticks[i];
        if (has_names)
            fprintf(stream, "%s''.t('%s', '%s', '%s') %.12g", i > 0 ? ", " : "", tick->text, tick->tex, tick->ascii,
                    tick->value);
        else
            fprintf(stream, "%s'' %.12g", i > 0 ? ", " : "", tick->value);
    }
    fputs(")\n", stream);
}

static void write_variables(const struct bh_plot *plot, FILE *stream)
{
    fprintf(stream, "if (!exists('x_from')) x_from = %.8g\nif (!exists('x_to')) x_to = %.8g\n", plot->x_from,
            plot->x_to);
    for (size_t m = 0; m < plot->metrics_count; m++) {
        const struct bh_plot_metric *metric = &plot->metric[m];
        fprintf(stream,
                "if (!exists('y_from_%zu')) y_from_%zu = %.8g\nif (!exists('y_to_%zu')) y_to_%zu = %.8g\n"
                "open_%zu = %.8g; zero_%zu = %.8g   # where what is not done stands, and on a logarithmic axis 0\n",
                m + 1, m + 1, metric->from, m + 1, m + 1, metric->to, m + 1, metric->open, m + 1, metric->zero);
    }
    const struct bh_plot_layout *layout = &plot->layout;
    double unit =
        (plot->x_is_logarithmic ? log(plot->x_to / plot->x_from) : plot->x_to - plot->x_from) / layout->panel_width;
    fprintf(stream,
            "# Marks stand some points beside their values where they would cover each other.\n"
            "beside(x, points) = %s * %.8g%s\n",
            plot->x_is_logarithmic ? "x * exp(points" : "x + points", unit, plot->x_is_logarithmic ? ")" : "");
}

/* Entries above the panels: colour, mark and dashes of each series. */
static void write_legend(const struct bh_plot *plot, const struct bh_plot_looks *looks, FILE *stream)
{
    const struct bh_plot_layout *layout = &plot->layout;
    const struct bh_plot_dimension *series = &plot->dimension[BH_PLOT_SERIES];
    if (series->kind == BH_DIMENSION_NONE)
        return;
    double first = 1 - (3 + 0.5 * layout->line) / layout->height;
    if (layout->legend_title > 0) {
        char *text = bh_print_text("%s:", series->name), *title = bh_script_text(text);
        fprintf(stream, "  set label %d %s at screen %.4f, screen %.4f left\n", TAG_TITLE, title,
                layout->left / layout->width, first);
        free(title);
        free(text);
    }
    for (size_t s = 0; s < plot->used_count[BH_PLOT_SERIES]; s++) {
        char *text = bh_script_text(bh_plot_label(plot, BH_PLOT_SERIES, s));
        double x = layout->legend_x[s], y = first - (double)layout->legend_row[s] * layout->line / layout->height;
        size_t number = bh_figure_mark_number(looks->marks[s]);
        char *mark = number > 1 ? bh_print_text(" %zu", number) : bh_copy_text("");
        fprintf(stream, "  set label %zu %s at screen %.4f, screen %.4f left\n", TAG_LEGEND + 2 * s, text,
                (x + 18) / layout->width, y);
        fprintf(stream, "  set label %zu '%s' at screen %.4f, screen %.4f left point pt %d ps %.2f lc rgb '%s'\n",
                TAG_LEGEND + 2 * s + 1, mark, (x + 8) / layout->width, y, bh_figure_mark(looks->marks[s], false),
                bh_figure_mark_size(looks->marks[s]), looks->colours[s]);
        if (is_joined(plot))
            fprintf(stream,
                    "  set arrow %zu from screen %.4f, screen %.4f to screen %.4f, screen %.4f nohead lw 1.2 dt (%s) "
                    "lc rgb "
                    "'%s'\n",
                    TAG_LEGEND + s, x / layout->width, y, (x + 16) / layout->width, y, bh_plot_dashes(s),
                    looks->colours[s]);
        free(mark);
        free(text);
    }
}

static void write_notes(const struct bh_plot *plot, FILE *stream)
{
    const struct bh_plot_layout *layout = &plot->layout;
    const char *notes[BH_PLOT_NOTES];
    size_t count = 0;
    bh_plot_notes(plot, notes);
    while (count < BH_PLOT_NOTES && notes[count] != NULL)
        count++;
    for (size_t n = 0; n < count; n++) {
        char *text = bh_script_text(notes[n]);
        fprintf(stream, "  set label %zu %s at screen %.4f, screen %.4f left textcolor rgb 'gray30'\n", TAG_NOTE + n,
                text, 4 / layout->width, ((double)(count - n) - 0.5) * layout->line / layout->height);
        free(text);
    }
}

/* The axis of words, as labels: gnuplot takes a tick's own for a format, and cuts it. */
static void write_x_words(const struct bh_plot *plot, FILE *stream)
{
    for (size_t i = 0; i < plot->used_count[BH_PLOT_X]; i++) {
        char *text = bh_script_text(bh_plot_label(plot, BH_PLOT_X, i));
        fprintf(stream, "  set label %zu %s at first %zu, graph 0 %s\n", BH_SCRIPT_WORDS + i, text, i + 1,
                plot->layout.names_turn ? "right rotate by 90 offset 0, -0.5" : "center offset 0, -0.9");
        free(text);
    }
}

static void write_x_axis(const struct bh_plot *plot, FILE *stream)
{
    fprintf(stream, "  set xrange [x_from:x_to]\n");
    if (plot->x_is_logarithmic)
        fprintf(stream, "  set logscale x %g\n", plot->x_base);
    if (is_joined(plot))
        write_ticks("x", plot->layout.x_ticks, plot->layout.x_ticks_count, true, stream);
    else
        fprintf(stream, "  set xtics nomirror scale 0.6 1, 1, %zu format ''\n", plot->used_count[BH_PLOT_X]);
}

static void write_y_axis(const struct bh_plot *plot, size_t metric, bool has_names, FILE *stream)
{
    const struct bh_plot_metric *own = &plot->metric[metric];
    struct bh_plot_tick ticks[BH_PLOT_MOST_TICKS + 1];
    double first = own->has_zero ? own->zero * 1.2 : own->from;
    size_t count = bh_plot_ticks(first, own->to, own->is_logarithmic ? 10 : 0, plot->layout.panel_height,
                                 1.6 * plot->layout.line, ticks);
    if (own->is_logarithmic && own->has_zero && count < BH_PLOT_MOST_TICKS) {
        bh_plot_tick_at(0, 10, false, &ticks[count]);
        ticks[count++].value = own->zero;
    }
    fprintf(stream, "  %s\n  set yrange [y_from_%zu:y_to_%zu]\n",
            own->is_logarithmic ? "set logscale y" : "unset logscale y", metric + 1, metric + 1);
    write_ticks("y", ticks, count, has_names, stream);
    /* Two strokes where an axis is cut: before the place of 0 on a logarithmic one, and where a linear one has no 0. */
    double share = own->is_logarithmic ? log(own->zero * 1.25 / own->from) / log(own->to / own->from) : 0.03;
    char condition[96];
    snprintf(condition, sizeof condition, "y_from_%zu > 0 || y_to_%zu < 0", metric + 1, metric + 1);
    fprintf(stream, "  if (%s) {\n", own->is_logarithmic ? (own->has_zero ? "1" : "0") : condition);
    for (int stroke = 0; stroke < 2; stroke++)
        fprintf(stream,
                "    set arrow %d from graph -0.012, graph %.4f to graph 0.012, graph %.4f nohead lw 0.8 lc rgb "
                "'black' front\n",
                TAG_BREAK + stroke, share + 0.025 * stroke, share + 0.02 + 0.025 * stroke);
    fputs("  }\n", stream);
}

/* A value's place: on a logarithmic axis 0 has one of its own, and ends of bars end with the axis. */
static void write_places(const struct bh_plot *plot, size_t metric, FILE *stream)
{
    if (plot->metric[metric].is_logarithmic)
        fprintf(stream, "  place(y) = y > 0 ? y : zero_%zu; low(y) = y > y_from_%zu ? y : y_from_%zu\n", metric + 1,
                metric + 1, metric + 1);
    else
        fputs("  place(y) = y; low(y) = y\n", stream);
    fprintf(stream,
            "  high(y) = y < y_to_%zu ? y : y_to_%zu\n"
            "  beyond(y) = y > y_to_%zu ? y_to_%zu : y < y_from_%zu ? y_from_%zu : NaN\n",
            metric + 1, metric + 1, metric + 1, metric + 1, metric + 1, metric + 1);
}

static void write_series(const struct bh_plot *plot, const struct bh_plot_looks *looks, size_t metric, size_t block,
                         size_t s, FILE *stream)
{
    size_t series = plot->used_count[BH_PLOT_SERIES], mark = looks->marks[s], number = bh_figure_mark_number(mark);
    double aside = plot->layout.aside_points * ((double)s - (double)(series - 1) / 2), size = bh_figure_mark_size(mark);
    const char *colour = looks->colours[s], *dash = bh_plot_dashes(s);
    char x[64];
    snprintf(x, sizeof x, "(beside($1, %.3g))", aside);
    if (is_joined(plot))
        fprintf(stream, "    data index %zu using %s:(place($2)) with lines lw 1.2 dt (%s) lc rgb '%s' notitle, \\\n",
                block, x, dash, colour);
    if (has_band(plot) && !is_joined(plot))
        fprintf(stream,
                "    data index %zu using %s:(place($2)):(low($7)):(high($9)) with yerrorbars pt -1 lw 1 lc rgb '%s' "
                "notitle, \\\n",
                block, x, colour);
    else if (!has_band(plot))
        fprintf(stream,
                "    data index %zu using %s:(place($2)):(low($3)):(high($4)) with yerrorbars pt -1 lw 0.8 lc rgb '%s' "
                "notitle, \\\n",
                block, x, colour);
    if (number > 1)
        fprintf(stream,
                "    data index %zu using %s:(place($2)):('%zu') with labels left offset 0.4, 0.4 textcolor rgb '%s' "
                "notitle, \\\n",
                block, x, number, colour);
    fprintf(stream,
            "    data index %zu using %s:(place($2)) with points pt %d ps %.2f lc rgb 'white' notitle, \\\n"
            "    data index %zu using %s:(place($2)) with points pt %d ps %.2f lc rgb '%s' notitle, \\\n"
            "    data index %zu using %s:($6 > 0 ? open_%zu : NaN) with points pt %d ps %.2f lc rgb '%s' notitle, \\\n"
            "    data index %zu using %s:(beyond($2)) with points pt 1 ps 1 lw 1.5 lc rgb '%s' notitle",
            block, x, bh_figure_mark(mark, false), 1.25 * size, block, x, bh_figure_mark(mark, false), size, colour,
            block, x, metric + 1, bh_figure_mark(mark, true), size, colour, block, x, colour);
}

/* Areas first, so that no line is below one. */
static void write_bands(const struct bh_plot *plot, const struct bh_plot_looks *looks, size_t first_block, FILE *stream)
{
    for (size_t s = 0; s < plot->used_count[BH_PLOT_SERIES] && has_band(plot) && is_joined(plot); s++)
        fprintf(
            stream,
            "    data index %zu using 1:(low($7)):(high($9)) with filledcurves fs transparent solid 0.2 noborder lc "
            "rgb '%s' notitle, \\\n",
            first_block + s, looks->colours[s]);
}

static void write_x_label(const struct bh_plot *plot, FILE *stream)
{
    const struct bh_plot_layout *layout = &plot->layout;
    const struct bh_plot_dimension *x = &plot->dimension[BH_PLOT_X];
    const char *notes[BH_PLOT_NOTES];
    size_t count = 0;
    bh_plot_notes(plot, notes);
    while (count < BH_PLOT_NOTES && notes[count] != NULL)
        count++;
    bool has_unit = x->unit != NULL && *x->unit != '\0' && strcmp(x->unit, "1") != 0 && strcmp(x->unit, x->name) != 0;
    char *words = plot->request->x_label != NULL ? bh_copy_text(plot->request->x_label)
                                                 : bh_print_text("%s%s%s%s", x->name, has_unit ? " (" : "",
                                                                 has_unit ? x->unit : "", has_unit ? ")" : "");
    if (plot->request->x_label == NULL)
        words[0] = (char)toupper((unsigned char)words[0]);
    char *text = bh_script_text(words);
    fprintf(stream, "  set label %d (exists('x_label') ? x_label : %s) at screen %.4f, screen %.4f center\n", TAG_X,
            text, (layout->left + layout->width - 8) / 2 / layout->width,
            (((double)count + 0.65) * layout->line + 2) / layout->height);
    free(text);
    free(words);
}

static void write_panel(const struct bh_plot *plot, const struct bh_plot_looks *looks, size_t metric, size_t panel,
                        FILE *stream)
{
    const struct bh_plot_layout *layout = &plot->layout;
    size_t series = plot->used_count[BH_PLOT_SERIES], panels = plot->used_count[BH_PLOT_PANEL], column, row;
    bh_plot_place(plot, layout, metric, panel, &column, &row);
    double left = layout->left + (double)column * layout->column_step,
           top = layout->top + (double)row * layout->row_step;
    bool has_names = column == 0 || panels == 1;
    fprintf(
        stream,
        "  set lmargin at screen %.4f; set rmargin at screen %.4f; set tmargin at screen %.4f; set bmargin at screen "
        "%.4f\n",
        left / layout->width, (left + layout->panel_width) / layout->width, 1 - top / layout->height,
        1 - (top + layout->panel_height) / layout->height);
    fputs("  unset label; unset arrow\n", stream);
    if (!is_joined(plot))
        write_x_words(plot, stream);
    if (metric == 0 && panel == 0) { /* what stands for all */
        write_legend(plot, looks, stream);
        write_notes(plot, stream);
        write_x_label(plot, stream);
    }
    write_y_axis(plot, metric, has_names, stream);
    if (panels > 1) {
        bool is_place = plot->dimension[BH_PLOT_PANEL].kind == BH_DIMENSION_PLACE;
        char *words = bh_print_text("%s%s%s", is_place ? plot->dimension[BH_PLOT_PANEL].name : "", is_place ? ": " : "",
                                    bh_plot_label(plot, BH_PLOT_PANEL, panel)),
             *text = bh_script_text(words);
        fprintf(stream, "  set label %d %s at graph 0.5, screen %.4f center\n", TAG_PANEL, text,
                1 - (top - 0.55 * layout->line) / layout->height);
        free(text);
        free(words);
    }
    if (has_names) {
        char *text = bh_script_text(plot->metric[metric].label);
        fprintf(
            stream,
            "  set label %d (exists('y_label_%zu') ? y_label_%zu : %s) at screen %.4f, graph 0.5 center rotate by 90\n",
            TAG_Y, metric + 1, metric + 1, text, (left - layout->left + 0.6 * layout->line + 2) / layout->width);
        free(text);
    }
    write_places(plot, metric, stream);
    size_t block = (metric * panels + panel) * series;
    fputs("  plot \\\n", stream);
    write_bands(plot, looks, block, stream);
    for (size_t s = 0; s < series; s++) {
        write_series(plot, looks, metric, block + s, s, stream);
        fputs(s + 1 < series ? ", \\\n" : "\n", stream);
    }
}

void bh_plot_write_script(const void *of, const char *name, FILE *stream)
{
    const struct bh_plot *plot = of;
    const struct bh_plot_request *request = plot->request;
    const struct bh_plot_layout *layout = &plot->layout;
    struct bh_plot_looks looks;
    bh_plot_looks_choose(plot, &looks);
    const struct bh_script_look look = {request->width_in, layout->height / 72, request->font, request->size_pt,
                                        request->terminals};
    bh_script_begin_any(stream, plot->view->title, name, &look);
    write_what(plot, stream);
    write_variables(plot, stream);
    bh_script_each_format(stream);
    fputs("  reset; unset key; set bars 0.4; set border 3 lw 0.8; set grid xtics ytics lt 1 lw 0.4 lc rgb 'gray85'\n"
          "  set multiplot\n",
          stream);
    write_x_axis(plot, stream);
    for (size_t m = 0; m < plot->metrics_count; m++)
        for (size_t p = 0; p < plot->used_count[BH_PLOT_PANEL]; p++)
            write_panel(plot, &looks, m, p, stream);
    fputs("  unset multiplot\n", stream);
    bh_script_end(stream);
    bh_plot_looks_release(&looks);
}
