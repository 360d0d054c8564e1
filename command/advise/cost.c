/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What running a scenario will take, before it is run. */
#include "command/advise/cost.h"

#include "models/base/error.h"
#include "models/base/quantity.h"
#include "sim/runs/estimate.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"

#include <stdio.h>
#include <stdlib.h>

/* Points that are looked at, evenly over all. */
enum { LOOKED_AT = 16 };

static double seconds_at(const struct bh_study *study, size_t *index, int uncertain, double *simulations)
{
    struct bh_estimate_point point = {0};
    struct bh_error ignored = {0}; /* what is wrong is said when it is run */
    struct bh_scenario *scenario = bh_study_resolve(study, index, uncertain, &ignored);
    if (scenario != NULL && bh_estimate_at(scenario, NULL, &point, &ignored) != 0)
        point = (struct bh_estimate_point){0};
    bh_scenario_destroy(scenario);
    *simulations += point.simulations;
    return point.seconds;
}

void bh_advise_tell_cost(const struct bh_study *study, unsigned jobs)
{
    size_t points = bh_study_points(study), looked_at = points < LOOKED_AT ? points : LOOKED_AT;
    size_t *index = bh_allocate(study->axes_count + 1, sizeof *index);
    double seconds = 0, simulations = 0, more = 0, more_simulations = 0;
    char time[64], wall[64];
    for (size_t i = 0; i < looked_at; i++) {
        bh_study_index(study, looked_at > 1 ? i * (points - 1) / (looked_at - 1) : 0, index);
        seconds += seconds_at(study, index, -1, &simulations);
    }
    if (study->has_uncertainty)
        more = seconds_at(study, study->uncertainty_at, 0, &more_simulations);
    double times = (double)points / (double)looked_at;
    size_t values = study->has_uncertainty ? study->uncertainty.count : 0;
    points += values;
    seconds = seconds * times + more * (double)values;
    simulations = simulations * times + more_simulations * (double)values;
    fprintf(stderr,
            "bulkhead: %.0f simulations at %zu point%s: about %s of one core, %s with %u jobs; exact chains come on "
            "top\n",
            simulations, points, points == 1 ? "" : "s",
            bh_quantity_print(seconds, BH_DIMENSION_TIME, time, sizeof time),
            bh_quantity_print(seconds / jobs, BH_DIMENSION_TIME, wall, sizeof wall), jobs);
    free(index);
}
