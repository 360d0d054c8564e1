/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Alternating times on and off of a composition. */
#include "models/policy/composition.h"

#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

const char *const bh_composition_rule_names[] = {"never", "always", "windows", "random", NULL};

void bh_compositions_cut(const struct bh_composition_law *const *laws, size_t count, double from_s, double until_s,
                         void (*piece)(void *context, double seconds, const bool *is_on), void *context)
{
    size_t *window = bh_allocate(count, sizeof *window);
    bool *is_on = bh_allocate(count, sizeof *is_on);
    for (double at_s = from_s, next_s; at_s < until_s; at_s = next_s) {
        next_s = until_s;
        for (size_t l = 0; l < count; l++) {
            const struct bh_composition_law *law = laws[l];
            size_t windows = law->rule == BH_COMPOSED_IN_WINDOWS ? law->windows_count : 0;
            while (window[l] < windows && law->windows[window[l]].until_s <= at_s)
                window[l]++;
            is_on[l] = window[l] < windows && law->windows[window[l]].from_s <= at_s;
            if (window[l] < windows)
                next_s = fmin(next_s, is_on[l] ? law->windows[window[l]].until_s : law->windows[window[l]].from_s);
        }
        piece(context, next_s - at_s, is_on);
    }
    free(window);
    free(is_on);
}

struct any_on {
    size_t count;
    double on_s;
};

/* Of a time too short for its calendar none is on. */
static double share_of(double part_s, double from_s, double until_s)
{
    return until_s > from_s ? part_s / (until_s - from_s) : 0.0;
}

static void add_if_any(void *context, double seconds, const bool *is_on)
{
    struct any_on *any = context;
    bool found = false;
    for (size_t l = 0; l < any->count; l++)
        found = found || is_on[l];
    any->on_s += found ? seconds : 0.0;
}

double bh_compositions_share(const struct bh_composition_law *const *laws, size_t count, double from_s, double until_s)
{
    struct any_on any = {.count = count};
    double apart = 1.0;
    for (size_t l = 0; l < count; l++)
        apart *= laws[l]->rule == BH_COMPOSED_IN_WINDOWS ? 1.0 : 1.0 - bh_composition_degree(laws[l], from_s, until_s);
    bh_compositions_cut(laws, count, from_s, until_s, add_if_any, &any);
    return 1.0 - apart * (1.0 - share_of(any.on_s, from_s, until_s));
}

double bh_composition_degree(const struct bh_composition_law *law, double from_s, double until_s)
{
    struct any_on any = {.count = 1};
    switch (law->rule) {
    case BH_COMPOSED_ALWAYS:
        return 1.0;
    case BH_COMPOSED_AT_RANDOM:
        return law->degree;
    case BH_COMPOSED_IN_WINDOWS:
        bh_compositions_cut(&law, 1, from_s, until_s, add_if_any, &any);
        return share_of(any.on_s, from_s, until_s);
    case BH_COMPOSED_NEVER:
    case BH_COMPOSITION_RULES:
        break;
    }
    return 0.0;
}

/* How long the present state lasts. Exponential times have no memory, so the first one, met at a random point of the
 * steady state, is distributed as all others. Long-run share on: on / (on + off) = degree. */
static double lasts_s(const struct bh_composition_clock *clock, const struct bh_random *random)
{
    const struct bh_composition_law *law = clock->law;
    double mean_s = clock->is_on ? law->mean_on_s : law->mean_on_s * (1.0 - law->degree) / law->degree;
    return bh_random_exponential(random, BH_PURPOSE_COMPOSITION, clock->identity, 1, clock->turns, mean_s);
}

/* The window at hand or to come is number turns/2; odd turns are within it. */
static double next_edge_s(const struct bh_composition_clock *clock)
{
    size_t w = (size_t)(clock->turns / 2);
    if (w >= clock->law->windows_count)
        return INFINITY;
    return clock->is_on ? clock->law->windows[w].until_s : clock->law->windows[w].from_s;
}

struct bh_composition_clock bh_composition_clock_start(const struct bh_composition_law *law,
                                                       const struct bh_random *random, uint64_t identity)
{
    struct bh_composition_clock clock = {.law = law, .identity = identity, .until_s = INFINITY};
    switch (law->rule) {
    case BH_COMPOSED_ALWAYS:
        clock.is_on = true;
        break;
    case BH_COMPOSED_AT_RANDOM:
        clock.is_on = bh_random_uniform(random, BH_PURPOSE_COMPOSITION, identity, 0, 0) < law->degree;
        clock.until_s = lasts_s(&clock, random);
        break;
    case BH_COMPOSED_IN_WINDOWS:
        clock.until_s = next_edge_s(&clock);
        if (clock.until_s <= 0.0)
            bh_composition_clock_turn(&clock, random);
        break;
    case BH_COMPOSED_NEVER:
    case BH_COMPOSITION_RULES:
        break;
    }
    return clock;
}

void bh_composition_clock_turn(struct bh_composition_clock *clock, const struct bh_random *random)
{
    clock->is_on = !clock->is_on;
    clock->turns++;
    clock->until_s =
        clock->law->rule == BH_COMPOSED_AT_RANDOM ? clock->until_s + lasts_s(clock, random) : next_edge_s(clock);
}
