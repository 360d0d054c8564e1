/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A figure by request as SVG within a page: each value is an element that says in words what it is. */
#include "analysis/plots/parts.h"

#include "analysis/plots/html_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A page with more values than this, each with its words, would be heavy: they are lines alone then. */
enum { MOST_VALUES = 1500 };

static bool shows_values(const struct bh_plot *plot)
{
    const size_t *count = plot->used_count;
    bool is_joined = plot->dimension[BH_PLOT_X].numbers != NULL && plot->dimension[BH_PLOT_X].is_ordered;
    return !is_joined ||
           plot->metrics_count * count[BH_PLOT_PANEL] * count[BH_PLOT_SERIES] * count[BH_PLOT_X] <= MOST_VALUES;
}

/* Where a value stands, in points from the left and from the top. */
static double place_x(const struct bh_plot *plot, double value)
{
    double share = plot->x_is_logarithmic ? log(value / plot->x_from) / log(plot->x_to / plot->x_from)
                                          : (value - plot->x_from) / (plot->x_to - plot->x_from);
    return share * plot->layout.panel_width;
}

static double place_y(const struct bh_plot *plot, size_t metric, double value)
{
    const struct bh_plot_metric *own = &plot->metric[metric];
    if (own->is_logarithmic)
        value = value > 0 ? fmax(value, own->from) : own->zero;
    double share = own->is_logarithmic ? log(value / own->from) / log(own->to / own->from)
                                       : (value - own->from) / (own->to - own->from);
    return (1 - fmin(fmax(share, 0), 1)) * plot->layout.panel_height;
}

/* Outlines of the shapes of marks, by bh_mark_names; the circle is none. */
static void write_mark(FILE *stream, size_t mark, double x, double y, bool is_open, const char *colour)
{
    static const char *const outlines[BH_MARKS] = {
        "M0,-4.6L4.6,0L0,4.6L-4.6,0Z", "",
        "M0,-4.4L4.2,3.2L-4.2,3.2Z",   "M-3.3,-3.3H3.3V3.3H-3.3Z",
        "M0,4.4L4.2,-3.2L-4.2,-3.2Z",  "M0,-4.2L4,-1.3L2.5,3.4H-2.5L-4,-1.3Z"};
    const char *fill = is_open ? "none" : colour;
    if (outlines[mark % BH_MARKS][0] == '\0')
        fprintf(stream, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"2.4\" fill=\"%s\" stroke=\"%s\"/>", x, y, fill, colour);
    else
        fprintf(stream, "<path transform=\"translate(%.2f,%.2f) scale(.65)\" d=\"%s\" fill=\"%s\" stroke=\"%s\"/>", x,
                y, outlines[mark % BH_MARKS], fill, colour);
}

/* "kvm, 1024 nodes: 9.8 (9.1 to 10.4)". */
static void write_words(const struct bh_plot *plot, size_t metric, size_t panel, size_t series, size_t x, FILE *stream)
{
    const struct bh_plot_value *value = bh_plot_at(plot, metric, panel, series, x);
    const char *labels[] = {bh_plot_label(plot, BH_PLOT_PANEL, panel), bh_plot_label(plot, BH_PLOT_SERIES, series)};
    double factor = plot->metric[metric].factor;
    for (size_t i = 0; i < BH_COUNT(labels); i++)
        if (labels[i][0] != '\0') {
            bh_html_text(stream, labels[i]);
            fputs(", ", stream);
        }
    bh_html_text(stream, plot->dimension[BH_PLOT_X].name);
    fputc(' ', stream);
    bh_html_text(stream, bh_plot_label(plot, BH_PLOT_X, x));
    fputs(": ", stream);
    bh_html_text(stream, plot->metric[metric].label);
    if (isnan(value->estimate.mean)) {
        fprintf(stream, ", not done in %zu of %zu runs", value->not_done, value->runs);
        return;
    }
    fprintf(stream, " %.4g", factor * value->estimate.mean);
    bool is_band = plot->dimension[BH_PLOT_BAND].kind != BH_DIMENSION_NONE;
    double low = is_band ? value->quantile[0] : value->estimate.low,
           high = is_band ? value->quantile[2] : value->estimate.high;
    if (isfinite(low) && isfinite(high) && low < high)
        fprintf(stream, " (%s %.4g to %.4g)", is_band ? "5 to 95 %:" : "95 %:", factor * low, factor * high);
}

static double aside_of(const struct bh_plot *plot, size_t series)
{
    return plot->layout.aside_points * ((double)series - (double)(plot->used_count[BH_PLOT_SERIES] - 1) / 2);
}

static const char *colour_of(const struct bh_plot_looks *looks, size_t series)
{
    return strcmp(looks->colours[series], "#000000") == 0 ? "currentColor" : looks->colours[series];
}

static void write_line(const struct bh_plot *plot, const struct bh_plot_looks *looks, size_t metric, size_t panel,
                       size_t series, FILE *stream)
{
    bool is_begun = false;
    fputs("<path class=\"line\" d=\"", stream);
    for (size_t x = 0; x < plot->used_count[BH_PLOT_X]; x++) {
        double mean = bh_plot_at(plot, metric, panel, series, x)->estimate.mean * plot->metric[metric].factor;
        if (isfinite(mean))
            fprintf(stream, "%c%.2f,%.2f", is_begun ? 'L' : 'M',
                    place_x(plot, bh_plot_x(plot, x)) + aside_of(plot, series), place_y(plot, metric, mean));
        is_begun = isfinite(mean);
    }
    fprintf(stream, "\" stroke=\"%s\" stroke-dasharray=\"%s\"/>\n", colour_of(looks, series), bh_plot_dashes(series));
}

static void write_value(const struct bh_plot *plot, const struct bh_plot_looks *looks, size_t metric, size_t panel,
                        size_t series, size_t x, FILE *stream)
{
    const struct bh_plot_value *value = bh_plot_at(plot, metric, panel, series, x);
    const struct bh_plot_metric *own = &plot->metric[metric];
    bool is_open = isnan(value->estimate.mean) && value->not_done > 0,
         is_band = plot->dimension[BH_PLOT_BAND].kind != BH_DIMENSION_NONE;
    if (isnan(value->estimate.mean) && !is_open)
        return;
    const char *colour = colour_of(looks, series);
    double at = place_x(plot, bh_plot_x(plot, x)) + aside_of(plot, series),
           y = place_y(plot, metric, is_open ? own->open : own->factor * value->estimate.mean),
           low = own->factor * (is_band ? value->quantile[0] : value->estimate.low),
           high = own->factor * (is_band ? value->quantile[2] : value->estimate.high);
    fputs("<g class=\"value\" tabindex=\"-1\" role=\"img\" aria-label=\"", stream);
    write_words(plot, metric, panel, series, x, stream);
    fputs("\">", stream);
    if (!is_open && isfinite(low) && !isnan(high))
        fprintf(stream, "<path class=\"bar\" d=\"M%.2f,%.2fV%.2f\" stroke=\"%s\"/>", at, place_y(plot, metric, low),
                place_y(plot, metric, isinf(high) ? own->to : high), colour);
    write_mark(stream, looks->marks[series], at, y, is_open, colour);
    fputs("</g>\n", stream);
}

static void write_ticks(const struct bh_plot *plot, size_t metric, bool has_names, FILE *stream)
{
    const struct bh_plot_layout *layout = &plot->layout;
    const struct bh_plot_metric *own = &plot->metric[metric];
    struct bh_plot_tick ticks[BH_PLOT_MOST_TICKS];
    size_t count = bh_plot_ticks(own->has_zero ? own->zero * 1.2 : own->from, own->to, own->is_logarithmic ? 10 : 0,
                                 layout->panel_height, 1.6 * layout->line, ticks);
    fputs("<g class=\"ticks\">", stream);
    for (size_t i = 0; i < count; i++) {
        double y = place_y(plot, metric, ticks[i].value);
        fprintf(stream, "<path class=\"grid\" d=\"M0,%.2fH%.2f\"/>", y, layout->panel_width);
        if (has_names)
            fprintf(stream, "<text x=\"-5\" y=\"%.2f\" text-anchor=\"end\">%s</text>", y + 2.8, ticks[i].text);
    }
    if (own->is_logarithmic && own->has_zero)
        fprintf(stream, "<text x=\"-5\" y=\"%.2f\" text-anchor=\"end\">0</text>",
                place_y(plot, metric, own->zero) + 2.8);
    for (size_t i = 0; i < layout->x_ticks_count; i++) {
        double x = place_x(plot, layout->x_ticks[i].value);
        fprintf(stream,
                "<path class=\"grid\" d=\"M%.2f,0V%.2f\"/><text x=\"%.2f\" y=\"%.2f\" text-anchor=\"middle\">%s</text>",
                x, layout->panel_height, x, layout->panel_height + 11, layout->x_ticks[i].text);
    }
    for (size_t i = 0; layout->x_ticks_count == 0 && i < plot->used_count[BH_PLOT_X]; i++) {
        double x = place_x(plot, (double)i + 1);
        if (layout->names_turn)
            fprintf(stream, "<text transform=\"translate(%.2f,%.2f) rotate(-90)\" text-anchor=\"end\">", x + 3,
                    layout->panel_height + 5);
        else
            fprintf(stream, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"middle\">", x, layout->panel_height + 11);
        bh_html_text(stream, bh_plot_label(plot, BH_PLOT_X, i));
        fputs("</text>", stream);
    }
    fprintf(stream, "<path class=\"axis\" d=\"M0,0V%.2fH%.2f\"/></g>\n", layout->panel_height, layout->panel_width);
}

static void write_panel(const struct bh_plot *plot, const struct bh_plot_looks *looks, size_t metric, size_t panel,
                        FILE *stream)
{
    const struct bh_plot_layout *layout = &plot->layout;
    size_t panels = plot->used_count[BH_PLOT_PANEL], column, row;
    bh_plot_place(plot, layout, metric, panel, &column, &row);
    double left = layout->left + (double)column * layout->column_step,
           top = layout->top + (double)row * layout->row_step;
    fprintf(stream, "<g transform=\"translate(%.2f,%.2f)\">\n", left, top);
    bool has_names = column == 0 || panels == 1;
    write_ticks(plot, metric, has_names, stream);
    if (panels > 1) {
        fprintf(stream, "<text x=\"%.2f\" y=\"-4\" text-anchor=\"middle\">", layout->panel_width / 2);
        if (plot->dimension[BH_PLOT_PANEL].kind == BH_DIMENSION_PLACE) {
            bh_html_text(stream, plot->dimension[BH_PLOT_PANEL].name);
            fputs(": ", stream);
        }
        bh_html_text(stream, bh_plot_label(plot, BH_PLOT_PANEL, panel));
        fputs("</text>", stream);
    }
    if (has_names) {
        fprintf(stream, "<text transform=\"translate(%.2f,%.2f) rotate(-90)\" text-anchor=\"middle\">",
                8 - layout->left, layout->panel_height / 2);
        bh_html_text(stream, plot->metric[metric].label);
        fputs("</text>\n", stream);
    }
    const struct bh_plot_dimension *x = &plot->dimension[BH_PLOT_X];
    for (size_t s = 0; x->numbers != NULL && x->is_ordered && s < plot->used_count[BH_PLOT_SERIES]; s++)
        write_line(plot, looks, metric, panel, s, stream);
    for (size_t s = 0; s < plot->used_count[BH_PLOT_SERIES] && shows_values(plot); s++)
        for (size_t i = 0; i < plot->used_count[BH_PLOT_X]; i++)
            write_value(plot, looks, metric, panel, s, i, stream);
    fputs("</g>\n", stream);
}

static void write_legend(const struct bh_plot *plot, const struct bh_plot_looks *looks, FILE *stream)
{
    const struct bh_plot_layout *layout = &plot->layout;
    if (plot->dimension[BH_PLOT_SERIES].kind == BH_DIMENSION_NONE)
        return;
    double first = 3 + 0.5 * layout->line;
    if (layout->legend_title > 0) {
        fprintf(stream, "<text x=\"%.2f\" y=\"%.2f\">", layout->left, first + 2.8);
        bh_html_text(stream, plot->dimension[BH_PLOT_SERIES].name);
        fputs(":</text>", stream);
    }
    for (size_t s = 0; s < plot->used_count[BH_PLOT_SERIES]; s++) {
        double x = layout->legend_x[s], y = first + (double)layout->legend_row[s] * layout->line;
        fprintf(stream, "<path class=\"line\" d=\"M%.2f,%.2fh16\" stroke=\"%s\" stroke-dasharray=\"%s\"/>", x, y,
                colour_of(looks, s), bh_plot_dashes(s));
        write_mark(stream, looks->marks[s], x + 8, y, false, colour_of(looks, s));
        fprintf(stream, "<text x=\"%.2f\" y=\"%.2f\">", x + 20, y + 2.8);
        bh_html_text(stream, bh_plot_label(plot, BH_PLOT_SERIES, s));
        fputs("</text>\n", stream);
    }
}

void bh_plot_svg_print(const struct bh_plot *plot, FILE *stream)
{
    const struct bh_plot_layout *layout = &plot->layout;
    const char *notes[BH_PLOT_NOTES];
    struct bh_plot_looks looks;
    bh_plot_looks_choose(plot, &looks);
    bh_plot_notes(plot, notes);
    size_t count = 0;
    while (count < BH_PLOT_NOTES && notes[count] != NULL)
        count++;
    /* Notes stand below the figure, not in it. */
    double height = layout->height - (double)count * layout->line;
    fprintf(stream,
            "<figure>\n<div class=\"wide\"><svg class=\"plot\" viewBox=\"0 0 %.1f %.1f\" role=\"group\" tabindex=\"0\" "
            "aria-label=\"",
            layout->width, height);
    for (size_t m = 0; m < plot->metrics_count; m++) {
        fputs(m > 0 ? " and " : "", stream);
        bh_html_text(stream, plot->metric[m].label);
    }
    fputs(" over ", stream);
    bh_html_text(stream, plot->dimension[BH_PLOT_X].name);
    fputs(". Arrow keys go from value to value.\">\n", stream);
    write_legend(plot, &looks, stream);
    for (size_t m = 0; m < plot->metrics_count; m++)
        for (size_t p = 0; p < plot->used_count[BH_PLOT_PANEL]; p++)
            write_panel(plot, &looks, m, p, stream);
    fprintf(stream, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"middle\">", (layout->left + layout->width - 8) / 2,
            height - 0.4 * layout->line);
    bh_html_text(stream, plot->dimension[BH_PLOT_X].name);
    fputs("</text></svg></div>\n<figcaption>", stream);
    if (plot->fixed[0] != '\0') {
        fputs("At ", stream);
        bh_html_text(stream, plot->fixed);
        fputs(". ", stream);
    }
    fputs(plot->dimension[BH_PLOT_BAND].kind != BH_DIMENSION_NONE ? ""
          : plot->view->resamples == NULL                         ? "Means with 95 % intervals. "
                                                                  : "Means with 95 % intervals (BCa). ",
          stream);
    for (size_t n = 0; n < count; n++)
        fprintf(stream, "%s. ", notes[n]);
    if (!shows_values(plot))
        fputs("Of so many values none has a mark or words of its own. ", stream);
    fputs("</figcaption>\n</figure>\n", stream);
    bh_plot_looks_release(&looks);
}
