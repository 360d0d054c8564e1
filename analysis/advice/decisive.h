/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which uncertain numbers decide: what it is worth to know one of them before choosing, and where the choice turns. */
#pragma once

#include "analysis/measures/statistics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Costs of the runs, [policy][world][replica], of which less is better; the policy that is taken; and the drawn numbers,
 * [number][world]. */
struct bh_decision {
    double *costs;
    size_t policies, worlds, replicas, chosen;
    const double *numbers;
    size_t numbers_count;
};

/* Where another policy becomes better along a number. */
struct bh_turn {
    size_t rival;          /* SIZE_MAX: nowhere */
    bool is_above;         /* better above, not below */
    bool is_inside;        /* within the range of the draws; else a straight line was followed beyond */
    struct bh_estimate at; /* ends are NaN where nothing bounds it */
};

struct bh_decisive {
    size_t number;
    /* Expected value of knowing it before choosing, beside taking `chosen` whatever it is. */
    struct bh_estimate value;
    /* How probable so large a value is of any of all numbers if none of them mattered. */
    double chance;
    struct bh_turn turn;
};

/* The policies' costs beside the chosen one's are curves of the number (curves.h), g; the value is the mean over worlds of
 * what the best of the curves gains. By the curves themselves it is too large, since the best of several noisy ones is
 * taken; what the policy gains in a world that is the best by the curves of the other worlds is too small by as much to first
 * order, f(0) e^2 / 2, as in regret.h: their mean is told, without most of what a policy owes to having been chosen by the
 * same worlds (tie_bias.h), for which curves are lines at least. A world's cost is its mean over replicas, so that
 * chance of replicas is part of what the curves smooth away. Intervals: worlds and replicas crossed, skewness taken out.
 * `chance` is by permutation of the worlds among themselves, `permutations` times, the largest value of all numbers taken
 * each time, the campaign itself counted as one of them (keyed draws, the same at every call). `decisive` has an entry
 * per number, the least probable first, then the largest value.
 * BH_CURVE_WORLDS_LEAST worlds are needed; -1 and nothing is told with fewer. */
int bh_find_decisive(const struct bh_decision *decision, size_t permutations, struct bh_decisive *decisive);

/* Of a probability: what it is worth to see `trials` independent trials of it before choosing, as a share of what it is worth
 * to know it. The prior is that of the draws. NaN where the number is no probability or knowing it is worth nothing. */
double bh_value_of_trials(const struct bh_decision *decision, size_t number, unsigned trials);
