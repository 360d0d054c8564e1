/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* When a composition of enclaves is on: always, never, in windows, or by a random on/off process of a given degree. */
#pragma once

#include "models/base/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bh_composition_rule {
    BH_COMPOSED_NEVER,
    BH_COMPOSED_ALWAYS,
    BH_COMPOSED_IN_WINDOWS,
    BH_COMPOSED_AT_RANDOM,
    BH_COMPOSITION_RULES
};
/* never always windows random; NULL-terminated */
extern const char *const bh_composition_rule_names[];

/* Half open: composed from from_s on, apart again at until_s. */
struct bh_composition_window {
    double from_s, until_s;
};

/* A law of times on and off. At random: times on and off are exponential, on with the mean given here, off with the
 * mean that makes the long-run share of time on the degree, and the process starts in its steady state. */
struct bh_composition_law {
    enum bh_composition_rule rule;
    size_t windows_count;
    const struct bh_composition_window *windows; /* ascending and apart; borrowed */
    double degree;                               /* at random: share of time on, in (0, 1) */
    double mean_on_s;                            /* at random */
};

/* The share of time on, the composition degree: 0 and 1 for never and always, in the long run at random; in windows the
 * share of [from_s, until_s], above 0 s long, that they cover. */
double bh_composition_degree(const struct bh_composition_law *law, double from_s, double until_s);

/* The share of time that any of several is on: windows by the calendar, those at random independent of each other. */
double bh_compositions_share(const struct bh_composition_law *const *laws, size_t count, double from_s, double until_s);

/* Cuts [from_s, until_s] wherever one in windows begins or ends, and tells of each piece how long it is and which are on;
 * those of another rule never are. */
void bh_compositions_cut(const struct bh_composition_law *const *laws, size_t count, double from_s, double until_s,
                         void (*piece)(void *context, double seconds, const bool *is_on), void *context);

/* Where a law stands. `identity` keys its draws: the timeline is a function of seed, replica and identity alone, the
 * same under every policy. */
struct bh_composition_clock {
    const struct bh_composition_law *law; /* borrowed */
    uint64_t identity;
    bool is_on;
    double until_s; /* when that changes; INFINITY: never */
    uint64_t turns; /* changes so far: number the draws, or the windows */
};

/* The state at time 0. */
struct bh_composition_clock bh_composition_clock_start(const struct bh_composition_law *law,
                                                       const struct bh_random *random, uint64_t identity);
/* Goes past the next change, which must be finite. */
void bh_composition_clock_turn(struct bh_composition_clock *clock, const struct bh_random *random);
