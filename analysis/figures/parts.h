/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What writes the data and scripts of a results file's figure, shared by the files of this room alone. */
#pragma once

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
/* A matrix, for scenarios that reproduce their input: policies by scope, the share of errors that reached it. */
void bh_matrix_write_data(const struct bh_view *view, FILE *stream);
void bh_matrix_write_script(const struct bh_view *view, const char *name, FILE *stream);

/* Range and ticks of a vertical axis; `unfinished`: where that word stands, NaN if nowhere. */
void bh_figure_write_ticks(FILE *stream, const struct bh_figure_ticks *ticks, bool labels, double unfinished);

/* Numbers systems and kinds of policy, and gives out colours and marks. */
void bh_figure_choose_looks(struct bh_figure *figure);

/* Lays out the lower panels' horizontal axis and sets marks beside each other; once all else is there. */
void bh_figure_lay_scale(struct bh_figure *figure);

/* Width of a lower panel, as a share of the figure's. */
double bh_figure_panel_share(const struct bh_figure *figure);
