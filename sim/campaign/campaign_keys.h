/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of a campaign file: the tables that its readers hold files against. */
#pragma once

#include "models/document/keys.h"

/* Designs and the draws of the catalog's numbers; the most that each may have. */
enum { BH_DESIGN_POINTS_MOST = 100000 };

extern const struct bh_keys bh_campaign_keys, bh_precision_keys, bh_range_keys, bh_zip_keys, bh_design_keys,
    bh_dimension_keys, bh_draws_keys;

extern const char *const bh_scale_names[]; /* linear logarithmic */
