/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Nodes beside each other: which fail more often than chance allows, and how long each was up. */
#pragma once

#include "models/logs/failure_log.h"
#include "models/logs/up_and_down_times.h"

#include <stddef.h>
#include <stdint.h>

/* A node with its failures, and those expected of it: its share of all time watched, of all failures. */
struct bh_lemon {
    uint32_t node;
    uint64_t failures;
    double expected;
    double p; /* of at least as many, binomial; adjusted for all nodes by Holm's method */
};

struct bh_node_counts {
    uint64_t nodes; /* watched, those that never failed included */
    size_t lemons_count;
    struct bh_lemon *lemons; /* p <= 0.05, the least first */
    /* Shares of time watched that nodes were up, by the down times recorded. NAN: none are. */
    double availability, least_availability;
    uint32_t least_node;
    uint64_t down_unknown; /* failures without a down time */
};

/* Failures are taken for independent: a node whose failures come in bursts is no worse than others for it. */
void bh_node_counts_fill(const struct bh_failure_log *log, const struct bh_sample_rule *rule,
                         struct bh_node_counts *counts);
void bh_node_counts_clear(struct bh_node_counts *counts);
