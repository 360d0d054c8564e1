/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A table as a figure: which policy let errors reach how far. */
#include "analysis/figures/gnuplot_script.h"
#include "analysis/figures/parts.h"

#include "analysis/measures/measures.h"
#include "models/base/error.h"
#include "models/base/utf8.h"

#include <math.h>
#include <stdlib.h>

void bh_matrix_write_data(const struct bh_view *view, FILE *stream)
{
    fputs("# Share of errors with this largest system extent.\n# scope policy share\n", stream);
    for (size_t p = 0; p < view->policy.count; p++) {
        bh_script_comment(stream, view->policy.labels[p]);
        for (size_t s = 0; s < view->scope.count; s++) {
            struct bh_estimate share =
                bh_measure_extent(view, view->numbers[BH_METRIC_system_extent], p, view->headline, s);
            fprintf(stream, "%zu %zu %.6g\n", s, p, isnan(share.mean) ? 0 : share.mean);
        }
    }
}

/* Over the columns and beside the rows. */
static void write_names(const struct bh_view *view, FILE *stream)
{
    char place[64];
    for (size_t s = 0; s < view->scope.count; s++) {
        snprintf(place, sizeof place, "first %zu, graph 1 center offset 0, 0.5", s);
        bh_script_words(stream, BH_SCRIPT_WORDS + s, view->scope.labels[s], place);
    }
    for (size_t p = 0; p < view->policy.count; p++) {
        snprintf(place, sizeof place, "graph 0, first %zu right offset -0.5, 0", p);
        bh_script_words(stream, BH_SCRIPT_WORDS + view->scope.count + p, view->policy.labels[p], place);
    }
}

void bh_matrix_write_script(const struct bh_view *view, const char *name, FILE *stream)
{
    double height = 1.1 + 0.26 * (double)view->policy.count;
    size_t longest = 0;
    for (size_t p = 0; p < view->policy.count; p++)
        longest = bh_utf8_count(view->policy.labels[p]) > longest ? bh_utf8_count(view->policy.labels[p]) : longest;
    char *text = bh_print_text("%s%s", view->title, view->reproduces_input ? " (reproduced, not predicted)" : "");
    char *title = bh_script_quote(text);
    bh_script_begin(stream, view->title, name, BH_FIGURE_WIDTH, height);
    fprintf(stream,
            "\ndo for [format in formats] {\n"
            "  eval terminal_of(format)\n"
            "  set output name.'.'.format\n"
            "  reset; set tics font ',8'\n"
            "  set label 100 %s at screen 0.02, screen 0.99 left offset 0, -0.6\n"
            "  unset key; unset colorbox\n"
            "  set border 0\n"
            "  set lmargin at screen %.3f; set rmargin at screen 0.98; set bmargin at screen 0.04; set tmargin at "
            "screen %.4f\n"
            "  set xrange [-0.5:%.1f]; set yrange [%.1f:-0.5]\n"
            "  set palette defined (0 '#f2f2f2', 0.001 '#cfe3f1', 1 '#0072b2')\n"
            "  set cbrange [0:1]\n",
            title, fmin(0.5, 0.03 + 0.0095 * (double)longest), 1 - 0.62 / height, (double)view->scope.count - 0.5,
            (double)view->policy.count - 0.5);
    free(title);
    free(text);
    write_names(view, stream);
    fputs("  unset xtics; unset ytics\n"
          "  plot data using 1:2:(0.47):(0.44):3 with boxxyerror fs solid noborder lc palette, \\\n"
          "    data using 1:2:($3 > 0 ? sprintf('%.3g', $3) : ''):($3 > 0.5 ? 0xffffff : 0x000000) with labels tc "
          "rgb variable\n",
          stream);
    bh_script_end(stream);
}
