/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A figure by request on its way from runs to a script, shared by the files of this room alone. */
#pragma once

#include "analysis/advice/criterion.h"
#include "analysis/advice/worlds.h"
#include "analysis/measures/statistics.h"
#include "analysis/plots/dimensions.h"
#include "analysis/plots/plot.h"
#include "models/base/look.h"

#include <stdio.h>

enum bh_plot_role { BH_PLOT_X, BH_PLOT_SERIES, BH_PLOT_PANEL, BH_PLOT_BAND, BH_PLOT_ROLES };
/* More series than this in a panel, or panels, nobody reads. */
enum { BH_PLOT_MOST_SERIES = 24 };
enum { BH_PLOT_MOST_MEANS = 8, BH_PLOT_MOST_METRICS = 6, BH_PLOT_QUANTILES = 3 };

/* What is drawn at one place. */
struct bh_plot_value {
    size_t runs;                        /* 0: there is nothing at this place */
    size_t not_done;                    /* of them */
    struct bh_estimate estimate;        /* of a band: the median over it, without an interval */
    double quantile[BH_PLOT_QUANTILES]; /* of a band: 5, 50 and 95 % of its means; INFINITY where these are not done */
};

/* A number and what its axis shows. */
struct bh_plot_metric {
    struct bh_criterion criterion;
    double factor; /* from the number to what is shown */
    char *label;
    bool is_logarithmic, has_zero, has_cut_bar, has_open;
    double from, to, zero, open; /* ends of the axis; where 0 stands on a logarithmic one, and what is not done */
};

/* A tick: the text for most terminals, for LaTeX, and in ASCII. */
enum { BH_PLOT_TICK_SIZE = 40, BH_PLOT_MOST_TICKS = 40 };
struct bh_plot_tick {
    double value;
    char text[BH_PLOT_TICK_SIZE], tex[BH_PLOT_TICK_SIZE], ascii[BH_PLOT_TICK_SIZE];
};

/* What stands where, in points. */
struct bh_plot_layout {
    double width, height, sign, line; /* of a sign, of a line of text */
    size_t columns, rows;
    double top, left, panel_width, panel_height, column_step, row_step;
    size_t legend_rows;
    double *legend_x; /* per series */
    size_t *legend_row;
    double legend_title; /* width of its title, 0: none */
    bool names_turn;     /* words along x stand upright */
    size_t x_ticks_count;
    struct bh_plot_tick x_ticks[BH_PLOT_MOST_TICKS];
    double aside_points; /* between neighbouring series */
    char *hidden;        /* which lines lie under others, all along a panel; NULL: none */
};

struct bh_plot {
    const struct bh_view *view;
    struct bh_view *own; /* the range of the uncertain number as points, if that is asked about; else NULL */
    const struct bh_plot_request *request;
    struct bh_label_places places;
    bool *keeps_policy, *keeps_point; /* what is asked about */
    struct bh_plot_dimension dimension[BH_PLOT_ROLES];
    size_t used_count[BH_PLOT_ROLES], *used[BH_PLOT_ROLES]; /* their values that anything stands at, in order */
    size_t means_count;
    struct bh_plot_dimension mean[BH_PLOT_MOST_MEANS];
    bool over_enclaves; /* a mean over enclaves */
    size_t metrics_count;
    struct bh_plot_metric metric[BH_PLOT_MOST_METRICS];
    struct bh_plot_value *values; /* [metric][panel][series][x], of used values */
    size_t *series_policy;        /* per series, a policy of it */
    char *fixed;                  /* where it stands on axes that were not named; "" */

    bool x_is_logarithmic;
    double x_base, x_from, x_to; /* of words: numbers from 1 on */
    bool stands_aside;           /* marks are drawn beside each other */
    struct bh_plot_layout layout;
};

/* Which dimension does what, and which points are asked about. */
int bh_plot_choose(struct bh_plot *plot, struct bh_error *err);
/* Gathers the values. */
int bh_plot_gather(struct bh_plot *plot, struct bh_error *err);

const struct bh_plot_value *bh_plot_at(const struct bh_plot *plot, size_t metric, size_t panel, size_t series,
                                       size_t x);
/* Number of a used value of x on its axis. */
double bh_plot_x(const struct bh_plot *plot, size_t x);
const char *bh_plot_label(const struct bh_plot *plot, enum bh_plot_role role, size_t used);

/* Labels, units and ranges of the axes. */
int bh_plot_scale(struct bh_plot *plot, struct bh_error *err);

/* So many at most as keep `least_points` apart on an axis of `points`; their number. */
size_t bh_plot_ticks(double from, double to, double base, double points, double least_points,
                     struct bh_plot_tick *ticks);
/* A tick at a number; on a long axis, of so many powers of its base, all are told as powers. */
enum { BH_PLOT_LONG_AXIS = 4 };
void bh_plot_tick_at(double value, double base, bool is_long, struct bh_plot_tick *tick);

/* Lays it all out, once its axes are scaled. */
void bh_plot_lay(struct bh_plot *plot);
void bh_plot_layout_release(struct bh_plot_layout *layout);
/* Width of a text, in points. */
double bh_plot_width(const struct bh_plot_layout *layout, const char *text);
/* Column and row of a panel of a metric. */
void bh_plot_place(const struct bh_plot *plot, const struct bh_plot_layout *layout, size_t metric, size_t panel,
                   size_t *column, size_t *row);

/* What marks say that is not said beside them; notes[i] is a text, or NULL. */
enum { BH_PLOT_NOTES = 5 };
void bh_plot_notes(const struct bh_plot *plot, const char *notes[BH_PLOT_NOTES]);

/* Of each series. */
struct bh_plot_looks {
    char (*colours)[BH_COLOUR_SIZE];
    size_t *marks; /* see bh_looks_marks */
};
void bh_plot_looks_choose(const struct bh_plot *plot, struct bh_plot_looks *looks);
void bh_plot_looks_release(struct bh_plot_looks *looks);
/* Lengths of strokes and gaps, as gnuplot and SVG take them. */
const char *bh_plot_dashes(size_t series);

void bh_plot_svg_print(const struct bh_plot *plot, FILE *stream);
void bh_plot_write_data(const void *plot, FILE *stream);
void bh_plot_write_script(const void *plot, const char *name, FILE *stream);
/* Two numbers of each policy against each other, with the share of resamples in which no other is better in both. */
int bh_plot_write_front(const struct bh_plot *plot, const char *folder, const char *name, struct bh_error *err);
/* As cells, of the first number alone. */
int bh_plot_write_heat(const struct bh_plot *plot, const char *folder, const char *name, struct bh_error *err);
