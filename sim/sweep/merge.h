/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Makes one results file of a store. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/campaign.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_merge_outcome {
    size_t missing; /* units */
    char *
        damage; /* of the logs, and records of others, a line each; "" without any. The caller frees, also on failure; it may be NULL then */
};

/* Reads all logs of the folder and writes FILE. Equal campaigns make equal bytes, whichever shards and how many runs
 * made the store. Fails with BH_ERROR_INPUT if units are missing, unless `is_partial`: then what is missing is NaN
 * (counts: 0), and the outcome says how many units that is. What is damaged in the logs is missing. */
int bh_merge(const struct bh_campaign *campaign, const char *directory, const char *file, bool is_partial,
             struct bh_merge_outcome *outcome, struct bh_error *err);
