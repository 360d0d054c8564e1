/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* gnuplot's numbers for marks and colours. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* gnuplot's number for the shape of a mark, see bh_looks_marks, and the figure that stands beside it if not 1. */
int bh_figure_mark(size_t mark, bool hollow);
size_t bh_figure_mark_number(size_t mark);
/* The size at which it looks like the others. */
double bh_figure_mark_size(size_t mark);
/* gnuplot's number for a colour of what is the same in all figures: parts of the ledger, distributions. */
int bh_figure_colour(size_t number);
