/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys of one number of the catalog, and of sets of rates. */
#pragma once

#include "models/document/keys.h"

extern const struct bh_keys bh_number_keys, bh_tie_keys, bh_rates_keys, bh_rate_set_keys;

/* What files may claim of a number, and of its range. */
extern const char *const bh_file_status_names[], *const bh_file_basis_names[];
