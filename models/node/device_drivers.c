/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which kernels of a node drive its devices. */
#include "models/node/device_drivers.h"

#include "models/catalog/system.h"
#include "models/node/node_model.h"

/* The kernel that drives devices for guests which do not themselves. */
static size_t host_driver(const struct bh_zone_tree *tree)
{
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_set_has(&tree->needs[BH_NEED_IO], z) && tree->zones[z].is_kernel)
            return z;
    return 0;
}

static bool is_own_driver(const struct bh_zone *zone, int tenant)
{
    return zone->enclave == tenant && zone->kind == BH_GUEST_KERNEL;
}

void bh_fill_drivers(struct bh_node_model *model, const struct bh_tenant *tenants)
{
    struct bh_zone_tree *tree = model->tree;
    for (size_t t = 0; t < tree->tenants_count; t++) {
        size_t drivers = 0;
        bool has_guests = bh_zone_tree_has_guests(tree, (int)t);
        bool is_handed_through = has_guests && bh_system_offers(tree->system, NULL, model->tenant_guard[t],
                                                                BH_OFFER_DEVICE_ACCESS) == BH_OFFERED;
        for (size_t z = 0; z < tree->zones_count && is_handed_through; z++)
            drivers += is_own_driver(&tree->zones[z], (int)t);
        for (size_t z = 0; z < tree->zones_count && drivers > 0; z++)
            if (is_own_driver(&tree->zones[z], (int)t))
                tree->zones[z].driver_share = tenants[t].node_share / (double)drivers;
        if (drivers == 0)
            tree->zones[has_guests ? host_driver(tree) : 0].driver_share += tenants[t].node_share;
    }
}
