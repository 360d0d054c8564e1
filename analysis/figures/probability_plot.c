/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes distributions on probability axes as gnuplot data and script. */
#include "analysis/figures/probability_plot.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/figure_marks.h"
#include "analysis/figures/gnuplot_script.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* The axes: ln(-ln(1 - p)), and the normal score of p. */
enum { WEIBULL, LOGNORMAL, AXES };
static const char *const axis_titles[AXES] = {"Weibull axes", "lognormal axes"};

static double on_axis(int axis, double p)
{
    return axis == WEIBULL ? log(-log1p(-p)) : gsl_cdf_ugaussian_Pinv(p);
}

static void write_series(const struct bh_probability_series *series, FILE *stream)
{
    bh_script_comment(stream, series->name);
    for (size_t i = 0; i < series->count; i++)
        if (series->t_s[i] > 0.0 && series->p[i] > 0.0 && series->p[i] < 1.0)
            fprintf(stream, "%.9g %.9g %.7g %.7g\n", series->t_s[i], series->p[i], on_axis(WEIBULL, series->p[i]),
                    on_axis(LOGNORMAL, series->p[i]));
    /* A block without a line would not be counted. */
    if (series->count == 0)
        fputs("NaN NaN NaN NaN\n", stream);
    fputs("\n\n", stream);
}

static void write_data(const void *of, FILE *stream)
{
    const struct bh_probability_figure *figure = of;
    bh_script_comment(stream, figure->title);
    fputs("# Blocks: of each row the observed points, then one per curve. Columns: time in seconds, P(T <= time),\n"
          "# ln(-ln(1 - P)), normal score of P.\n",
          stream);
    for (size_t r = 0; r < figure->rows_count; r++) {
        bh_script_comment(stream, figure->rows[r].title);
        write_series(&figure->rows[r].points, stream);
        for (size_t c = 0; c < figure->rows[r].curves_count; c++)
            write_series(&figure->rows[r].curves[c], stream);
    }
}

/* Least and most probability to show: a bit more than the points. */
static void find_range(const struct bh_probability_series *points, double *low, double *high)
{
    *low = 0.01;
    *high = 0.99;
    for (size_t i = 0; i < points->count; i++)
        if (points->p[i] > 0.0 && points->p[i] < 1.0) {
            *low = fmin(*low, points->p[i]);
            *high = fmax(*high, points->p[i]);
        }
    *low *= 0.7;
    *high = 1.0 - 0.7 * (1.0 - *high);
}

static void write_probability_ticks(int axis, double low, double high, FILE *stream)
{
    static const struct {
        double p;
        const char *label;
    } ticks[] = {{1e-6, "10⁻⁶"}, {1e-5, "10⁻⁵"},   {1e-4, "10⁻⁴"},     {1e-3, "0.001"},
                 {0.01, "0.01"}, {0.1, "0.1"},     {0.5, "0.5"},       {0.9, "0.9"},
                 {0.99, "0.99"}, {0.999, "0.999"}, {0.9999, "0.9999"}, {0.99999, "0.99999"}};
    fprintf(stream, "set yrange [%.6g:%.6g]\nset ytics scale 0.6 (", on_axis(axis, low), on_axis(axis, high));
    const char *separator = "";
    for (size_t i = 0; i < BH_COUNT(ticks); i++)
        /* On Weibull's axis the upper ones stand too close. */
        if (ticks[i].p >= low && ticks[i].p <= high && (axis == LOGNORMAL || ticks[i].p < 0.995)) {
            fprintf(stream, "%s'%s' %.6g", separator, ticks[i].label, on_axis(axis, ticks[i].p));
            separator = ", ";
        }
    fputs(")\n", stream);
}

/* First and last time of the points, rounded outwards a little. */
static void write_times(const struct bh_probability_series *points, FILE *stream)
{
    double first = points->t_s[0], last = points->t_s[points->count - 1];
    fprintf(stream,
            "set xrange [%.6g:%.6g]\n"
            "set xtics scale 0.6 ('1 s' 1, '1 min' 60, '1 h' 3600, '1 d' 86400, '10 d' 864000, '100 d' 8640000, "
            "'3 y' 94672800)\n",
            first / 1.5, fmax(last * 1.5, first * 3.0));
}

static void write_panel(const struct bh_probability_figure *figure, size_t row_index, int axis, size_t block,
                        FILE *stream)
{
    const struct bh_probability_row *row = &figure->rows[row_index];
    double low, high;
    find_range(&row->points, &low, &high);
    write_probability_ticks(axis, low, high, stream);
    write_times(&row->points, stream);
    char *title = bh_print_text("%s, %s", row->title, axis_titles[axis]), *quoted = bh_script_quote(title);
    fprintf(stream, "set title %s font ',9' offset 0,-0.6\nset ylabel '%s' offset 1\n", quoted,
            axis == WEIBULL ? "P(time ≤ t)" : "");
    fprintf(stream, "%s\n", axis == LOGNORMAL ? "set key bottom right samplen 2 spacing 0.95 font ',8'" : "unset key");
    free(quoted);
    free(title);
    char *name = bh_script_quote(row->points.name);
    fprintf(stream, "plot data index %zu using 1:%d with points pt 7 ps 0.5 lc rgb 'gray50' title %s", block, axis + 3,
            name);
    free(name);
    for (size_t c = 0; c < row->curves_count; c++) {
        name = bh_script_quote(row->curves[c].name);
        fprintf(stream, ", \\\n  '' index %zu using 1:%d with lines lw 1.3 lc %d dt %zu title %s", block + 1 + c,
                axis + 3, bh_figure_colour(c), c + 1, name);
        free(name);
    }
    fputs("\n", stream);
}

static void write_script(const void *of, const char *name, FILE *stream)
{
    const struct bh_probability_figure *figure = of;
    char *title = bh_script_quote(figure->title);
    bh_script_begin(stream, figure->title, name, BH_FIGURE_WIDTH, 0.4 + 2.9 * (double)figure->rows_count);
    fprintf(stream,
            "set logscale x\nset grid xtics ytics lc rgb 'gray90' lt 1 lw 0.5\nset border lw 0.7\n"
            "do for [format in formats] {\n"
            "  eval terminal_of(format)\n"
            "  set output name.'.'.format\n"
            "  set multiplot layout %zu,2 title %s font ',10' margins 0.1,0.985,%.3f,%.3f spacing 0.085,%.3f\n",
            figure->rows_count, title, 0.15 / (double)figure->rows_count + 0.005,
            1.0 - 0.19 / (double)figure->rows_count, 0.115);
    size_t block = 0;
    for (size_t r = 0; r < figure->rows_count; r++) {
        for (int axis = 0; axis < AXES; axis++)
            write_panel(figure, r, axis, block, stream);
        block += 1 + figure->rows[r].curves_count;
    }
    fputs("  unset multiplot\n", stream);
    bh_script_end(stream);
    free(title);
}

int bh_probability_figure_write(const struct bh_probability_figure *figure, const char *folder, const char *name,
                                bool run_gnuplot, struct bh_error *err)
{
    struct bh_probability_figure shown = {.title = figure->title};
    for (size_t r = 0; r < figure->rows_count; r++)
        if (figure->rows[r].points.count > 0)
            shown.rows[shown.rows_count++] = figure->rows[r];
    if (shown.rows_count == 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: found nothing to draw", figure->title);
    struct bh_figure_writer writer = {.figure = &shown, .data = write_data, .script = write_script};
    return bh_figure_files_write(folder, name, &writer, run_gnuplot, err);
}
