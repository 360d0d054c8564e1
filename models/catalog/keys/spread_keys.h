/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys of zones, channels and errors. */
#pragma once

#include "models/document/keys.h"

extern const struct bh_keys bh_zone_kind_keys, bh_zone_keys, bh_ending_keys, bh_own_ending_keys, bh_channel_keys,
    bh_probability_of_keys, bh_error_keys;
