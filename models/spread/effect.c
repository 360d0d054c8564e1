/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What one error did to its node. */
#include "models/spread/effect.h"

#include "models/node/zone_needs.h"
#include "models/node/zone_tree.h"
#include "models/words/scope.h"

enum bh_scope bh_effect_extent(const struct bh_zone_tree *tree, const struct bh_effect *effect)
{
    return bh_scope_wider(bh_zone_tree_extent(tree, &effect->affected), effect->beyond_node);
}

void bh_effect_boundaries(const struct bh_zone_tree *tree, size_t origin, const struct bh_effect *effect,
                          bool inside[BH_BOUNDARIES], bool beyond[BH_BOUNDARIES])
{
    const struct bh_zone *zone = &tree->zones[origin];
    bool far = effect->beyond_node != BH_SCOPE_NONE;
    struct bh_zone_set own = zone->subtree;
    inside[BH_PROCESS_KERNEL] = zone->process >= 0;
    beyond[BH_PROCESS_KERNEL] = inside[BH_PROCESS_KERNEL] && (far || !bh_zone_set_within(&effect->affected, &own));
    bool has_guest = zone->guest >= 0 && tree->guest_has_kernel[zone->guest];
    if (has_guest)
        own = tree->guest_zones[zone->guest];
    inside[BH_GUEST_HOST] = has_guest || zone->process >= 0;
    beyond[BH_GUEST_HOST] = inside[BH_GUEST_HOST] && (far || !bh_zone_set_within(&effect->affected, &own));
    inside[BH_ENCLAVE_ENCLAVE] = tree->tenants_count > 1;
    beyond[BH_ENCLAVE_ENCLAVE] = inside[BH_ENCLAVE_ENCLAVE] && bh_zone_tree_tenants_hit(tree, &effect->affected) > 1;
    inside[BH_NODE_NODE] = true;
    beyond[BH_NODE_NODE] = far;
}

int bh_effect_seen(const struct bh_zone_tree *tree, const struct bh_effect *effect)
{
    struct bh_effect failure = {.affected = effect->failed, .beyond_node = effect->beyond_node};
    enum bh_scope extent = bh_effect_extent(tree, &failure);
    return extent == BH_SCOPE_NONE && effect->silent ? BH_SEEN_SILENT : (int)extent;
}

/* What a tenant lost on a node. */
struct lost {
    bool process, guest, node;
};

static bool holds(enum bh_on_node on_node, const struct lost *lost)
{
    switch (on_node) {
    case BH_NOTHING:
        return true;
    case BH_A_PROCESS:
        return lost->process;
    case BH_A_GUEST:
        return lost->guest;
    case BH_THE_NODE:
        return lost->node;
    case BH_THE_SERVED: /* who reaches so far takes processes or guests here */
    case BH_THE_COMPOSED:
        break;
    }
    return false;
}

enum bh_scope bh_effect_loss(const struct bh_zone_tree *tree, const struct bh_effect *effect, size_t tenant)
{
    struct lost lost = {.node = bh_zone_set_has(&effect->failed, 0)};
    for (size_t z = 0; z < tree->zones_count && !lost.node && !lost.guest; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        bool fails = bh_zone_set_has(&effect->failed, z) &&
                     (zone->enclave == (int)tenant ||
                      (zone->enclave < 0 && zone->kind != BH_HOST_KERNEL && bh_zone_tree_is_around(tree, z, tenant)));
        lost.guest = fails && zone->process < 0;
        lost.process = lost.process || fails;
    }
    enum bh_scope loss = BH_SCOPE_NONE;
    for (enum bh_scope scope = loss; !bh_scope_reaches_beyond_node(scope); scope++)
        loss = holds(bh_scope_rules[scope].on_node, &lost) ? scope : loss;
    return loss;
}

const char *const bh_stops_names[] = {"io", "progress", "several", "degraded", NULL};

void bh_effect_stops(const struct bh_zone_tree *tree, const struct bh_effect *effect, bool stops[BH_STOPS])
{
    bool is_halted = bh_zone_set_meets(&tree->needs[BH_NEED_PROGRESS], &effect->failed);
    bool is_cut_off = !is_halted && bh_zone_set_meets(&tree->needs[BH_NEED_IO], &effect->failed);
    size_t left = 0;
    for (size_t t = 0; (is_halted || is_cut_off) && t < tree->tenants_count; t++)
        left += bh_effect_loss(tree, effect, t) == BH_SCOPE_NONE;
    stops[BH_STOPS_IO] = is_cut_off && left > 0;
    stops[BH_STOPS_PROGRESS] = is_halted && left > 0;
    stops[BH_STOPS_SEVERAL] = left > 1;
    stops[BH_STOPS_DEGRADED] = !bh_zone_set_within(&effect->degraded, &effect->failed);
}
