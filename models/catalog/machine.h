/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A machine of any size from a page of numbers: dragonfly groups of cabinets, and storage that grows by a law. */
#pragma once

#include "models/catalog/parameter.h"

#include <stdint.h>

struct bh_machine {
    uint64_t nodes_least, nodes_most; /* that it describes */
    struct bh_parameter nodes_per_cabinet, cabinets_per_group;
    struct bh_parameter node_speed;       /* flop/s */
    struct bh_parameter node_bandwidth;   /* bytes/s into the network */
    struct bh_parameter latency_s;        /* one way, between nodes of different groups */
    struct bh_parameter global_bandwidth; /* bytes/s between a full group and the rest of the machine, with storage */
    struct bh_parameter storage_hosts, disks_per_host;
    /* All storage hosts together write B(N) = bandwidth (N / at_nodes)^exponent bytes/s. */
    struct bh_parameter at_nodes, bandwidth, exponent;
    struct bh_parameter read_per_write; /* read bandwidth over write bandwidth */
};
