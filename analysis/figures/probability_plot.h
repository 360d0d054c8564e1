/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Distributions on probability axes: on Weibull's a Weibull distribution is a straight line, on the normal one of the
 * logarithm a lognormal one is. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* P(T <= t_s[i]) = p[i], with 0 < p < 1. The arrays are the caller's. */
struct bh_probability_series {
    const char *name;
    size_t count;
    const double *t_s, *p;
};

enum { BH_PROBABILITY_CURVES_MOST = 8 };

/* A row of the figure: what was observed, as points, and curves. Rows without points are left out. */
struct bh_probability_row {
    const char *title; /* "up times" */
    struct bh_probability_series points;
    size_t curves_count;
    struct bh_probability_series curves[BH_PROBABILITY_CURVES_MOST];
};

struct bh_probability_figure {
    const char *title; /* for the script's first line, and above the figure */
    size_t rows_count;
    struct bh_probability_row rows[2];
};

/* Leaves the files of the figure NAME in `folder`, as bh_figure_files_write does. */
int bh_probability_figure_write(const struct bh_probability_figure *figure, const char *folder, const char *name,
                                bool run_gnuplot, struct bh_error *err);
