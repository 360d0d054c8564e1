/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The cases, one per scenario of experiments/validate. */
#include "sim/validate/cases.h"

#include "sim/validate/parts.h"

const struct bh_validation_group bh_validation_groups[] = {
    {"fault-free", "Makespan without faults: work, price and checkpoints", bh_validation_compare_fault_free},
    {"one-failure", "Makespan with one failure at a known time", bh_validation_compare_one_failure},
    {"shared-storage", "Two enclaves that write checkpoints to one storage system",
     bh_validation_compare_shared_storage},
    {"counts", "Faults over a fixed time: a Poisson process", bh_validation_compare_counts},
    {"service", "Capacity that a loss-tolerant service loses: alternating renewal", bh_validation_compare_service},
    {"daly", "Makespan under exponential failures: Daly's exact expression", bh_validation_compare_daly},
    {"downtime", "Makespan under exponential failures, with reboots in which nothing strikes",
     bh_validation_compare_downtime},
    {"interval", "The best interval between checkpoints", bh_validation_compare_interval},
    {"first-failure", "No failure of a fresh machine: Weibull arrivals", bh_validation_compare_first_failure},
    {"spares", "Nodes that wait for others to be repaired: independent nodes, some of them spare",
     bh_validation_compare_spares},
    {"levels", "Makespan under exponential failures, two checkpoint levels: an exact chain",
     bh_validation_compare_levels},
    {"parts-needed", "A service that does without some of its parts: independent nodes",
     bh_validation_compare_parts_needed},
    {"slow-parts", "A service whose parts are degraded until somebody notices", bh_validation_compare_slow_parts},
    {"silent", "Makespan under silent errors, verified before each checkpoint", bh_validation_compare_silent},
    {"lone-errors", "Errors that meet nothing else: the exact chain", bh_validation_compare_lone_errors},
    {"spread", "Enclaves that one error takes down: rings, lattices and complete graphs, by an exact chain",
     bh_validation_compare_spread},
    {0},
};
