/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where errors end, from every zone of a node and under each policy of a scenario. */
#pragma once

#include "models/base/error.h"
#include "models/containment/containment.h"
#include "models/containment/origins.h"
#include "models/containment/sensitivity.h"
#include "models/faults/streams.h"
#include "sim/scenario/node_stack.h"

#include <stdbool.h>
#include <stddef.h>

/* What is asked. */
struct bh_contain_wish {
    bool exact, monte_carlo, sensitivity, prices;
    struct bh_trials trials; /* per origin */
    /* Rare escapes are sought until the 95 % half-width is this share of the estimate; 0: as far as is quick. */
    double relative;
    bool shows_progress;
    size_t policies_count; /* 0: all of the scenario */
    const struct bh_policy_spec **policies;
    size_t enclave; /* on whose nodes */
};

/* Errors of one kind that begin in zones alike. */
struct bh_contain_row {
    char *zone;    /* "guest of simulation"; owned */
    char kind[48]; /* "data"; "data + host" of a bug that both kernels share */
    double share;  /* of all activated errors */
    bool has_exact, has_simulated;
    struct bh_containment exact, simulated;
    /* P(beyond) of what trials hardly meet, where there is no good exact answer; trials 0: not sought. */
    struct bh_rare_event rare[BH_BOUNDARIES];
};

struct bh_contain_policy {
    const struct bh_policy_spec *spec;
    struct bh_node_stack stack; /* what it comes to on these nodes */
    struct bh_node_model *model;
    struct bh_fault_streams *streams;
    struct bh_origins origins;
    struct bh_contain_row *rows;                    /* one per origin */
    size_t exact_count;                             /* rows with an exact answer */
    char *too_large;                                /* why others have none; NULL */
    struct bh_containment exact_mix, simulated_mix; /* all origins by their rates */
};

/* How the assumed numbers matter. */
struct bh_contain_sensitivity {
    enum bh_boundary boundary;       /* whose escape ratio orders numbers and policies */
    struct bh_sensitivity *policies; /* one per policy; no numbers where the chain is too large */
    size_t *order;                   /* per policy, at [policy * numbers + rank]: the numbers that matter, by effect */
    size_t *order_count;
    size_t swaps_count;
    struct bh_swap *swaps; /* of policies, by position in the list of those followed */
};

struct bh_contain_silent; /* sim/containment/silent.h */
struct bh_contain_prices; /* sim/containment/prices.h */
struct bh_contain_raises; /* sim/containment/raised.h */

struct bh_contain {
    const struct bh_scenario *scenario;
    struct bh_contain_wish wish;
    size_t partition, class; /* whose nodes */
    struct bh_tenant *tenants;
    size_t policies_count;
    struct bh_contain_policy *policies;
    struct bh_agreement agreement;              /* of exact and simulated, over all */
    struct bh_contain_silent *silent;           /* silent errors to the end */
    struct bh_contain_sensitivity *sensitivity; /* NULL unless asked for */
    struct bh_contain_prices *prices;           /* likewise */
    struct bh_contain_raises *raises;           /* guards that raise a ratio */
};

/* Follows every origin under every policy asked for. The scenario must outlive the answer. Fails when a policy does not
 * fit its system, and when sensitivity is asked for where nothing strikes at random. */
struct bh_contain *bh_contain_create(const struct bh_scenario *scenario, const struct bh_contain_wish *wish,
                                     struct bh_error *err);
void bh_contain_destroy(struct bh_contain *contain);
