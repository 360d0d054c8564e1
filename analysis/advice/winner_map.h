/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which policy wins where, over two varied axes or two drawn numbers. */
#pragma once

#include "analysis/advice/advice.h"

/* Positions of an axis, or parts of a drawn number's range that hold as many worlds each. */
struct bh_map_side {
    char *name, *unit;
    size_t count;
    double *low, *high; /* the same of an axis; NULL: words */
    char **labels;      /* NULL: of a drawn number */
};

struct bh_map_cell {
    size_t best;   /* policy; SIZE_MAX: none can be told */
    size_t others; /* that cannot be told from it: above 0 the winner is not firm */
    size_t worlds;
};

struct bh_winner_map {
    struct bh_map_side x, y;
    struct bh_map_cell *cells; /* [y][x] */
};

/* `words`: "X,Y". Axes: the advice of `request` at each of their positions. Drawn numbers: the same comparison among the
 * worlds of each cell, which has about six of them, at most 6 x 6 cells. Fails with what there is. */
int bh_winner_map_make(const struct bh_view *view, const struct bh_label_places *places,
                       const struct bh_advice_request *request, const struct bh_advice *advice, const char *words,
                       struct bh_winner_map *map, struct bh_error *err);
void bh_winner_map_release(struct bh_winner_map *map);
