/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stops the enclaves of a node. */
#include "models/node/zone_needs.h"

#include "models/catalog/system.h"

#include <stdlib.h>

/* Marks the zone templates without which one, or what is around it, makes no progress (`with_io`: or reaches no disks and
 * network), directly or by way of others. A zone that is stopped serves nobody, so what stops it stops those that need it.
 * One whose I/O waits goes on by itself; but whose I/O leads through it waits too. */
static void mark_needed(const struct bh_system *system, int zone, bool with_io, bool *is_needed)
{
    for (; zone >= 0; zone = system->zones[zone].parent)
        for (size_t i = 0; i < system->zones[zone].needs_count; i++) {
            const struct bh_zone_need *need = &system->zones[zone].needs[i];
            if (need->what == BH_NEED_IO && !with_io)
                continue;
            is_needed[need->zone] = true;
            mark_needed(system, need->zone, need->what == BH_NEED_IO, is_needed);
        }
}

void bh_zone_tree_fill_needs(struct bh_zone_tree *tree)
{
    const struct bh_system *system = tree->system;
    bool *stops_io = bh_allocate(system->zones_count, sizeof *stops_io);
    bool *stops_progress = bh_allocate(system->zones_count, sizeof *stops_progress);
    for (size_t t = 0; t < system->zones_count; t++)
        if (system->zones[t].per != BH_PER_NODE) {
            mark_needed(system, (int)t, true, stops_io);
            mark_needed(system, (int)t, false, stops_progress);
        }
    for (size_t z = 0; z < tree->zones_count; z++) {
        size_t template = tree->zones[z].template_index;
        if (stops_progress[template])
            bh_zone_set_add(&tree->needs[BH_NEED_PROGRESS], z);
        else if (stops_io[template])
            bh_zone_set_add(&tree->needs[BH_NEED_IO], z);
    }
    free(stops_io);
    free(stops_progress);
}

bool bh_zone_tree_has_needs(const struct bh_zone_tree *tree)
{
    return !bh_zone_set_is_empty(&tree->needs[BH_NEED_IO]) || !bh_zone_set_is_empty(&tree->needs[BH_NEED_PROGRESS]);
}

bool bh_zone_tree_is_around(const struct bh_zone_tree *tree, size_t zone, size_t tenant)
{
    return bh_zone_set_meets(&tree->zones[zone].subtree, &tree->tenant_zones[tenant]);
}
