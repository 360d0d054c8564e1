/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes the ledger as stacked bars: data of cumulated shares, and the gnuplot script that draws them. */
#include "analysis/figures/ledger_bars.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/figure_marks.h"
#include "analysis/figures/gnuplot_script.h"
#include "analysis/reader/view_points.h"
#include "models/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Parts that are drawn as one, from the left; computing is what is left of all. */
static const struct {
    const char *title;
    const char *fill; /* gnuplot's: in grey they are told apart by these alone */
    const char *part[4];
} groups[] = {
    {"isolation and noise", "solid 0.9", {"virtualization", "guards", "noise", NULL}},
    {"composition", "pattern 6", {"composition", "composition-wait", "switching", NULL}},
    {"checkpoint, verification", "pattern 5", {"checkpoint", "verification", NULL}},
    {"lost work", "solid 0.9", {"lost-work", "degraded", NULL}},
    {"detection, restart, restore", "pattern 2", {"detection", "restart", "restore", NULL}},
    {"repair and spare wait", "pattern 4", {"repair-and-spare-wait", NULL}},
    {"idle spares", "pattern 1", {"idle-spares", NULL}},
};
enum { GROUPS = BH_COUNT(groups) };

struct ledger_figure {
    const struct bh_view *view;
    double *share;       /* of all enclaves' node-time over all replicas, [policy][point][group] */
    bool is_met[GROUPS]; /* anywhere */
    double most;         /* the longest bar */
};

static double sum_part(const struct bh_view *view, size_t cell, size_t part)
{
    size_t rows = view->enclave.count * view->replica.count;
    double sum = 0.0;
    for (size_t i = 0; i < rows; i++) {
        double node_s = view->numbers[BH_METRIC_node_time][(cell * rows + i) * view->part.count + part];
        sum += isnan(node_s) ? 0.0 : node_s; /* NaN: an enclave of other points */
    }
    return sum;
}

static void fill_bar(struct ledger_figure *figure, size_t cell)
{
    const struct bh_view *view = figure->view;
    double total = 0.0, length = 0.0;
    for (size_t part = 0; part < view->part.count; part++)
        total += sum_part(view, cell, part);
    for (size_t g = 0; g < GROUPS; g++) {
        double sum = 0.0;
        for (size_t p = 0; groups[g].part[p] != NULL; p++) {
            size_t part = bh_view_find_label(&view->part, groups[g].part[p]);
            sum += part < view->part.count ? sum_part(view, cell, part) : 0.0;
        }
        /* What a light-weight kernel gains is no length. */
        double share = total > 0.0 ? fmax(sum / total, 0.0) : 0.0;
        figure->share[cell * GROUPS + g] = share;
        figure->is_met[g] = figure->is_met[g] || share > 0.0;
        length += share;
    }
    figure->most = fmax(figure->most, length);
}

/* Bars from the top; a gap where the first axis goes on. */
static double height_of(const struct bh_view *view, size_t point)
{
    return (double)point + (view->axes_count > 1 ? 0.6 * (double)bh_view_position(view, point, 0) : 0.0);
}

static void write_data(const void *of, FILE *stream)
{
    const struct ledger_figure *figure = of;
    const struct bh_view *view = figure->view;
    bh_script_comment(stream, view->title);
    fputs("# Percent of all node-time, cumulated from the left:", stream);
    for (size_t g = 0; g < GROUPS; g++)
        fprintf(stream, "%s %s", g > 0 ? ";" : "", groups[g].title);
    fputs(".\n# Blocks: policies. Columns: height, 0, then the end of each.\n", stream);
    for (size_t p = 0; p < view->policy.count; p++) {
        bh_script_comment(stream, view->policy.labels[p]);
        for (size_t point = 0; point < view->points; point++) {
            double end = 0.0;
            fprintf(stream, "%.3g 0", height_of(view, point));
            for (size_t g = 0; g < GROUPS; g++)
                fprintf(stream, " %.6g", 100.0 * (end += figure->share[(p * view->points + point) * GROUPS + g]));
            fputc('\n', stream);
        }
        fputs("\n\n", stream);
    }
}

static char *point_name(const struct bh_view *view, size_t point)
{
    char *name = bh_copy_text("");
    for (size_t a = 0; a < view->axes_count; a++) {
        const struct bh_view_axis *axis = &view->axes[a];
        const char *unit = axis->numbers == NULL ? "" : strcmp(axis->unit, "1") == 0 ? axis->name : axis->unit;
        bh_add_text(&name, "", "%s%s%s%s", a > 0 ? ", " : "", axis->labels[bh_view_position(view, point, a)],
                    *unit ? " " : "", unit);
    }
    return name;
}

static size_t longest_name(const struct bh_view *view)
{
    size_t longest = 0;
    for (size_t point = 0; point < view->points; point++) {
        char *name = point_name(view, point);
        longest = bh_utf8_count(name) > longest ? bh_utf8_count(name) : longest;
        free(name);
    }
    return longest;
}

/* Names of the points, on the left panels only. */
static void write_names(const struct bh_view *view, FILE *stream)
{
    for (size_t point = 0; point < view->points; point++) {
        char *name = point_name(view, point), place[64];
        snprintf(place, sizeof place, "graph 0, first %.3g right offset -0.5, 0", height_of(view, point));
        bh_script_words(stream, BH_SCRIPT_WORDS + point, name, place);
        free(name);
    }
}

static void write_bars(const struct ledger_figure *figure, size_t policy, FILE *stream)
{
    const char *separator = "";
    fputs("  plot ", stream);
    for (size_t g = 0; g < GROUPS; g++) {
        if (!figure->is_met[g])
            continue;
        char *name = bh_script_quote(groups[g].title);
        fprintf(stream,
                "%sdata index %zu using %zu:1:%zu:%zu:($1-0.38):($1+0.38) with boxxyerror fs %s border -1 "
                "lw 0.3 lc %d title %s",
                separator, policy, g + 2, g + 2, g + 3, groups[g].fill, bh_figure_colour(g), name);
        separator = ", \\\n    ";
        free(name);
    }
    fputs("\n", stream);
}

/* Panels in rows of a few, from the left and from the top; inches. */
struct grid {
    size_t columns;
    double left, width, height, panel; /* of the names, of a panel with its gap, of all, of a panel with its axis */
};

static void write_panel(const struct ledger_figure *figure, size_t policy, const struct grid *grid, FILE *stream)
{
    size_t column = policy % grid->columns, row = policy / grid->columns;
    double from = grid->left + grid->width * (double)column, top = grid->height - 0.5 - grid->panel * (double)row;
    char *title = bh_script_quote(figure->view->policy.labels[policy]);
    if (policy > 0)
        fputs("  unset key; unset label\n", stream);
    else
        fputs("  set key at screen 0.5, screen 0.005 center bottom maxrows 2 samplen 1 font ',8'\n", stream);
    fprintf(stream,
            "  set lmargin at screen %.4f; set rmargin at screen %.4f\n"
            "  set tmargin at screen %.4f; set bmargin at screen %.4f\n"
            "  set label 101 %s at graph 0.5, graph 1 center offset 0, 0.6 font ',%s'\n",
            from / BH_FIGURE_WIDTH, (from + grid->width - 0.14) / BH_FIGURE_WIDTH, top / grid->height,
            (top - grid->panel + 0.6) / grid->height, title,
            0.08 * (double)bh_utf8_count(figure->view->policy.labels[policy]) < grid->width ? "9" : "6");
    if (column == 0)
        write_names(figure->view, stream);
    write_bars(figure, policy, stream);
    free(title);
}

static void write_script(const void *of, const char *name, FILE *stream)
{
    const struct ledger_figure *figure = of;
    const struct bh_view *view = figure->view;
    double bars = height_of(view, view->points - 1) + 1.0;
    struct grid grid = {.columns = view->policy.count < 3 ? view->policy.count : 3, .panel = 0.6 + 0.17 * bars};
    grid.height = 0.75 + grid.panel * ceil((double)view->policy.count / (double)grid.columns);
    char *title = bh_script_quote(view->title);
    bh_script_begin(stream, view->title, name, BH_FIGURE_WIDTH, grid.height);
    fprintf(stream,
            "\ndo for [format in formats] {\n"
            "  eval terminal_of(format)\n"
            "  set output name.'.'.format\n"
            "  reset; set tics font ',8'\n"
            "  set multiplot\n"
            "  set label 100 %s at screen 0.02, screen 0.99 left offset 0, -0.6\n"
            "  set border 1; set grid x lc rgb 'gray85'; unset ytics\n"
            "  set xrange [0:%.4g]; set yrange [%.4g:-0.8]; set xtics nomirror scale 0.4\n"
            "  set xlabel 'share of node-time, %%' font ',8' offset 0,0.5\n",
            title, 104.0 * figure->most, bars - 0.2);
    free(title);
    grid.left = fmin(3.2, 0.2 + 0.0625 * (double)longest_name(view));
    grid.width = (BH_FIGURE_WIDTH - grid.left) / (double)grid.columns;
    for (size_t p = 0; p < view->policy.count; p++)
        write_panel(figure, p, &grid, stream);
    fputs("  unset multiplot\n", stream);
    bh_script_end(stream);
}

int bh_ledger_figure_write(const struct bh_view *view, const char *folder, bool run_gnuplot, char **base,
                           struct bh_error *err)
{
    struct ledger_figure figure = {.view = view};
    size_t cells = view->policy.count * view->points;
    figure.share = bh_allocate(cells * GROUPS, sizeof *figure.share);
    for (size_t cell = 0; cell < cells; cell++)
        fill_bar(&figure, cell);
    figure.most = fmax(figure.most, 1e-6);
    char *scenario = bh_figure_file_name(view->scenario), *name = bh_print_text("%s-ledger", scenario);
    *base = bh_print_text("%s/%s", folder, name);
    struct bh_figure_writer writer = {.figure = &figure, .data = write_data, .script = write_script};
    int status = bh_figure_files_write(folder, name, &writer, run_gnuplot, err);
    free(name);
    free(scenario);
    free(figure.share);
    return status;
}
