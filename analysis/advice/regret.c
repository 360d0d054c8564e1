/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Regret over worlds, replica noise taken out. */
#include "analysis/advice/regret.h"

#include "analysis/advice/comparison.h"
#include "analysis/advice/skewed_mean.h"
#include "models/base/error.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct table {
    const double *numbers;
    size_t policies, worlds, replicas;
};

static double at(const struct table *table, size_t policy, size_t world, size_t replica)
{
    return table->numbers[(policy * table->worlds + world) * table->replicas + replica];
}

/* Mean over all replicas but `without` (`replicas`: of all). */
static double mean_of(const struct table *table, size_t policy, size_t world, size_t without)
{
    double sum = 0;
    for (size_t r = 0; r < table->replicas; r++)
        sum += r != without ? at(table, policy, world, r) : 0;
    return sum / (double)(table->replicas - (without < table->replicas));
}

static size_t best_of(const struct table *costs, size_t world, size_t without)
{
    size_t best = 0;
    double least = INFINITY;
    for (size_t p = 0; p < costs->policies; p++) {
        double mean = mean_of(costs, p, world, without);
        if (mean < least) {
            least = mean;
            best = p;
        }
    }
    return best;
}

static double regret_in(const struct table *costs, const struct table *values, size_t world, size_t chosen)
{
    size_t replicas = costs->replicas;
    double seen = mean_of(values, chosen, world, replicas) -
                  mean_of(values, best_of(costs, world, replicas), world, replicas),
           unseen = 0;
    if (replicas < 2)
        return NAN;
    for (size_t r = 0; r < replicas; r++)
        unseen += at(values, chosen, world, r) - at(values, best_of(costs, world, r), world, r);
    return (seen + unseen / (double)replicas) / 2;
}

/* What can be told of a world by its own replicas. */
static void judge(const struct table *costs, size_t world, size_t chosen, struct bh_standing *standings, double *own,
                  struct bh_firmness *firmness)
{
    size_t others = 0;
    for (size_t p = 0; p < costs->policies; p++)
        memcpy(own + p * costs->replicas, costs->numbers + (p * costs->worlds + world) * costs->replicas,
               costs->replicas * sizeof *own);
    bh_compare(own, costs->policies, 1, costs->replicas, BH_SET_LEVEL, standings);
    for (size_t p = 0; p < costs->policies; p++)
        others += standings[p].may_be_best && standings[p].mean != standings[chosen].mean;
    firmness->best_in += standings[chosen].behind <= 0;
    firmness->surely_best += standings[chosen].may_be_best && others == 0;
    firmness->surely_not += !standings[chosen].may_be_best;
}

void bh_find_firmness(const double *costs, size_t policies, size_t worlds, size_t replicas, size_t chosen,
                      struct bh_firmness *firmness)
{
    const struct table table = {costs, policies, worlds, replicas};
    struct bh_standing *standings = bh_allocate(policies, sizeof *standings);
    double *own = bh_allocate(policies * replicas, sizeof *own);
    *firmness = (struct bh_firmness){0};
    for (size_t w = 0; w < worlds; w++)
        judge(&table, w, chosen, standings, own, firmness);
    free(own);
    free(standings);
}

void bh_find_regret(const double *costs, const double *values, size_t policies, size_t worlds, size_t replicas,
                    size_t chosen, struct bh_regret *regret)
{
    const struct table choice = {costs, policies, worlds, replicas}, value = {values, policies, worlds, replicas};
    double *regrets = bh_allocate(worlds, sizeof *regrets);
    *regret = (struct bh_regret){.worst = NAN};
    for (size_t w = 0; w < worlds; w++) {
        regrets[w] = regret_in(&choice, &value, w, chosen);
        if (!(regret->worst >= regrets[w])) {
            regret->worst = regrets[w];
            regret->worst_world = w;
        }
    }
    /* No choice is ahead of the best: what is below 0 is chance. */
    struct bh_estimate plain = bh_mean(regrets, worlds);
    regret->expected = worlds > 1 && plain.high > plain.mean
                           ? bh_skewed_mean(plain.mean, gsl_stats_sd(regrets, 1, worlds) / sqrt((double)worlds),
                                            (double)worlds - 1, regrets, worlds)
                           : plain;
    if (!isnan(regret->worst)) {
        regret->expected = (struct bh_estimate){fmax(0, regret->expected.mean), fmax(0, regret->expected.low),
                                                fmax(0, regret->expected.high)};
        regret->worst = fmax(0, regret->worst);
    }
    free(regrets);
}
