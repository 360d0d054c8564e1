/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a signalled error takes down: what its zone is disposed of as, if that holds, else what encloses that. */
#include "models/node/takedown.h"

#include "models/catalog/system.h"

/* The n-th process zone inside the subtree of a zone; counts them in *found. */
static size_t nth_process(const struct bh_zone_tree *tree, size_t zone, size_t n, size_t *found)
{
    size_t seen = 0, answer = 0;
    for (size_t p = 0; p < tree->processes_count; p++)
        if (bh_zone_set_has(&tree->zones[zone].subtree, tree->process_zone[p]) && seen++ == n)
            answer = tree->process_zone[p];
    *found = seen;
    return answer;
}

/* The n-th guest with zones inside the subtree of a zone. */
static size_t nth_guest(const struct bh_zone_tree *tree, size_t zone, size_t n, size_t *found)
{
    size_t seen = 0, answer = 0;
    for (size_t g = 0; g < tree->guests_count; g++)
        if (bh_zone_set_meets(&tree->zones[zone].subtree, &tree->guest_zones[g]) && seen++ == n)
            answer = g;
    *found = seen;
    return answer;
}

static bool is_vmm(const struct bh_zone_tree *tree, size_t zone)
{
    return !tree->zones[zone].is_kernel && !tree->zones[zone].is_application;
}

/* Whether a zone is the VMM process of one guest, which belongs to whom the process does, and of nothing else. */
static bool is_own_vmm(const struct bh_zone_tree *tree, size_t zone)
{
    size_t children = 0, guests = 0;
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *child = &tree->zones[z];
        children += child->parent == (int)zone;
        guests +=
            child->parent == (int)zone && child->kind == BH_GUEST_KERNEL && child->guest == tree->zones[zone].guest;
    }
    return is_vmm(tree, zone) && children == 1 && guests == 1;
}

/* Top zone of the innermost guest that a zone is part of: its guest kernel, or the VMM process that runs that alone;
 * -1 for a zone that is in no guest. */
static int guest_top(const struct bh_zone_tree *tree, size_t zone)
{
    int top = (int)zone;
    if (is_own_vmm(tree, zone) || (is_vmm(tree, zone) && tree->zones[zone].guest >= 0))
        return top;
    while (top >= 0 && tree->zones[top].kind != BH_GUEST_KERNEL)
        top = tree->zones[top].parent;
    if (top < 0)
        return -1;
    int above = tree->zones[top].parent;
    return above >= 0 && is_own_vmm(tree, (size_t)above) ? above : top;
}

size_t bh_victims_count(const struct bh_node_model *model, size_t zone)
{
    size_t found = 1;
    switch (bh_scope_rules[model->disposition[zone]].on_node) {
    case BH_A_PROCESS:
        nth_process(model->tree, zone, 0, &found);
        break;
    case BH_A_GUEST:
        if (guest_top(model->tree, zone) < 0)
            nth_guest(model->tree, zone, 0, &found);
        break;
    case BH_NOTHING: /* all of these are one thing */
    case BH_THE_SERVED:
    case BH_THE_COMPOSED:
    case BH_THE_NODE:
        break;
    }
    return found > 0 ? found : 1;
}

/* Zones of the tenants that a zone serves: its owner's (and, by composition, its partners'), or all of them (and the
 * shared ones) for a shared zone. */
static struct bh_zone_set served_zones(const struct bh_zone_tree *tree, const struct bh_zone_set *zones_of, size_t zone)
{
    int enclave = tree->zones[zone].enclave;
    return enclave >= 0 ? zones_of[enclave] : tree->zones[0].subtree;
}

/* What the disposition alone takes down, if it holds. */
static struct bh_zone_set disposed_of(const struct bh_node_model *model, size_t zone, double u)
{
    const struct bh_zone_tree *tree = model->tree;
    struct bh_zone_set down = {{0}};
    size_t found, victims = bh_victims_count(model, zone);
    size_t victim = (size_t)(u * (double)victims);
    switch (bh_scope_rules[model->disposition[zone]].on_node) {
    case BH_NOTHING:
        break;
    case BH_A_PROCESS:
        victim = nth_process(tree, zone, victim, &found);
        if (found > 0)
            bh_zone_set_add(&down, victim);
        break;
    case BH_A_GUEST:
        if (guest_top(tree, zone) >= 0) {
            down = tree->zones[guest_top(tree, zone)].subtree;
            break;
        }
        victim = nth_guest(tree, zone, victim, &found);
        if (found > 0)
            down = tree->guest_zones[victim];
        break;
    case BH_THE_NODE:
        down = tree->zones[0].subtree;
        break;
    case BH_THE_SERVED:
        down = served_zones(tree, tree->tenant_zones, zone);
        break;
    case BH_THE_COMPOSED:
        down = served_zones(tree, tree->composition_zones, zone);
        break;
    }
    /* A process beside the guests serves none of them, but it does not outlive its own failure. */
    if (!tree->zones[zone].is_kernel)
        bh_zone_set_join(&down, &tree->zones[zone].subtree);
    return down;
}

/* --- Rungs ---------------------------------------------------------------------------------------------------------- */

/* The guest around what the rung below takes down, as its top zone; -1: there is nothing but the node. `top` is that of the
 * rung below. */
static int enclosing(const struct bh_zone_tree *tree, int top)
{
    int above = top >= 0 ? tree->zones[top].parent : -1;
    return above >= 0 ? guest_top(tree, (size_t)above) : -1;
}

static size_t guest_kernel_of(const struct bh_zone_tree *tree, int top)
{
    size_t zone = (size_t)top;
    for (size_t z = zone; tree->zones[zone].kind != BH_GUEST_KERNEL && z < tree->zones_count; z++)
        if (tree->zones[z].parent == top)
            zone = z;
    return zone;
}

/* What the first rung takes down, as far as others enclose it: the zone's own guest or process; for a kernel that kills a
 * process below it, a place in that kernel. */
static int first_top(const struct bh_node_model *model, size_t zone)
{
    const struct bh_zone_tree *tree = model->tree;
    switch (bh_scope_rules[model->disposition[zone]].on_node) {
    case BH_A_PROCESS:
        for (size_t z = zone + 1; tree->zones[zone].is_kernel && z < tree->zones_count; z++)
            if (tree->zones[z].parent == (int)zone)
                return (int)z;
        return (int)zone;
    case BH_A_GUEST:
        return guest_top(tree, zone) >= 0 ? guest_top(tree, zone) : (int)zone;
    case BH_NOTHING:
    case BH_THE_SERVED:
    case BH_THE_COMPOSED:
    case BH_THE_NODE:
        break;
    }
    return -1;
}

/* What has to end a part of the node: of an enclave, its guests, or processes without. */
static enum bh_scope scope_to_end(const struct bh_node_model *model, size_t zone)
{
    enum bh_scope disposition = model->disposition[zone];
    if (!bh_scope_reaches_beyond_node(disposition))
        return disposition;
    return bh_zone_tree_has_guests(model->tree, model->tree->zones[zone].enclave) ? BH_SCOPE_GUEST : BH_SCOPE_PROCESS;
}

static struct bh_rung rung_of(const struct bh_system *system, const struct bh_zone *zone, enum bh_scope scope, int top)
{
    struct bh_rung rung = {.top = top, .holds = 1.0};
    if (system->mechanisms_rule == BH_MECHANISMS_IDEAL)
        return rung;
    if (system->mechanisms_rule == BH_MECHANISMS_LISTED)
        rung.mechanism = bh_system_mechanism(system, zone->template_index, scope);
    rung.holds = rung.mechanism != NULL ? bh_mechanism_probability(rung.mechanism) : 0.0;
    rung.time_s = rung.mechanism != NULL ? bh_mechanism_time_s(rung.mechanism) : 0.0;
    return rung;
}

void bh_ladder_fill(const struct bh_node_model *model, size_t zone, struct bh_ladder *ladder)
{
    const struct bh_zone_tree *tree = model->tree;
    struct bh_zone_set down = disposed_of(model, zone, 0.5);
    *ladder = (struct bh_ladder){.count = 0};
    if (!bh_zone_set_has(&down, 0)) {
        int top = first_top(model, zone);
        ladder->rung[ladder->count++] = rung_of(tree->system, &tree->zones[zone], scope_to_end(model, zone), -1);
        while (ladder->count + 1 < BH_RUNGS && (top = enclosing(tree, top)) >= 0)
            ladder->rung[ladder->count++] =
                rung_of(tree->system, &tree->zones[guest_kernel_of(tree, top)], BH_SCOPE_GUEST, top);
    }
    ladder->rung[ladder->count] = (struct bh_rung){.top = ladder->count > 0 ? 0 : -1, .holds = 1.0};
    ladder->count++;
}

size_t bh_rung_at(const struct bh_ladder *ladder, double u)
{
    size_t rung = 0;
    double below = 0.0, left = 1.0;
    for (; rung + 1 < ladder->count; rung++) {
        below += left * ladder->rung[rung].holds;
        left *= 1.0 - ladder->rung[rung].holds;
        if (u < below)
            break;
    }
    return rung;
}

bool bh_ladder_is_certain(const struct bh_ladder *ladder)
{
    for (size_t rung = 0; rung < ladder->count; rung++)
        if (ladder->rung[rung].holds > 0.0)
            return ladder->rung[rung].holds >= 1.0;
    return true;
}

double bh_rung_probability(const struct bh_ladder *ladder, size_t rung)
{
    double probability = ladder->rung[rung].holds;
    for (size_t below = 0; below < rung; below++)
        probability *= 1.0 - ladder->rung[below].holds;
    return probability;
}

double bh_rung_time_s(const struct bh_ladder *ladder, size_t rung)
{
    double time_s = 0.0;
    for (size_t tried = 0; tried <= rung; tried++)
        time_s += ladder->rung[tried].time_s;
    return time_s;
}

enum bh_scope bh_rung_scope(const struct bh_node_model *model, size_t zone, size_t rung)
{
    int top = model->ladder[zone].rung[rung].top;
    return bh_scope_wider(model->disposition[zone], top > 0    ? BH_SCOPE_GUEST
                                                    : top == 0 ? BH_SCOPE_NODE
                                                               : BH_SCOPE_NONE);
}

struct bh_zone_set bh_taken_down(const struct bh_node_model *model, size_t zone, size_t rung, double u,
                                 bool *beyond_node)
{
    const struct bh_rung *taken = &model->ladder[zone].rung[rung];
    struct bh_zone_set down = disposed_of(model, zone, u);
    *beyond_node = bh_scope_reaches_beyond_node(model->disposition[zone]);
    if (taken->top >= 0)
        bh_zone_set_join(&down, &model->tree->zones[taken->top].subtree);
    return down;
}

static bool is_relied_on(const struct bh_node_model *model, size_t tenant, const struct bh_mechanism *mechanism)
{
    for (size_t z = 0; z < model->tree->zones_count; z++)
        for (size_t r = 0; r < model->ladder[z].count; r++)
            if (model->ladder[z].rung[r].mechanism == mechanism &&
                (model->tree->zones[z].enclave < 0 || model->tree->zones[z].enclave == (int)tenant))
                return true;
    return false;
}

/* Of what restarts degraded zones that are the tenant's or shared: it has to be ready, whatever the policy. */
static double cost_of_restarts(const struct bh_node_model *model, size_t tenant)
{
    const struct bh_zone_tree *tree = model->tree;
    double cost = 0.0;
    for (size_t row = 0; row < tree->system->zones_count; row++) {
        const struct bh_mechanism_part *part = bh_system_restart_alone(tree->system, row);
        bool is_there = false;
        for (size_t z = 0; part != NULL && z < tree->zones_count; z++)
            is_there = is_there || (tree->zones[z].template_index == row &&
                                    (tree->zones[z].enclave < 0 || tree->zones[z].enclave == (int)tenant));
        if (is_there && tree->system->mechanisms_rule == BH_MECHANISMS_LISTED)
            cost += part->cost.value;
    }
    return cost;
}

double bh_mechanisms_cost(const struct bh_node_model *model, size_t tenant)
{
    const struct bh_system *system = model->tree->system;
    double cost = cost_of_restarts(model, tenant);
    for (size_t i = 0; i < system->mechanisms_count; i++)
        if (is_relied_on(model, tenant, &system->mechanisms[i]))
            cost += bh_mechanism_cost(&system->mechanisms[i]);
    return cost;
}
