/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The value of knowing a number where the policy that is taken was chosen by the same draws. */
#pragma once

#include <stddef.h>

/* Values are told beside the policy with the least mean of these worlds. If others are hardly worse its lead is partly luck,
 * by which every value is too small: at a tie by 0.4 standard errors of the lead. Were it chosen by a part f of the worlds
 * and judged by the rest it would owe them nothing, but be chosen worse. Splits need not be drawn: if the means err like e,
 * the means of a part are m + d, those of the rest m - d f / (1 - f), with d of the variance of e times (1 - f) / f, and
 * either is independent of the other. A quarter of what is told is by all worlds and three quarters are the mean over such
 * d with (1 - f) / f = 0.21, for which the bias is least where it is largest: 0.1 standard errors, down at a tie, up where
 * the lead is about one. The number's curves are shifted by the same d, so that one that says nothing stays worth nothing. */
struct bh_level_shifts;

/* `mean` [rival][world] and `run` [rival][world][replica] are gains of the rivals. Draws are keyed. */
struct bh_level_shifts *bh_level_shifts_create(const double *mean, const double *run, size_t rivals, size_t worlds,
                                               size_t replicas);
void bh_level_shifts_destroy(struct bh_level_shifts *shifts);

/* `value` is the mean of what the best of the curves `fitted` gains by these curves, and of what the best of `left_out`
 * gains by `mean`, all [rival][world], beside a policy that gains nothing. */
double bh_without_tie_bias(const struct bh_level_shifts *shifts, const double *mean, const double *fitted,
                           const double *left_out, double value);

/* How much more a value varies by what is taken off: it follows the rivals' means by `slopes` [rival] before that. */
double bh_tie_variance(const struct bh_level_shifts *shifts, const double *slopes);
