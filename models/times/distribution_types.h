/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The kinds of distribution. */
#pragma once

#include "models/times/distribution.h"

/* All of them, NULL-terminated, in the order of models/times/parts.h; and their names. */
extern const struct bh_distribution_type *const bh_distribution_types[];
extern const char *const bh_distribution_names[];
