/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One silent error's course, played by chance. */
#pragma once

#include "models/silent/course.h"

struct bh_agreement;

/* By chance, each trial played along the job's clock; equal seeds give equal bits for any number of threads (0: all). */
struct bh_silent_outcome bh_silent_course_monte_carlo(const struct bh_silent_course *course, uint64_t seed,
                                                      uint64_t trials, unsigned threads);

/* Adds to the joint test of exact against simulated: shares by the exact binomial level; means, where at least 400
 * errors were found, by the normal one. */
void bh_silent_course_compare(const struct bh_silent_course *course, const struct bh_silent_outcome *exact,
                              const struct bh_silent_outcome *simulated, struct bh_agreement *agreement);
