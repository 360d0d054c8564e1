/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays out the heat maps: which lines and columns there are, how large, and what the colours mean. */
#include "analysis/zones/extent_map.h"

#include "analysis/figures/gnuplot_script.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 4 };
static const double page_height = 9.0, line_height = 0.14, title_height = 0.33, line_gap = 0.12, least_cell = 0.33,
                    widest_cell = 0.5, narrowest = 4.0;
/* Below it all probabilities have the same colour. */
static const double least_decade = -12.0;

static bool is_same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static unsigned depth_of(const struct bh_picture_panel *panel, size_t zone)
{
    unsigned depth = 0;
    for (int z = panel->zones[zone].parent; z >= 0; z = panel->zones[z].parent)
        depth++;
    return depth;
}

static struct bh_map_line line_of(const struct bh_picture_panel *panel, const struct bh_picture_row *row)
{
    struct bh_map_line line = {.kind = row->kind, .order = row->order, .enclave = -1};
    if (row->zone < panel->zones_count) {
        line.zone = panel->zones[row->zone].name;
        line.enclave = panel->zones[row->zone].enclave;
        line.depth = depth_of(panel, row->zone);
    }
    return line;
}

static bool is_same_line(const struct bh_map_line *a, const struct bh_map_line *b)
{
    return is_same_text(a->zone, b->zone) && a->enclave == b->enclave && strcmp(a->kind, b->kind) == 0;
}

const struct bh_picture_row *bh_map_row(const struct bh_picture_panel *panel, const struct bh_map_line *line)
{
    for (size_t r = 0; r < panel->rows_count; r++) {
        struct bh_map_line other = line_of(panel, &panel->rows[r]);
        if (is_same_line(line, &other))
            return &panel->rows[r];
    }
    return NULL;
}

/* By owner, then up the tree; all errors come last. */
static int compare_lines(const void *left, const void *right)
{
    const struct bh_map_line *a = left, *b = right;
    if ((a->zone == NULL) != (b->zone == NULL))
        return a->zone == NULL ? 1 : -1;
    if (a->enclave != b->enclave)
        return a->enclave < b->enclave ? -1 : 1;
    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    int names = a->zone == NULL ? 0 : strcmp(a->zone, b->zone);
    return names != 0 ? names : (a->order > b->order) - (a->order < b->order);
}

static void find_lines(struct bh_extent_map *map)
{
    const struct bh_picture *picture = map->page.picture;
    for (size_t p = 0; p < picture->panels_count; p++)
        for (size_t r = 0; r < picture->panels[p].rows_count; r++) {
            struct bh_map_line line = line_of(&picture->panels[p], &picture->panels[p].rows[r]);
            size_t known = 0;
            while (known < map->lines_count && !is_same_line(&map->lines[known], &line))
                known++;
            if (known < map->lines_count) {
                /* A zone lies deeper in one system than in another: it stands where it is deepest. */
                if (line.depth > map->lines[known].depth)
                    map->lines[known].depth = line.depth;
                continue;
            }
            map->lines = bh_reallocate(map->lines, map->lines_count + 1, sizeof *map->lines);
            map->lines[map->lines_count++] = line;
        }
    qsort(map->lines, map->lines_count, sizeof *map->lines, compare_lines);
}

/* Scopes that no error reaches get no column, but none, process and node, which tables show always. */
static void find_scopes_and_colours(struct bh_extent_map *map)
{
    const struct bh_picture *picture = map->page.picture;
    double least = 0.1;
    map->scopes = bh_allocate(picture->scopes_count, sizeof *map->scopes);
    for (size_t s = 0; s < picture->scopes_count; s++) {
        bool any = s < 2;
        for (size_t p = 0; p < picture->panels_count; p++)
            for (size_t r = 0; r < picture->panels[p].rows_count; r++) {
                const struct bh_picture_row *row = &picture->panels[p].rows[r];
                const struct bh_picture_cell *cell = &row->extent[s];
                any = any || (cell->probability > 0.0 && !cell->is_bound);
                map->any_bound = map->any_bound || cell->is_bound;
                map->any_zero = map->any_zero || cell->probability == 0.0;
                map->any_simulated = map->any_simulated || row->is_simulated;
                if (cell->probability > 0.0 && !cell->is_bound)
                    least = fmin(least, cell->probability);
            }
        if (any)
            map->scopes[map->scopes_count++] = s;
    }
    for (size_t p = 0; p < picture->panels_count; p++)
        for (size_t l = 0; l < map->lines_count; l++)
            map->any_missing = map->any_missing || bh_map_row(&picture->panels[p], &map->lines[l]) == NULL;
    map->least = fmax(floor(log10(least)), least_decade);
}

/* Words at the left: the zone and its owner, and the kind. */
static double label_width(const struct bh_extent_map *map)
{
    double width = 0.0;
    for (size_t l = 0; l < map->lines_count; l++) {
        const struct bh_map_line *line = &map->lines[l];
        const char *owner = line->enclave >= 0 ? map->page.picture->enclave_names[line->enclave] : "";
        double zone = line->zone == NULL ? 0.0 : fmax(bh_text_width(line->zone), bh_text_width(owner) + 3.0);
        width = fmax(width, (zone + bh_text_width(line->kind)) * BH_CHARACTER_WIDTH(BH_FONT_SMALL));
    }
    return width + 0.12;
}

static void measure(struct bh_extent_map *map)
{
    find_lines(map);
    find_scopes_and_colours(map);
    map->label_width = label_width(map);
    map->line_height = line_height;
    double longest = 0.0;
    for (size_t s = 0; s < map->scopes_count; s++)
        longest = fmax(longest, bh_text_width(map->page.picture->scope_names[map->scopes[s]]));
    map->cell_width = fmax(least_cell, longest * BH_CHARACTER_WIDTH(BH_FONT_DETAIL) + 0.02);
    map->head_height = title_height + 0.15;
    /* The titles stand over the cells. */
    double title = 0.0;
    for (size_t p = 0; p < map->page.picture->panels_count; p++) {
        char *subtitle = bh_panel_subtitle(&map->page.picture->panels[p]);
        char *name = bh_panel_title(&map->page.picture->panels[p]);
        title = fmax(title, fmax(bh_text_width(subtitle) * BH_CHARACTER_WIDTH(BH_FONT_SMALL),
                                 bh_text_width(name) * BH_CHARACTER_WIDTH(BH_FONT_MAP_TITLE)));
        free(subtitle);
        free(name);
    }
    map->cell_width = fmax(map->cell_width, title / (double)map->scopes_count);
}

static double height_of_line(const struct bh_extent_map *map)
{
    return map->head_height + map->line_height * (double)map->lines_count + line_gap;
}

double bh_extent_map_key_height(const struct bh_extent_map *map)
{
    int words = map->any_zero + map->any_bound + map->any_missing + map->any_simulated;
    return fmax(0.5, 0.16 + BH_MAP_KEY_LINE * words);
}

struct bh_map_room bh_extent_map_room(const struct bh_picture *picture)
{
    struct bh_extent_map *map = bh_allocate(1, sizeof *map);
    map->page.picture = picture;
    measure(map);
    double panel = map->cell_width * (double)map->scopes_count + BH_MAP_PANEL_GAP;
    double columns = floor((BH_FIGURE_WIDTH - map->label_width + BH_MAP_PANEL_GAP) / panel);
    double lines = floor((page_height - bh_extent_map_key_height(map)) / height_of_line(map));
    bh_extent_map_destroy(map);
    return (struct bh_map_room){(size_t)fmin(fmax(columns, 1), MOST_COLUMNS), (size_t)fmax(lines, 1)};
}

struct bh_extent_map *bh_extent_map_create(const struct bh_picture_page *page)
{
    struct bh_extent_map *map = bh_allocate(1, sizeof *map);
    map->page = *page;
    measure(map);
    double room = (BH_FIGURE_WIDTH - map->label_width + BH_MAP_PANEL_GAP) / (double)page->columns - BH_MAP_PANEL_GAP;
    map->cell_width = fmax(map->cell_width, fmin(room / (double)map->scopes_count, widest_cell));
    map->page.panel_width = map->cell_width * (double)map->scopes_count + BH_MAP_PANEL_GAP;
    map->page.line_height = height_of_line(map);
    map->width =
        fmax(narrowest, map->label_width + map->page.panel_width * (double)page->columns - BH_MAP_PANEL_GAP + 0.05);
    map->height = bh_extent_map_key_height(map) + map->page.line_height * (double)page->lines;
    return map;
}

void bh_extent_map_destroy(struct bh_extent_map *map)
{
    if (map == NULL)
        return;
    free(map->lines);
    free(map->scopes);
    free(map);
}
