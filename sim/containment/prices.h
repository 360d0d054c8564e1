/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What each step of protection costs, and what it buys: the policies of each system, the weakest first. */
#pragma once

#include "sim/containment/followed.h"

/* One policy of a system with guests. Probabilities are per error of a guest's kernel that is in no other kernel besides, by the
 * rates of faults, or over all kinds alike where nothing strikes; NaN where the exact chain is too large. */
struct bh_contain_price {
    const struct bh_contain_policy *policy;
    const struct bh_system *system;
    double
        overhead; /* of the enclave followed, without failures and checkpoints: wall-clock time per native time, less 1 */
    double added; /* that, less what the cheapest policy of the same system costs */
    double node_down, beyond_guest, degraded;
    enum bh_scope takes;        /* what a guest kernel's signalled error is to take down */
    const struct bh_rung *rung; /* by what; NULL: it takes the node, which needs nothing */
};

/* By system, by name; within it from the policy that loses most nodes to the one that loses fewest. */
struct bh_contain_prices {
    size_t count;
    struct bh_contain_price *price;
};

/* Loads the scenario's machine and resolves each policy as `run` does. */
struct bh_contain_prices *bh_contain_prices_create(const struct bh_contain *contain, struct bh_error *err);
void bh_contain_prices_destroy(struct bh_contain_prices *prices);
