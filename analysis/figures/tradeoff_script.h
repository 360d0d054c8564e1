/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes figures' data and gnuplot scripts. */
#ifndef BH_ANALYSIS_FIGURES_TRADEOFF_SCRIPT_H
#define BH_ANALYSIS_FIGURES_TRADEOFF_SCRIPT_H

#include "analysis/figures/tradeoff_layout.h"
#include "analysis/reader/view.h"

#include <stdio.h>

/* The trade-off: price against escape above, net overhead along the scale below. Data blocks are numbered as the
 * script's `index` expects. */
void bh_figure_write_data(const struct bh_figure *figure, FILE *stream);
void bh_figure_write_script(const struct bh_figure *figure, const char *name, FILE *stream);

/* Parts of the above, in a file of their own: the upper panels, and the functions of their axis of prices. */
void bh_figure_write_upper_data(const struct bh_figure *figure, FILE *stream);
void bh_figure_write_break(const struct bh_figure *figure, FILE *stream);
void bh_figure_write_upper(const struct bh_figure *figure, FILE *stream);
/* gnuplot's number for the shape of a mark, see bh_looks_marks, and the figure that stands beside it if not 1. */
int bh_figure_mark(size_t mark, bool hollow);
size_t bh_figure_mark_number(size_t mark);
/* gnuplot's number for a colour of what is the same in all figures: parts of the ledger, distributions. */
int bh_figure_colour(size_t number);

/* A matrix, for scenarios that reproduce their input: policies by scope, the share of errors that reached it. */
void bh_matrix_write_data(const struct bh_view *view, FILE *stream);
void bh_matrix_write_script(const struct bh_view *view, const char *name, FILE *stream);

/* Parts that all scripts share. Sizes in inches. */
void bh_script_begin(FILE *stream, const char *title, const char *name, double width_in, double height_in);
void bh_script_end(FILE *stream);
/* A gnuplot string in single quotes, in which nothing is substituted. Texts of others mean themselves only where
 * `noenhanced` stands behind it. The caller frees. */
char *bh_script_quote(const char *text);
/* Words at a tick, as a label of this number: gnuplot takes a tick's own for a format, and cuts it to 50 bytes. `place`
 * is gnuplot's, "graph 0, first 1 right". */
void bh_script_words(FILE *stream, size_t tag, const char *text, const char *place);
/* Where the numbers of such labels begin. */
enum { BH_SCRIPT_WORDS = 1000 };
/* Range and ticks of a vertical axis; `unfinished`: where that word stands, NaN if nowhere. */
void bh_script_ticks(FILE *stream, const struct bh_figure_ticks *ticks, bool labels, double unfinished);
/* NaN for what is not finite. */
double bh_script_number(double value);
/* One line of a comment. */
void bh_script_comment(FILE *stream, const char *text);

#endif
