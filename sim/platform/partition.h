/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which nodes carry which enclaves.
 *
 * A node slot is a place in the machine that some physical node fills. The slots are cut into *partitions*: runs of
 * neighbouring slots that carry the same enclaves, its *tenants*. An enclave stands on one partition, a partition
 * carries one or more enclaves, and every slot belongs to one partition. Spares are machine-wide.
 *
 * Partitions that one entry of the workload made (`count: 1000`) are alike and make up a *class*. Their slots follow
 * each other. What depends on the tenants alone belongs to the class and is there once: zone tree, guards, fault
 * streams, exact chain (struct bh_node_setup). What depends on the number of nodes, or on what happened, belongs to the
 * partition or the enclave. Nothing is kept per node, and nothing per enclave and node.
 *
 * Faults of hardware strike physical nodes, machine-wide, and land by the tree of the partition they meet. Faults of
 * software are one Poisson process per component and class, superposed over the class's slots: arrival k strikes a slot
 * drawn uniformly, and so a partition in proportion to its nodes. So the cost is that of the faults, whatever the
 * number of partitions, and identities of streams come from the class's place in the scenario, not from systems or
 * policies: whatever runs there, the same faults strike the same slots. The first class has the identities of a
 * workload whose enclaves all stand on all nodes.
 *
 * System and policy of a class follow from the line of the comparison unless an enclave names its own
 * (struct bh_node_stack): tenants may differ in policy, not in the system, since a node has one host. That a guard is on is
 * asked of a partition's node model, so that policies may come to change with time. */
#pragma once

#include "models/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct bh_partition {
    size_t class;
    uint64_t first_slot, nodes;
    const size_t *enclave; /* per tenant: number of the enclave; the class's */
};

struct bh_partition_class {
    size_t first_partition, count;
    uint64_t first_slot, nodes; /* of all its partitions */
    const char *name;           /* of the entry that made it; borrowed */
    size_t tenants_count;
    size_t *enclave; /* enclave of tenant t of the class's n-th partition, at [n * tenants_count + t]; owned */
};

struct bh_partitions {
    size_t count, classes_count;
    struct bh_partition *partition; /* in order of slots */
    struct bh_partition_class *class;
};

/* Adds a class of `count` partitions that share `nodes` slots as equally as whole nodes allow (count <= nodes), after
 * those that are there. `enclave` is as in the class, and copied. */
void bh_partitions_add(struct bh_partitions *partitions, const char *name, size_t count, uint64_t nodes,
                       const size_t *enclave, size_t tenants_count);
void bh_partitions_clear(struct bh_partitions *partitions);

/* The partition of a slot; where there are several, by bisection. */
size_t bh_partitions_bisect(const struct bh_partitions *partitions, uint64_t slot);
static inline size_t bh_partitions_find(const struct bh_partitions *partitions, uint64_t slot)
{
    return partitions->count > 1 ? bh_partitions_bisect(partitions, slot) : 0;
}
