/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays cells out and writes them as gnuplot data and script. Lengths in points. */
#include "analysis/plots/cell_map.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/gnuplot_script.h"
#include "models/base/utf8.h"

#include <math.h>
#include <stdlib.h>

enum { TAG_X = 1, TAG_Y, TAG_PANEL, TAG_KEYS, TAG_KEY = 100000 };
#define KEY_POINTS 14.0 /* of a key's box, with what is before its text */
#define GAP_POINTS 8.0  /* between panels */

struct layout {
    double width, height, sign, line, left, top, panel_width, panel_height, below, column_step, row_step;
    size_t columns, rows, key_columns, key_rows;
    double key_width, key_from;
    bool names_turn, has_texts, name_lies; /* the name of y, in a line of its own */
};

/* Stops of the palette viridis of N. Smith, S. van der Walt and E. Firing: its lightness rises evenly. */
void bh_cell_shade(double share, char colour[BH_COLOUR_SIZE])
{
    static const double stops[][3] = {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}};
    double place = fmin(fmax(share, 0), 1) * (double)(BH_COUNT(stops) - 1);
    size_t below = (size_t)fmin(floor(place), (double)BH_COUNT(stops) - 2);
    unsigned part[3];
    for (size_t i = 0; i < 3; i++)
        part[i] = (unsigned)lround(stops[below][i] + (place - (double)below) * (stops[below + 1][i] - stops[below][i]));
    snprintf(colour, BH_COLOUR_SIZE, "#%02x%02x%02x", part[0] & 255, part[1] & 255, part[2] & 255);
}

/* Light signs stand on dark ground: by the ground's luminance (Rec. 709). */
static bool is_dark(const char *colour)
{
    unsigned long rgb = strtoul(colour + 1, NULL, 16);
    return 0.2126 * (double)(rgb >> 16) + 0.7152 * (double)(rgb >> 8 & 255) + 0.0722 * (double)(rgb & 255) < 128;
}

/* --- Layout ------------------------------------------------------------------------------------------------------------ */

static double width_of(const struct layout *layout, const char *text)
{
    return layout->sign * (double)bh_utf8_count(text);
}

static double widest(const struct layout *layout, const struct bh_cell_side *side)
{
    double most = 0;
    for (size_t i = 0; i < side->count; i++)
        most = fmax(most, width_of(layout, side->labels[i]));
    return most;
}

static void lay_keys(const struct bh_cell_map *map, struct layout *layout)
{
    double title = map->keys_title != NULL ? width_of(layout, map->keys_title) + layout->sign : 0;
    layout->key_from = 4 + (title < layout->width / 2 ? title : 0);
    double most = 1, room = layout->width - 4 - layout->key_from;
    for (size_t k = 0; k < map->keys_count; k++)
        most = fmax(most, KEY_POINTS + width_of(layout, map->keys[k].text) + layout->sign);
    layout->key_width = fmin(most, room);
    layout->key_columns = (size_t)fmax(1, floor(room / most));
    layout->key_rows =
        (map->keys_count + layout->key_columns - 1) / layout->key_columns + (title > 0 && layout->key_from == 4);
}

static struct layout lay(const struct bh_cell_map *map)
{
    struct layout layout = {.width = 72 * map->width_in, .sign = 0.58 * map->size_pt, .line = 1.3 * map->size_pt};
    size_t most = map->width_in > 5 ? 3 : 2;
    double longest_text = 0;
    lay_keys(map, &layout);
    layout.columns = map->panels < most ? map->panels : most;
    layout.rows = (map->panels + layout.columns - 1) / layout.columns;
    /* The name of the axis stands upright before the words. */
    layout.left = 1.4 * layout.line + fmin(widest(&layout, &map->y), 0.4 * layout.width) + 6;
    layout.panel_width =
        (layout.width - layout.left - 6 - GAP_POINTS * (double)(layout.columns - 1)) / (double)layout.columns;
    layout.panel_height =
        fmax(1.9 * layout.line, fmin(0.75 * layout.panel_width, 2.6 * layout.line * (double)map->y.count));
    layout.panel_height = fmax(layout.panel_height, 1.25 * layout.line * (double)map->y.count);
    double cell = layout.panel_width / (double)map->x.count;
    layout.names_turn = widest(&layout, &map->x) > cell - 0.5 * layout.sign;
    layout.below = (layout.names_turn ? fmin(widest(&layout, &map->x), 160) : layout.line) + 0.5 * layout.line;
    for (size_t i = 0; i < map->panels * map->x.count * map->y.count; i++)
        longest_text = fmax(longest_text, width_of(&layout, map->cells[i].text));
    layout.has_texts = longest_text < cell - 0.5 * layout.sign;
    layout.name_lies = width_of(&layout, map->y.name) > layout.panel_height;
    double above = (map->panel_labels != NULL ? 1.2 : 0.3) * layout.line;
    layout.top = 4 + (double)layout.key_rows * 1.1 * layout.line + above + (layout.name_lies ? 1.1 * layout.line : 0);
    layout.column_step = layout.panel_width + GAP_POINTS;
    layout.row_step = layout.panel_height + layout.below + above;
    layout.height = layout.top - above + (double)layout.rows * layout.row_step + 1.3 * layout.line;
    return layout;
}

/* --- Files ------------------------------------------------------------------------------------------------------------- */

static void write_comments(const struct bh_cell_map *map, FILE *stream)
{
    bh_script_comment(stream, map->title);
    bh_script_comment(stream, map->what);
}

static void write_data(const void *of, FILE *stream)
{
    const struct bh_cell_map *map = of;
    write_comments(map, stream);
    fputs("# Blocks: panels. x y colour hatched colour_of_text text value\n", stream);
    for (size_t p = 0; p < map->panels; p++) {
        if (map->panel_labels != NULL)
            bh_script_comment(stream, map->panel_labels[p]);
        for (size_t i = 0; i < map->y.count * map->x.count; i++) {
            const struct bh_cell *cell = &map->cells[p * map->y.count * map->x.count + i];
            double value = map->values != NULL ? map->values[p * map->y.count * map->x.count + i] : NAN;
            fprintf(stream, "%zu %zu 0x%s %d %s \"%s\" %.6g\n", i % map->x.count + 1, i / map->x.count + 1,
                    cell->colour + 1, (int)cell->is_hatched, is_dark(cell->colour) ? "0xffffff" : "0x000000",
                    cell->text, value);
        }
        fputs("\n\n", stream);
    }
}

static void write_side(const struct bh_cell_side *side, bool is_x, bool turns, FILE *stream)
{
    for (size_t i = 0; i < side->count; i++) {
        char *text = bh_script_text(side->labels[i]);
        if (is_x)
            fprintf(stream, "  set label %zu %s at first %zu, graph 0 %s\n", BH_SCRIPT_WORDS + i, text, i + 1,
                    turns ? "right rotate by 90 offset 0, -0.4" : "center offset 0, -0.8");
        else
            fprintf(stream, "  set label %zu %s at graph 0, first %zu right offset -0.6, 0\n", 2 * BH_SCRIPT_WORDS + i,
                    text, i + 1);
        free(text);
    }
}

static void write_key(const struct bh_cell_map *map, const struct layout *layout, FILE *stream)
{
    size_t first = map->keys_title != NULL && layout->key_from <= 4; /* a long title has a line of its own */
    if (map->keys_title != NULL) {
        char *title = bh_script_text(map->keys_title);
        fprintf(stream, "  set label %d %s at screen %.4f, screen %.4f left\n", TAG_KEYS, title, 4 / layout->width,
                1 - (4 + 0.55 * layout->line) / layout->height);
        free(title);
    }
    for (size_t k = 0; k < map->keys_count; k++) {
        const struct bh_cell_key *key = &map->keys[k];
        char *text = bh_script_text(key->text);
        double x = layout->key_from + (double)(k % layout->key_columns) * layout->key_width,
               y = layout->height - 4 - ((double)(first + k / layout->key_columns) + 0.5) * 1.1 * layout->line,
               half = 0.36 * layout->line;
        fprintf(
            stream,
            "  set object %zu rectangle from screen %.4f, screen %.4f to screen %.4f, screen %.4f fc rgb '%s' fs solid "
            "border lc rgb 'gray50'\n",
            TAG_KEY + 2 * k, x / layout->width, (y - half) / layout->height, (x + 2 * half) / layout->width,
            (y + half) / layout->height, key->colour);
        if (key->is_hatched)
            fprintf(
                stream,
                "  set object %zu rectangle from screen %.4f, screen %.4f to screen %.4f, screen %.4f fc rgb 'black' "
                "fs transparent pattern 4 noborder\n",
                TAG_KEY + 2 * k + 1, x / layout->width, (y - half) / layout->height, (x + 2 * half) / layout->width,
                (y + half) / layout->height);
        fprintf(stream, "  set label %zu %s at screen %.4f, screen %.4f left\n", TAG_KEY + k, text,
                (x + 2 * half + 3) / layout->width, y / layout->height);
        free(text);
    }
}

static void write_names(const struct bh_cell_map *map, const struct layout *layout, FILE *stream)
{
    char *x = bh_script_text(map->x.name), *y = bh_script_text(map->y.name);
    double half = width_of(layout, map->x.name) / 2, at = (layout->left + layout->width - 6) / 2;
    at = fmax(fmin(at, layout->width - half - 4), fmin(half + 4, layout->width / 2));
    fprintf(stream, "  set label %d (exists('x_label') ? x_label : %s) at screen %.4f, screen %.4f center\n", TAG_X, x,
            at / layout->width, 0.65 * layout->line / layout->height);
    fprintf(stream, "  set label %d (exists('y_label') ? y_label : %s) at screen %.4f, screen %.4f %s\n", TAG_Y, y,
            (layout->name_lies ? 4 : 0.7 * layout->line) / layout->width,
            1 - (layout->name_lies ? 4 + ((double)layout->key_rows + 0.5) * 1.1 * layout->line
                                   : layout->top + layout->panel_height / 2) /
                    layout->height,
            layout->name_lies ? "left" : "center rotate by 90");
    free(x);
    free(y);
}

static void write_panel(const struct bh_cell_map *map, const struct layout *layout, size_t panel, FILE *stream)
{
    size_t column = panel % layout->columns;
    double left = layout->left + (double)column * layout->column_step,
           top = layout->top + (double)(panel / layout->columns) * layout->row_step;
    fprintf(
        stream,
        "  unset label; unset object\n"
        "  set lmargin at screen %.4f; set rmargin at screen %.4f; set tmargin at screen %.4f; set bmargin at screen "
        "%.4f\n",
        left / layout->width, (left + layout->panel_width) / layout->width, 1 - top / layout->height,
        1 - (top + layout->panel_height) / layout->height);
    if (panel == 0) {
        write_key(map, layout, stream);
        write_names(map, layout, stream);
    }
    write_side(&map->x, true, layout->names_turn, stream);
    if (column == 0)
        write_side(&map->y, false, false, stream);
    if (map->panel_labels != NULL) {
        char *text = bh_script_text(map->panel_labels[panel]);
        fprintf(stream, "  set label %d %s at graph 0.5, screen %.4f center\n", TAG_PANEL, text,
                1 - (top - 0.6 * layout->line) / layout->height);
        free(text);
    }
    fprintf(stream,
            "  plot data index %zu using 1:2:(0.49):(0.48):3 with boxxyerror fs solid noborder lc rgb variable, \\\n"
            "    data index %zu using ($4 > 0 ? $1 : NaN):2:(0.49):(0.48) with boxxyerror fs transparent pattern 4 "
            "noborder "
            "lc rgb 'black'",
            panel, panel);
    if (layout->has_texts)
        fprintf(stream,
                ", \\\n    data index %zu using 1:2:(t(strcol(6), strcol(6), strcol(6))):5 with labels tc rgb variable",
                panel);
    fputs("\n", stream);
}

static void write_script(const void *of, const char *name, FILE *stream)
{
    const struct bh_cell_map *map = of;
    struct layout layout = lay(map);
    const struct bh_script_look look = {map->width_in, layout.height / 72, map->font, map->size_pt, map->terminals};
    bh_script_begin_any(stream, map->title, name, &look);
    bh_script_comment(stream, map->what);
    bh_script_each_format(stream);
    fprintf(stream,
            "  reset; unset key; unset tics; unset border; unset colorbox\n"
            "  set xrange [0.5:%zu.5]; set yrange [0.5:%zu.5]\n"
            "  set multiplot\n",
            map->x.count, map->y.count);
    for (size_t p = 0; p < map->panels; p++)
        write_panel(map, &layout, p, stream);
    fputs("  unset multiplot\n", stream);
    bh_script_end(stream);
}

int bh_cell_map_write(const struct bh_cell_map *map, const char *folder, const char *name, bool run_gnuplot,
                      struct bh_error *err)
{
    struct bh_figure_writer writer = {
        .figure = map, .data = write_data, .script = write_script, .terminals = map->terminals};
    return bh_figure_files_write(folder, name, &writer, run_gnuplot, err);
}
