/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The trade-off figure as gnuplot data and script. */
#include "analysis/figures/figure_marks.h"
#include "analysis/figures/gnuplot_script.h"
#include "analysis/figures/parts.h"

#include "analysis/reader/view_points.h"
#include "models/base/error.h"
#include "models/base/utf8.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_COLUMNS = 5, CIRCLE = 1 };

void bh_figure_write_data(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view *view = figure->view;
    if (figure->upper_count > 0)
        bh_figure_write_upper_data(figure, stream);
    fputs("# Lower panels, one block per line. Net overhead in percent with its 95 % interval; NaN where a replica is\n"
          "# not done, and then unfinished_at says where the mark for it stands. Marks are drawn some points beside\n"
          "# the scale's values.\n"
          "# scale overhead overhead_low overhead_high unfinished_at",
          stream);
    fputs(figure->shows_right
              ? " right right_low right_high wrong_rate verifying per_right\n# right: percent of the replicas "
                "that ended with a right result, and its 95 % interval. wrong_rate: wrong ones per\n# "
                "million node-hours. verifying: percent of node-time. per_right: node-hours of all "
                "replicas for each right result\n"
              : "\n",
          stream);
    for (size_t k = 0; k < figure->series_count; k++) {
        const struct bh_figure_series *series = &figure->series[k];
        bh_script_comment(stream, view->policy.labels[series->policy]);
        for (size_t i = 0; i < series->count; i++) {
            const struct bh_estimate *right = &series->right[i];
            fprintf(stream, "%.12g %.6g %.6g %.6g %.6g", series->scale[i], bh_script_number(series->overhead[i].mean),
                    bh_script_number(series->overhead[i].low), bh_script_number(series->overhead[i].high),
                    series->unfinished[i] ? figure->unfinished_percent : NAN);
            if (figure->shows_right)
                fprintf(stream, " %.6g %.6g %.6g %.6g %.6g %.6g", right->mean, right->low, right->high,
                        bh_script_number(series->trust[i].wrong_rate), bh_script_number(series->trust[i].verifying),
                        bh_script_number(series->trust[i].per_right_h));
            fputc('\n', stream);
        }
        fputs("\n\n", stream);
    }
}

/* A line of the key: its entries, and where they stand by the room that their texts take. */
struct key_line {
    size_t count, line;
    const char *text[8];
    double place[8]; /* screen */
};

/* Spreads the entries over the width so that the gaps between them are equal. */
static void lay_key(struct key_line *key)
{
    const double sign = 0.0082, symbol = 0.034, left = 0.03; /* of the width: a sign's, a symbol's */
    double taken = 0, at = left;
    for (size_t i = 0; i < key->count; i++)
        taken += symbol + sign * (double)bh_utf8_count(key->text[i]);
    double gap = key->count > 1 ? fmax(0.01, fmin(0.06, (0.97 - left - taken) / (double)(key->count - 1))) : 0;
    for (size_t i = 0; i < key->count; i++) {
        key->place[i] = at;
        at += symbol + sign * (double)bh_utf8_count(key->text[i]) + gap;
    }
}

/* One entry: what `symbol` (a point's attributes) or `line` (an arrow's, may be NULL) means. */
static void write_key_entry(FILE *stream, const struct key_line *key, size_t entry, const char *symbol,
                            const char *line)
{
    size_t tag = 200 + 10 * key->line + entry;
    char *title = bh_script_quote(key->text[entry]);
    fprintf(stream,
            "  set label %zu %s at screen %.4f, screen 1 - %zu * key_step left offset 1.3, 0 font ',8' "
            "point %s\n",
            tag, title, key->place[entry], key->line, symbol);
    if (line != NULL)
        fprintf(stream,
                "  set arrow %zu from screen %.4f, screen 1 - %zu * key_step to screen %.4f, screen 1 - %zu * key_step "
                "nohead %s\n",
                tag, key->place[entry] - 0.014, key->line, key->place[entry] + 0.012, key->line, line);
    free(title);
}

static size_t key_rows(const struct bh_figure *figure)
{
    return (figure->marks_count + KEY_COLUMNS - 1) / KEY_COLUMNS + 1;
}

static void write_key_marks(const struct bh_figure *figure, FILE *stream)
{
    char symbol[96];
    for (size_t first = 0; first < figure->marks_count; first += KEY_COLUMNS) {
        struct key_line key = {.line = 1 + first / KEY_COLUMNS};
        char *numbered[KEY_COLUMNS] = {NULL};
        while (key.count < KEY_COLUMNS && first + key.count < figure->marks_count) {
            size_t kind = first + key.count, number = bh_figure_mark_number(figure->marks[kind]);
            if (number > 1)
                numbered[key.count] = bh_print_text("%zu  %s", number, figure->mark_names[kind]);
            key.text[key.count] = number > 1 ? numbered[key.count] : figure->mark_names[kind];
            key.count++;
        }
        lay_key(&key);
        for (size_t i = 0; i < key.count; i++) {
            size_t mark = figure->marks[first + i];
            snprintf(symbol, sizeof symbol, "pt %d ps %.2f lc rgb 'gray20'", bh_figure_mark(mark, false),
                     bh_figure_mark_size(mark));
            write_key_entry(stream, &key, i, symbol, NULL);
        }
        for (size_t i = 0; i < key.count; i++)
            free(numbered[i]);
    }
}

/* The key: marks for policies, and below what bars, whiskers, rings and hollow marks mean. */
static void write_key(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view *view = figure->view;
    const char *band = view->uncertainty.source != NULL ? "posterior, 90 %" : "assumed range";
    struct key_line key = {.line = key_rows(figure), .text = {band, "seen, 95 %", "Pareto front"}};
    size_t first = key.count = figure->upper_count > 0 ? 3 : 0; /* what is said of the upper panels */
    char *spares[2] = {NULL, NULL}, symbol[96];
    fputs("  # Key\n", stream);
    write_key_marks(figure, stream);
    if (figure->second_axis < view->axes_count) {
        const struct bh_view_axis *axis = &view->axes[figure->second_axis];
        size_t filled = bh_view_position(view, view->headline, figure->second_axis);
        for (int hollow = 0; hollow < 2; hollow++) {
            spares[hollow] = bh_print_text("%s: %s", axis->name, axis->labels[hollow ? 1 - filled : filled]);
            key.text[key.count++] = spares[hollow];
        }
    }
    lay_key(&key);
    if (first > 0) {
        write_key_entry(stream, &key, 0, "pt -1", "lw 5 lc rgb 'gray75'");
        write_key_entry(stream, &key, 1, "pt -1", "lw 1.2 lc rgb 'gray20'");
        write_key_entry(stream, &key, 2, "pt 6 ps 1.5 lw 0.8 lc rgb 'gray40'", NULL);
    }
    for (size_t i = first; i < key.count; i++) {
        bool hollow = i > first;
        snprintf(symbol, sizeof symbol, "pt %d ps 0.8 lc rgb 'gray20'", bh_figure_mark(CIRCLE, hollow));
        write_key_entry(stream, &key, i, symbol, hollow ? "lw 1 dt (6,4) lc rgb 'gray20'" : "lw 1 lc rgb 'gray20'");
    }
    free(spares[0]);
    free(spares[1]);
}

static void write_words(const struct bh_view_axis *axis, FILE *stream)
{
    char place[64];
    for (size_t i = 0; i < axis->count; i++) {
        snprintf(place, sizeof place, "first %zu, graph 0 center offset 0, -0.9", i + 1);
        bh_script_words(stream, BH_SCRIPT_WORDS + i, axis->labels[i], place);
    }
}

/* What stands in every panel: words side by side, unless they stand further down, and the line below what is unfinished. */
static void write_common(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_figure_ticks *ticks = &figure->overhead_ticks;
    bool has_axis = figure->scale_axis < figure->view->axes_count;
    const struct bh_view_axis *axis = has_axis ? &figure->view->axes[figure->scale_axis] : NULL;
    double line = bh_figure_inverse(ticks, 0.9 * bh_figure_forward(ticks, figure->unfinished_percent) +
                                               0.1 * bh_figure_forward(ticks, ticks->least));
    fputs("  set label 101 ''\n", stream);
    if (figure->any_unfinished)
        fprintf(
            stream,
            "  set arrow 1 from graph 0, first %.6g to graph 1, first %.6g nohead lw 0.8 dt (2,3) lc rgb 'gray50'\n",
            line, line);
    if (has_axis && axis->numbers == NULL && !figure->shows_right)
        write_words(axis, stream);
}

/* "2¹⁷" for powers of two, else the number; nothing where the axis has its names further down. */
static void write_scale_ticks(const struct bh_figure *figure, bool has_names, FILE *stream)
{
    enum { MOST_DRAWS = 8 };
    const struct bh_view_axis *axis = &figure->view->axes[figure->scale_axis];
    /* Of what has no order not all need a name. */
    size_t every = axis->is_ordered ? 1 : (axis->count + MOST_DRAWS - 1) / MOST_DRAWS;
    fputs("  set xtics nomirror scale 0.6 (", stream);
    for (size_t i = 0; i < axis->count; i += every) {
        int exponent;
        char text[BH_POWER_SIZE];
        double value = axis->numbers[i];
        bool power = value >= 1024 && frexp(value, &exponent) == 0.5;
        if (!has_names)
            fprintf(stream, "%s'' %.12g", i == 0 ? "" : ", ", value);
        else if (power)
            fprintf(stream, "%s'%s' %.12g", i == 0 ? "" : ", ", bh_script_power(2, exponent - 1, text), value);
        else
            fprintf(stream, "%s'%.6g' %.12g", i == 0 ? "" : ", ", value, value);
    }
    fputs(")\n", stream);
}

static void write_scale_axis(const struct bh_figure *figure, bool has_names, FILE *stream)
{
    const struct bh_view *view = figure->view;
    const struct bh_figure_scale *scale = &figure->scale;
    fprintf(stream, "  # Marks stand some points beside their values, whatever the axis.\n");
    if (scale->is_logarithmic)
        fprintf(stream, "  beside(x, points) = x * 2**(points * %.8g)\n  set logscale x 2; set xrange [%.8g:%.8g]\n",
                scale->per_point, exp2(scale->from), exp2(scale->to));
    else
        fprintf(stream, "  beside(x, points) = x + points * %.8g\n  set xrange [%.8g:%.8g]\n", scale->per_point,
                scale->from, scale->to);
    if (figure->scale_axis == view->axes_count) {
        fputs("  unset xtics; unset xlabel\n", stream);
        return;
    }
    const struct bh_view_axis *axis = &view->axes[figure->scale_axis];
    bool is_apart =
        strcmp(axis->name, "nodes") == 0 &&
        isfinite(bh_view_fewest_nodes(view, view->numbers[BH_METRIC_independent_nodes], BH_NODES_OBSERVED + 1));
    char *text = bh_copy_text(is_apart ? "independent nodes" : axis->name);
    text[0] = (char)toupper((unsigned char)text[0]);
    char *name = bh_script_quote(text);
    free(text);
    if (has_names)
        fprintf(stream, "  set xlabel %s offset 0, %s\n", name, axis->numbers == NULL ? "-0.6" : "0.4");
    else
        fputs("  unset xlabel\n", stream);
    free(name);
    if (axis->numbers == NULL)
        fprintf(stream, "  set xtics nomirror scale 0.6 1, 1, %zu format ''\n", axis->count);
    else
        write_scale_ticks(figure, has_names, stream);
}

static void write_panel(const struct bh_figure *figure, size_t panel, FILE *stream)
{
    size_t first_block = figure->upper_count > 0 ? figure->systems_count : 0;
    size_t system = figure->panel_system[panel], column = panel % BH_FIGURE_COLUMNS, line = panel / BH_FIGURE_COLUMNS;
    double width = bh_figure_panel_share(figure), left = BH_FIGURE_LEFT + (double)column * (width + BH_FIGURE_GAP);
    bool is_joined = figure->scale_axis < figure->view->axes_count && figure->view->axes[figure->scale_axis].is_ordered;
    char *title = bh_script_quote(figure->system_names[system]);
    fprintf(stream,
            "  set lmargin at screen %.4f; set rmargin at screen %.4f\n"
            "  set tmargin at screen lower_top - %zu * lower_step; set bmargin at screen lower_top - %zu * lower_step "
            "- lower_height\n"
            "  set label 100 %s at graph 0.5, graph 1 center offset 0, 0.6 font ',8.5' "
            "textcolor rgb '%s'\n",
            left, left + width, line, line, title, figure->colours[system]);
    free(title);
    bh_figure_write_ticks(stream, &figure->overhead_ticks, column == 0,
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
        size_t number = bh_figure_mark_number(figure->marks[figure->series[k].mark]);
        if (number > 1)
            fprintf(stream,
                    "    data index %zu using (beside($1, %.3g)):($2 == $2 ? $2 : $5):('%zu') with labels left offset "
                    "0.5, 0.35 font ',5' textcolor rgb '%s' notitle, \\\n",
                    first_block + k, figure->series[k].aside_points, number, figure->colours[figure->series[k].system]);
    }
    for (size_t k = figure->panel_first[panel]; k < figure->panel_first[panel + 1]; k++) {
        const struct bh_figure_series *series = &figure->series[k];
        size_t block = first_block + k;
        const char *colour = figure->colours[series->system];
        size_t mark = figure->marks[series->mark];
        double size = bh_figure_mark_size(mark), aside = series->aside_points;
        /* What has no order is not joined. */
        if (is_joined)
            fprintf(stream,
                    "    data index %zu using (beside($1, %.3g)):2 with lines lw %s dt %s lc rgb '%s' notitle, \\\n",
                    block, aside, series->hollow ? "0.7" : "1", series->hollow ? "(6,4)" : "1", colour);
        fprintf(stream,
                "    data index %zu using (beside($1, %.3g)):2:3:4 with yerrorbars pt -1 lw 1 lc rgb '%s' notitle, \\\n"
                "    data index %zu using (beside($1, %.3g)):2 with points pt %d ps %.2f lc rgb 'white' notitle, \\\n"
                "    data index %zu using (beside($1, %.3g)):2 with points pt %d ps %.2f lw 1 lc rgb '%s' notitle, \\\n"
                "    data index %zu using (beside($1, %.3g)):5 with points pt %d ps %.2f lw 1 lc rgb '%s' notitle%s\n",
                block, aside, colour, block, aside, bh_figure_mark(mark, false), size * 1.1, block, aside,
                bh_figure_mark(mark, series->hollow), size, colour, block, aside, bh_figure_mark(mark, true),
                size * 0.9, colour, k + 1 < figure->panel_first[panel + 1] ? ", \\" : "");
    }
}

/* Below a panel of overheads, on the same axis: how many of the runs came to a right result. */
static void write_right_panel(const struct bh_figure *figure, size_t panel, FILE *stream)
{
    size_t first_block = figure->upper_count > 0 ? figure->systems_count : 0;
    size_t column = panel % BH_FIGURE_COLUMNS, line = panel / BH_FIGURE_COLUMNS;
    double width = bh_figure_panel_share(figure), left = BH_FIGURE_LEFT + (double)column * (width + BH_FIGURE_GAP);
    fprintf(
        stream,
        "  set lmargin at screen %.4f; set rmargin at screen %.4f\n"
        "  set tmargin at screen right_top - %zu * lower_step; set bmargin at screen right_top - %zu * lower_step - "
        "right_height\n"
        "  set ytics scale 0.6 (%s)\n",
        left, left + width, line, line, column == 0 ? "'0' 0, '50' 50, '100' 100" : "'' 0, '' 50, '' 100");
    if (column == 0)
        fprintf(stream,
                "  set label 101 'Right (%%)' at screen 0.022, screen right_top - %zu * lower_step - "
                "right_height "
                "/ 2 center rotate by 90\n",
                line);
    else
        fputs("  unset label 101\n", stream);
    fputs("  plot \\\n", stream);
    for (size_t k = figure->panel_first[panel]; k < figure->panel_first[panel + 1]; k++) {
        const struct bh_figure_series *series = &figure->series[k];
        size_t mark = figure->marks[series->mark];
        const char *colour = figure->colours[series->system];
        double aside = series->aside_points;
        fprintf(
            stream,
            "    data index %zu using (beside($1, %.3g)):6:7:8 with yerrorbars pt -1 lw 0.7 lc rgb '%s' notitle, \\\n"
            "    data index %zu using (beside($1, %.3g)):6 with points pt %d ps %.2f lc rgb 'white' notitle, \\\n"
            "    data index %zu using (beside($1, %.3g)):6 with points pt %d ps %.2f lw 1 lc rgb '%s' notitle%s\n",
            first_block + k, aside, colour, first_block + k, aside, bh_figure_mark(mark, false),
            0.9 * bh_figure_mark_size(mark), first_block + k, aside, bh_figure_mark(mark, series->hollow),
            0.8 * bh_figure_mark_size(mark), colour, k + 1 < figure->panel_first[panel + 1] ? ", \\" : "");
    }
}

static void write_right(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view *view = figure->view;
    bool has_words = figure->scale_axis < view->axes_count && view->axes[figure->scale_axis].numbers == NULL;
    fputs("  # Below that: how many runs of each came to a right result\n"
          "  unset nonlinear y; set yrange [-8:108]\n",
          stream);
    write_scale_axis(figure, true, stream);
    fprintf(stream, "  set label 1 '(%c)' at screen 0.012, screen right_top + 0.006 left\n",
            (char)('a' + figure->upper_count + 1));
    for (size_t panel = 0; panel < figure->panels_count; panel++) {
        if (has_words)
            write_words(&view->axes[figure->scale_axis], stream);
        write_right_panel(figure, panel, stream);
        fputs("  unset label\n", stream);
    }
}

static void write_lower(const struct bh_figure *figure, FILE *stream)
{
    fputs("  # Below: net overhead; hollow marks at the top edge: at least one replica is not done\n"
          "  unset logscale x; set format x; set ytics nomirror; set grid xtics ytics lt 1 lw 0.4 lc rgb 'gray88'\n"
          "  set nonlinear y via asinh(y / linear) inverse linear * sinh(y)\n",
          stream);
    write_scale_axis(figure, !figure->shows_right, stream);
    write_common(figure, stream);
    fprintf(stream, "  set label 1 '(%c)' at screen 0.012, screen lower_top + 0.018 left\n",
            (char)('a' + figure->upper_count));
    for (size_t panel = 0; panel < figure->panels_count; panel++) {
        write_panel(figure, panel, stream);
        /* With what stands beside the first panel only, a key among it. */
        if (panel == 0) {
            fputs("  unset label; unset arrow\n", stream);
            write_common(figure, stream);
        }
    }
    fputs("  unset label; unset arrow\n", stream);
    if (figure->shows_right)
        write_right(figure, stream);
}

void bh_figure_write_script(const struct bh_figure *figure, const char *name, FILE *stream)
{
    size_t lines = (figure->panels_count + BH_FIGURE_COLUMNS - 1) / BH_FIGURE_COLUMNS;
    double key = 0.17 * (double)key_rows(figure); /* inches */
    double upper = figure->upper_count > 0 ? BH_FIGURE_UPPER_HEIGHT + 0.63 : 0, step = figure->shows_right ? 3.45 : 2.5,
           height = 0.35 + upper + key + step * (double)lines;
    bh_script_begin(stream, figure->view->title, name, BH_FIGURE_WIDTH, height);
    /* Places as shares of the canvas, counted in inches from the top. */
    fprintf(stream,
            "linear = %g           # percent; the scale of prices and overheads is asinh(y / linear)\n"
            "key_step = %.4f; upper_top = %.4f; upper_bottom = %.4f\n"
            "lower_top = %.4f; lower_height = %.4f; lower_step = %.4f\n"
            "right_top = lower_top - lower_height - %.4f; right_height = %.4f\n",
            BH_FIGURE_LINEAR_PERCENT, 0.17 / height, 1 - (key + 0.38) / height,
            1 - (key + 0.38 + BH_FIGURE_UPPER_HEIGHT) / height, 1 - (key + 0.38 + upper) / height, 1.9 / height,
            step / height, 0.2 / height, 0.75 / height);
    bh_figure_write_break(figure, stream);
    fputs("\ndo for [format in formats] {\n"
          "  eval terminal_of(format)\n"
          "  set output name.'.'.format\n"
          "  reset; unset key; set tics font ',8'; set bars 0.4; set border 3 lw 0.8\n"
          "  set multiplot\n",
          stream);
    write_key(figure, stream);
    if (figure->upper_count > 0)
        bh_figure_write_upper(figure, stream);
    write_lower(figure, stream);
    fputs("  unset multiplot\n", stream);
    bh_script_end(stream);
}
