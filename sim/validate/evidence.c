/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Cases from what replicas gave. */
#include "sim/runs/point.h"
#include "sim/sweep/run.h"
#include "sim/validate/parts.h"

#include <math.h>

/* Arithmetic on clocks of up to 1e9 s in steps of seconds. */
static const double exact = 1e-9;

struct bh_validation_case *bh_validation_add(struct bh_validation *validation, enum bh_evidence evidence,
                                             const char *unit, double expected, double simulated)
{
    validation->cases = bh_reallocate(validation->cases, validation->count + 1, sizeof *validation->cases);
    struct bh_validation_case *added = &validation->cases[validation->count++];
    *added = (struct bh_validation_case){.unit = unit,
                                         .evidence = evidence,
                                         .expected = expected,
                                         .simulated = simulated,
                                         .tolerance = evidence == BH_EVIDENCE_EXACT ? exact : 0.0};
    return added;
}

const char *bh_validation_label(const struct bh_run *run, size_t point)
{
    return run->campaign->study->axes[0].values[run->campaign->resolved[point]->index[0]].label;
}

double bh_validation_number(const struct bh_run *run, enum bh_metric_name metric, size_t point, size_t policy,
                            uint64_t replica)
{
    return *bh_run_value(run, metric, point, policy, replica);
}

struct bh_validation_case *
bh_validation_add_mean(struct bh_validation *validation, const struct bh_run *run, size_t point, const char *unit,
                       double expected, double (*value)(const struct bh_run *run, size_t point, uint64_t replica))
{
    uint64_t count = run->campaign->replicas;
    double replicas = (double)count, mean = 0.0, squares = 0.0;
    for (uint64_t r = 0; r < count; r++)
        mean += value(run, point, r) / replicas;
    for (uint64_t r = 0; r < count; r++)
        squares += pow(value(run, point, r) - mean, 2.0);
    struct bh_validation_case *added = bh_validation_add(validation, BH_EVIDENCE_MEAN, unit, expected, mean);
    added->samples = replicas;
    added->error = sqrt(squares / (replicas - 1.0) / replicas);
    return added;
}

double bh_validation_elapsed_s(const struct bh_run *run, size_t point, uint64_t replica)
{
    return bh_validation_number(run, BH_METRIC_elapsed, point, 0, replica);
}
