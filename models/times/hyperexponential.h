/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Mixtures of exponential distributions. */
#ifndef BH_MODELS_TIMES_HYPEREXPONENTIAL_H
#define BH_MODELS_TIMES_HYPEREXPONENTIAL_H

#include "models/times/distribution.h"

extern const struct bh_distribution_type bh_hyperexponential;

#endif
