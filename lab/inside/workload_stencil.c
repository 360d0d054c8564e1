/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Five points of a plane in doubles; once a step, edges go to the partner and come from there. */
#include "lab/inside/inside.h"

#include <inttypes.h>
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

static int run(unsigned seed, unsigned steps, inside_tell tell, inside_exchange exchange)
{
    static double came[HALO * WIDTH];
    for (size_t i = 0; i < WIDTH * WIDTH; i++)
        now_[i] = next_[i] = (double)((i * 2654435761U + seed * 40503U) >> 8 & 0xffff) / 65536.0;
    for (unsigned step = 0; step < steps; step++) {
        for (unsigned i = 0; i < SWEEPS; i++)
            sweep();
        if (exchange != NULL && exchange(now_ + WIDTH * (WIDTH - 2 * HALO), came, sizeof came) == 0)
            memcpy(now_, came, sizeof came);
        tell("step %u %016" PRIx64, step, inside_checksum(now_, sizeof now_));
    }
    tell("answer %016" PRIx64, inside_checksum(now_, sizeof now_));
    return 0;
}

const struct inside_workload inside_stencil = {.name = "stencil", .run = run};
