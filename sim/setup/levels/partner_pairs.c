/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Pairs of nodes that hold each other's checkpoints, and the losses that matter to those still kept. */
#include "sim/setup/levels/partner_pairs.h"

#include "models/base/error.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uthash.h>

/* A node that was lost since the oldest checkpoint that is kept. */
struct bh_lost_node {
    uint64_t node;
    uint64_t number; /* of its last loss, from 1 */
    UT_hash_handle hh;
};

struct bh_partners bh_partners_of(uint64_t nodes, double share)
{
    uint64_t distance = (uint64_t)round(share * (double)nodes);
    if (distance >= nodes)
        distance = nodes - 1;
    return (struct bh_partners){.nodes = nodes, .distance = distance > 0 ? distance : 1};
}

void bh_partners_clear(struct bh_partners *partners)
{
    bh_partners_forget(partners, UINT64_MAX);
}

uint64_t bh_partners_mark(const struct bh_partners *partners)
{
    return partners->number;
}

static struct bh_lost_node *find(const struct bh_partners *partners, uint64_t node)
{
    struct bh_lost_node *lost;
    HASH_FIND(hh, partners->lost, &node, sizeof node, lost);
    return lost;
}

uint64_t bh_partners_lose(struct bh_partners *partners, uint64_t node)
{
    const struct bh_lost_node *after = find(partners, (node + partners->distance) % partners->nodes);
    const struct bh_lost_node *before = find(partners, (node + partners->nodes - partners->distance) % partners->nodes);
    uint64_t newest = after != NULL ? after->number : 0;
    if (before != NULL && before->number > newest)
        newest = before->number;
    struct bh_lost_node *lost = find(partners, node);
    if (lost == NULL) {
        lost = bh_allocate(1, sizeof *lost);
        lost->node = node;
        HASH_ADD(hh, partners->lost, node, sizeof lost->node, lost);
    }
    lost->number = ++partners->number;
    return newest;
}

void bh_partners_forget(struct bh_partners *partners, uint64_t mark)
{
    struct bh_lost_node *lost, *next;
    HASH_ITER(hh, partners->lost, lost, next)
    {
        if (lost->number > mark)
            continue;
        HASH_DEL(partners->lost, lost);
        free(lost);
    }
}

double bh_partners_loss_rate(const struct bh_partners *partners, double node_rate, double interval_s)
{
    bool is_mutual = 2 * partners->distance == partners->nodes;
    double pairs = (double)partners->nodes * (is_mutual ? 0.5 : 1.0);
    if (!(node_rate > 0.0) || !(interval_s > 0.0) || isinf(interval_s))
        return 0.0;
    return pairs * pow(expm1(-node_rate * interval_s), 2.0) / interval_s;
}
