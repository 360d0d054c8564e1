/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Maximum-likelihood fits of distributions of times, and how well they fit. */
#pragma once

#include "models/logs/up_and_down_times.h"
#include "models/times/distribution.h"

#include <stdbool.h>
#include <stddef.h>

enum { BH_FIT_PHASES_MOST = 4, BH_FIT_MEAN_MOST = 1000 /* times all the time watched */ };

/* The likelihood of a duration, with density f, survival S and mean m:
 *     seen from the start    f(t)              S(t) if watching ended
 *     watched from age a     f(t) / S(a)       S(t) / S(a)
 *     age unknown            S(t) / m          integral of S from t on / m: as if in steady state */
double bh_fit_log_likelihood(const struct bh_sample *sample, const struct bh_distribution *distribution);

struct bh_fit {
    struct bh_distribution distribution;
    /* Standard errors of its numbers, from the curvature of the likelihood (observed information); NAN where that does
     * not tell. */
    double a_error[BH_DISTRIBUTION_PARTS_MOST], b_error[BH_DISTRIBUTION_PARTS_MOST];
    size_t free; /* numbers fitted */
    double log_likelihood, aic;
    const char *flaw;                        /* why this is no fit, and is not to be shown or used; NULL: it is one */
    bool mean_is_beyond;                     /* the mean is more than all the time that was watched */
    double distance;                         /* Kolmogorov-Smirnov, see below */
    double p;                                /* of that distance; NAN: not asked for */
    double step[2 * BH_FIT_PHASES_MOST - 1]; /* of its free numbers, that change ln L by a little */
};

/* Of a type that has a guess, from which the likelihood climbs by Newton's method; `phases` is for what has parts, 2 to
 * BH_FIT_PHASES_MOST. Fails with BH_ERROR_NUMERIC on fewer than 3 different times that ended; for what needs no
 * climbing, on none. */
int bh_fit(const struct bh_sample *sample, const struct bh_distribution_type *type, size_t phases, struct bh_fit *fit,
           struct bh_error *err);

/* 95 % interval of a number above 0, by its logarithm. */
void bh_fit_interval(double value, double error, double *low, double *high);
