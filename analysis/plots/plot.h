/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A figure that a user asks for: any number of results over any axis. */
#pragma once

#include "analysis/reader/hdf5_reader.h"
#include "analysis/reader/view.h"
#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Axes are those that the file varies, the coordinates that stand over them, `policy`, `system`, `kind` (the policies' own
 * names) and `enclave`, or the file's uncertain number. NULL and 0: not asked for. */
struct bh_plot_request {
    const char *x, *series, *panel, *band;
    bool is_heat;  /* the number is a colour, the series are rows of cells */
    bool is_front; /* two numbers, y[0] along x and y[1] upward, a mark for each policy */
    size_t y_count, where_count, mean_count;
    const char **y;     /* names as in analysis/advice/criterion.h */
    const char **where; /* "AXIS=LABEL"; several of one axis are alternatives */
    const char **mean;  /* axes to take means over */
    const char *log;    /* "x", "y", "xy" or "none"; NULL: by the numbers */
    const char *x_label, *y_label;
    const char *name; /* of its files, behind the scenario's; NULL: what is drawn */
    size_t enclave;   /* whose numbers, unless enclaves are an axis of the figure */

    double width_in;
    const char *font; /* NULL: each terminal's */
    double size_pt;
    unsigned terminals; /* see analysis/figures/terminals.h; 0: the usual */
};

/* The widths of a paper's column and page, in inches. */
#define BH_PLOT_COLUMN 3.4
#define BH_PLOT_PAGE   7.1

/* Leaves NAME-WHAT.dat, .gp and pictures in an existing folder as bh_figure_files_write does, NAME being the scenario's and
 * WHAT what is drawn. `*base` and `*remark` (where it stands on axes that were not named, and what marks say; or NULL) are
 * the caller's to free, also on failure if not NULL. Fails with what there is when it asks for what there is not. */
int bh_plot_write(const struct bh_view *view, const struct bh_source *source, const struct bh_plot_request *request,
                  const char *folder, char **base, char **remark, struct bh_error *err);

/* The same as an element of a page of HTML, each of whose values says in words what it is. */
int bh_plot_svg_write(const struct bh_view *view, const struct bh_source *source, const struct bh_plot_request *request,
                      FILE *stream, struct bh_error *err);
