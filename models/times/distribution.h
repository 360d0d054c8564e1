/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Distributions of times on which renewal processes are built: times between faults, repair times. */
#pragma once

#include "models/base/error.h"
#include "models/base/quantity.h"

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>

struct bh_watched_times;

enum { BH_DISTRIBUTION_PARTS_MOST = 16 };

/* A distribution is a row of functions, as GSL's types are, and the numbers it goes by: a plain value, to be copied.
 *
 *     type              a                        b
 *     exponential       mean (s)                 -
 *     weibull           shape                    scale (s)
 *     lognormal         median (s)               sigma, standard deviation of the logarithm
 *     gamma             shape                    scale (s)
 *     hyperexponential  weights, summing to 1    means (s), one per phase
 *     uniform           least (s)                most (s)
 *     piecewise         ages (s), from 0 up      hazards (1/s), each from its age to the next; the last for ever */
struct bh_distribution {
    const struct bh_distribution_type *type;
    size_t parts; /* phases or pieces; 1 for all others */
    double a[BH_DISTRIBUTION_PARTS_MOST], b[BH_DISTRIBUTION_PARTS_MOST];
};

/* How near a guess is to the maximum of the likelihood. */
enum bh_guess {
    BH_GUESS_FAR,
    BH_GUESS_NEAR,
    BH_GUESS_BEST_OF_WHOLE, /* there, if all times were seen from start to end */
    BH_GUESS_BEST
};

/* One kind. What it knows of itself is its cumulative hazard H(t) = -ln P(T > t) and the inverse, both right to near
 * the last digit where P(T > t) or P(T <= t) are far below 1e-300; all else follows from them. */
struct bh_distribution_type {
    const char *name;
    /* What a and b are called in files, and what they measure; NULL: none. */
    const char *a_key, *b_key;
    enum bh_dimension a_dimension, b_dimension;
    bool has_parts;
    /* Whether any of them may be 0; else all are above. */
    bool may_be_0;
    /* NULL if the numbers are those of a distribution with a finite mean above 0, else what was expected. */
    const char *(*expected)(const struct bh_distribution *);
    double (*log_density)(const struct bh_distribution *, double t_s);
    double (*cumulative_hazard)(const struct bh_distribution *, double t_s);
    double (*age)(const struct bh_distribution *, double cumulative_hazard);
    double (*mean)(const struct bh_distribution *);
    double (*variance)(const struct bh_distribution *);
    /* Cumulative hazard of the time to the next event from a moment at which the process has long been running:
     * P(residual > t) = (1/mean) * integral of P(T > u) for u from t on; and its inverse. */
    double (*residual_hazard)(const struct bh_distribution *, double t_s);
    double (*residual_age)(const struct bh_distribution *, double cumulative_hazard);
    /* Whether the ages are closed forms: others are worth a table (models/times/age_table.h). */
    bool has_closed_age, has_closed_residual_age;
    /* Whether a is weights of phases, which sum to 1. */
    bool has_weights;
    /* Whether b is a scale of which a fit had better seek the mean, a b. */
    bool climbs_by_mean;
    /* For models/fit. Numbers to begin with, all above 0, and how good they are; `phases` for what has parts. NULL: the
     * kind is not fitted. */
    struct bh_distribution (*guess)(const struct bh_watched_times *, size_t phases);
    enum bh_guess guess_is;
    /* Sum of log_density over the times seen from start to end, by their sums; NULL: time by time. */
    double (*log_density_sum)(const struct bh_distribution *, const struct bh_watched_times *);
    /* A draw that costs less than `age` of a uniform number; NULL: none does. */
    double (*draw)(const struct bh_distribution *, const gsl_rng *);
};

/* One with two numbers (b is ignored where there is none). The numbers are not checked. */
struct bh_distribution bh_distribution_of(const struct bh_distribution_type *type, double a, double b);

/* Fails with BH_ERROR_INPUT and the type's expectation if these are not numbers of a distribution. */
int bh_distribution_check(const struct bh_distribution *distribution, struct bh_error *err);

/* At t >= 0 in seconds; densities and hazards are per second. ln of the density is exact where the density is 0. */
double bh_distribution_cdf(const struct bh_distribution *, double t_s);
double bh_distribution_survival(const struct bh_distribution *, double t_s);
double bh_distribution_density(const struct bh_distribution *, double t_s);
double bh_distribution_log_density(const struct bh_distribution *, double t_s);
double bh_distribution_cumulative_hazard(const struct bh_distribution *, double t_s);
double bh_distribution_hazard(const struct bh_distribution *, double t_s);
double bh_distribution_mean_s(const struct bh_distribution *);
double bh_distribution_variance_s2(const struct bh_distribution *); /* INFINITY is possible in none of these */

/* The time that is exceeded with probability 1 - p, p from 0 to 1; and with probability q. The second is exact for q
 * near 0. Drawn with q uniform on (0, 1) it is the inverse transform: exponential draws are -mean ln q, to the bit. */
double bh_distribution_quantile(const struct bh_distribution *, double p);
double bh_distribution_exceeded(const struct bh_distribution *, double q);
/* The same given survival to `age_s`: an age above it, P(T > result | T > age) = q. */
double bh_distribution_exceeded_from(const struct bh_distribution *, double age_s, double q);

/* Of the time from a moment in steady state to the next event (see residual_hazard). */
double bh_residual_cdf(const struct bh_distribution *, double t_s);
double bh_residual_survival(const struct bh_distribution *, double t_s);
double bh_residual_exceeded(const struct bh_distribution *, double q);

/* For types without a closed form: the t > 0 at which `hazard`, growing from 0 to infinity, is h, by Newton's method
 * on logarithms inside a bracket. `slope` is d hazard / d t, at t where the hazard is known. `near` > 0 is where to begin. */
double bh_distribution_invert(const struct bh_distribution *, double h, double near,
                              double (*hazard)(const struct bh_distribution *, double),
                              double (*slope)(const struct bh_distribution *, double, double hazard));
