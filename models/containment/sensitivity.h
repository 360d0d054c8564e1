/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers of the catalog matter to where errors end: derivatives, and the values at which two policies swap. */
#pragma once

#include "models/base/error.h"
#include "models/faults/streams.h"
#include "models/spread/adjoints.h"

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
