/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Comparison with the best by Bonferroni's inequality over paired differences. */
#include "analysis/advice/comparison.h"

#include "models/base/error.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* The part of the level that says which rivals are surely worse. */
#define SCREENING 0.1

struct bh_lead bh_lead_of(const double *left, const double *right, size_t worlds, size_t replicas)
{
    double *by_world = bh_allocate(worlds + replicas, sizeof *by_world), *by_replica = by_world + worlds;
    for (size_t w = 0; w < worlds; w++)
        for (size_t r = 0; r < replicas; r++) {
            double difference = left[w * replicas + r] - right[w * replicas + r];
            by_world[w] += difference / (double)replicas;
            by_replica[r] += difference / (double)worlds;
        }
    /* V = s_w^2 / W + s_r^2 / R, its degrees of freedom V^2 / sum(V_i^2 / (n_i - 1)). */
    double variance = 0, spread = 0;
    const struct {
        const double *means;
        size_t count;
    } ways[] = {{by_world, worlds}, {by_replica, replicas}};
    for (size_t i = 0; i < 2; i++)
        if (ways[i].count > 1) {
            double part = gsl_stats_variance(ways[i].means, 1, ways[i].count) / (double)ways[i].count;
            variance += part;
            spread += part * part / (double)(ways[i].count - 1);
        }
    struct bh_lead lead = {.mean = gsl_stats_mean(by_world, 1, worlds), .error = NAN, .freedom = NAN};
    if (worlds * replicas > 1) {
        lead.error = sqrt(variance);
        lead.freedom = spread > 0 ? variance * variance / spread : (double)(worlds * replicas - 1);
    }
    free(by_world);
    return lead;
}

struct bh_estimate bh_lead_interval(const struct bh_lead *lead)
{
    if (isnan(lead->error))
        return (struct bh_estimate){lead->mean, NAN, NAN};
    double reach = lead->error * gsl_cdf_tdist_Qinv((1 - BH_CONFIDENCE) / 2, lead->freedom);
    return (struct bh_estimate){lead->mean, lead->mean - reach, lead->mean + reach};
}

static bool is_same(const double *left, const double *right, size_t runs)
{
    for (size_t i = 0; i < runs; i++)
        if (left[i] != right[i])
            return false;
    return true;
}

/* How far the control lies behind a rival, in standard errors; INFINITY and -INFINITY where nothing varies. */
static double distance(const struct bh_lead *lead)
{
    return lead->error > 0 ? lead->mean / lead->error : lead->mean > 0 ? INFINITY : -INFINITY;
}

/* The sum over the rivals of the probability that one seems better by more than `most`, the farthest of their distances,
 * although it is only as good as the data lets it be. */
static double tails(const struct bh_lead *leads, size_t rivals, double level, double most)
{
    double sum = 0;
    for (size_t j = 0; j < rivals; j++) {
        double reach = gsl_cdf_tdist_Qinv(SCREENING * level / (double)rivals, leads[j].freedom);
        double shift = fmin(0, distance(&leads[j]) + reach);
        sum += isfinite(shift) ? gsl_cdf_tdist_Q(most - shift, leads[j].freedom) : 0;
    }
    return sum;
}

/* Whether no rival is better than the control by more than chance explains. */
static bool may_be_best(const struct bh_lead *leads, size_t rivals, double level)
{
    double most = 0;
    if (rivals == 0 || isnan(leads[0].error))
        return true;
    for (size_t j = 0; j < rivals; j++)
        most = fmax(most, distance(&leads[j]));
    return most <= 0 || (isfinite(most) && tails(leads, rivals, level, most) > (1 - SCREENING) * level);
}

size_t bh_compare(const double *costs, size_t policies, size_t worlds, size_t replicas, double level,
                  struct bh_standing *standings)
{
    size_t runs = worlds * replicas, best = 0, rivals;
    struct bh_lead *leads = bh_allocate(policies, sizeof *leads);
    for (size_t p = 0; p < policies; p++) {
        standings[p] = (struct bh_standing){.mean = gsl_stats_mean(costs + p * runs, 1, runs)};
        best = standings[p].mean < standings[best].mean ? p : best;
    }
    for (size_t p = 0; p < policies; p++) {
        rivals = 0;
        /* One that is the same run by run is no rival. */
        for (size_t j = 0; j < policies; j++)
            if (!is_same(costs + p * runs, costs + j * runs, runs))
                leads[rivals++] = bh_lead_of(costs + p * runs, costs + j * runs, worlds, replicas);
        standings[p].behind = standings[p].mean - standings[best].mean;
        standings[p].is_same = is_same(costs + p * runs, costs + best * runs, runs);
        standings[p].may_be_best = may_be_best(leads, rivals, level);
    }
    /* behind <= max over j of the set of mean(i - j) + c error(i - j), and 0 */
    for (size_t p = 0; p < policies; p++)
        for (size_t j = 0; j < policies; j++) {
            if (!standings[j].may_be_best || is_same(costs + p * runs, costs + j * runs, runs))
                continue;
            struct bh_lead lead = bh_lead_of(costs + p * runs, costs + j * runs, worlds, replicas);
            double reach = isnan(lead.error)
                               ? INFINITY
                               : lead.error * gsl_cdf_tdist_Qinv(level / (double)(policies - 1), lead.freedom);
            standings[p].behind_most = fmax(standings[p].behind_most, lead.mean + reach);
        }
    free(leads);
    return best;
}
