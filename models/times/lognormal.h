/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The lognormal distribution. */
#ifndef BH_MODELS_TIMES_LOGNORMAL_H
#define BH_MODELS_TIMES_LOGNORMAL_H

#include "models/times/distribution.h"

extern const struct bh_distribution_type bh_lognormal;

#endif
