/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How something depends on one uncertain number: smooth curves by least squares, as smooth as the data ask for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Fewer worlds than this tell nothing of a curve. */
enum { BH_CURVE_WORLDS_LEAST = 16 };
/* Values at which a curve can be looked at, evenly over the range of the draws: in the logarithm where the range spans more
 * than a decade, as the draws are. */
enum { BH_CURVE_PLACES = 201 };

/* A number's draws and what is fitted to them: a constant, a line, a parabola, cubic splines with 0 to 4 knots at
 * quantiles, as far as six worlds stand for each coefficient. */
struct bh_curve_bases;
struct bh_curve_bases *bh_curve_bases_create(const double *draws, size_t worlds);
void bh_curve_bases_destroy(struct bh_curve_bases *bases);
/* The drawn number at one of the places, and at a share of the range: 0 is its low end, 1 its high end, -1 and 2 are one
 * range beyond. */
double bh_curve_place(const struct bh_curve_bases *bases, size_t place);
double bh_curve_number(const struct bh_curve_bases *bases, double share);
/* Where a drawn number lies, as such a share. */
double bh_curve_share(const struct bh_curve_bases *bases, double number);

/* The curve of `values` [world] with the least error of leaving one world out, e / (1 - h), and a charge for each coefficient
 * that makes a choice like Schwarz's criterion. */
struct bh_curve {
    size_t basis;    /* 0: a constant */
    size_t size;     /* coefficients */
    double variance; /* of what is left over */
    double press;    /* sum of squared errors of leaving one out */
};
/* `fitted` and `left_out` are [world]; of the second each is what the other worlds say. Either may be NULL. */
struct bh_curve bh_curve_fit(const struct bh_curve_bases *bases, const double *values, double *fitted,
                             double *left_out);
/* The same, but a line at least. */
struct bh_curve bh_curve_fit_sloped(const struct bh_curve_bases *bases, const double *values, double *fitted,
                                    double *left_out);
/* Its standard error in each world, and what makes it the less than certain curve of `values`: those projected onto a line at
 * least, and onto what the curve has of bends. */
void bh_curve_errors(const struct bh_curve_bases *bases, const struct bh_curve *curve, double *errors);
void bh_curve_project(const struct bh_curve_bases *bases, const struct bh_curve *curve, const double *values,
                      double *projected);
/* The curve at all places with its standard errors, [place]. `errors` may be NULL. */
void bh_curve_at_places(const struct bh_curve_bases *bases, const struct bh_curve *curve, const double *values,
                        double *at, double *errors);
/* Weights [world] of the values in the sum of the curve over the worlds that are marked. */
void bh_curve_weights(const struct bh_curve_bases *bases, const struct bh_curve *curve, const bool *marked,
                      double *weights);
/* A straight line through `values` over shares of the range: ordinate at 0 and slope with their covariance. */
struct bh_line {
    double at_0, slope, variance_0, variance_slope, covariance;
};
struct bh_line bh_curve_line(const struct bh_curve_bases *bases, const double *values);
