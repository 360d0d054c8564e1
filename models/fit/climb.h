/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The maximum of a likelihood, and whether it is one. */
#pragma once

#include "models/fit/fit.h"
#include "models/times/distribution.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_watched_times;

enum { BH_FIT_FREE_MOST = 2 * BH_FIT_PHASES_MOST - 1 };

/* Where a climb ended. Standard errors are from the observed information, NAN where it is no peak. */
struct bh_fit_peak {
    bool is_peak; /* lower in all directions, and the top is nearer than 1e-8 of ln L */
    double a_error[BH_DISTRIBUTION_PARTS_MOST], b_error[BH_DISTRIBUTION_PARTS_MOST];
    double step[BH_FIT_FREE_MOST]; /* that change ln L by a little: for climbs from nearby */
};

/* From d, whose likelihood must be above 0, uphill to d. `step`: those of a peak nearby, from which Newton's method alone
 * gets there; NULL: nothing is known. `peak` NULL: nobody asks how good it is, and near the top is enough. */
void bh_fit_climb(const struct bh_watched_times *times, struct bh_distribution *d, const double *step,
                  struct bh_fit_peak *peak);
/* Looks around where d is known to be the maximum. */
void bh_fit_stand(const struct bh_watched_times *times, const struct bh_distribution *d, struct bh_fit_peak *peak);

/* Numbers that a fit is free to choose. */
size_t bh_fit_count_free(const struct bh_distribution *d);
