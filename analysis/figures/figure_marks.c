/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Marks and colours as gnuplot draws them. */
#include "analysis/figures/figure_marks.h"

#include "models/base/error.h"
#include "models/base/look.h"

/* Colours of `set colorsequence podo` (P. L. Okabe and Ito's, which colour-blind readers tell apart), in an order in
 * which neighbours differ in lightness; the first is the baseline's black. */
static const int colours[] = {1, 3, 6, 7, 2, 4, 8};
/* gnuplot's filled and hollow point of each shape in bh_mark_names, and sizes at which they look alike: triangles and
 * diamonds look smaller than squares of the same extent. */
static const int marks[BH_MARKS][2] = {{13, 12}, {7, 6}, {9, 8}, {5, 4}, {11, 10}, {15, 14}};
static const double mark_sizes[BH_MARKS] = {1.1, 0.9, 1.05, 0.8, 1.05, 1.0};
enum { COLOURS = BH_COUNT(colours) };

int bh_figure_mark(size_t mark, bool hollow)
{
    return marks[mark % BH_MARKS][hollow];
}

double bh_figure_mark_size(size_t mark)
{
    return mark_sizes[mark % BH_MARKS];
}

size_t bh_figure_mark_number(size_t mark)
{
    return mark / BH_MARKS + 1;
}

int bh_figure_colour(size_t number)
{
    return colours[number % COLOURS];
}
