/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Draws of a posterior described. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bh_injected_number;

/* The value that Beta(a, b) stays below with probability `share`. */
double bh_beta_quantile(double share, double a, double b);

/* Mean, quantiles, split R-hat and effective draws of `chains` chains of `length` values each, at [chain * length + i].
 * After Gelman and Rubin; autocorrelations are summed while pairs of them are positive, after Geyer. The diagnostics are of the logarithm if `on_log`. */
void bh_chains_describe(const double *values, size_t chains, size_t length, bool on_log,
                        struct bh_injected_number *number);
