/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How often a job of some size and length would have been interrupted, by what a system lived through. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bh_history;

enum { BH_TIME_BLOCKS = 20, BH_NODE_GROUPS = 20 };

/* Time of starts, over all runs: of jobs that were interrupted, and of all. */
struct bh_starts {
    double hit_s, all_s;
};

struct bh_windows {
    size_t runs;
    struct bh_starts whole, block[BH_TIME_BLOCKS], group[BH_NODE_GROUPS];
    double
        *run_rate; /* failures that began while a run could start, in its time watched and up: per second, each run */
};

/* The draw is all of it: the machine is cut into runs of `size` neighbouring nodes, in the order of their names, and a job
 * of `length_s` starts on each at every moment from from_s on at which its nodes are watched and up, and whose end lies
 * before to_s. It is interrupted if a node of its fails before its end. Starts count in their block of time, as long as each
 * other, and their group of neighbouring runs. Integrals, not samples: nothing is drawn by chance. */
void bh_windows_fill(const struct bh_history *history, double from_s, double to_s, uint32_t size, double length_s,
                     struct bh_windows *windows);
void bh_windows_clear(struct bh_windows *windows);
