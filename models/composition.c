/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Alternating times on and off of a composition. */
#include "models/composition.h"

#include <math.h>

const char *const bh_composition_rule_names[] = {"never", "always", "windows", "random", NULL};

double bh_composition_degree(const struct bh_composition_law *law, double horizon_s)
{
    double on_s = 0.0;
    switch (law->rule) {
    case BH_COMPOSED_ALWAYS:
        return 1.0;
    case BH_COMPOSED_AT_RANDOM:
        return law->degree;
    case BH_COMPOSED_IN_WINDOWS:
        for (size_t w = 0; w < law->windows_count; w++)
            on_s += fmax(0.0, fmin(law->windows[w].until_s, horizon_s) - law->windows[w].from_s);
        return on_s / horizon_s;
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
