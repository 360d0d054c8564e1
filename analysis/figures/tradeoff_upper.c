/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The upper panels of the trade-off figure: price against how far errors escape, over one boundary each. */
#include "analysis/figures/figure_looks.h"
#include "analysis/figures/figure_marks.h"
#include "analysis/figures/gnuplot_script.h"
#include "analysis/figures/parts.h"

#include "analysis/reader/view_points.h"
#include "models/base/error.h"
#include "models/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the data before those of the panels, and columns of each panel. */
enum { FIRST_COLUMNS = 4, PANEL_COLUMNS = 7 };
/* Shares of the figure's width. */
static const double panel_gap = 0.022, sign_width = 0.0082;

void bh_figure_write_upper_data(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_view *view = figure->view;
    /* Where on the varied axes the upper panels stand: "131072 nodes, spares: warm". */
    char *point = bh_view_point_name(view, view->headline);
    char *first = bh_print_text("Upper panels, one block per system%s%s.", view->axes_count > 0 ? ", at " : "", point);
    bh_script_comment(stream, first);
    free(first);
    free(point);
    fprintf(stream, "# price_percent: fault-free makespan over the native one, minus 1. raise: drawn so many points "
                    "above it, where\n"
                    "# rows would cover each other. Then for each of the boundaries");
    for (size_t k = 0; k < figure->upper_count; k++)
        fprintf(stream, "%s %s", k == 0 ? "" : " and", view->boundary.labels[figure->boundary[k]]);
    fputs(":\n# escape: ratio, exact, at the nominal assumed numbers; low, high: over their range; seen, seen_low,\n"
          "# seen_high: in the simulation with its 95 % interval; on_front: 1 if no other policy is as cheap and as "
          "tight.\n# price_percent raise point_type number_beside_if_not_1",
          stream);
    for (size_t k = 0; k < figure->upper_count; k++)
        fputs(" escape low high seen seen_low seen_high on_front", stream);
    fputc('\n', stream);
    for (size_t s = 0; s < figure->systems_count; s++) {
        size_t written = 0;
        bh_script_comment(stream, figure->system_names[s]);
        for (size_t i = 0; i < figure->rows_count; i++) {
            const struct bh_figure_row *row = &figure->rows[i];
            if (row->system != s)
                continue;
            bh_script_comment(stream, view->policy.labels[row->policy]);
            size_t mark = figure->marks[row->mark];
            fprintf(stream, "%.6g %.4g %d %zu", row->price_percent, row->raise_points, bh_figure_mark(mark, false),
                    bh_figure_mark_number(mark));
            for (size_t k = 0; k < figure->upper_count; k++) {
                const struct bh_figure_escape *escape = &row->escape[k];
                fprintf(stream, " %.6g %.6g %.6g %.6g %.6g %.6g %d", bh_script_number(escape->exact),
                        bh_script_number(escape->low), bh_script_number(escape->high),
                        bh_script_number(escape->seen.mean), bh_script_number(escape->seen.low),
                        bh_script_number(escape->seen.high), escape->on_front);
            }
            fputc('\n', stream);
            written++;
        }
        if (written == 0) {
            fputs("NaN NaN 0 1", stream);
            for (size_t k = 0; k < figure->upper_count; k++)
                fputs(" NaN NaN NaN NaN NaN NaN 0", stream);
            fputc('\n', stream);
        }
        fputs("\n\n", stream);
    }
}

void bh_figure_write_break(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_figure_ticks *axis = &figure->price_ticks;
    if (!(axis->break_to > axis->break_from)) {
        fputs("place(y) = asinh(y / linear); unplace(p) = linear * sinh(p)\n", stream);
        return;
    }
    fprintf(stream,
            "# The axis of prices is broken where nothing stands.\n"
            "cut_from = asinh(%.6g / linear); cut_to = asinh(%.6g / linear); cut = %g\n"
            "squeeze(p) = p <= cut_from ? p : p >= cut_to ? p - cut_to + cut_from + cut : cut_from + (p - cut_from) / "
            "(cut_to - cut_from) * cut\n"
            "widen(p) = p <= cut_from ? p : p >= cut_from + cut ? p + cut_to - cut_from - cut : cut_from + (p - "
            "cut_from) / cut * (cut_to - cut_from)\n"
            "place(y) = squeeze(asinh(y / linear)); unplace(p) = linear * sinh(widen(p))\n",
            axis->break_from, axis->break_to, BH_FIGURE_BREAK);
}

/* Names of the systems at the right edge, at the height of their rows; near rows share one label. */
static void write_system_labels(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_figure_ticks *axis = &figure->price_ticks;
    double span = bh_figure_forward(axis, axis->most) - bh_figure_forward(axis, axis->least);
    double *place = bh_allocate(figure->rows_count + 1, sizeof *place);
    size_t *system = bh_allocate(figure->rows_count + 1, sizeof *system);
    size_t count = 0;
    for (size_t s = 0; s < figure->systems_count; s++) {
        double sum = 0, previous = -INFINITY;
        size_t members = 0;
        for (size_t i = 0; i <= figure->rows_count; i++) {
            bool mine = i < figure->rows_count && figure->rows[i].system == s;
            double at = mine ? bh_figure_forward(axis, figure->rows[i].position) : INFINITY;
            if ((mine || i == figure->rows_count) && members > 0 && at - previous > 0.1 * span) {
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
        fprintf(stream, "  set label %zu %s at graph 1.012, first %.6g left font ',7.5' textcolor rgb '%s'\n", i + 1,
                name, bh_figure_inverse(axis, place[i]), figure->colours[system[i]]);
        free(name);
    }
    free(system);
    free(place);
}

/* Two strokes across the axis, and white between them. */
static void write_break_marks(const struct bh_figure *figure, FILE *stream)
{
    const struct bh_figure_ticks *axis = &figure->price_ticks;
    if (!(axis->break_to > axis->break_from))
        return;
    double from = bh_figure_forward(axis, axis->break_from);
    for (int stroke = 0; stroke < 2; stroke++) {
        double at = from + BH_FIGURE_BREAK * (stroke == 0 ? 0.35 : 0.65), reach = 0.16 * BH_FIGURE_BREAK;
        fprintf(stream, "  set arrow %d from graph -0.015, first %.6g to graph 0.015, first %.6g nohead lw 0.8 front\n",
                2 + stroke, bh_figure_inverse(axis, at - reach), bh_figure_inverse(axis, at + reach));
    }
}

static void write_plot(const struct bh_figure *figure, size_t panel, FILE *stream)
{
    size_t c = FIRST_COLUMNS + panel * PANEL_COLUMNS + 1;
    double least = figure->escape_least[panel];
    const struct bh_figure_ticks *axis = &figure->price_ticks;
    fprintf(stream,
            "  edge(x) = (x < %.3g) ? %.3g : x   # an escape of 0 stands at the left edge\n"
            "  raised(y, points) = unplace(place(y) + points * %.6g)   # rows that would cover each other\n  plot \\\n",
            least, least,
            (bh_figure_forward(axis, axis->most) - bh_figure_forward(axis, axis->least)) /
                (72 * BH_FIGURE_UPPER_HEIGHT));
    for (size_t s = 0; s < figure->systems_count; s++) {
        char tint[BH_COLOUR_SIZE];
        bh_looks_tint(figure->colours[s], tint);
        fprintf(stream,
                "    data index %zu using (edge($%zu)):(raised($1, $2)):(edge($%zu) - edge($%zu)):(0) with vectors "
                "nohead lw 5 lc rgb "
                "'%s' notitle, \\\n",
                s, c + 1, c + 2, c + 1, tint);
    }
    bool is_numbered = false;
    for (size_t m = 0; m < figure->marks_count; m++)
        is_numbered = is_numbered || bh_figure_mark_number(figure->marks[m]) > 1;
    for (size_t s = 0; is_numbered && s < figure->systems_count; s++)
        fprintf(stream,
                "    data index %zu using (edge($%zu)):($4 > 1 ? raised($1, $2) : NaN):4 with labels left offset 0.6, "
                "0.35 font ',5' textcolor rgb '%s' notitle, \\\n",
                s, c, figure->colours[s]);
    for (size_t s = 0; s < figure->systems_count; s++) {
        const char *colour = figure->colours[s];
        fprintf(stream,
                "    data index %zu using (edge($%zu)):(raised($1, $2)):(edge($%zu)):(edge($%zu)) with xerrorbars pt "
                "-1 lw 1.2 lc rgb '%s' "
                "notitle, \\\n"
                "    data index %zu using (edge($%zu)):(raised($1, $2)):3 with points pt variable ps 1.35 lc rgb "
                "'white' notitle, \\\n"
                "    data index %zu using (edge($%zu)):(raised($1, $2)):3 with points pt variable ps 1.05 lc rgb '%s' "
                "notitle, \\\n"
                "    data index %zu using (edge($%zu)):($%zu > 0 ? raised($1, $2) : NaN) with points pt 6 ps 1.75 lw "
                "0.8 lc rgb "
                "'gray40' notitle%s\n",
                s, c, c + 4, c + 5, colour, s, c, s, c, colour, s, c, c + 6,
                s + 1 < figure->systems_count ? ", \\" : "");
    }
}

/* Words for every `step`th power of ten of the last `decades` and one more, beside ticks that have none. */
static void write_powers(int step, int decades, FILE *stream)
{
    char power[BH_POWER_SIZE];
    fputs("  set xtics add ('1' 1", stream);
    for (int exponent = step; exponent <= decades + 1; exponent += step)
        fprintf(stream, ", '%s' 1e-%d", bh_script_power(10, -exponent, power), exponent);
    fputs(")\n", stream);
}

static void write_panel(const struct bh_figure *figure, size_t panel, double left, double right, FILE *stream)
{
    static const char *const names[BH_FIGURE_UPPER][2] = {{"enclave/enclave", "to the co-located enclave"},
                                                          {"guest/host", "from a guest to its host"}};
    const char *boundary = figure->view->boundary.labels[figure->boundary[panel]], *name = boundary;
    for (size_t i = 0; i < BH_FIGURE_UPPER; i++)
        if (strcmp(names[i][0], boundary) == 0)
            name = names[i][1];
    int decades = (int)lround(-log10(figure->escape_least[panel]));
    fprintf(stream,
            "  # (%c)\n"
            "  set lmargin at screen %.4f; set rmargin at screen %.4f\n"
            "  set label 99 '(%c)' at graph 0, graph 1 left offset 0, 0.7\n"
            "  set xlabel 'Escape ratio %s' offset 0, 0.4\n"
            "  set xrange [%.3g:1.6]; set xtics autofreq %s nomirror scale 0.6, 0.3; %s\n",
            (char)('a' + panel), left, right, (char)('a' + panel), name, figure->escape_least[panel] * 0.6,
            decades > 4 ? "1e-20, 100" : "1e-20, 10", decades > 4 ? "unset mxtics" : "set mxtics 10");
    write_powers(decades > 4 ? 2 : 1, decades, stream);
    if (figure->has_zero_escape[panel])
        fprintf(stream, "  set xtics add ('0' %.3g)\n", figure->escape_least[panel]);
    bh_figure_write_ticks(stream, &figure->price_ticks, panel == 0, NAN);
    fputs("  set ytics nomirror; set grid xtics ytics lt 1 lw 0.4 lc rgb 'gray88'\n"
          "  set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lw 0.8 lc rgb 'gray50' back\n",
          stream);
    write_break_marks(figure, stream);
    if (panel + 1 == figure->upper_count)
        write_system_labels(figure, stream);
    write_plot(figure, panel, stream);
    /* With what stands beside one panel only, the key among it. */
    fputs("  unset label; unset arrow\n", stream);
}

void bh_figure_write_upper(const struct bh_figure *figure, FILE *stream)
{
    char *point = bh_view_point_name(figure->view, figure->view->headline), *title = bh_script_quote(point);
    free(point);
    size_t longest = 4;
    for (size_t s = 0; s < figure->systems_count; s++)
        longest = bh_utf8_count(figure->system_names[s]) > longest ? bh_utf8_count(figure->system_names[s]) : longest;
    double right = 0.985 - sign_width * (double)(longest < 30 ? longest : 30);
    double width = (right - BH_FIGURE_LEFT - panel_gap) / (double)figure->upper_count;
    fprintf(stream,
            "  # Price against escape\n"
            "  set tmargin at screen upper_top; set bmargin at screen upper_bottom\n"
            "  set label 100 %s at graph 0, graph 1 left offset 3.5, 0.7 font ',8.5'\n"
            "  set label 101 'Price of isolation (%%)' at screen 0.022, screen (upper_top + upper_bottom) / 2 center "
            "rotate by 90\n"
            "  set logscale x; set format x ''\n"
            "  set nonlinear y via place(y) inverse unplace(y)\n",
            title);
    for (size_t panel = 0; panel < figure->upper_count; panel++) {
        double left = BH_FIGURE_LEFT + (double)panel * (width + panel_gap);
        write_panel(figure, panel, left, left + width, stream);
    }
    fputc('\n', stream);
    free(title);
}
