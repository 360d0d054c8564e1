/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The trade-off figure as gnuplot data and script. */
#include "analysis/figure_script.h"

#include "models/base/error.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 4 };

/* Colours of `set colorsequence podo` (P. L. Okabe and Ito's, which colour-blind readers tell apart), in an order in
 * which neighbours differ in lightness; the first is the baseline's black. */
static const int colours[] = {1, 3, 6, 7, 2, 4, 8};
/* Filled and hollow mark of each kind of policy. */
static const int marks[][2] = {{13, 12}, {7, 6}, {9, 8}, {5, 4}, {11, 10}, {15, 14}};
/* Triangles and diamonds look smaller than squares of the same extent. */
static const double mark_sizes[] = {1.1, 0.9, 1.05, 0.8, 1.05, 1.0};
enum { KEY_COLUMNS = 5, COLOURS = sizeof colours / sizeof colours[0], MARKS = sizeof marks / sizeof marks[0] };

static int mark_type(size_t mark, bool hollow)
{
    return marks[mark % MARKS][hollow];
}

static double size_of(size_t mark)
{
    return mark_sizes[mark % MARKS];
}

static double clean(double value)
{
    return isfinite(value) ? value : NAN;
}

/* Where on the varied axes the upper panel stands: "131072 nodes, spares: warm". */
static void append_point(const struct bh_view *view, char *text, size_t size)
{
    for (size_t a = 0; a < view->axes_count; a++) {
        const struct bh_view_axis *axis = &view->axes[a];
        const char *label = axis->labels[bh_view_position(view, view->headline, a)];
        size_t used = strlen(text);
        bool is_count = strcmp(axis->name, axis->unit) == 0; /* nodes, in nodes */
        snprintf(text + used, size - used, "%s%s%s%s", a == 0 ? "" : ", ", is_count ? label : axis->name,
                 is_count ? " " : ": ", is_count ? axis->name : label);
    }
}

void bh_figure_write_data(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view *view = figure->view;
    char point[512] = "";
    append_point(view, point, sizeof point);
    fprintf(
        stream,
        "# Upper panel, one block per system%s%s. Escape over the boundary %s.\n"
        "# price_percent: fault-free makespan over the native one, minus 1. drawn_at: the same, moved aside where\n"
        "# rows would cover each other. escape: exact, at the nominal assumed numbers; escape_low, escape_high: over\n"
        "# their range. seen, seen_low, seen_high: ratio in the simulation and its 95 %% interval.\n"
        "# on_front: 1 if no other policy is as cheap and as tight.\n"
        "# price_percent drawn_at escape escape_low escape_high seen seen_low seen_high point_type on_front\n",
        view->axes_count > 0 ? ", at " : "", point, view->boundary.labels[figure->boundary]);
    for (size_t s = 0; s < figure->systems_count; s++) {
        size_t written = 0;
        bh_script_comment(stream, figure->system_names[s]);
        for (size_t i = 0; i < figure->rows_count; i++) {
            const struct bh_figure_row *row = &figure->rows[i];
            if (row->system != s)
                continue;
            bh_script_comment(stream, view->policy.labels[row->policy]);
            fprintf(stream, "%.6g %.6g %.6g %.6g %.6g %.6g %.6g %.6g %d %d\n", row->price_percent, row->position,
                    row->escape, clean(row->escape_low), clean(row->escape_high), clean(row->seen.mean),
                    clean(row->seen.low), clean(row->seen.high), mark_type(row->mark, false), row->on_front);
            written++;
        }
        if (written == 0)
            fputs("NaN NaN NaN NaN NaN NaN NaN NaN 0 0\n", stream);
        fputs("\n\n", stream);
    }
    fputs("# Lower panels, one block per line. Net overhead in percent with its 95 % interval; NaN where a replica is\n"
          "# unfinished, and then the last column says where the mark for it stands.\n"
          "# scale drawn_at overhead overhead_low overhead_high unfinished_at\n",
          stream);
    for (size_t k = 0; k < figure->series_count; k++) {
        const struct bh_figure_series *series = &figure->series[k];
        bh_script_comment(stream, view->policy.labels[series->policy]);
        for (size_t i = 0; i < series->count; i++)
            fprintf(stream, "%.12g %.8g %.6g %.6g %.6g %.6g\n", series->scale[i], series->position[i],
                    clean(series->overhead[i].mean), clean(series->overhead[i].low), clean(series->overhead[i].high),
                    series->unfinished[i] ? figure->unfinished_percent : NAN);
        fputs("\n\n", stream);
    }
}

static void write_ticks(FILE *stream, const struct bh_figure_ticks *ticks, bool labels, double unfinished)
{
    fprintf(stream, "  set yrange [%.6g:%.6g]\n  set ytics scale 0.6 (", ticks->least, ticks->most);
    for (size_t i = 0; i < ticks->count; i++) {
        fputs(i == 0 ? "'" : ", '", stream);
        if (labels)
            fprintf(stream, "%s%.6g", ticks->values[i] < 0 ? "−" : "", fabs(ticks->values[i]));
        fprintf(stream, "' %.6g", ticks->values[i]);
    }
    if (isfinite(unfinished))
        fprintf(stream, ", '%s' %.6g", labels ? "unfinished" : "", unfinished);
    fputs(")\n", stream);
}

/* One entry of the key: what `symbol` (a point's attributes) means; entries stand in rows of five. */
static void write_key_entry(FILE *stream, size_t entry, const char *symbol, const char *text)
{
    char *title = bh_script_quote(text);
    fprintf(stream,
            "  set label %zu %s at screen %.4f, screen 1 - %zu * key_step left offset 1.2, 0 font ',8' point %s\n",
            200 + entry, title, 0.03 + 0.195 * (double)(entry % KEY_COLUMNS), 1 + entry / KEY_COLUMNS, symbol);
    free(title);
}

/* A line instead of a point. */
static void write_key_line(FILE *stream, size_t entry, const char *style)
{
    double x = 0.03 + 0.195 * (double)(entry % KEY_COLUMNS);
    size_t line = 1 + entry / KEY_COLUMNS;
    fprintf(stream,
            "  set arrow %zu from screen %.4f, screen 1 - %zu * key_step to screen %.4f, screen 1 - %zu * key_step "
            "nohead %s\n",
            200 + entry, x - 0.014, line, x + 0.012, line, style);
}

static size_t key_rows(const struct bh_figure *figure)
{
    return (figure->marks_count + KEY_COLUMNS - 1) / KEY_COLUMNS + 1;
}

/* The key: marks for policies, and below what bars, whiskers, rings and hollow marks mean. */
static void write_key(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view *view = figure->view;
    char symbol[96];
    fputs("  # Key\n", stream);
    for (size_t m = 0; m < figure->marks_count; m++) {
        snprintf(symbol, sizeof symbol, "pt %d ps %.2f lc rgb 'gray20'", mark_type(m, false), size_of(m));
        write_key_entry(stream, m, symbol, figure->mark_names[m]);
    }
    size_t entry = (key_rows(figure) - 1) * KEY_COLUMNS;
    write_key_line(stream, entry, "lw 5 lc rgb 'gray80'");
    write_key_entry(stream, entry++, "pt -1", "assumed range");
    write_key_line(stream, entry, "lw 1.2 lc rgb 'gray20'");
    write_key_entry(stream, entry++, "pt -1", "simulated, 95 %");
    write_key_entry(stream, entry++, "pt 6 ps 1.5 lw 0.8 lc rgb 'gray40'", "Pareto front");
    if (figure->second_axis == view->axes_count)
        return;
    const struct bh_view_axis *axis = &view->axes[figure->second_axis];
    size_t filled = bh_view_position(view, view->headline, figure->second_axis);
    for (int hollow = 0; hollow < 2; hollow++) {
        char *text = bh_print_text("%s: %s", axis->name, axis->labels[hollow ? 1 - filled : filled]);
        write_key_line(stream, entry, hollow ? "lw 1 dt (6,4) lc rgb 'gray20'" : "lw 1 lc rgb 'gray20'");
        snprintf(symbol, sizeof symbol, "pt %d ps 0.8 lc rgb 'gray20'", mark_type(1, hollow));
        write_key_entry(stream, entry++, symbol, text);
        free(text);
    }
}

/* Names of the systems at the right edge, at the height of their rows; near rows share one label. */
static void write_system_labels(const struct bh_figure *figure, FILE *stream)
{
    double span = bh_figure_forward(figure->price_ticks.most) - bh_figure_forward(figure->price_ticks.least);
    double *place = bh_allocate(figure->rows_count + 1, sizeof *place);
    size_t *system = bh_allocate(figure->rows_count + 1, sizeof *system);
    size_t count = 0;
    for (size_t s = 0; s < figure->systems_count; s++) {
        double sum = 0, previous = -INFINITY;
        size_t members = 0;
        for (size_t i = 0; i <= figure->rows_count; i++) {
            bool mine = i < figure->rows_count && figure->rows[i].system == s;
            double at = mine ? bh_figure_forward(figure->rows[i].position) : INFINITY;
            if ((mine || i == figure->rows_count) && members > 0 && at - previous > 0.07 * span) {
                system[count] = s;
                place[count++] = sum / (double)members;
                sum = 0;
                members = 0;
            }
            if (mine) {
                sum += at;
                members++;
                previous = at;
            }
        }
    }
    for (size_t i = 1; i < count; i++) /* insertion sort: a handful of labels */
        for (size_t j = i; j > 0 && place[j] < place[j - 1]; j--) {
            double p = place[j];
            size_t s = system[j];
            place[j] = place[j - 1];
            system[j] = system[j - 1];
            place[j - 1] = p;
            system[j - 1] = s;
        }
    bh_figure_spread(place, count, 0.048 * span);
    for (size_t i = 0; i < count; i++) {
        char *name = bh_script_quote(figure->system_names[system[i]]);
        fprintf(stream, "  set label %zu %s at graph 1.012, first %.6g left font ',8' textcolor lt %d\n", i + 1, name,
                bh_figure_inverse(place[i]), colours[system[i] % COLOURS]);
        free(name);
    }
    free(system);
    free(place);
}

/* Signs in the longest name of a system, within reason. */
static size_t longest_system(const struct bh_figure *figure)
{
    size_t longest = 4;
    for (size_t s = 0; s < figure->systems_count; s++)
        longest = strlen(figure->system_names[s]) > longest ? strlen(figure->system_names[s]) : longest;
    return longest > 30 ? 30 : longest;
}

static void write_upper(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view *view = figure->view;
    char point[512] = "";
    append_point(view, point, sizeof point);
    char *text = bh_print_text("(a)  Price against escape%s%s", view->axes_count > 0 ? " at " : "", point);
    char *title = bh_script_quote(text);
    fprintf(stream,
            "  # (a) price against escape\n"
            "  set border 3 lw 0.8\n"
            "  set lmargin at screen 0.097; set rmargin at screen %.4f; set tmargin at screen upper_top; set bmargin "
            "at screen upper_bottom\n"
            "  set label 100 %s at graph 0, graph 1 left offset 0, 0.7\n"
            "  set xlabel 'Escape ratio to the co-located enclave' offset 0, 0.4\n"
            "  set label 101 'Price of isolation (%%)' at screen 0.022, screen (upper_top + upper_bottom) / 2 center "
            "rotate by 90\n"
            "  set logscale x\n  set format x '10^{%%T}'\n"
            "  set xrange [%.3g:1.5]; set xtics nomirror scale 0.6, 0.3\n"
            "  set nonlinear y via asinh(y / linear) inverse linear * sinh(y)\n",
            0.975 - 0.0093 * (double)longest_system(figure), title, figure->escape_least * 0.5);
    if (figure->has_zero_escape)
        fprintf(stream, "  set xtics add ('0' %.3g)\n", figure->escape_least);
    free(title);
    free(text);
    write_ticks(stream, &figure->price_ticks, true, NAN);
    fputs("  set ytics nomirror; set grid xtics ytics lt 1 lw 0.4 lc rgb 'gray88'\n"
          "  set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lw 0.8 lc rgb 'gray50' back\n",
          stream);
    write_system_labels(figure, stream);
    fputs("  plot \\\n", stream);
    for (size_t s = 0; s < figure->systems_count; s++)
        fprintf(stream,
                "    data index %zu using (edge($4)):2:(edge($5) - edge($4)):(0) with vectors nohead lw 5 lc rgb "
                "tint[%zu] notitle, \\\n",
                s, s % COLOURS + 1);
    for (size_t s = 0; s < figure->systems_count; s++) {
        int colour = colours[s % COLOURS];
        fprintf(stream,
                "    data index %zu using (edge($3)):2:(edge($7)):(edge($8)) with xerrorbars pt -1 lw 1.2 lt %d "
                "notitle, \\\n"
                "    data index %zu using (edge($3)):2:9 with points pt variable ps 1.35 lc rgb 'white' notitle, \\\n"
                "    data index %zu using (edge($3)):2:9 with points pt variable ps 1.05 lt %d notitle, \\\n"
                "    data index %zu using (edge($3)):($10 > 0 ? $2 : NaN) with points pt 6 ps 1.75 lw 0.8 lc rgb "
                "'gray40' notitle%s\n",
                s, colour, s, s, colour, s, s + 1 < figure->systems_count ? ", \\" : "");
    }
    fputs("  unset label; unset arrow\n\n", stream);
}

/* "2^{17}" for powers of two, else the number. */
static void write_scale_ticks(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view_axis *axis = &figure->view->axes[figure->scale_axis];
    fputs("  set xtics nomirror scale 0.6 (", stream);
    for (size_t i = 0; i < axis->count; i++) {
        int exponent;
        double value = axis->numbers[i];
        bool power = value >= 1024 && frexp(value, &exponent) == 0.5;
        if (power)
            fprintf(stream, "%s'2^{%d}' %.12g", i == 0 ? "" : ", ", exponent - 1, value);
        else
            fprintf(stream, "%s'%.6g' %.12g", i == 0 ? "" : ", ", value, value);
    }
    fputs(")\n", stream);
}

static void write_scale_axis(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view *view = figure->view;
    double half = (double)figure->marks_count / 2 + 0.5;
    if (figure->scale_axis == view->axes_count) {
        fprintf(stream, "  set xrange [%.6g:%.6g]; unset xtics; unset xlabel\n", 1 - half, 1 + half);
        return;
    }
    const struct bh_view_axis *axis = &view->axes[figure->scale_axis];
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < axis->count; i++) {
        least = fmin(least, axis->numbers[i]);
        most = fmax(most, axis->numbers[i]);
    }
    char *name = bh_script_quote(axis->name);
    name[1] = (char)toupper((unsigned char)name[1]);
    bool logarithmic = least > 0;
    fprintf(stream, "%s  set xrange [%.6g:%.6g]\n  set xlabel %s offset 0, 0.4\n",
            logarithmic ? "  set logscale x 2\n" : "", logarithmic ? least / pow(1.3, half) : least - 0.5,
            logarithmic ? most * pow(1.3, half) : most + 0.5, name);
    free(name);
    write_scale_ticks(figure, stream);
}

static void write_panel(const struct bh_figure *figure, size_t panel, FILE *stream)
{
    size_t system = figure->panel_system[panel], columns = figure->panels_count;
    if (columns > MOST_COLUMNS)
        columns = MOST_COLUMNS;
    size_t column = panel % MOST_COLUMNS, line = panel / MOST_COLUMNS;
    double width = (0.985 - 0.097 - 0.012 * (double)(columns - 1)) / (double)columns;
    double left = 0.097 + (double)column * (width + 0.012);
    char *title = bh_script_quote(figure->system_names[system]);
    fprintf(stream,
            "  set lmargin at screen %.4f; set rmargin at screen %.4f\n"
            "  set tmargin at screen lower_top - %zu * lower_step; set bmargin at screen lower_top - %zu * lower_step "
            "- lower_height\n"
            "  set label 100 %s at graph 0.5, graph 1 center offset 0, 0.6 font ',8.5' textcolor lt %d\n",
            left, left + width, line, line, title, colours[system % COLOURS]);
    free(title);
    write_ticks(stream, &figure->overhead_ticks, column == 0,
                figure->any_unfinished ? figure->unfinished_percent : NAN);
    if (column == 0)
        fprintf(stream,
                "  set label 101 'Net overhead (%%)' at screen 0.022, screen lower_top - %zu * lower_step - "
                "lower_height / 2 center rotate by 90\n",
                line);
    else
        fputs("  unset label 101\n", stream);
    fputs("  plot \\\n", stream);
    for (size_t k = figure->panel_first[panel]; k < figure->panel_first[panel + 1]; k++) {
        const struct bh_figure_series *series = &figure->series[k];
        size_t block = figure->systems_count + k;
        int colour = colours[series->system % COLOURS];
        const char *dash = series->hollow ? "(6,4)" : "1";
        double size = size_of(series->mark);
        fprintf(stream,
                "    data index %zu using 2:3 with lines lw %s dt %s lt %d notitle, \\\n"
                "    data index %zu using 2:3:4:5 with yerrorbars pt -1 lw 1 lt %d notitle, \\\n"
                "    data index %zu using 2:3 with points pt %d ps %.2f lc rgb 'white' notitle, \\\n"
                "    data index %zu using 2:3 with points pt %d ps %.2f lw 1 lt %d notitle, \\\n"
                "    data index %zu using 2:6 with points pt %d ps %.2f lw 1 lt %d notitle%s\n",
                block, series->hollow ? "0.7" : "1", dash, colour, block, colour, block, mark_type(series->mark, false),
                size * 1.1, block, mark_type(series->mark, series->hollow), size, colour, block,
                mark_type(series->mark, true), size * 0.9, colour,
                k + 1 < figure->panel_first[panel + 1] ? ", \\" : "");
    }
}

static void write_lower(const struct bh_figure *figure, FILE *stream)
{
    fputs("  # (b) net overhead; hollow marks at the top edge: at least one replica did not finish\n"
          "  unset logscale x; set format x; set grid xtics ytics\n",
          stream);
    write_scale_axis(figure, stream);
    if (figure->any_unfinished)
        fprintf(
            stream,
            "  set arrow 1 from graph 0, first %.6g to graph 1, first %.6g nohead lw 0.8 dt (2,3) lc rgb 'gray50'\n",
            bh_figure_inverse(
                (bh_figure_forward(figure->unfinished_percent) * 9 + bh_figure_forward(figure->overhead_ticks.least)) /
                10),
            bh_figure_inverse(
                (bh_figure_forward(figure->unfinished_percent) * 9 + bh_figure_forward(figure->overhead_ticks.least)) /
                10));
    fputs("  set label 1 '(b)' at screen 0.012, screen lower_top + 0.018 left\n", stream);
    for (size_t panel = 0; panel < figure->panels_count; panel++) {
        write_panel(figure, panel, stream);
        if (panel == 0)
            fputs("  unset label 1\n", stream);
    }
    fputs("  unset label; unset arrow\n", stream);
}

void bh_figure_write_script(const struct bh_figure *figure, const char *name, FILE *stream)
{
    size_t lines = (figure->panels_count + MOST_COLUMNS - 1) / MOST_COLUMNS;
    double key = 0.17 * (double)key_rows(figure); /* inches */
    double height = 3.75 + key + 2.5 * (double)lines;
    bh_script_begin(stream, figure->view, name, height);
    /* Places as shares of the canvas, counted in inches from the top. */
    fprintf(stream,
            "linear = %g           # percent; the scale of prices and overheads is asinh(y / linear)\n"
            "edge(x) = (x < %.3g) ? %.3g : x   # an escape of 0 stands at the left edge\n"
            "key_step = %.4f; upper_top = %.4f; upper_bottom = %.4f\n"
            "lower_top = %.4f; lower_height = %.4f; lower_step = %.4f\n"
            "array tint[7] = ['#c8c8c8', '#cfe9f8', '#bcd7e8', '#f4d3bd', '#f8e4ba', '#bde4d8', '#f2dde8']\n\n",
            BH_FIGURE_LINEAR_PERCENT, figure->escape_least, figure->escape_least, 0.17 / height,
            1 - (key + 0.38) / height, 1 - (key + 3.15) / height, 1 - (key + 3.78) / height, 1.9 / height,
            2.5 / height);
    fputs("do for [format in formats] {\n"
          "  eval terminal_of(format)\n"
          "  set output name.'.'.format\n"
          "  reset; unset key; set tics font ',8'; set bars 0.4\n"
          "  set multiplot\n",
          stream);
    write_key(figure, stream);
    write_upper(figure, stream);
    write_lower(figure, stream);
    fputs("  unset multiplot\n", stream);
    bh_script_end(stream);
}
