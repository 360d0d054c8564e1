/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes a timeline as gnuplot data and script. Lengths in points. */
#include "analysis/plots/timeline.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/gnuplot_script.h"
#include "analysis/plots/plot.h"
#include "models/base/utf8.h"

#include <math.h>
#include <stdlib.h>

#define SIZE 8.0
#define SIGN (0.58 * SIZE)
#define LINE (1.3 * SIZE)
enum { TAG_KEY = 100000, TAG_X = 1 };

/* Colours of M. Okabe and K. Ito's palette; in grey fills tell them apart. */
static const struct {
    const char *colour, *fill;
} looks[BH_TIMELINE_STATES] = {{"#cfe3f1", "solid"},     {"#0072b2", "solid"}, {"#e69f00", "pattern 2"},
                               {"#666666", "pattern 4"}, {"#d55e00", "solid"}, {"#cc79a7", "pattern 5"}};
static const struct {
    const char *name, *colour;
    int point;
} marks[BH_TIMELINE_MARKS] = {{"a failure", "#000000", 2}, {"an error crosses", "#009e73", 9}};

/* The unit of the axis, and seconds in it. */
static const char *unit_of(double end_s, double *length)
{
    static const struct {
        double length;
        const char *name;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}};
    for (size_t i = 0; i < BH_COUNT(units); i++)
        if (end_s >= 3 * units[i].length) {
            *length = units[i].length;
            return units[i].name;
        }
    *length = 1;
    return "seconds";
}

/* Blocks: a state each, then a kind of mark each; a block without rows has one that is not drawn. */
static void write_data(const void *of, FILE *stream)
{
    const struct bh_timeline *timeline = of;
    double length;
    const char *unit = unit_of(timeline->end_s, &length);
    bh_script_comment(stream, timeline->title);
    bh_script_comment(stream, timeline->what);
    fprintf(stream,
            "# Blocks: states (row from to, in %s), then marks (row at): failures, crossings. Rows from the top.\n",
            unit);
    for (size_t state = 0; state < BH_TIMELINE_STATES; state++) {
        bh_script_comment(stream, timeline->states[state]);
        fputs("NaN NaN NaN\n", stream);
        for (size_t i = 0; i < timeline->spans_count; i++) {
            const struct bh_timeline_span *span = &timeline->spans[i];
            if (span->state == state)
                fprintf(stream, "%zu %.9g %.9g\n", span->row + 1, span->from_s / length, span->to_s / length);
        }
        fputs("\n\n", stream);
    }
    for (size_t kind = 0; kind < BH_TIMELINE_MARKS; kind++) {
        bh_script_comment(stream, marks[kind].name);
        fputs("NaN NaN\n", stream);
        for (size_t i = 0; i < timeline->marks_count; i++)
            if (timeline->marks[i].kind == (enum bh_timeline_mark_kind)kind)
                fprintf(stream, "%zu %.9g\n", timeline->marks[i].row + 1, timeline->marks[i].at_s / length);
        fputs("\n\n", stream);
    }
}

static double widest_row(const struct bh_timeline *timeline)
{
    double most = 0;
    for (size_t r = 0; r < timeline->rows_count; r++)
        most = fmax(most, SIGN * (double)bh_utf8_count(timeline->rows[r]));
    return fmin(most, 180);
}

static void write_keys(const struct bh_timeline *timeline, double width, double height, FILE *stream)
{
    enum { COLUMNS = 4 };
    for (size_t k = 0; k < BH_TIMELINE_STATES + BH_TIMELINE_MARKS; k++) {
        bool is_state = k < BH_TIMELINE_STATES;
        size_t mark = is_state ? 0 : k - BH_TIMELINE_STATES;
        char *text = bh_script_text(is_state ? timeline->states[k] : marks[mark].name);
        double x = 4 + (width - 8) / COLUMNS * (double)(k % COLUMNS),
               y = height - 3 - ((double)(k / COLUMNS) + 0.5) * 1.15 * LINE;
        if (is_state)
            fprintf(stream,
                    "  set object %zu rectangle from screen %.4f, screen %.4f to screen %.4f, screen %.4f fc rgb '%s' "
                    "fs %s "
                    "border lc rgb 'gray50'\n",
                    TAG_KEY + k, x / width, (y - 3.2) / height, (x + 9) / width, (y + 3.2) / height, looks[k].colour,
                    looks[k].fill);
        else
            fprintf(stream, "  set label %zu '' at screen %.4f, screen %.4f point pt %d ps 1.2 lc rgb '%s'\n",
                    TAG_KEY + BH_TIMELINE_STATES + BH_TIMELINE_MARKS + k, (x + 4.5) / width, y / height,
                    marks[mark].point, marks[mark].colour);
        fprintf(stream, "  set label %zu %s at screen %.4f, screen %.4f left\n", TAG_KEY + k, text, (x + 13) / width,
                y / height);
        free(text);
    }
}

static void write_plot(FILE *stream)
{
    for (size_t s = 0; s < BH_TIMELINE_STATES; s++)
        fprintf(
            stream,
            "%s data index %zu using 2:1:2:3:($1-0.36):($1+0.36) with boxxyerror fs %s noborder lc rgb '%s' notitle",
            s == 0 ? "  plot" : ", \\\n   ", s, looks[s].fill, looks[s].colour);
    for (size_t k = 0; k < BH_TIMELINE_MARKS; k++)
        fprintf(stream, ", \\\n    data index %zu using 2:1 with points pt %d ps 0.9 lw 1.3 lc rgb '%s' notitle",
                BH_TIMELINE_STATES + k, marks[k].point, marks[k].colour);
    fputs("\n", stream);
}

static void write_script(const void *of, const char *name, FILE *stream)
{
    const struct bh_timeline *timeline = of;
    double width = 72 * BH_PLOT_PAGE, left = widest_row(timeline) + 10, length, top = 2 * 1.15 * LINE + 8,
           panel = fmax(30, 1.7 * LINE * (double)timeline->rows_count), height = top + panel + 3 * LINE;
    const char *unit = unit_of(timeline->end_s, &length);
    const struct bh_script_look look = {BH_PLOT_PAGE, height / 72, NULL, SIZE, timeline->terminals};
    bh_script_begin_any(stream, timeline->title, name, &look);
    bh_script_comment(stream, timeline->what);
    fprintf(stream, "if (!exists('x_from')) x_from = 0\nif (!exists('x_to')) x_to = %.6g   # in %s\n",
            timeline->end_s / length, unit);
    bh_script_each_format(stream);
    fprintf(
        stream,
        "  reset; unset key; set border 1 lw 0.8; unset ytics; set xtics nomirror scale 0.6 format ''.t('%%g', '%%g', "
        "'%%g')\n"
        "  set lmargin at screen %.4f; set rmargin at screen %.4f; set tmargin at screen %.4f; set bmargin at screen "
        "%.4f\n"
        "  set xrange [x_from:x_to]; set yrange [%zu.5:0.5]\n",
        left / width, 1 - 10 / width, 1 - top / height, 2.4 * LINE / height, timeline->rows_count);
    write_keys(timeline, width, height, stream);
    for (size_t r = 0; r < timeline->rows_count; r++) {
        char *text = bh_script_text(timeline->rows[r]);
        fprintf(stream, "  set label %zu %s at graph 0, first %zu right offset -0.6, 0\n", BH_SCRIPT_WORDS + r, text,
                r + 1);
        free(text);
    }
    char *words = bh_print_text("Time (%s)", unit), *text = bh_script_text(words);
    fprintf(stream, "  set label %d (exists('x_label') ? x_label : %s) at graph 0.5, screen %.4f center\n", TAG_X, text,
            0.7 * LINE / height);
    free(text);
    free(words);
    write_plot(stream);
    bh_script_end(stream);
}

int bh_timeline_write(const struct bh_timeline *timeline, const char *folder, const char *name, bool run_gnuplot,
                      struct bh_error *err)
{
    struct bh_figure_writer writer = {
        .figure = timeline, .data = write_data, .script = write_script, .terminals = timeline->terminals};
    return bh_figure_files_write(folder, name, &writer, run_gnuplot, err);
}
