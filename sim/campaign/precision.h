/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* When a mean is known well enough: a sequential rule whose interval keeps its coverage. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sample is looked at when it has `least` values, then half as many again (rounded up) each time, and last at
 * `most`. It is enough when Student's 95 % interval of the mean has at most the relative half-width at two looks in a
 * row, or at `most`.
 *
 * Stopping at the first such look, as Chow and Robbins (1965) do, favours samples that happen to spread little: with
 * normal values and about 20 to 40 of them the 95 % interval then covers the mean 93.5 % of the time. At the second
 * look a third of the values is new, which did not have a say. doc/cluster.md has the coverage measured. */
uint64_t bh_precision_next_look(uint64_t look, uint64_t most);

/* Half-width of Student's 95 % interval of the mean; NaN for fewer than two values or if one is NaN. */
double bh_precision_half_width(const double *values, size_t count, double *mean);

/* The look at which to stop, of those that `count` values reach; 0: none yet. A mean that is not defined, since a value
 * is NaN, does not become so by more values: that stops too. */
uint64_t bh_precision_stop(const double *values, size_t count, double relative_half_width, uint64_t least,
                           uint64_t most);
