/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Sizes that nobody means are refused, with the number and what it comes from. */
#include "sim/runs/estimate_limits.h"

#include "models/base/quantity.h"
#include "sim/runs/estimate.h"
#include "sim/scenario/scenario.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* Simulations of a campaign beyond which nobody waits for them. */
static const double SIMULATIONS_MOST = 1e9;

static double machine_bytes(void)
{
    return (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

char *bh_estimate_count(double count, char *buffer, size_t size)
{
    if (isfinite(count))
        snprintf(buffer, size, count < 999.5 ? "%.0f" : "%.3g", count);
    else
        snprintf(buffer, size, "endlessly many");
    return buffer;
}

int bh_estimate_check(const struct bh_scenario *scenario, const struct bh_estimate_point *point, struct bh_error *err)
{
    const struct bh_estimate *dearest = &point->dearest;
    const char *policy = scenario->policies[point->dearest_policy].name;
    char events[32], most[32], cause[32], elapsed[64], bytes[64], machine[64];
    if (!(dearest->events <= BH_ESTIMATE_EVENTS_MOST))
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s: found about %s events in each replica of `%s`, %s of them from %s, in %s of simulated "
                       "time; expected at most %s, which take hours of a core",
                       scenario->file, bh_estimate_count(dearest->events, events, sizeof events), policy,
                       bh_estimate_count(dearest->cause_events, cause, sizeof cause), dearest->cause,
                       bh_quantity_print(dearest->elapsed_s, BH_DIMENSION_TIME, elapsed, sizeof elapsed),
                       bh_estimate_count(BH_ESTIMATE_EVENTS_MOST, most, sizeof most));
    if (!(point->pace <= BH_ESTIMATE_PACE_MOST))
        return bh_fail(
            err, BH_ERROR_INPUT,
            "%s: found that each second of native work of `%s` takes about %s s; expected at most %s s: look "
            "at models.applications.%s, at noise, and at the latencies and losses of bandwidth of systems "
            "and guards",
            scenario->file, point->slowest, bh_estimate_count(point->pace, events, sizeof events),
            bh_estimate_count(BH_ESTIMATE_PACE_MOST, most, sizeof most), point->slowest);
    if (dearest->bytes > machine_bytes())
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s: each replica of `%s` takes about %s of memory; expected at most the %s of this machine",
                       scenario->file, policy,
                       bh_quantity_print(dearest->bytes, BH_DIMENSION_BYTES, bytes, sizeof bytes),
                       bh_quantity_print(machine_bytes(), BH_DIMENSION_BYTES, machine, sizeof machine));
    return 0;
}

int bh_estimate_check_simulations(const char *file, double points, double policies, double replicas,
                                  struct bh_error *err)
{
    char all[32], one[32], other[32], third[32], most[32];
    if (points * policies * replicas <= SIMULATIONS_MOST)
        return 0;
    return bh_fail(
        err, BH_ERROR_INPUT, "%s: found %s simulations, %s points x %s policies x %s replicas; expected at most %s",
        file, bh_estimate_count(points * policies * replicas, all, sizeof all),
        bh_estimate_count(points, one, sizeof one), bh_estimate_count(policies, other, sizeof other),
        bh_estimate_count(replicas, third, sizeof third), bh_estimate_count(SIMULATIONS_MOST, most, sizeof most));
}

double bh_estimate_points(const struct bh_study *study)
{
    double points = 1.0;
    for (size_t a = 0; a < study->axes_count; a++)
        points *= (double)study->axes[a].count;
    return points + (study->has_uncertainty ? (double)study->uncertainty.count : 0.0);
}

int bh_estimate_check_run(const struct bh_study *study, const struct bh_scenario *scenario,
                          const struct bh_estimate_point *point, struct bh_error *err)
{
    char bytes[64], machine[64], count[32];
    double points = bh_estimate_points(study);
    if (bh_estimate_check_simulations(scenario->file, points, (double)scenario->policies_count,
                                      (double)scenario->replicas, err) != 0)
        return -1;
    if (points * point->record_bytes <= machine_bytes())
        return 0;
    return bh_fail(err, BH_ERROR_INPUT,
                   "%s: the results of %s simulations of %zu enclaves take about %s of memory; expected at most the "
                   "%s of this machine: `bulkhead sweep` keeps them on disk",
                   scenario->file, bh_estimate_count(points * point->simulations, count, sizeof count),
                   scenario->enclaves_count,
                   bh_quantity_print(points * point->record_bytes, BH_DIMENSION_BYTES, bytes, sizeof bytes),
                   bh_quantity_print(machine_bytes(), BH_DIMENSION_BYTES, machine, sizeof machine));
}
