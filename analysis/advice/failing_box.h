/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where a choice fails: a box of uncertain numbers in which mostly another policy is better. */
#pragma once

#include "analysis/advice/decisive.h"

#include <stdbool.h>
#include <stddef.h>

/* Of fewer worlds nothing is told, nor of fewer failing ones. */
enum { BH_BOX_WORLDS_LEAST = 50, BH_BOX_FAILING_LEAST = 8, BH_BOX_SIDES_MOST = 4 };

/* A number is at least (at most) a bound. */
struct bh_box_side {
    size_t number;
    bool is_upper;
    double bound;
    double stability; /* share of resamples whose box has this side, too */
};

struct bh_box {
    size_t sides;
    struct bh_box_side side[BH_BOX_SIDES_MOST];
    size_t failing;                /* worlds of all */
    size_t inside, failing_inside; /* worlds in the box */
    double
        unseen; /* density of the resamples' boxes, failing over all in them, in the worlds that a resample leaves out */
};

/* Marks the worlds in which the chosen policy costs, in the mean over replicas, more than the least by more than
 * `indifference`, and counts of how many of these each policy is the best. Returns how many worlds these are. */
size_t bh_find_failing(const struct bh_decision *decision, double indifference, bool *fails, size_t *best_in);

/* The patient rule induction method: of the worlds inside, a tenth is peeled off at that side of that number which leaves
 * the largest share of failing ones, until a tenth (at least 8) are left. Of the boxes on the way the one whose coverage
 * (failing inside over failing) and density (failing inside over inside) have the largest harmonic mean is taken.
 * A side stays if without it so large a density were chance in at most 5 % (binomial), and if 70 % of 50 resamples of the
 * worlds (keyed draws, the same at every call) have it, too. `numbers` is [number][world].
 * False if there are too few worlds, no side stays, or unseen worlds in resamples' boxes fail no more than all do. */
bool bh_find_box(const double *numbers, size_t numbers_count, const bool *fails, size_t worlds, struct bh_box *box);
