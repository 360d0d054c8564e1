/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes a tornado chart as gnuplot data and script. */
#include "analysis/figures/tornado.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/gnuplot_script.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static void write_data(const void *of, FILE *stream)
{
    const struct bh_tornado *tornado = of;
    bh_script_comment(stream, tornado->title);
    fputs("# Columns: row from below, centre, at the number's low end, at its high end, 1 if the number is assumed.\n",
          stream);
    for (size_t i = 0; i < tornado->count; i++) {
        const struct bh_tornado_bar *bar = &tornado->bars[i];
        bh_script_comment(stream, bar->name);
        fprintf(stream, "%zu %.9g %.9g %.9g %d\n", tornado->count - i, tornado->centre, bh_script_number(bar->low),
                bh_script_number(bar->high), (int)bar->is_assumed);
    }
}

/* The bars of one side, assumed numbers hatched. */
static void write_side(FILE *stream, int column, const char *colour, const char *title, const char *begin)
{
    fprintf(stream,
            "%s using 2:1:(min($2,$%d)):(max($2,$%d)):($1-0.32):($1+0.32) with boxxyerror fs solid 0.85 noborder "
            "lc rgb '%s' title '%s'",
            begin, column, column, colour, title);
    fprintf(stream,
            ", \\\n  '' using ($5 > 0 ? $2 : NaN):1:(min($2,$%d)):(max($2,$%d)):($1-0.32):($1+0.32) with boxxyerror fs "
            "transparent pattern 5 noborder lc rgb 'white' notitle",
            column, column);
}

/* Whether any bar has a length; gnuplot warns of a range without one. */
static bool has_length(const struct bh_tornado *tornado)
{
    for (size_t i = 0; i < tornado->count; i++)
        if (fabs(tornado->bars[i].low - tornado->centre) > 0 || fabs(tornado->bars[i].high - tornado->centre) > 0)
            return true;
    return false;
}

static void write_script(const void *of, const char *name, FILE *stream)
{
    const struct bh_tornado *tornado = of;
    char *title = bh_script_quote(tornado->title), *unit = bh_script_quote(tornado->unit);
    bh_script_begin(stream, tornado->title, name, BH_FIGURE_WIDTH, 1.3 + 0.24 * (double)tornado->count);
    fprintf(stream,
            "min(a,b) = a < b ? a : b\nmax(a,b) = a > b ? a : b\n"
            "set title %s font ',10'\nset xlabel %s\nset grid xtics lc rgb 'gray90' lt 1 lw 0.5\nset border 1 lw 0.7\n"
            "set yrange [0.3:%g]\nset xtics nomirror scale 0.6\nunset ytics\nset lmargin at screen 0.42\n"
            "set key bottom right font ',8' samplen 1.5 opaque noautotitle\nset offsets graph 0.04, graph 0.04, 0, 0\n",
            title, unit, (double)tornado->count + 0.7);
    if (!has_length(tornado))
        fprintf(stream, "set xrange [%.9g:%.9g]\n", tornado->centre - 1, tornado->centre + 1);
    for (size_t i = 0; i < tornado->count; i++) {
        char place[64];
        snprintf(place, sizeof place, "graph -0.015, first %zu right", tornado->count - i);
        bh_script_words(stream, BH_SCRIPT_WORDS + i, tornado->bars[i].name, place);
    }
    fprintf(stream,
            "set arrow 1 from first %.9g, graph 0 to first %.9g, graph 1 nohead lc rgb 'gray40' lw 0.8 front\n"
            "do for [format in formats] {\n  eval terminal_of(format)\n  set output name.'.'.format\n",
            tornado->centre, tornado->centre);
    if (tornado->has_sides) {
        write_side(stream, 3, "#0072B2", "number at its low end", "  plot data");
        write_side(stream, 4, "#D55E00", "at its high end", ", \\\n  ''");
    } else
        write_side(stream, 4, "#0072B2", "size of effect", "  plot data");
    fputs(", \\\n  keyentry with boxes fs pattern 5 noborder lc rgb 'gray40' title 'hatched: assumed'\n", stream);
    bh_script_end(stream);
    free(unit);
    free(title);
}

int bh_tornado_write(const struct bh_tornado *tornado, const char *folder, const char *name, bool run_gnuplot,
                     struct bh_error *err)
{
    struct bh_figure_writer writer = {.figure = tornado, .data = write_data, .script = write_script};
    return bh_figure_files_write(folder, name, &writer, run_gnuplot, err);
}
