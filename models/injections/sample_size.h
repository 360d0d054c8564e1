/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How many trials it takes. */
#pragma once

#include <stdint.h>

/* Upper bound of a probability when none of n was seen, at this confidence: 1 - (1 - confidence)^(1/n). */
double bh_none_seen_bound(uint64_t trials, double confidence);

/* Trials without any that bound a probability by `bound`. INFINITY for 0. */
double bh_none_seen_trials(double bound, double confidence);

/* Trials under each of two policies with which Fisher's exact test, two-sided at `level`, tells probabilities p and q
 * apart with this power. Exact where few are expected, else Casagrande, Pike and Smith's formula. INFINITY where
 * p = q. */
double bh_trials_to_separate(double p, double q, double level, double power);

/* The test's power with n trials each; exact. For expected counts up to some thousands. */
double bh_separation_power(uint64_t n, double p, double q, double level);
