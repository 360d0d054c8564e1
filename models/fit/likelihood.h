/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The likelihood of times that were watched; fit.h has its formulas. */
#pragma once

#include <stdbool.h>

struct bh_distribution;
struct bh_sample;
struct bh_watched_times;

/* A sample as likelihoods need it. */
struct bh_watched_times *bh_fit_watched(const struct bh_sample *sample);
void bh_fit_watched_destroy(struct bh_watched_times *times);
/* Has a few thousand values stand for many times, whose sums stay what they are: likelihoods then cost as much for a
 * million times as for thousands, and their maxima are off by far less than a standard error. False: they are few. */
bool bh_fit_watched_thin(struct bh_watched_times *times);

double bh_fit_watched_log_likelihood(const struct bh_watched_times *times, const struct bh_distribution *d);
