/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors as a branching process: each live copy makes others of several types, whatever became of those before. */
#pragma once

#include <stddef.h>

/* The largest absolute eigenvalue of the mean matrix: mean[i * types + j] is how many copies of type j one of type i makes.
 * Below 1 the process dies out with a finite mean; at or above it, the mean number of copies is infinite. */
double bh_branching_radius(const double *mean, size_t types);

/* Copies in all that come of one of each type, itself included: x = (I - M)^-1 1; INFINITY where the radius is 1 or more. As
 * no zone is ever full and no way ever used, that is at least the mean where each way is used once. */
void bh_branching_total(const double *mean, size_t types, double *total);
