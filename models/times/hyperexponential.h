/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Mixtures of exponential distributions. */
#pragma once

#include "models/times/distribution.h"

extern const struct bh_distribution_type bh_hyperexponential;
