/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Values of numbers at which two policies swap. */
#pragma once

#include "models/containment/sensitivity.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

/* Sets a number of the catalog; of shares, the other two make room; rates that come of the memory's numbers follow. What
 * was is kept for putting it back. */
struct bh_moved_number {
    struct bh_catalog *catalog; /* whose rates follow; else NULL */
    struct bh_parameter *parameter[3];
    double value[3];
    size_t count;
};
struct bh_moved_number bh_number_move(struct bh_catalog *catalog, size_t number, double value);
void bh_number_put_back(const struct bh_moved_number *moved);

/* The escape ratio over a boundary, all origins by their rates; NaN if there is none. */
int bh_stack_escape(const struct bh_stack *stack, enum bh_boundary boundary, unsigned threads, double *escape,
                    struct bh_error *err);

/* A value of a number at which two policies have the same escape ratio. */
struct bh_swap {
    size_t number;
    size_t first, second; /* stacks: `first` lets less escape at the number's own value, `second` beyond the critical */
    double critical;
};

/* For each number in `chosen` (one per number of the catalog), the critical value that is nearest to the number's own
 * within its range, on a logarithmic scale where the range spans more than a decade; of all pairs of stacks whose order
 * it turns. Numbers without any have none. `own` is each stack's escape ratio, `matters` at [number * count + stack]
 * tells whether it depends on the number at all. The caller frees *swaps. */
int bh_swaps_find(const struct bh_stack *stacks, size_t count, struct bh_catalog *catalog, enum bh_boundary boundary,
                  const bool *chosen, const bool *matters, const double *own, unsigned threads, struct bh_swap **swaps,
                  size_t *swaps_count, struct bh_error *err);
