/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What enclaves do as a whole beside what their processes do. */
#pragma once

#include "sim/validate/verdicts.h"

struct bh_run;

/* Adds cases from two runs of one scenario, which differ by its `resolution`: of each point and policy the fault-free makespan;
 * the makespan, and what of the machine's time went into work, checkpoints, work that was lost, and outages, as means over
 * replicas; and the shares of errors that reached how far. Expected is what enclaves have. */
void bh_validation_compare_resolutions(const struct bh_run *enclave, const struct bh_run *process,
                                       struct bh_validation *validation);
