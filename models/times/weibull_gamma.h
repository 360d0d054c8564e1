/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Weibull's distribution, and the gamma distribution. */
#pragma once

#include "models/times/distribution.h"

extern const struct bh_distribution_type bh_weibull, bh_gamma;
