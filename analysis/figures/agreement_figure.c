/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Agreement as a figure: a panel of values, and one of ratios. */
#include "analysis/figures/agreement_figure.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/figure_marks.h"
#include "analysis/figures/gnuplot_script.h"

#include <stdlib.h>
#include <string.h>

struct figure {
    const struct bh_agreement *rows;
    size_t count;
};

static bool begins_group(const struct figure *figure, size_t row)
{
    return row == 0 || strcmp(figure->rows[row].group, figure->rows[row - 1].group) != 0;
}

static void write_data(const void *of, FILE *stream)
{
    const struct figure *figure = of;
    for (size_t r = 0; r < figure->count; r++) {
        const struct bh_agreement *row = &figure->rows[r];
        if (begins_group(figure, r)) {
            fputs(r > 0 ? "\n\n" : "", stream);
            bh_script_comment(stream, row->group);
            fputs("# expected simulated low high case\n", stream);
        }
        char *name = bh_script_quote(row->name);
        fprintf(stream, "%.9g %.9g %.9g %.9g %s\n", row->expected, row->simulated, row->low, row->high, name);
        free(name);
    }
}

/* One after the other, each group in its colour. */
static void write_plots(const struct figure *figure, const char *using, const char *style, FILE *stream)
{
    size_t group = 0;
    for (size_t r = 0; r < figure->count; r++) {
        if (!begins_group(figure, r))
            continue;
        char *name = bh_script_quote(figure->rows[r].group);
        fprintf(stream, ", \\\n  data index %zu using %s with %s pt %zu ps 0.5 lc %d title %s", group, using, style,
                group % 10 + 4, bh_figure_colour(group), name);
        free(name);
        group++;
    }
    fputs("\n", stream);
}

static void write_script(const void *of, const char *name, FILE *stream)
{
    const struct figure *figure = of;
    bh_script_begin(stream, "Simulated against expected", name, BH_FIGURE_WIDTH, 3.4);
    fputs("set grid xtics ytics lc rgb 'gray90' lt 1 lw 0.5\nset border lw 0.7\nset logscale x\nset format x '%.0e'\n"
          "do for [format in formats] {\n"
          "  eval terminal_of(format)\n"
          "  set output name.'.'.format\n"
          "  set multiplot layout 1,2 margins 0.1,0.985,0.15,0.95 spacing 0.11,0.1\n"
          "set xlabel 'expected'\nset logscale y\nset format y '%.0e'\nset ylabel 'simulated'\n"
          "set key top left samplen 1 spacing 0.9 font ',7'\nplot x with lines lc rgb 'gray50' notitle",
          stream);
    write_plots(figure, "($1>0?$1:NaN):2", "points", stream);
    fputs("unset logscale y\nset format y '%g'\nset ylabel 'simulated / expected'\nunset key\n"
          "plot 1 with lines lc rgb 'gray50' notitle",
          stream);
    write_plots(figure, "($1>0?$1:NaN):($2/$1):($3/$1):($4/$1)", "yerrorbars", stream);
    fputs("  unset multiplot\n", stream);
    bh_script_end(stream);
}

int bh_agreement_figure_write(const struct bh_agreement *rows, size_t count, const char *folder, const char *name,
                              struct bh_error *err)
{
    struct figure figure = {rows, count};
    struct bh_figure_writer writer = {.figure = &figure, .data = write_data, .script = write_script};
    return bh_figure_files_write(folder, name, &writer, true, err);
}
