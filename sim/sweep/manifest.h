/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a store belongs to: the campaign, the scenario, the seed and the models, so that nothing else is mixed in. */
#ifndef BH_SIM_SWEEP_MANIFEST_H
#define BH_SIM_SWEEP_MANIFEST_H

#include "models/base/error.h"
#include "sim/sweep/plan.h"

#include <stdbool.h>

#define BH_MANIFEST_NAME "sweep.json"

/* Puts the manifest into the folder, or compares with the one that is there: fails with BH_ERROR_INPUT and what
 * differs. *was_there tells which. One that goes on (`resumes`) must find one. */
int bh_manifest_publish(const char *directory, const struct bh_plan *plan, bool resumes, int *was_there,
                        struct bh_error *err);

/* Where the campaign of a store is, and the settings it was read with, for commands that are given the folder alone:
 * reads the plan. */
struct bh_plan *bh_manifest_plan(const char *directory, const char *data_directory, struct bh_error *err);

#endif
