/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Five points of a plane in doubles. As `exchange`, once a step edges go to the partner and come from there, and all of it
 * goes to a disk and comes back. */
#include "lab/inside/inside.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum { WIDTH = 64, SWEEPS = 12, HALO = 4 };

static double now_[WIDTH * WIDTH], next_[WIDTH * WIDTH];

static void sweep(void)
{
    for (size_t y = 1; y + 1 < WIDTH; y++)
        for (size_t x = 1; x + 1 < WIDTH; x++) {
            const double *at = now_ + y * WIDTH + x;
            next_[y * WIDTH + x] = 0.96 * at[0] + 0.01 * (at[-1] + at[1] + at[-WIDTH] + at[WIDTH]);
        }
    memcpy(now_, next_, sizeof now_);
}

/* Tells of a step, and of the data that came: whose results differ for these alone is not wrong. A partner that is lost stays so:
 * it goes on with the edges that it has. */
static int use_ways(unsigned step, inside_tell tell, const struct inside_ways *ways, bool *has_partner)
{
    static double came[HALO * WIDTH];
    uint64_t checksum = 0;
    int status = *has_partner ? ways->exchange(step, now_ + WIDTH * (WIDTH - 2 * HALO), came, sizeof came, &checksum)
                              : INSIDE_LOST;
    if (status == 0)
        memcpy(now_, came, sizeof came);
    else if (status != INSIDE_LOST)
        return status;
    else if (*has_partner)
        tell("peer lost %u", step);
    *has_partner = status == 0;
    status = ways->store(step, now_, sizeof now_);
    if (status == 0)
        tell("step %u %016" PRIx64 " %016" PRIx64, step, inside_checksum(now_, sizeof now_), checksum);
    return status;
}

static int work(unsigned seed, unsigned steps, inside_tell tell, const struct inside_ways *ways)
{
    bool has_partner = true;
    for (size_t i = 0; i < WIDTH * WIDTH; i++)
        now_[i] = next_[i] = (double)((i * 2654435761U + seed * 40503U) >> 8 & 0xffff) / 65536.0;
    for (unsigned step = 0; step < steps; step++) {
        for (unsigned i = 0; i < SWEEPS; i++)
            sweep();
        int status = 0;
        if (ways != NULL)
            status = use_ways(step, tell, ways, &has_partner);
        else
            tell("step %u %016" PRIx64, step, inside_checksum(now_, sizeof now_));
        if (status != 0)
            return status;
    }
    tell("answer %016" PRIx64, inside_checksum(now_, sizeof now_));
    return 0;
}

static int alone(unsigned seed, unsigned steps, inside_tell tell, const struct inside_ways *ways)
{
    (void)ways;
    return work(seed, steps, tell, NULL);
}

static int together(unsigned seed, unsigned steps, inside_tell tell, const struct inside_ways *ways)
{
    return ways == NULL ? INSIDE_REFUSED : work(seed, steps, tell, ways);
}

const struct inside_workload inside_stencil = {.name = "stencil", .run = alone};
const struct inside_workload inside_exchange = {.name = "exchange", .run = together};
