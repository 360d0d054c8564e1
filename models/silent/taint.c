/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tainted ranks: lattice counts on a torus, collectives, random partners. */
#include "models/silent/taint.h"

#include "models/silent/epidemic.h"

#include <math.h>
#include <stdbool.h>

/* Draws of one error's taint, as the last part of its key; random partners have keys of their own ordinal. */
enum { DRAW_PHASE = 0, DRAW_COLLECTIVE, DRAW_STAYS };

/* The largest divisor of n that is no larger than its root. */
static uint64_t lower_divisor(uint64_t n)
{
    uint64_t d = (uint64_t)sqrt((double)n);
    while (d * d > n || n % d != 0)
        d--;
    return d;
}

void bh_process_grid(uint64_t ranks, unsigned dimensions, uint64_t extent[BH_HALO_DIMENSIONS_MOST])
{
    extent[0] = ranks;
    extent[1] = extent[2] = 1;
    if (dimensions == 2) {
        extent[1] = lower_divisor(ranks);
        extent[0] = ranks / extent[1];
    }
    /* With the smallest extent given, the largest is least when the other two are as close as can be. */
    for (uint64_t least = 1; dimensions == 3 && least * least * least <= ranks; least++) {
        if (ranks % least != 0)
            continue;
        uint64_t middle = lower_divisor(ranks / least), most = ranks / least / middle;
        if (middle < least)
            continue;
        if (most - least < extent[0] - extent[2]) {
            extent[0] = most;
            extent[1] = middle;
            extent[2] = least;
        }
    }
}

static int check_common(uint64_t ranks, double collectives_per_step, struct bh_error *err)
{
    if (ranks < 1 || ranks > BH_TAINT_RANKS_MOST)
        return bh_fail(err, BH_ERROR_INPUT, "found %llu ranks, expected 1 to 2^40", (unsigned long long)ranks);
    if (!(collectives_per_step >= 0.0) || !isfinite(collectives_per_step))
        return bh_fail(err, BH_ERROR_INPUT, "found %g collectives per step, expected a number of at least 0",
                       collectives_per_step);
    return 0;
}

int bh_taint_halo(struct bh_taint *taint, uint64_t ranks, unsigned dimensions, double collectives_per_step,
                  struct bh_error *err)
{
    if (check_common(ranks, collectives_per_step, err) != 0)
        return -1;
    if (dimensions > BH_HALO_DIMENSIONS_MOST)
        return bh_fail(err, BH_ERROR_INPUT, "found a halo of %u dimensions, expected 0 to 3", dimensions);
    *taint = (struct bh_taint){.ranks = ranks,
                               .communication = BH_COMMUNICATION_HALO,
                               .dimensions = dimensions,
                               .collectives_per_step = collectives_per_step};
    bh_process_grid(ranks, dimensions, taint->extent);
    return 0;
}

int bh_taint_random(struct bh_taint *taint, uint64_t ranks, double contacts_per_step, double collectives_per_step,
                    struct bh_error *err)
{
    if (check_common(ranks, collectives_per_step, err) != 0)
        return -1;
    if (!(contacts_per_step >= 0.0) || !isfinite(contacts_per_step))
        return bh_fail(err, BH_ERROR_INPUT, "found %g contacts per step, expected a number of at least 0",
                       contacts_per_step);
    *taint = (struct bh_taint){.ranks = ranks,
                               .communication = BH_COMMUNICATION_RANDOM,
                               .extent = {ranks, 1, 1},
                               .contacts_per_step = contacts_per_step,
                               .collectives_per_step = collectives_per_step};
    return 0;
}

/* Sites of a ring at a distance: one at 0 and at an even ring's antipode, two between, none beyond. */
static double sites_at(uint64_t extent, uint64_t distance)
{
    if (distance == 0 || 2 * distance == extent)
        return 1.0;
    return 2 * distance < extent ? 2.0 : 0.0;
}

/* Sites of a ring within a distance. */
static double sites_within(uint64_t extent, uint64_t distance)
{
    return distance >= extent / 2 ? (double)extent : 2.0 * (double)distance + 1.0;
}

/* Hops add up over the dimensions: the histograms of the two shorter rings are convolved with the count of the longest,
 * sum over z and y of h3(z) h2(y) H1(k - y - z). Balanced grids make that at most 2^14 terms for 2^24 ranks. */
double bh_taint_lattice(const struct bh_taint *taint, uint64_t steps)
{
    const uint64_t *extent = taint->extent;
    if (taint->dimensions == 0)
        return 1.0;
    if (steps >= extent[0] / 2 + extent[1] / 2 + extent[2] / 2)
        return (double)taint->ranks;
    double sum = 0.0;
    for (uint64_t z = 0; z <= extent[2] / 2 && z <= steps; z++) {
        double plane = 0.0;
        for (uint64_t y = 0; y <= extent[1] / 2 && y + z <= steps; y++)
            plane += sites_at(extent[1], y) * sites_within(extent[0], steps - y - z);
        sum += sites_at(extent[2], z) * plane;
    }
    return sum;
}

static double without_collectives(const struct bh_taint *taint, double exchanges)
{
    if (taint->communication == BH_COMMUNICATION_HALO)
        return bh_taint_lattice(taint, (uint64_t)fmin(exchanges, 0x1p53)); /* all ranks, long before */
    struct bh_susceptible_infected spread = {taint->ranks, taint->contacts_per_step};
    return bh_susceptible_infected_mean(&spread, exchanges);
}

/* Beyond this many steps nothing changes that anyone could tell, and a count of steps would not fit. */
static double in_range(double steps)
{
    return fmin(steps, 0x1p52);
}

static double carried_ranks(const struct bh_taint *taint, double steps)
{
    if (!(steps > 0.0))
        return 1.0;
    steps = in_range(steps);
    bool is_halo = taint->communication == BH_COMMUNICATION_HALO;
    double whole = floor(steps), fraction = steps - whole, all = (double)taint->ranks;
    /* Random partners are met all through a step, halos and collectives at its end. */
    double at_random = is_halo ? 0.0 : without_collectives(taint, steps), mean = 0.0;
    for (int k = 0; k < 2; k++) {
        double share = k == 0 ? 1.0 - fraction : fraction, exchanges = whole + k;
        if (share == 0.0)
            continue;
        double collective = fmin(1.0, exchanges * taint->collectives_per_step);
        double rest = collective < 1.0 && is_halo ? without_collectives(taint, exchanges) : at_random;
        mean += share * (collective * all + (1.0 - collective) * rest);
    }
    return mean;
}

double bh_taint_ranks(const struct bh_taint *taint, double steps)
{
    return taint->stays + (1.0 - taint->stays) * carried_ranks(taint, steps);
}

double bh_taint_draw(const struct bh_taint *taint, double steps, const struct bh_random *random, uint64_t stream,
                     uint64_t ordinal)
{
    if (!(steps > 0.0) ||
        (taint->stays > 0.0 && bh_random_uniform(random, BH_PURPOSE_TAINT, stream, ordinal, DRAW_STAYS) < taint->stays))
        return 1.0;
    steps = in_range(steps);
    double phase = bh_random_uniform(random, BH_PURPOSE_TAINT, stream, ordinal, DRAW_PHASE);
    double collective = bh_random_uniform(random, BH_PURPOSE_TAINT, stream, ordinal, DRAW_COLLECTIVE);
    double exchanges = floor(steps + phase);
    if (collective < exchanges * taint->collectives_per_step)
        return (double)taint->ranks;
    if (taint->communication == BH_COMMUNICATION_HALO)
        return without_collectives(taint, exchanges);
    struct bh_susceptible_infected spread = {taint->ranks, taint->contacts_per_step};
    return bh_susceptible_infected_draw(&spread, steps, random, bh_identity_join(stream, ordinal), ordinal);
}
