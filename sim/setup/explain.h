/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a resolved scenario comes to: the numbers it uses and the faults that strike each zone. */
#pragma once

#include "models/base/error.h"
#include "sim/scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether a number of the catalog belongs to what this scenario has, whether it is read (sim/setup/number_uses.h) or not: one of a zone, a recovery time, an enclave's
 * application, a fault class that is on, the memory that it comes from, or of a system, kernel, component, channel or guard level of its policies. */
bool bh_scenario_has_number(const struct bh_scenario *scenario, const struct bh_parameter *parameter);

/* Whether any fault class that is on takes its rate from the node's memory. */
bool bh_scenario_uses_memory(const struct bh_scenario *scenario);

/* One cause of faults in one kind of zone. */
struct bh_rate_row {
    const char *zone;  /* name of the zone kind; "node" for what takes the whole node */
    const char *cause; /* a component, an application or a hardware fault class; the catalog's */
    bool is_hardware;
    double *rate; /* activated faults per second and node, per column; 0: none */
};

/* Fault rates of all systems side by side. */
struct bh_rate_table {
    size_t columns;
    size_t *policy; /* per column: the first line of policies with this system and these kernels ... */
    size_t *class;  /* ... on the nodes of this partition class */
    char **title; /* "kvm", or "kvm on kitten/linux" with kernels other than the system's own; with several classes also
                       whose nodes, as in "kvm (simulation)" */
    size_t rows_count;
    struct bh_rate_row *rows; /* by zone kind from the whole node inwards, software before hardware */
    double *total;            /* per column, per second and node */
};
/* Hardware faults land by the zones' shares of memory or CPU. NULL on failure. */
struct bh_rate_table *bh_rate_table_create(const struct bh_scenario *scenario, struct bh_error *err);
void bh_rate_table_destroy(struct bh_rate_table *table);
