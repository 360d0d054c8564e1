/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes shares as stacked bars with intervals, and bounds as lines. */
#include "lab/figures/injection_figure.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/figure_marks.h"
#include "analysis/figures/gnuplot_script.h"
#include "models/base/share_limits.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Of the bars, from the left: the worst first. Colours are those of other figures' parts; in grey fills tell them apart. */
static const struct {
    enum bh_lab_extent extent;
    const char *title, *fill;
} ends[] = {
    {BH_LAB_WHOLE_NODE, "node", "solid 0.9"},
    {BH_LAB_GUEST, "guest", "pattern 5"},
    {BH_LAB_PROCESS, "process", "pattern 2"},
    {BH_LAB_SDC, "wrong result", "solid 0.4"},
};
enum { ENDS = BH_COUNT(ends) };

/* Faults of one kind of origin are a line; hardware's and software's are never added up, nor what is handed over. */
enum origin { HARDWARE, SOFTWARE, HANDED_OVER, ORIGINS };
static const char *const origin_names[] = {"hardware", "software", "handed over"};

struct figure {
    const struct bh_lab_study *study;
    const struct bh_lab_record *records;
    size_t records_count;
    struct bh_lab_count *counts;
    size_t count;
};

static enum origin origin_of(enum bh_lab_fault fault)
{
    return bh_lab_is_of_exit(fault) ? HANDED_OVER : bh_lab_is_software(fault) ? SOFTWARE : HARDWARE;
}

/* Two-sided limits of 95 %. */
static void limits(uint64_t part, uint64_t whole, double *low, double *high)
{
    if (bh_share_limits((double)part, (double)whole, 0.025, low, high) != 0)
        *low = *high = NAN;
}

static void write_bars(const struct figure *figure, FILE *stream)
{
    fputs("# Percent of the injections, cumulated from the left: node, guest, process, wrong result; then 95 % of the "
          "last.\n"
          "# Columns: height, 0, four ends, low, high, injections.\n",
          stream);
    for (size_t i = 0; i < figure->count; i++) {
        const struct bh_lab_count *row = &figure->counts[i];
        uint64_t sum = 0;
        double low, high;
        fprintf(stream, "%zu 0", i);
        for (size_t e = 0; e < ENDS; e++)
            fprintf(stream, " %.6g", 100.0 * (double)(sum += row->extent[ends[e].extent]) / (double)row->trials);
        limits(sum, row->trials, &low, &high);
        fprintf(stream, " %.6g %.6g %" PRIu64 "\n", 100.0 * low, 100.0 * high, row->trials);
    }
    fputs("\n\n", stream);
}

/* Whether any trial of the zone's is one of this origin; there is nothing beyond a zone that belongs to all. */
static bool has_line(const struct figure *figure, unsigned zone, enum origin origin)
{
    for (size_t i = 0; i < figure->count; i++)
        if (figure->counts[i].zone == zone && origin_of(figure->counts[i].fault) == origin)
            return !bh_lab_is_of_all(figure->study->node->stack, zone);
    return false;
}

static void write_bound(uint64_t beyond, uint64_t trials, FILE *stream)
{
    double low, high;
    if (bh_share_limits((double)beyond, (double)trials, 0.05, &low, &high) == 0)
        fprintf(stream, "%" PRIu64 " %.6g %" PRIu64 "\n", trials, high, beyond);
}

/* A point where the number of trials has grown by a twentieth, where something went beyond, and at the end. */
static void write_line(const struct figure *figure, unsigned zone, enum origin origin, FILE *stream)
{
    uint64_t trials = 0, beyond = 0, told = 0;
    for (size_t i = 0; i < figure->records_count; i++) {
        const struct bh_lab_record *record = &figure->records[i];
        if (record->zone != zone || origin_of(record->fault) != origin)
            continue;
        bool is_beyond = bh_lab_is_beyond(&record->outcome);
        trials++;
        beyond += is_beyond;
        if (!is_beyond && trials < told + told / 20 + 1)
            continue;
        write_bound(beyond, trials, stream);
        told = trials;
    }
    if (trials != told)
        write_bound(beyond, trials, stream);
    fputs("\n\n", stream);
}

static void write_data(const void *of, FILE *stream)
{
    const struct figure *figure = of;
    bh_script_comment(stream, figure->study->file);
    write_bars(figure, stream);
    for (unsigned zone = 0; zone < BH_LAB_ZONES; zone++)
        for (enum origin origin = 0; origin < ORIGINS; origin++)
            if (has_line(figure, zone, origin)) {
                char *title = bh_print_text("beyond its enclave, %s, %s: trials, 95 %% below, went beyond",
                                            bh_lab_zone_names[zone], origin_names[origin]);
                bh_script_comment(stream, title);
                free(title);
                write_line(figure, zone, origin, stream);
            }
}

static void write_shares(const struct figure *figure, FILE *stream)
{
    for (size_t i = 0; i < figure->count; i++) {
        char *name = bh_print_text("%s, %s", bh_lab_zone_names[figure->counts[i].zone],
                                   bh_lab_fault_names[figure->counts[i].fault]),
             place[64];
        snprintf(place, sizeof place, "graph 0, first %zu right offset -0.5, 0", i);
        bh_script_words(stream, BH_SCRIPT_WORDS + i, name, place);
        free(name);
    }
    fputs("  plot ", stream);
    for (size_t e = 0; e < ENDS; e++) {
        /* Without guests there is none to fail. */
        if (ends[e].extent == BH_LAB_GUEST && figure->study->node->stack == BH_LAB_NATIVE)
            continue;
        fprintf(stream,
                "data index 0 using %zu:1:%zu:%zu:($1-0.38):($1+0.38) with boxxyerror fs %s border -1 lw 0.3 lc %d "
                "title '%s', \\\n    ",
                e + 2, e + 2, e + 3, ends[e].fill, bh_figure_colour(e), ends[e].title);
    }
    fputs("data index 0 using 6:1:7:8 with xerrorbars pt 0 lw 0.8 lc rgb 'black' title 'any effect, 95 %', \\\n"
          "    data index 0 using (graph_end):1:(sprintf('%d', $9)) with labels left offset 0.4, 0 font ',7' notitle\n",
          stream);
}

/* False: there is no zone of an enclave's. */
static bool write_bounds(const struct figure *figure, FILE *stream)
{
    size_t block = 1;
    for (unsigned zone = 0; zone < BH_LAB_ZONES; zone++)
        for (enum origin origin = 0; origin < ORIGINS; origin++) {
            if (!has_line(figure, zone, origin))
                continue;
            fprintf(stream, "%sdata index %zu using 1:2 with lines lw 1.3 lc %d dt %d title '%s, %s'",
                    block == 1 ? "  plot " : ", \\\n    ", block, bh_figure_colour(block - 1), (int)origin + 1,
                    bh_lab_zone_names[zone], origin_names[origin]);
            block++;
        }
    fputs("\n", stream);
    return block > 1;
}

static void write_script(const void *of, const char *name, FILE *stream)
{
    const struct figure *figure = of;
    const double bars = 0.17 * (double)figure->count, above = 0.55, below = 0.8,
                 height = fmax(3.0, bars + above + below);
    char *about = bh_print_text("%zu injections into %s, %s", figure->records_count, figure->study->node->name,
                                figure->study->workload),
         *title = bh_script_quote(about);
    bh_script_begin(stream, about, name, BH_FIGURE_WIDTH, height);
    fprintf(stream,
            "graph_end = 100\n"
            "do for [format in formats] {\n"
            "  eval terminal_of(format)\n"
            "  set output name.'.'.format\n"
            "  reset; set tics font ',8'\n"
            "  set multiplot\n"
            "  set label 100 %s at screen 0.02, screen 0.99 left offset 0, -0.6\n"
            "  set border 1; set grid x lc rgb 'gray85'; unset ytics; set xtics nomirror scale 0.4\n"
            "  set lmargin at screen 0.26; set rmargin at screen 0.57\n"
            "  set tmargin at screen %.4f; set bmargin at screen %.4f\n"
            "  set xrange [0:100]; set yrange [%.4g:-0.8]\n"
            "  set xlabel 'share of the injections, %%; at the right how many' font ',8' offset 0, 0.5\n"
            "  set key at screen 0.02, screen 0.01 left bottom horizontal maxrows 1 samplen 1 font ',8'\n",
            title, 1.0 - above / height, below / height, (double)figure->count - 0.2);
    write_shares(figure, stream);
    fprintf(stream,
            "  reset; set tics font ',8'\n"
            "  set lmargin at screen 0.72; set rmargin at screen 0.955\n"
            "  set tmargin at screen %.4f; set bmargin at screen %.4f\n"
            "  set logscale xy; set border 3 lw 0.7; set xtics nomirror scale 0.4; set ytics nomirror scale 0.4\n"
            "  set grid xtics ytics lc rgb 'gray90' lt 1 lw 0.5\n"
            "  set format y '%%g'; set yrange [:1]\n"
            "  set xlabel 'injections' font ',8' offset 0, 0.5\n"
            "  set ylabel 'beyond its enclave: 95 %% below' font ',8' offset 1.5\n"
            "  set key bottom left Left reverse samplen 1.5 spacing 0.9 font ',7'\n",
            1.0 - above / height, below / height);
    if (!write_bounds(figure, stream))
        fputs("  # no zone here is of one enclave alone\n", stream);
    fputs("  unset multiplot\n", stream);
    bh_script_end(stream);
    free(title);
    free(about);
}

int bh_injection_figure_write(const struct bh_lab_study *study, const struct bh_lab_record *records, size_t count,
                              const char *folder, const char *name, struct bh_error *err)
{
    struct figure figure = {.study = study, .records = records, .records_count = count};
    figure.counts = bh_lab_count_records(records, count, &figure.count);
    struct bh_figure_writer writer = {.figure = &figure, .data = write_data, .script = write_script};
    int status = bh_figure_files_write(folder, name, &writer, true, err);
    free(figure.counts);
    return status;
}
