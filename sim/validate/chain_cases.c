/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What small chains of their own say, state by state: two checkpoint levels, and errors that spread among enclaves. */
#include "models/catalog/recovery.h"
#include "models/catalog/system.h"
#include "sim/runs/point.h"
#include "sim/setup/questions.h"
#include "sim/sweep/run.h"
#include "sim/validate/parts.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* --- Two levels ------------------------------------------------------------------------------------------------------ */

/* A time in which a failure may strike, and what comes after it: all of it, or a crash, or the loss of a node. */
struct phase {
    double duration_s;
    size_t done, crash, loss;
};

/* What two levels and their failures are. */
struct levels {
    size_t stretches; /* of a near checkpoint each, to the next far one */
    double stretch_s, near_write_s, near_read_s, far_write_s, far_read_s, relaunch_s;
    double crash_rate, loss_rate; /* which the near level survives, and does not */
};

static const size_t end = SIZE_MAX; /* of the phases */

/* Phases from one far checkpoint to the next, of n stretches: k in [0, n), the stretch after the k-th and its near write;
 * n, the far write; n + 1 + k, the outage that returns to the near checkpoint k, in [0, n]; then the outage that returns to
 * the far one, and the first stretch with nothing near. */
static size_t list_phases(const struct levels *levels, bool is_first, struct phase *phase)
{
    size_t n = levels->stretches, far_outage = 2 * n + 2, anew = far_outage + 1;
    for (size_t k = 0; k < n; k++)
        phase[k] = (struct phase){levels->stretch_s + levels->near_write_s, k + 1, n + 1 + k, far_outage};
    phase[n] = (struct phase){levels->far_write_s, end, 2 * n + 1, far_outage};
    for (size_t k = 0; k <= n; k++)
        phase[n + 1 + k] = (struct phase){levels->relaunch_s + levels->near_read_s, k, n + 1 + k, far_outage};
    /* Before the first far checkpoint there is nothing to read. */
    double far_read_s = is_first ? 0.0 : levels->far_read_s;
    phase[far_outage] = (struct phase){levels->relaunch_s + far_read_s, anew, far_outage, far_outage};
    phase[anew] = (struct phase){levels->stretch_s + levels->near_write_s, 1, far_outage, far_outage};
    return anew + 1;
}

/* With failures of rate L in all, a phase of d takes (1 - e^(-L d))/L on average, and one strikes in it with 1 - e^(-L d). So
 * the mean times to the end solve linear equations. */
static double time_from(const struct levels *levels, bool is_first, size_t start)
{
    struct phase *phase = bh_allocate(2 * levels->stretches + 4, sizeof *phase);
    size_t count = list_phases(levels, is_first, phase);
    double rate = levels->crash_rate + levels->loss_rate, found_s = NAN;
    gsl_matrix *matrix = gsl_matrix_alloc(count, count);
    gsl_vector *times = gsl_vector_alloc(count), *solution = gsl_vector_alloc(count);
    gsl_permutation *permutation = gsl_permutation_alloc(count);
    int sign;
    gsl_matrix_set_identity(matrix);
    for (size_t i = 0; i < count; i++) {
        double fails = -expm1(-rate * phase[i].duration_s);
        const struct {
            size_t to;
            double p;
        } next[] = {{phase[i].done, 1.0 - fails},
                    {phase[i].crash, fails * levels->crash_rate / rate},
                    {phase[i].loss, fails * levels->loss_rate / rate}};
        gsl_vector_set(times, i, fails / rate);
        for (size_t j = 0; j < BH_COUNT(next); j++)
            if (next[j].to != end)
                *gsl_matrix_ptr(matrix, i, next[j].to) -= next[j].p;
    }
    if (gsl_linalg_LU_decomp(matrix, permutation, &sign) == 0 &&
        gsl_linalg_LU_solve(matrix, permutation, times, solution) == 0)
        found_s = gsl_vector_get(solution, start);
    gsl_permutation_free(permutation);
    gsl_vector_free(solution);
    gsl_vector_free(times);
    gsl_matrix_free(matrix);
    free(phase);
    return found_s;
}

void bh_validation_compare_levels(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_scenario *scenario = resolved->scenario;
        const struct bh_checkpoint_spec *near = &scenario->checkpoint[BH_LEVEL_LOCAL],
                                        *far = &scenario->checkpoint[BH_LEVEL_STORAGE];
        struct levels levels = {
            .stretches = (size_t)lround(far->interval_s / near->interval_s),
            .stretch_s = near->interval_s,
            .near_write_s = near->write_s,
            .near_read_s = near->read_s,
            .far_write_s = far->write_s,
            .far_read_s = far->read_s,
            .relaunch_s = bh_setup_recovery(resolved->setups[0])->process_restart_s.value,
            .crash_rate = bh_validation_rate(scenario, BH_MEND_REBOOT),
            .loss_rate = bh_validation_rate(scenario, BH_MEND_REPAIR),
        };
        double cycles = scenario->work_s / far->interval_s;
        double expected_s =
            time_from(&levels, true, 2 * levels.stretches + 3) + (cycles - 1.0) * time_from(&levels, false, 0);
        struct bh_validation_case *added =
            bh_validation_add_mean(validation, run, s, "s", expected_s, bh_validation_elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan, %s", bh_validation_label(run, s));
    }
}

/* --- Spread ---------------------------------------------------------------------------------------------------------- */

/* Enclaves, and for each pair how often one that an error lives in tries the other, in mean lifetimes. */
struct graph {
    size_t enclaves;
    double *rate;
};

static struct graph graph_of(const struct bh_scenario *scenario)
{
    size_t n = scenario->enclaves_count;
    struct graph graph = {n, bh_allocate(n * n, sizeof *graph.rate)};
    const struct bh_compositions *compositions = &scenario->compositions;
    for (size_t c = 0; c < compositions->count; c++) {
        const struct bh_composed *composed = &compositions->composed[c];
        double p = compositions->specs[composed->spec].channel->probability.value;
        for (size_t i = 0; i < composed->members_count; i++)
            for (size_t j = 0; j < composed->members_count; j++)
                if (i != j)
                    graph.rate[composed->member[i] * n + composed->member[j]] = p / (1.0 - p);
    }
    return graph;
}

static size_t power_of_three(size_t exponent)
{
    return exponent == 0 ? 1 : 3 * power_of_three(exponent - 1);
}

enum { CLEAN, STRUCK, LOST }; /* an enclave, a digit of the state */

/* The chain of an epidemic: an error lives in each enclave that it has reached for an exponential time, tries each of its
 * partners meanwhile, and at the end takes it down, for which it counts `weight`. Every event raises a digit of the state, so
 * that what comes after it is known before it. */
static double expected_loss(const struct graph *graph, const double *weight)
{
    size_t n = graph->enclaves, states = power_of_three(n);
    double *expected = bh_allocate(states, sizeof *expected), mean = 0.0;
    for (size_t state = states; state-- > 0;) {
        double total = 0.0, sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            if (state / power_of_three(i) % 3 != STRUCK)
                continue;
            total += 1.0;
            sum += weight[i] + expected[state + power_of_three(i)];
            for (size_t j = 0; j < n; j++)
                if (state / power_of_three(j) % 3 == CLEAN && graph->rate[i * n + j] > 0.0) {
                    total += graph->rate[i * n + j];
                    sum += graph->rate[i * n + j] * expected[state + power_of_three(j)];
                }
        }
        expected[state] = total > 0.0 ? sum / total : 0.0;
    }
    for (size_t i = 0; i < n; i++) /* errors begin in all alike */
        mean += expected[power_of_three(i)] / (double)n;
    free(expected);
    return mean;
}

/* What was lost per error, a ratio whose clusters are replicas. */
static void add_loss(struct bh_validation *validation, const struct bh_run *run, size_t point, double expected,
                     const double *weight, const char *what)
{
    uint64_t replicas = run->campaign->replicas;
    const struct bh_scenario *scenario = run->campaign->resolved[point]->scenario;
    double *lost = bh_allocate(replicas, sizeof *lost), sum = 0.0, errors = 0.0, squares = 0.0;
    for (uint64_t r = 0; r < replicas; r++) {
        for (size_t e = 0; e < scenario->enclaves_count; e++)
            lost[r] += weight[e] * bh_run_value(run, BH_METRIC_interruptions, point, 0, r)[e];
        sum += lost[r];
        errors += bh_validation_number(run, BH_METRIC_errors, point, 0, r);
    }
    double ratio = sum / errors, count = (double)replicas;
    for (uint64_t r = 0; r < replicas; r++)
        squares += pow(lost[r] - ratio * bh_validation_number(run, BH_METRIC_errors, point, 0, r), 2.0);
    struct bh_validation_case *added = bh_validation_add(validation, BH_EVIDENCE_MEAN, "1", expected, ratio);
    added->samples = count;
    added->error = sqrt(squares / (count * (count - 1.0))) * count / errors;
    snprintf(added->name, sizeof added->name, "%s, %s", what, bh_validation_label(run, point));
    free(lost);
}

void bh_validation_compare_spread(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        struct graph graph = graph_of(run->campaign->resolved[s]->scenario);
        double *all = bh_allocate(graph.enclaves, sizeof *all), *first = bh_allocate(graph.enclaves, sizeof *first);
        for (size_t e = 0; e < graph.enclaves; e++)
            all[e] = 1.0;
        first[0] = 1.0;
        add_loss(validation, run, s, expected_loss(&graph, all), all, "enclaves lost per error");
        add_loss(validation, run, s, expected_loss(&graph, first), first, "errors that take the first one down");
        free(first);
        free(all);
        free(graph.rate);
    }
}
