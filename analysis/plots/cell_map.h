/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A figure of cells: words along both sides, in each cell a colour and a few signs, beside each other a panel or more. */
#pragma once

#include "models/base/error.h"
#include "models/base/look.h"

#include <stdbool.h>
#include <stddef.h>

enum { BH_CELL_TEXT_SIZE = 16 };

struct bh_cell {
    char colour[BH_COLOUR_SIZE]; /* "#rrggbb" */
    char text
        [BH_CELL_TEXT_SIZE]; /* of letters, digits and signs that mean nothing to LaTeX; left out where it has no room */
    bool is_hatched;
};

struct bh_cell_side {
    const char *name;
    size_t count;
    const char *const *labels; /* from the left, from below */
};

struct bh_cell_key {
    char colour[BH_COLOUR_SIZE];
    bool is_hatched;
    const char *text;
};

struct bh_cell_map {
    const char *title, *what; /* comments of data and script */
    struct bh_cell_side x, y;
    size_t panels;
    const char *const *panel_labels; /* NULL: one panel, without a label */
    const struct bh_cell *cells;     /* [panel][y][x] */
    const double *values;            /* the same, for the data; NULL: none */
    const char *keys_title;          /* before the keys; NULL: none */
    size_t keys_count;
    const struct bh_cell_key *keys;
    double width_in, size_pt;
    const char *font;   /* NULL: each terminal's */
    unsigned terminals; /* 0: the usual */
};

/* The colour of a share from 0 to 1: darker is less, also in grey and to colour-blind eyes. */
void bh_cell_shade(double share, char colour[BH_COLOUR_SIZE]);

/* Leaves the files of the figure NAME in `folder`, as bh_figure_files_write does. */
int bh_cell_map_write(const struct bh_cell_map *map, const char *folder, const char *name, bool run_gnuplot,
                      struct bh_error *err);
