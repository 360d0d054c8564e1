/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Both resolutions of one scenario, side by side. */
#include "sim/validate/resolutions.h"

#include "models/cost/noise.h"
#include "models/words/scope.h"
#include "sim/runs/point.h"
#include "sim/setup/setup.h"
#include "sim/state/ledger.h"
#include "sim/sweep/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far they may be apart: without faults, and with them as a share of the makespan, chance aside. */
static const double fault_free_tolerance = 0.005, tolerance = 0.02;

/* What goes together in the ledger: from one part to before another. */
static const struct {
    const char *name;
    enum bh_part first, end;
} pieces[] = {
    {"work", BH_PART_COMPUTE, BH_PART_CHECKPOINT},
    {"checkpoints", BH_PART_CHECKPOINT, BH_PART_VERIFICATION},
    {"lost work", BH_PART_LOST_WORK, BH_PART_DETECTION},
    {"outages", BH_PART_DETECTION, BH_PART_COMPOSITION_WAIT},
};

struct pair {
    const struct bh_run *run[2]; /* enclave, process */
    size_t point, policy;
    const struct bh_scenario *scenario;
    const char *label; /* of the point; NULL: there is one */
    double excess;     /* by which enclaves have too much noise, as a share of the time */
};

static struct bh_validation_case *add(struct bh_validation *validation, const struct pair *pair, const char *what,
                                      enum bh_evidence evidence)
{
    validation->cases = bh_reallocate(validation->cases, validation->count + 1, sizeof *validation->cases);
    struct bh_validation_case *added = &validation->cases[validation->count++];
    *added = (struct bh_validation_case){.evidence = evidence, .unit = "s"};
    snprintf(added->name, sizeof added->name, "%s, %s%s%s", what, pair->scenario->policies[pair->policy].name,
             pair->label != NULL ? ", " : "", pair->label != NULL ? pair->label : "");
    return added;
}

/* Seconds per node that went into a piece; the whole makespan where it has none. */
static double seconds_of(const struct pair *pair, int which, int piece, uint64_t replica)
{
    const struct bh_run *run = pair->run[which];
    if (piece < 0)
        return *bh_run_value(run, BH_METRIC_elapsed, pair->point, pair->policy, replica);
    const double *part = bh_run_value(run, BH_METRIC_node_time, pair->point, pair->policy, replica);
    double sum = 0.0;
    for (enum bh_part p = pieces[piece].first; p != pieces[piece].end; p++)
        sum += part[p];
    return sum / (double)pair->scenario->nodes;
}

/* Equal seeds mean equal faults at both resolutions, so that differences within a replica, and not means of their own,
 * say how far the two are apart by chance. */
static void add_mean(struct bh_validation *validation, const struct pair *pair, int piece, double makespan_s)
{
    double replicas = (double)pair->scenario->replicas, mean[2] = {0.0, 0.0}, variance = 0.0;
    for (uint64_t r = 0; r < pair->scenario->replicas; r++)
        for (int which = 0; which < 2; which++)
            mean[which] += seconds_of(pair, which, piece, r) / replicas;
    for (uint64_t r = 0; r < pair->scenario->replicas; r++) {
        double difference_s = seconds_of(pair, 1, piece, r) - seconds_of(pair, 0, piece, r);
        variance += pow(difference_s - (mean[1] - mean[0]), 2.0) / (replicas - 1.0) / replicas;
    }
    struct bh_validation_case *added =
        add(validation, pair, piece < 0 ? "makespan" : pieces[piece].name, BH_EVIDENCE_BESIDE);
    added->expected = mean[0];
    added->simulated = mean[1];
    added->error = sqrt(variance);
    added->samples = replicas;
    added->whole = piece < 0 ? mean[0] : makespan_s;
    added->tolerance = tolerance * added->whole;
    added->allowance = (fault_free_tolerance + pair->excess) * mean[0];
}

static void add_means(struct bh_validation *validation, const struct pair *pair)
{
    add_mean(validation, pair, -1, 0.0);
    double makespan_s = validation->cases[validation->count - 1].expected;
    for (int piece = 0; piece < (int)BH_COUNT(pieces); piece++)
        add_mean(validation, pair, piece, makespan_s);
}

static double errors_within(const struct pair *pair, int which, enum bh_scope scope, uint64_t replica)
{
    const double *extent = bh_run_value(pair->run[which], BH_METRIC_system_extent, pair->point, pair->policy, replica);
    double sum = 0.0;
    for (int s = 0; s <= (int)scope; s++)
        sum += extent[s];
    return sum;
}

/* The share of errors within a scope at one resolution; a replica's part in how far it is off by chance, on average over
 * replicas, is added to `off`. */
static double share_within(const struct pair *pair, int which, enum bh_scope scope, double sign, double *off)
{
    uint64_t replicas = pair->scenario->replicas;
    double within = 0.0, errors = 0.0;
    for (uint64_t r = 0; r < replicas; r++) {
        within += errors_within(pair, which, scope, r);
        errors += errors_within(pair, which, BH_SCOPES - 1, r);
    }
    if (!(errors > 0.0))
        return NAN;
    for (uint64_t r = 0; r < replicas; r++)
        off[r] +=
            sign *
            (errors_within(pair, which, scope, r) - within / errors * errors_within(pair, which, BH_SCOPES - 1, r)) *
            (double)replicas / errors;
    return within / errors;
}

/* In pairs, too: both have the same errors but for what strikes the longer run at its end, so that the difference of their
 * shares, linearised, varies far less than each. */
static void add_containment(struct bh_validation *validation, const struct pair *pair)
{
    uint64_t replicas = pair->scenario->replicas;
    double *off = bh_allocate(replicas, sizeof *off);
    for (enum bh_scope scope = BH_SCOPE_PROCESS; scope != BH_SCOPE_ENCLAVE; scope++) {
        char what[48];
        double squares = 0.0, count = (double)replicas;
        memset(off, 0, replicas * sizeof *off);
        double expected = share_within(pair, 0, scope, -1.0, off), simulated = share_within(pair, 1, scope, 1.0, off);
        if (isnan(expected) || isnan(simulated))
            break;
        for (uint64_t r = 0; r < replicas; r++)
            squares += off[r] * off[r];
        snprintf(what, sizeof what, "errors within %s", bh_scope_names[scope]);
        struct bh_validation_case *added = add(validation, pair, what, BH_EVIDENCE_BESIDE);
        added->unit = "1";
        added->expected = expected;
        added->simulated = simulated;
        added->samples = count;
        added->error = sqrt(squares / count / (count - 1.0));
        added->tolerance = tolerance;
        added->allowance = fault_free_tolerance;
        added->whole = 1.0;
    }
    free(off);
}

void bh_validation_compare_resolutions(const struct bh_run *enclave, const struct bh_run *process,
                                       struct bh_validation *validation)
{
    const struct bh_campaign *campaign = enclave->campaign;
    for (size_t point = 0; point < campaign->points; point++) {
        const struct bh_point *resolved = campaign->resolved[point];
        struct pair pair = {.run = {enclave, process}, .point = point, .scenario = resolved->scenario};
        if (campaign->study->axes_count > 0)
            pair.label = campaign->study->axes[0].values[resolved->index[0]].label;
        for (pair.policy = 0; pair.policy < resolved->scenario->policies_count; pair.policy++) {
            struct bh_validation_case *added = add(validation, &pair, "fault-free makespan", BH_EVIDENCE_EXACT);
            added->expected = *bh_run_value(enclave, BH_METRIC_fault_free_makespan, point, pair.policy, 0);
            added->simulated = *bh_run_value(process, BH_METRIC_fault_free_makespan, point, pair.policy, 0);
            added->tolerance = fault_free_tolerance;
            if (resolved->scenario->replicas < 2)
                continue;
            const struct bh_noise *noise = &resolved->setups[pair.policy]->enclaves[0].pace[1].slowdown.noise;
            pair.excess = bh_noise_excess_s(noise) / noise->step_s;
            add_means(validation, &pair);
            add_containment(validation, &pair);
        }
    }
}
