/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A campaign's points, resolved and in words. */
#pragma once

#include "sim/campaign/campaign.h"

/* The scenario at positions on all axes there are, with one replica; the caller destroys. */
struct bh_scenario *bh_campaign_resolve_at(const struct bh_campaign *campaign, const size_t *index,
                                           struct bh_error *err);

/* The same at a point. */
struct bh_scenario *bh_campaign_resolve(const struct bh_campaign *campaign, size_t point, struct bh_error *err);

/* "nodes=1024 spares=warm"; owned by the caller. */
char *bh_campaign_describe(const struct bh_campaign *campaign, size_t point);

/* Label of a coordinate of an axis at a point. */
const char *bh_campaign_label(const struct bh_campaign *campaign, size_t point, size_t axis, size_t coordinate);
