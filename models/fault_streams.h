/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The fault streams of a machine: one Poisson process per component and zone, and per hardware class. */
#ifndef BH_MODELS_FAULT_STREAMS_H
#define BH_MODELS_FAULT_STREAMS_H

#include "models/base/error.h"
#include "models/base/random.h"
#include "models/catalog.h"
#include "models/node_model.h"
#include "models/spread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Faults of one kind. Hardware streams strike physical nodes (spares too), software streams the node slots that run
 * the workload. The identity depends on component, zone kind and owner, not on the system, so that two systems which
 * both run a Linux guest for the same enclave see the same faults in it. */
struct bh_fault_stream {
    char name[96]; /* "memory", "linux in guest-kernel of application" */
    uint64_t identity;
    const struct bh_fault_class *hardware; /* NULL for software */
    size_t zone;                           /* software: the zone instance */
    double rate;                           /* per second and node */
    double instruction_share;
    double shared_bug; /* probability that the host kernel is struck too */
    /* The numbers of the catalog that these three are; NULL: 0 by what it is. */
    const struct bh_parameter *rate_number, *instruction_number, *shared_bug_number;
};

struct bh_fault_streams {
    size_t count;
    struct bh_fault_stream *stream;
};

/* The streams that strike a node with this model. `enabled` tells which hardware classes of the catalog are on;
 * `host_kernel` and `guest_kernel` are the kernels in use; tenants as given to the model. */
struct bh_fault_streams *bh_fault_streams_create(const struct bh_catalog *catalog, const struct bh_node_model *model,
                                                 const struct bh_tenant *tenants, const bool *enabled, bool software,
                                                 const struct bh_component *host_kernel,
                                                 const struct bh_component *guest_kernel);
void bh_fault_streams_destroy(struct bh_fault_streams *streams);

/* One fault of a stream over a machine of `nodes` nodes. Arrivals of a Poisson process superposed over the nodes are
 * again Poisson, each on a node drawn uniformly: arrival k is a function of seed, replica, stream
 * and k alone. */
struct bh_fault {
    const struct bh_fault_stream *stream;
    uint64_t number; /* k, from 0 */
    double time_s;
    uint64_t node;
    uint64_t identity; /* names all draws that belong to this fault */
};

/* The fault after `previous` (NULL: the first) of `stream`. */
struct bh_fault bh_fault_next(const struct bh_random *random, const struct bh_fault_stream *stream, uint64_t nodes,
                              const struct bh_fault *previous);

/* Where a fault lands: zone, kind, shared bug. Not for hardware that takes the whole node. */
struct bh_origin bh_fault_origin(const struct bh_random *random, const struct bh_node_model *model,
                                 const struct bh_fault *fault);

/* Duration of the repair a fault calls for: lognormal, exp(ln median + sigma z). */
double bh_fault_repair_s(const struct bh_random *random, const struct bh_fault *fault);

#endif
