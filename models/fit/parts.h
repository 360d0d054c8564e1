/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of the fits share; nobody else includes this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bh_distribution;
struct bh_distribution_type;
struct bh_fit_peak;
struct bh_sample;
struct bh_watched_times;

/* Whether what the type guesses of these times is the maximum of the likelihood. */
bool bh_fit_guess_is_best(const struct bh_watched_times *times, const struct bh_distribution_type *type);
/* The maximum of the likelihood; enough data is the caller's care. `peak` may be NULL; so may `sample`, from which the
 * times are, for times that are not many. */
void bh_fit_maximize(const struct bh_watched_times *times, const struct bh_sample *sample,
                     const struct bh_distribution_type *type, size_t phases, struct bh_distribution *d,
                     struct bh_fit_peak *peak);
