/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where errors end by where they begin, a panel per policy: probabilities as colours and as numbers. */
#pragma once

#include "analysis/zones/containment_pages.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A line of cells, the same in all panels: errors of one kind that begin in a zone of this name and owner. */
struct bh_map_line {
    const char *zone; /* NULL: all errors */
    int enclave;
    unsigned order; /* of kinds within the zone */
    const char *kind;
    unsigned depth; /* of the zone in its tree: lines are sorted by owner, depth, name and kind */
};

struct bh_extent_map {
    struct bh_picture_page page;
    size_t lines_count;
    struct bh_map_line *lines;
    size_t scopes_count;
    size_t *scopes; /* those that some error may reach */
    double least;   /* power of ten: the palette's lower end */
    bool any_simulated, any_bound, any_zero, any_missing;
    double width, height; /* inches */
    double label_width, cell_width, line_height, head_height;
};

/* Panels in a line and lines on a page. */
struct bh_map_room {
    size_t columns, lines;
};
struct bh_map_room bh_extent_map_room(const struct bh_picture *picture);

/* Between panels side by side, inches. */
#define BH_MAP_PANEL_GAP 0.06
/* Height of the key, inches, and of each line of words in it. */
#define BH_MAP_KEY_LINE 0.115
double bh_extent_map_key_height(const struct bh_extent_map *map);

/* Lines, scopes and colours are those of all panels, on whichever page. */
struct bh_extent_map *bh_extent_map_create(const struct bh_picture_page *page);
void bh_extent_map_destroy(struct bh_extent_map *map);

/* The panel's row for a line; NULL if the system has no such zone. */
const struct bh_picture_row *bh_map_row(const struct bh_picture_panel *panel, const struct bh_map_line *line);
