/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The heat maps as gnuplot data and script. */
#include "analysis/figures/gnuplot_script.h"
#include "analysis/zones/extent_map.h"

#include "analysis/zones/parts.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a cell looks like. */
enum look { LOOK_NUMBER, LOOK_ZERO, LOOK_BOUND };

static enum look look_of(const struct bh_picture_cell *cell)
{
    if (cell->is_bound)
        return LOOK_BOUND;
    return cell->probability == 0.0 ? LOOK_ZERO : LOOK_NUMBER;
}

/* Lower left corner of a panel's cells. */
static void corner_of(const struct bh_extent_map *map, size_t panel, double *left, double *top)
{
    const struct bh_panel_place *place = &map->page.places[panel];
    *left = map->label_width + (double)place->column * map->page.panel_width;
    *top = map->height - (double)place->line * map->page.line_height - map->head_height;
}

/* --- Data ---------------------------------------------------------------------------------------------------------- */

static void write_cell(const struct bh_extent_map *map, const struct bh_picture_cell *cell, bool is_simulated, double x,
                       double y, FILE *stream)
{
    char text[BH_PROBABILITY_SIZE];
    (cell->is_bound ? bh_bound_text : bh_probability_text)(cell->probability, text);
    fprintf(stream, "%.4f %.4f %.6g %d ", x, y,
            look_of(cell) == LOOK_NUMBER ? fmax(log10(cell->probability), map->least) : NAN, (int)look_of(cell));
    bh_write_text(stream, text);
    fprintf(stream, " %d %.6g\n", (int)is_simulated, cell->probability);
}

static void write_cells(const struct bh_extent_map *map, FILE *stream)
{
    const struct bh_picture *picture = map->page.picture;
    fputs("# cells\n# x y log10 look text simulated probability; look: 0 a number, 1 an exact zero, 2 no more than a "
          "bound\n",
          stream);
    for (size_t p = 0; p < picture->panels_count; p++) {
        double left, top;
        if (map->page.places[p].page != map->page.page)
            continue;
        corner_of(map, p, &left, &top);
        bh_script_comment(stream, picture->panels[p].name);
        for (size_t l = 0; l < map->lines_count; l++) {
            const struct bh_picture_row *row = bh_map_row(&picture->panels[p], &map->lines[l]);
            for (size_t s = 0; row != NULL && s < map->scopes_count; s++)
                write_cell(map, &row->extent[map->scopes[s]], row->is_simulated,
                           left + ((double)s + 0.5) * map->cell_width, top - ((double)l + 0.5) * map->line_height,
                           stream);
        }
    }
}

static void write_word(FILE *stream, double x, double y, const char *text)
{
    fprintf(stream, "%.4f %.4f ", x, y);
    bh_write_text(stream, text);
    fputc('\n', stream);
}

static void write_heads(const struct bh_extent_map *map, enum bh_words look, FILE *stream)
{
    static const char *const blocks[BH_WORDS] = {
        [BH_WORDS_MAP_TITLE] = "titles", [BH_WORDS_SUBTITLE] = "subtitles", [BH_WORDS_DETAIL] = "columns"};
    const struct bh_picture *picture = map->page.picture;
    fprintf(stream, "\n\n# %s\n# x y text\n", blocks[look]);
    for (size_t p = 0; p < picture->panels_count; p++) {
        double left, top;
        if (map->page.places[p].page != map->page.page)
            continue;
        corner_of(map, p, &left, &top);
        double middle = left + map->cell_width * (double)map->scopes_count / 2;
        char *title =
            look == BH_WORDS_MAP_TITLE ? bh_panel_title(&picture->panels[p]) : bh_panel_subtitle(&picture->panels[p]);
        if (look != BH_WORDS_DETAIL)
            write_word(stream, middle, top + (look == BH_WORDS_MAP_TITLE ? 0.34 : 0.21), title);
        else
            for (size_t s = 0; s < map->scopes_count; s++)
                write_word(stream, left + ((double)s + 0.5) * map->cell_width, top + 0.07,
                           picture->scope_names[map->scopes[s]]);
        free(title);
    }
}

static bool begins_zone(const struct bh_extent_map *map, size_t l)
{
    return l == 0 || map->lines[l].enclave != map->lines[l - 1].enclave ||
           (map->lines[l].zone == NULL) != (map->lines[l - 1].zone == NULL) ||
           (map->lines[l].zone != NULL && strcmp(map->lines[l].zone, map->lines[l - 1].zone) != 0);
}

/* The zone once for all its kinds, over its owner. */
static void write_zone_name(const struct bh_extent_map *map, size_t l, double top, FILE *stream)
{
    const struct bh_map_line *line = &map->lines[l];
    size_t end = l + 1;
    while (end < map->lines_count && !begins_zone(map, end))
        end++;
    double y = top - (double)(l + end) / 2 * map->line_height;
    if (line->enclave < 0 || end == l + 1) {
        char *text = line->enclave < 0
                         ? bh_copy_text(line->zone)
                         : bh_print_text("%s of %s", line->zone, map->page.picture->enclave_names[line->enclave]);
        write_word(stream, 0.04, y, text);
        free(text);
        return;
    }
    char *owner = bh_print_text("of %s", map->page.picture->enclave_names[line->enclave]);
    write_word(stream, 0.04, y + 0.055, line->zone);
    write_word(stream, 0.04, y - 0.055, owner);
    free(owner);
}

static void write_line_names(const struct bh_extent_map *map, bool kinds, FILE *stream)
{
    fprintf(stream, "\n\n# %s\n# x y text\n", kinds ? "kinds" : "zones");
    for (size_t line = 0; line < map->page.lines; line++) {
        double top = map->height - (double)line * map->page.line_height - map->head_height;
        for (size_t l = 0; l < map->lines_count; l++)
            if (kinds)
                write_word(stream, map->label_width - 0.05, top - ((double)l + 0.5) * map->line_height,
                           map->lines[l].kind);
            else if (map->lines[l].zone != NULL && begins_zone(map, l))
                write_zone_name(map, l, top, stream);
    }
}

static void write_rules(const struct bh_extent_map *map, FILE *stream)
{
    double rule = map->label_width + map->page.panel_width * (double)map->page.columns - BH_MAP_PANEL_GAP - 0.04;
    fputs("\n\n# rules\n# x y dx dy: between zones\n", stream);
    for (size_t line = 0; line < map->page.lines; line++) {
        double top = map->height - (double)line * map->page.line_height - map->head_height;
        for (size_t l = 0; l <= map->lines_count; l++)
            if (l == map->lines_count || begins_zone(map, l))
                fprintf(stream, "0.04 %.4f %.4f 0\n", top - (double)l * map->line_height, rule);
    }
}

void bh_extent_map_write_data(const void *figure, FILE *stream)
{
    const struct bh_extent_map *map = figure;
    bh_script_comment(stream, map->page.picture->title);
    fputs("# Probability of the largest extent of errors, by where they begin. Places in inches, from the lower left "
          "corner.\n",
          stream);
    write_cells(map, stream);
    write_heads(map, BH_WORDS_MAP_TITLE, stream);
    write_heads(map, BH_WORDS_SUBTITLE, stream);
    write_heads(map, BH_WORDS_DETAIL, stream);
    write_line_names(map, false, stream);
    write_line_names(map, true, stream);
    write_rules(map, stream);
}

/* --- Script --------------------------------------------------------------------------------------------------------- */

static void write_key_item(FILE *stream, double x, double *y, const char *words)
{
    fprintf(stream, "  set label '%s' at %.3f, %.3f font ',7.5'\n", words, x, *y);
    *y -= BH_MAP_KEY_LINE;
}

/* The palette under the panels, and what is not in it. */
static void write_key(const struct bh_extent_map *map, FILE *stream)
{
    double left = 0.2, width = fmin(2.2, 0.4 * map->width), x = left + width + 0.25;
    fprintf(stream,
            "  set colorbox horizontal user origin %.3f/width, 0.20/height size %.3f/width, 0.09/height noborder\n"
            "  set cbtics (",
            left, width);
    char power[BH_POWER_SIZE];
    int least = (int)map->least, step = (-least + 5) / 6;
    for (int decade = 0; decade >= least; decade -= step)
        fprintf(stream, decade == 0 ? "'1' 0" : ", '%s' %d", bh_script_power(10, decade, power), decade);
    fputs(") scale 0.3 font ',7.5' offset 0, 0.5\n", stream);
    fprintf(stream, "  set label 'P(largest extent)%s' at %.3f, 0.36 font ',7.5'\n",
            map->page.picture->reproduces_input ? " – reproduced" : "", left);
    double y = bh_extent_map_key_height(map) - 0.14;
    if (map->any_zero)
        write_key_item(stream, x, &y, "0: never, exactly");
    if (map->any_bound)
        write_key_item(stream, x, &y, "<: no more than a bound is known");
    if (map->any_missing)
        write_key_item(stream, x, &y, "blank: the system has no such zone");
    if (map->any_simulated) {
        fprintf(stream, "  set label '' at %.3f, %.3f point pt 7 ps 0.3 lc rgb '#d55e00'\n", x + 0.03, y);
        write_key_item(stream, x + 0.09, &y, "simulated");
    }
}

void bh_extent_map_write_script(const void *figure, const char *name, FILE *stream)
{
    const struct bh_extent_map *map = figure;
    bh_canvas_begin(stream, map->page.picture, name, map->width, map->height);
    fprintf(stream,
            "  # One hue from light to dark: read alike by the colour-blind and in grey.\n"
            "  set palette defined (0 '#e4eef7', 0.25 '#b8d5ea', 0.5 '#74b1d8', 0.75 '#2f7ebc', 1 '#08306b')\n"
            "  set cbrange [%g:0]\n"
            "  half_width = %.4f; half_height = %.4f; dark = %.4g   # numbers are white beyond it\n",
            map->least, map->cell_width / 2 - 0.006, map->line_height / 2 - 0.006, map->least * 0.35);
    write_key(map, stream);
    fputs("  plot \\\n"
          "    data index 'rules' using 1:2:3:4 with vectors nohead lw 0.4 lc rgb '#c8c8c8', \\\n"
          "    data index 'cells' using 1:2:(half_width):(half_height):3 with boxxyerror fs solid noborder lc palette, "
          "\\\n"
          "    data index 'cells' using 1:2:($4 == 0 ? 1/0 : half_width):(half_height) with boxxyerror fs solid "
          "noborder fc rgb "
          "'white', \\\n"
          "    data index 'cells' using 1:2:($4 == 0 ? 1/0 : half_width):(half_height) with boxxyerror fs empty lw 0.5 "
          "lc rgb "
          "'#c8c8c8', \\\n"
          "    data index 'cells' using 1:2:5:($4 == 0 && $3 > dark ? 0xffffff : $4 == 1 ? 0x777777 : 0) with labels "
          "center "
          "font ',7' tc rgb variable, \\\n",
          stream);
    if (map->any_simulated)
        fputs("    data index 'cells' using ($6 == 1 ? $1 + half_width - 0.03 : 1/0):($2 + half_height - 0.03) with "
              "points pt 7 ps "
              "0.3 lc rgb '#d55e00', \\\n",
              stream);
    fprintf(stream,
            "    data index 'titles' using 1:2:3 with labels %s, \\\n"
            "    data index 'subtitles' using 1:2:3 with labels %s, \\\n"
            "    data index 'columns' using 1:2:3 with labels %s, \\\n"
            "    data index 'zones' using 1:2:3 with labels %s, \\\n"
            "    data index 'kinds' using 1:2:3 with labels %s\n",
            bh_words_style(BH_WORDS_MAP_TITLE), bh_words_style(BH_WORDS_SUBTITLE), bh_words_style(BH_WORDS_DETAIL),
            bh_words_style(BH_WORDS_LEFT), bh_words_style(BH_WORDS_RIGHT));
    bh_script_end(stream);
}
