/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stands where in the trade-off figure, before any of it is drawn. */
#ifndef BH_ANALYSIS_FIGURE_LAYOUT_H
#define BH_ANALYSIS_FIGURE_LAYOUT_H

#include "analysis/results_reader.h"
#include "analysis/statistics.h"

#include <stdbool.h>
#include <stddef.h>

/* Axes of percentages reach from a few below 0 to thousands: position = asinh(percent / this), which is linear near 0
 * and logarithmic far from it. */
#define BH_FIGURE_LINEAR_PERCENT 2.0

/* A policy in the upper panel. */
struct bh_figure_row {
    size_t policy;
    size_t system, mark; /* index of its system and of its kind of policy: colour and point type */
    double price_percent;
    double position; /* where it is drawn, in percent: rows that would cover each other are moved apart */
    double escape, escape_low, escape_high; /* exact, and over the range of the assumed numbers */
    struct bh_estimate seen;                /* in the simulation */
    bool on_front;
};

/* A policy along the scale axis in one lower panel; one value of the second axis. */
struct bh_figure_series {
    size_t policy, system, mark;
    bool hollow;
    size_t count;                 /* values of the scale axis; 1 without one */
    double *scale, *position;     /* `position`: moved aside so that marks stay apart */
    struct bh_estimate *overhead; /* percent; NaN where unfinished */
    bool *unfinished;
};

struct bh_figure_ticks {
    double least, most; /* percent: the ends of the axis */
    size_t count;
    double values[32];
};

struct bh_figure {
    const struct bh_view *view;
    size_t boundary;
    size_t systems_count, marks_count;
    size_t *system_of, *mark_of; /* per policy */
    const char **system_names, **mark_names;
    size_t rows_count;
    struct bh_figure_row *rows; /* by price */
    double escape_least;        /* left end of the axis, a power of ten; an escape of 0 stands there */
    bool has_zero_escape;
    struct bh_figure_ticks price_ticks;
    size_t panels_count;
    size_t *panel_system;
    size_t series_count;
    struct bh_figure_series *series; /* in order of panels; the baseline, panel by panel, comes first */
    size_t *panel_first;             /* panels_count + 1 entries: index of each panel's first series */
    size_t scale_axis, second_axis;  /* of the view; axes_count: none */
    bool any_unfinished;
    struct bh_figure_ticks overhead_ticks;
    double unfinished_percent; /* where unfinished marks stand, above all others */
};

struct bh_figure *bh_figure_create(const struct bh_view *view);
void bh_figure_destroy(struct bh_figure *figure);

double bh_figure_forward(double percent);
double bh_figure_inverse(double position);
/* Moves positions apart by at least `gap`, as little as possible, keeping their order; `positions` are ascending. */
void bh_figure_spread(double *positions, size_t count, double gap);

#endif
