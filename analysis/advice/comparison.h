/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which of several policies is the best, and which cannot be told from it: comparison with the best, on paired runs. */
#pragma once

#include "analysis/measures/statistics.h"

#include <stdbool.h>
#include <stddef.h>

/* A policy that is the best is left out of the set with at most this probability. Of two that are equal either can be
 * left out, so that a single winner of a tie is named in at most twice as many cases: that is what 5 % is kept for. */
#define BH_SET_LEVEL 0.025 /* the usual; who looks several times at growing runs takes a part of it each time */

/* Mean of left - right with its standard error and degrees of freedom. Both are costs of the same runs, [world][replica],
 * which share what strikes them: with one world the paired difference. Replicas of one seed meet the same faults in every
 * world, so runs are crossed, not nested: with several worlds the variance is that of the worlds' means over their number
 * plus that of the replicas' over theirs (what both share is counted twice, on the safe side), with degrees of freedom by
 * Satterthwaite. `error` is NaN where there is one run alone. */
struct bh_lead {
    double mean, error, freedom;
};
struct bh_lead bh_lead_of(const double *left, const double *right, size_t worlds, size_t replicas);

/* Its 95 % interval. */
struct bh_estimate bh_lead_interval(const struct bh_lead *lead);

/* What is said of a policy among others, by costs of which less is better. */
struct bh_standing {
    double mean;
    double behind;      /* mean difference from the best */
    double behind_most; /* at most so far behind the best there is, whichever that is; INFINITY: one run */
    bool may_be_best;   /* in the set that cannot be told apart */
    bool is_same;       /* every run is the best's */
};

/* The set (by comparisons with a control, after Edwards and Hsu; doc/advice.md): policy i is
 * left out if, with i as control, some j is better by more than c(i) standard errors. If i is the best no difference
 * to it is really positive, so that it is left out with at most `level`, whichever it is. c(i) bounds the sum of the
 * tails of all j (Bonferroni's inequality), which holds however the paired differences depend on each other. Rivals that
 * are surely worse than i hardly count in that sum (Romano, Shaikh and Wolf 2014: a tenth of the level goes to say
 * which). `behind_most` are Hsu's bounds over the rivals in the set.
 * `costs` is [policy][world][replica], finite; `standings` has `policies` entries. Returns the best by its mean. */
size_t bh_compare(const double *costs, size_t policies, size_t worlds, size_t replicas, double level,
                  struct bh_standing *standings);
