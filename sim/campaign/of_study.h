/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A study as a campaign without a file: its own points, and those of its uncertain number. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/campaign.h"

#include <stdbool.h>

/* Resolves and prepares all points, platforms and exact chains, so that bad input shows before anything runs; chains in up
 * to `jobs` processes. Takes the study over, also on failure. */
struct bh_campaign *bh_campaign_of_study(struct bh_study *study, unsigned jobs, bool shows_progress,
                                         struct bh_error *err);
