/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Services whose parts fail, wait for nodes, are slow, or are too few: closed forms. */
#include "models/catalog/fault_class.h"
#include "models/catalog/recovery.h"
#include "models/times/distribution.h"
#include "sim/runs/point.h"
#include "sim/setup/questions.h"
#include "sim/sweep/run.h"
#include "sim/validate/parts.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>

static double lost_share(const struct bh_run *run, size_t point, uint64_t replica)
{
    const struct bh_scenario *scenario = run->campaign->resolved[point]->scenario;
    return 1.0 - bh_validation_number(run, BH_METRIC_useful_work, point, 0, replica) /
                     ((double)scenario->nodes * bh_validation_number(run, BH_METRIC_elapsed, point, 0, replica));
}

/* With up times of mean M = 1/lambda and down times of mean m and mean square m2, the time down in [0, T] of a part that
 * begins up is U T - (1 - U)^2 lambda m2 / 2 once T is long against both; U = m / (M + m). */
void bh_validation_compare_service(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_scenario *scenario = resolved->scenario;
        const struct bh_fault_class *class = bh_validation_striking(scenario);
        double sigma = class->mend == BH_MEND_REPAIR ? class->repair_sigma.value : 0.0;
        double median_s = class->mend == BH_MEND_REPAIR ? class->repair_median_s.value
                                                        : bh_setup_recovery(resolved->setups[0])->node_reboot_s.value;
        double mean_s = median_s * exp(0.5 * sigma * sigma), square = pow(median_s, 2.0) * exp(2.0 * sigma * sigma);
        double rate = class->rate.value, down = mean_s / (1.0 / rate + mean_s);
        double expected = down - pow(1.0 - down, 2.0) * rate * square / 2.0 / scenario->horizon_s;
        struct bh_validation_case *added = bh_validation_add_mean(validation, run, s, "1", expected, lost_share);
        snprintf(added->name, sizeof added->name, "share of capacity lost, %s", bh_validation_label(run, s));
    }
}

enum { STEPS = 20000 }; /* of the time that is averaged over */

/* P(a node is down at t), if each fails and is repaired independently of others, all exponentially, and is up at first. */
static double share_down(const struct bh_scenario *scenario, double t)
{
    const struct bh_fault_class *class = bh_validation_striking(scenario);
    double rate = class->rate.value, mended = 1.0 / bh_distribution_mean_s(&class->repair.distribution);
    return rate / (rate + mended) * -expm1(-(rate + mended) * t);
}

/* Of nodes and spares those down are binomial, and as many parts are as there are more of them than spares. */
static double parts_down(size_t nodes, size_t spares, double p)
{
    double down = 0.0;
    for (size_t d = spares; d < nodes + spares; d++)
        down += gsl_cdf_binomial_Q((unsigned)d, p, (unsigned)(nodes + spares));
    return down / (double)nodes;
}

void bh_validation_compare_spares(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_scenario *scenario = run->campaign->resolved[s]->scenario;
        double sum = 0.0;
        for (int i = 0; i < STEPS; i++)
            sum += parts_down(scenario->nodes, scenario->spares,
                              share_down(scenario, scenario->horizon_s * (i + 0.5) / STEPS)) /
                   STEPS;
        struct bh_validation_case *added = bh_validation_add_mean(validation, run, s, "1", sum, lost_share);
        snprintf(added->name, sizeof added->name, "share of capacity that waits for a node, %s spares",
                 bh_validation_label(run, s));
    }
}

/* As above without spares; with fewer than `needed` parts nobody is served. */
static double share_served(size_t nodes, size_t needed, double p)
{
    double served = 0.0;
    for (size_t up = needed; up <= nodes; up++)
        served += (double)up * gsl_ran_binomial_pdf((unsigned)up, 1.0 - p, (unsigned)nodes);
    return served / (double)nodes;
}

void bh_validation_compare_parts_needed(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_scenario *scenario = run->campaign->resolved[s]->scenario;
        double sum = 0.0;
        for (int i = 0; i < STEPS; i++)
            sum += share_served(scenario->nodes, scenario->enclaves[0].parts_needed,
                                share_down(scenario, scenario->horizon_s * (i + 0.5) / STEPS)) /
                   STEPS;
        struct bh_validation_case *added = bh_validation_add_mean(validation, run, s, "1", 1.0 - sum, lost_share);
        snprintf(added->name, sizeof added->name, "share of capacity lost, %s parts needed",
                 bh_validation_label(run, s));
    }
}

/* E min(X, t) of a lognormal X: m e^(sigma^2/2) Phi(z - sigma) + t Phi(-z), z = ln(t/m)/sigma. */
static double mean_until_s(const struct bh_recovery_numbers *recovery, double t)
{
    double sigma = recovery->degraded_notice_sigma.value, median_s = recovery->degraded_notice_median_s.value,
           z = log(t / median_s) / sigma;
    return median_s * exp(0.5 * sigma * sigma) * gsl_cdf_ugaussian_P(z - sigma) + t * gsl_cdf_ugaussian_Q(z);
}

/* Each part is slower by s from the beginning until that is noticed, at X, out for D then, and as new for the rest of T: it
 * loses s/(1 + s) of min(X, T), and min(X + D, T) - min(X, T). */
void bh_validation_compare_slow_parts(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_recovery_numbers *recovery = bh_setup_recovery(resolved->setups[0]);
        double slower = recovery->degraded_slowdown.value, horizon_s = resolved->scenario->horizon_s,
               out_s = recovery->detection_s.value + recovery->node_reboot_s.value + recovery->process_restart_s.value,
               slow_s = mean_until_s(recovery, horizon_s);
        double lost_s = slower / (1.0 + slower) * slow_s + mean_until_s(recovery, horizon_s - out_s) + out_s - slow_s;
        struct bh_validation_case *added =
            bh_validation_add_mean(validation, run, s, "1", lost_s / horizon_s, lost_share);
        snprintf(added->name, sizeof added->name, "share of capacity lost, %s", bh_validation_label(run, s));
    }
}
