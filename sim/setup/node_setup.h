/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the partitions of a class have in common: zones, guards, faults, and where errors end. */
#pragma once

#include "models/base/error.h"
#include "models/containment/isolation.h"
#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "models/spread/spread.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/scenario.h"

#include <stdint.h>

struct bh_isolation_cache;

struct bh_node_setup {
    struct bh_node_stack stack;
    struct bh_tenant *tenants;
    struct bh_node_model *model;
    struct bh_fault_streams *streams;
    /* Of all errors, over the states of compositions and guards by their long-run shares, as errors live far shorter
     * than those last; the cache's, or `mixture`. Not exact where errors cross to other nodes or guards follow them, or
     * where the chain is too large, as the isolation then says. */
    const struct bh_isolation *isolation;
    struct bh_isolation *mixture;
    bool is_exact;
    /* Per tenant, and at the end of what all share: the guards while protected, and while not. */
    const struct bh_guard_level *(*guarded)[BH_BOUNDARIES], *(*bare)[BH_BOUNDARIES];
    bool *has_two_levels;    /* per tenant: whether the two differ in anything that it meets */
    double *protected_share; /* per tenant: of its time, in the long run */
    double *switch_s;        /* per tenant: to switch on, or off */
    /* Compositions between the tenants: tree links, and the scenario's entry behind each. */
    size_t links_count;
    struct bh_tenant_link *links;
    size_t *link_spec;
    double guest_boot_s; /* 0 without guests; a native enclave's processes need none */
    /* Name zones and channels in the keys of draws by what they are, not by their place in the tree: the same error in
     * the same zone draws the same under every system that has the zone. */
    uint64_t *zone_key, *channel_key;
};

/* Fills a setup for class number `class` under line `policy` of the scenario; `is_baseline`: without what enclaves have
 * of their own. 0 or -1; clear it in either case. */
int bh_node_setup_fill(struct bh_node_setup *node, const struct bh_scenario *scenario, size_t policy, size_t class,
                       bool is_baseline, struct bh_isolation_cache *cache, struct bh_error *err);
void bh_node_setup_clear(struct bh_node_setup *node);

static inline const struct bh_zone_tree *bh_node_setup_tree(const struct bh_node_setup *node)
{
    return node->model->tree;
}
/* All zones of the node. */
static inline const struct bh_zone_set *bh_node_setup_whole(const struct bh_node_setup *node)
{
    return &bh_node_setup_tree(node)->zones[0].subtree;
}

/* Isolation over all nodes of several setups, on nodes[i] nodes each: of errors anywhere. Without loss rates, which
 * belong to one of them. */
struct bh_isolation bh_node_setups_isolation(const struct bh_node_setup *setups, const uint64_t *nodes, size_t count);
