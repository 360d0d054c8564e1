/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How firm a choice is while numbers are uncertain: in how many drawn worlds it is the best, and what it costs in others. */
#pragma once

#include "analysis/measures/statistics.h"

#include <stddef.h>

struct bh_firmness {
    size_t best_in;     /* worlds in which the choice has the least mean */
    size_t surely_best; /* in which nothing else may be the best */
    size_t surely_not;  /* in which it is left out of those that may be */
};

/* What the replicas of each world tell of the choice there; `costs` are [policy][world][replica]. */
void bh_find_firmness(const double *costs, size_t policies, size_t worlds, size_t replicas, size_t chosen,
                      struct bh_firmness *firmness);

struct bh_regret {
    struct bh_estimate
        expected; /* mean over worlds of how far it is behind each world's best: the value of knowing the world */
    double worst; /* in the world where it is farthest behind */
    size_t worst_world;
};

/* `costs` choose, by their means over replicas in each world; `values` are what it costs to have chosen otherwise: both are
 * [policy][world][replica], and may be the same.
 *
 * The least of several noisy means is too small, so that regret from means alone is too large; the regret beside a policy
 * that was chosen without a replica, seen in that replica, is without that bias but too small, since the choice errs. Where
 * differences between policies are spread over worlds with a smooth density f, the two biases are f(0) e^2 / 2 up and
 * down, e being the standard error of a world's difference (the second larger by n / (n - 1)): their mean has none of
 * first order. With one replica there is no second, and all is NaN. */
void bh_find_regret(const double *costs, const double *values, size_t policies, size_t worlds, size_t replicas,
                    size_t chosen, struct bh_regret *regret);
