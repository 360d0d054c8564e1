/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Distributions whose functions are elementary. */
#ifndef BH_MODELS_TIMES_EXPONENTIAL_H
#define BH_MODELS_TIMES_EXPONENTIAL_H

#include "models/times/distribution.h"

extern const struct bh_distribution_type bh_exponential, bh_uniform, bh_piecewise;

#endif
