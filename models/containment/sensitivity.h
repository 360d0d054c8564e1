/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers of the catalog matter to where errors end: derivatives, and the values at which two policies swap. */
#ifndef BH_MODELS_CONTAINMENT_SENSITIVITY_H
#define BH_MODELS_CONTAINMENT_SENSITIVITY_H

#include "models/base/error.h"
#include "models/catalog/catalog.h"
#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "models/spread/spread.h"

#include <stdbool.h>
#include <stddef.h>

/* All that decides what one policy does to errors; borrowed. */
struct bh_stack {
    const struct bh_catalog *catalog;
    const struct bh_system *system;
    const struct bh_policy *policy;
    const struct bh_component *host_kernel, *guest_kernel;
    const struct bh_tenant *tenants;
    const struct bh_policy *const *own; /* per tenant: the policy of its own zones; NULL: that of the node */
    size_t tenants_count;
    struct bh_fault_choice faults;
};

/* What errors of all origins come to, weighed by the fault rates: extents, escape ratios, silent, time. Indexed as
 * bh_outcome, with the escape ratio in the place of P(beyond). */
struct bh_sensitivity {
    double value[BH_OUTCOMES];
    size_t numbers; /* of the catalog */
    double *slope;  /* d value / d number (SI), at [number * BH_OUTCOMES + outcome]; owned */
    double unresolved;
};

/* By adjoints through the exact chain and through the rates that weigh it. A share (masked, signalled, silent) is moved
 * at the cost of the other two in proportion, so that they sum to 1. `threads` as in struct bh_trials. */
int bh_sensitivity_of(const struct bh_stack *stack, unsigned threads, struct bh_sensitivity *sensitivity,
                      struct bh_error *err);
void bh_sensitivity_free(struct bh_sensitivity *sensitivity);

/* Position of a number in the catalog's list; parameters_count if it is not there. */
size_t bh_number_index(const struct bh_catalog *catalog, const struct bh_parameter *parameter);

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

#endif
