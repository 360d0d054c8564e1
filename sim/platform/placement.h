/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* On which hosts of the platform the nodes of each partition are. */
#pragma once

#include "sim/platform/partition.h"

#include <stddef.h>
#include <stdint.h>

struct bh_platform;

/* Names: packed, scattered, by-cabinet. A cabinet is a compute host of the platform.
 * packed: partition after partition, host after host.
 * scattered: the nodes are dealt out, one to each host in turn, until all have one, then the next; a host that is full
 *   is passed over. So a partition lies on as many hosts as it can.
 * by-cabinet: each partition takes whole cabinets of its own, as many as it fills; then what is left of the partitions
 *   is packed into the cabinets that are left. */
enum bh_placement { BH_PLACEMENT_PACKED, BH_PLACEMENT_SCATTERED, BH_PLACEMENT_BY_CABINET };
extern const char *const bh_placement_names[];

/* Nodes of one partition on one host. */
struct bh_stand {
    size_t host; /* number of the compute host */
    uint64_t nodes;
};
struct bh_stands {
    size_t count;
    struct bh_stand *stand; /* by host */
    uint64_t nodes;         /* sum */
};

/* One list per partition; the platform has at least as many nodes. */
struct bh_stands *bh_place(const struct bh_platform *platform, const struct bh_partitions *partitions,
                           enum bh_placement placement);
void bh_stands_free(struct bh_stands *stands, size_t count);
/* The nodes [first, first + nodes) of the platform. */
struct bh_stands bh_stands_of_nodes(const struct bh_platform *platform, uint64_t first, uint64_t nodes);
