/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a campaign will take: time, by running a few replicas, and space. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/campaign.h"

#include <stddef.h>

struct bh_forecast {
    double seconds; /* of one core's work, for all; with precision from `least_seconds` */
    double least_seconds;
    double longest_s; /* of one point alone: no number of cores does with less */
    double bytes;     /* of the results, before compression */
    size_t sampled;   /* replicas that were run to know */
    size_t units;
};

/* Runs one replica under all policies at up to three points: the cheapest, the median and the dearest by predicted
 * cost. */
int bh_forecast(const struct bh_campaign *campaign, struct bh_forecast *forecast, struct bh_error *err);
