/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Cuts the slots of a machine into partitions. */
#include "sim/platform/partition.h"

#include <stdlib.h>
#include <string.h>

static uint64_t slots_used(const struct bh_partitions *partitions)
{
    if (partitions->count == 0)
        return 0;
    const struct bh_partition *last = &partitions->partition[partitions->count - 1];
    return last->first_slot + last->nodes;
}

/* floor(nodes n / count) without a product that could overflow. */
static uint64_t share_end(uint64_t nodes, size_t count, size_t n)
{
    return nodes / count * n + nodes % count * n / count;
}

void bh_partitions_add(struct bh_partitions *partitions, const char *name, size_t count, uint64_t nodes,
                       const size_t *enclave, size_t tenants_count)
{
    BH_BUG_ASSERT(count > 0 && count <= nodes && tenants_count > 0);
    uint64_t first_slot = slots_used(partitions);
    partitions->class = bh_reallocate(partitions->class, partitions->classes_count + 1, sizeof *partitions->class);
    struct bh_partition_class *class = &partitions->class[partitions->classes_count];
    *class = (struct bh_partition_class){.first_partition = partitions->count,
                                         .count = count,
                                         .first_slot = first_slot,
                                         .nodes = nodes,
                                         .name = name,
                                         .tenants_count = tenants_count};
    class->enclave = bh_allocate(count * tenants_count, sizeof *class->enclave);
    memcpy(class->enclave, enclave, count * tenants_count * sizeof *enclave);
    partitions->partition =
        bh_reallocate(partitions->partition, partitions->count + count, sizeof *partitions->partition);
    for (size_t n = 0; n < count; n++) {
        uint64_t from = share_end(nodes, count, n);
        partitions->partition[partitions->count++] = (struct bh_partition){
            .class = partitions->classes_count,
            .first_slot = first_slot + from,
            .nodes = share_end(nodes, count, n + 1) - from,
            .enclave = &class->enclave[n * tenants_count],
        };
    }
    partitions->classes_count++;
}

void bh_partitions_clear(struct bh_partitions *partitions)
{
    for (size_t c = 0; c < partitions->classes_count; c++)
        free(partitions->class[c].enclave);
    free(partitions->class);
    free(partitions->partition);
    *partitions = (struct bh_partitions){0};
}

size_t bh_partitions_bisect(const struct bh_partitions *partitions, uint64_t slot)
{
    size_t low = 0, high = partitions->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (partitions->partition[middle].first_slot <= slot)
            low = middle;
        else
            high = middle;
    }
    return low;
}
