/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How far a sample is from a distribution. */
#pragma once

#include "models/logs/up_and_down_times.h"
#include "models/times/distribution.h"

#include <stddef.h>

/* The largest difference of P(T <= t) between the distribution and the product-limit estimate (Kaplan and Meier, with
 * late entry), which is the empirical distribution where nothing is censored. Durations of unknown age are no part of
 * it. */
double bh_fit_distance(const struct bh_sample *sample, const struct bh_distribution *distribution);

/* The steps of that estimate: `p[i]` = P(T <= t_s[i]) from t_s[i] on. Returns their number; the caller frees both. */
size_t bh_product_limit(const struct bh_sample *sample, double **t_s, double **p);
