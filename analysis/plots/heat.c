/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A figure by request as a map of cells: the number is a colour, its series are rows. */
#include "analysis/plots/cell_map.h"
#include "analysis/plots/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHADES = 5 };

/* A number in three digits, of which LaTeX and gnuplot make nothing else. */
static void tell(double value, char text[BH_CELL_TEXT_SIZE])
{
    double size = fabs(value);
    snprintf(text, BH_CELL_TEXT_SIZE, size >= 999.5 && size < 1e6 ? "%.0f" : "%.3g", value);
}

/* Least and most of all values; whether any place has none, since not all of its runs are done. */
static bool find_range(const struct bh_plot *plot, double *least, double *most)
{
    const size_t *count = plot->used_count;
    bool has_open = false;
    *least = INFINITY, *most = -INFINITY;
    for (size_t i = 0; i < count[BH_PLOT_PANEL] * count[BH_PLOT_SERIES] * count[BH_PLOT_X]; i++) {
        double value = plot->metric[0].factor * plot->values[i].estimate.mean;
        has_open = has_open || (isnan(value) && plot->values[i].not_done > 0);
        *least = isfinite(value) ? fmin(*least, value) : *least;
        *most = isfinite(value) ? fmax(*most, value) : *most;
    }
    return has_open;
}

/* What the colours mean: five values from the least to the most, evenly in what the axis would be. */
static size_t write_keys(const struct bh_plot *plot, double least, double most, bool has_open,
                         struct bh_cell_key keys[SHADES + 2], char texts[SHADES + 2][32])
{
    size_t count = 0;
    for (size_t k = 0; k < SHADES && least <= most; k++) {
        double share = (double)k / (SHADES - 1), value;
        char number[BH_CELL_TEXT_SIZE];
        value = plot->metric[0].is_logarithmic && least > 0 ? least * pow(most / least, share)
                                                            : least + share * (most - least);
        tell(value, number);
        snprintf(texts[count], sizeof texts[count], "%s", number);
        bh_cell_shade(share, keys[count].colour);
        keys[count].text = texts[count];
        count++;
        if (!(most > least))
            break;
    }
    if (has_open) {
        snprintf(texts[count], sizeof texts[count], "not all runs are done");
        keys[count] = (struct bh_cell_key){"#ffffff", true, texts[count]};
        count++;
    }
    return count;
}

/* Numbers rise; words stand as they come, the first on top. */
static size_t row_of(const struct bh_plot *plot, size_t series)
{
    const struct bh_plot_dimension *rows = &plot->dimension[BH_PLOT_SERIES];
    return rows->numbers != NULL && rows->is_ordered ? series : plot->used_count[BH_PLOT_SERIES] - 1 - series;
}

static void fill(const struct bh_plot *plot, double least, double most, struct bh_cell *cells, double *values)
{
    const size_t *count = plot->used_count;
    bool is_logarithmic = plot->metric[0].is_logarithmic && least > 0;
    for (size_t i = 0; i < count[BH_PLOT_PANEL] * count[BH_PLOT_SERIES] * count[BH_PLOT_X]; i++) {
        size_t x = i % count[BH_PLOT_X], series = i / count[BH_PLOT_X] % count[BH_PLOT_SERIES],
               panel = i / count[BH_PLOT_X] / count[BH_PLOT_SERIES],
               to = (panel * count[BH_PLOT_SERIES] + row_of(plot, series)) * count[BH_PLOT_X] + x;
        double value = values[to] = plot->metric[0].factor * plot->values[i].estimate.mean;
        strcpy(cells[to].colour, "#ffffff");
        if (isnan(value)) {
            cells[to].is_hatched = plot->values[i].not_done > 0;
            continue;
        }
        double share = !(most > least)  ? 0
                       : is_logarithmic ? log(value / least) / log(most / least)
                                        : (value - least) / (most - least);
        bh_cell_shade(share, cells[to].colour);
        tell(value, cells[to].text);
    }
}

static const char **labels_of(const struct bh_plot *plot, enum bh_plot_role role)
{
    const char **labels = bh_allocate(plot->used_count[role] + 1, sizeof *labels);
    for (size_t i = 0; i < plot->used_count[role]; i++)
        labels[role == BH_PLOT_SERIES ? row_of(plot, i) : i] = bh_plot_label(plot, role, i);
    return labels;
}

int bh_plot_write_heat(const struct bh_plot *plot, const char *folder, const char *name, struct bh_error *err)
{
    const struct bh_plot_request *request = plot->request;
    const size_t *count = plot->used_count;
    size_t cells_count = count[BH_PLOT_PANEL] * count[BH_PLOT_SERIES] * count[BH_PLOT_X];
    struct bh_cell *cells = bh_allocate(cells_count + 1, sizeof *cells);
    double *values = bh_allocate(cells_count + 1, sizeof *values), least, most;
    const char **labels[] = {labels_of(plot, BH_PLOT_X), labels_of(plot, BH_PLOT_SERIES),
                             labels_of(plot, BH_PLOT_PANEL)};
    struct bh_cell_key keys[SHADES + 2] = {0};
    char texts[SHADES + 2][32];
    bool has_open = find_range(plot, &least, &most);
    fill(plot, least, most, cells, values);
    char *what =
        bh_print_text("%s over %s and %s%s%s", plot->metric[0].label, plot->dimension[BH_PLOT_X].name,
                      plot->dimension[BH_PLOT_SERIES].name, plot->fixed[0] != '\0' ? ", at " : "", plot->fixed);
    char *title = bh_print_text("%s%s:", plot->metric[0].label,
                                plot->dimension[BH_PLOT_BAND].kind != BH_DIMENSION_NONE ? ", median over draws" : "");
    struct bh_cell_map map = {.title = plot->view->title,
                              .what = what,
                              .x = {request->x_label != NULL ? request->x_label : plot->dimension[BH_PLOT_X].name,
                                    count[BH_PLOT_X], labels[0]},
                              .y = {plot->dimension[BH_PLOT_SERIES].name, count[BH_PLOT_SERIES], labels[1]},
                              .panels = count[BH_PLOT_PANEL],
                              .panel_labels =
                                  plot->dimension[BH_PLOT_PANEL].kind != BH_DIMENSION_NONE ? labels[2] : NULL,
                              .cells = cells,
                              .values = values,
                              .keys_title = title,
                              .keys_count = write_keys(plot, least, most, has_open, keys, texts),
                              .keys = keys,
                              .width_in = request->width_in,
                              .size_pt = request->size_pt,
                              .font = request->font,
                              .terminals = request->terminals};
    int status = bh_cell_map_write(&map, folder, name, true, err);
    for (size_t i = 0; i < BH_COUNT(labels); i++)
        free(labels[i]);
    free(title);
    free(what);
    free(values);
    free(cells);
    return status;
}
