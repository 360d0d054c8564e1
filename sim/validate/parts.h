/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the cases share: evidence from replicas, and what is asked of a run. */
#pragma once

#include "models/base/metric_list.h"
#include "models/words/words.h"
#include "sim/validate/verdicts.h"

#include <stdint.h>

struct bh_fault_class;
struct bh_run;
struct bh_scenario;

/* A case that is still without a name; exact ones are to be equal within 1e-9. */
struct bh_validation_case *bh_validation_add(struct bh_validation *validation, enum bh_evidence evidence,
                                             const char *unit, double expected, double simulated);
/* Mean of one number per replica of the first policy, with its standard error. */
struct bh_validation_case *
bh_validation_add_mean(struct bh_validation *validation, const struct bh_run *run, size_t point, const char *unit,
                       double expected, double (*value)(const struct bh_run *run, size_t point, uint64_t replica));

/* What a point is called on the first axis. */
const char *bh_validation_label(const struct bh_run *run, size_t point);
/* Of the first enclave, or of the machine, in one replica. */
double bh_validation_number(const struct bh_run *run, enum bh_metric_name metric, size_t point, size_t policy,
                            uint64_t replica);
/* Of the first enclave: its makespan, or until the horizon. */
double bh_validation_elapsed_s(const struct bh_run *run, size_t point, uint64_t replica);
/* The class that strikes, of which there is one. */
const struct bh_fault_class *bh_validation_striking(const struct bh_scenario *scenario);
/* The rate of all that strikes nodes which then come back so; spares that are struck do not count. */
double bh_validation_rate(const struct bh_scenario *scenario, enum bh_mend mend);

/* One per case. */
void bh_validation_compare_fault_free(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_one_failure(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_shared_storage(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_counts(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_daly(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_downtime(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_interval(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_first_failure(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_silent(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_lone_errors(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_levels(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_spread(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_service(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_spares(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_parts_needed(const struct bh_run *run, struct bh_validation *validation);
void bh_validation_compare_slow_parts(const struct bh_run *run, struct bh_validation *validation);
