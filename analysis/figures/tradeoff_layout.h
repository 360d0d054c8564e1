/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stands where in the trade-off figure, before any of it is drawn. */
#pragma once

#include "analysis/measures/statistics.h"
#include "analysis/reader/view.h"
#include "models/base/look.h"

#include <stdbool.h>
#include <stddef.h>

/* Axes of percentages reach from a few below 0 to thousands: position = asinh(percent / this), which is linear near 0
 * and logarithmic far from it. */
#define BH_FIGURE_LINEAR_PERCENT 2.0

/* Marks that would cover each other are drawn beside or above where they belong, by this many points at most. */
#define BH_FIGURE_ASIDE_POINTS 6.0
/* Height of the upper panels, in inches. */
#define BH_FIGURE_UPPER_HEIGHT 2.77
/* Shares of the width: where panels begin and end, and what is between the lower ones; so many of these in a line. */
#define BH_FIGURE_LEFT  0.097
#define BH_FIGURE_RIGHT 0.985
#define BH_FIGURE_GAP   0.012
enum { BH_FIGURE_COLUMNS = 4 };

/* The upper panels stand side by side and share the axis of prices: one for each of these boundaries. */
enum { BH_FIGURE_UPPER = 2 };

/* How far errors escape over a panel's boundary. */
struct bh_figure_escape {
    double exact, low, high; /* at the nominal assumed numbers, and over their range */
    struct bh_estimate seen; /* in the simulation */
    bool on_front;           /* no other policy is as cheap and as tight */
};

/* A policy in the upper panels. */
struct bh_figure_row {
    size_t policy;
    size_t system, mark; /* index of its system and of its kind of policy: colour and mark */
    double price_percent;
    double position;     /* where it is drawn, in percent: rows that would cover each other are moved apart */
    double raise_points; /* so far above its price */
    struct bh_figure_escape escape[BH_FIGURE_UPPER];
};

/* A policy along the scale axis in one lower panel; one value of the second axis. */
struct bh_figure_series {
    size_t policy, system, mark;
    bool hollow;
    size_t count;                 /* values of the scale axis; 1 without one */
    double *scale;                /* values, or numbers of words from 1 on */
    double aside_points;          /* drawn so far to the right of them */
    struct bh_estimate *overhead; /* percent; NaN where unfinished */
    bool *unfinished;
    struct bh_estimate *right; /* percent of the replicas that are done, with a right result */
    struct bh_figure_trust {
        double wrong_rate;  /* per million node-hours */
        double verifying;   /* percent of node-time */
        double per_right_h; /* node-hours for each right result */
    } * trust;              /* what data files say besides */
};

struct bh_figure_ticks {
    double least, most; /* percent: the ends of the axis */
    /* A broken axis: between these percentages there is nothing, and the axis is squeezed. Equal: not broken. */
    double break_from, break_to;
    size_t count;
    double values[32];
};

/* The lower panels' horizontal axis. Places are values, or their logarithms to base 2. */
struct bh_figure_scale {
    bool is_logarithmic;
    double least, most; /* of the values */
    double from, to;    /* the axis' ends, as places */
    double per_point;   /* of the panel's width */
};

struct bh_figure {
    const struct bh_view *view;
    size_t upper_count; /* panels: those of the boundaries over which anything is known to escape; 0 to 2 */
    size_t boundary[BH_FIGURE_UPPER];
    double escape_least[BH_FIGURE_UPPER]; /* left end of the axis, a power of ten; an escape of 0 stands there */
    bool has_zero_escape[BH_FIGURE_UPPER];
    size_t systems_count, marks_count;
    size_t *system_of, *kind_of; /* per policy */
    const char **system_names, **mark_names;
    char (*colours)[BH_COLOUR_SIZE]; /* per system */
    size_t *marks;                   /* per kind of policy, see bh_looks_marks */
    size_t rows_count;
    struct bh_figure_row *rows; /* by price */
    struct bh_figure_ticks price_ticks;
    size_t panels_count;
    size_t *panel_system;
    size_t series_count;
    struct bh_figure_series *series; /* in order of panels; the baseline, panel by panel, comes first */
    size_t *panel_first;             /* panels_count + 1 entries: index of each panel's first series */
    size_t scale_axis, second_axis;  /* of the view; axes_count: none */
    struct bh_figure_scale scale;
    bool any_unfinished;
    bool shows_right; /* below the overheads: results can be wrong */
    struct bh_figure_ticks overhead_ticks;
    double unfinished_percent; /* where unfinished marks stand, above all others */
};

struct bh_figure *bh_figure_create(const struct bh_view *view);
void bh_figure_destroy(struct bh_figure *figure);

/* Where a percentage stands along an axis, and back. */
double bh_figure_forward(const struct bh_figure_ticks *axis, double percent);
double bh_figure_inverse(const struct bh_figure_ticks *axis, double position);
/* Room that the break of a broken axis takes, in the units of positions. */
#define BH_FIGURE_BREAK 0.35
/* Moves positions apart by at least `gap`, as little as possible, keeping their order; `positions` are ascending. */
void bh_figure_spread(double *positions, size_t count, double gap);
