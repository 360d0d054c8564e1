/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Unfolds zone templates into the zone instances and channels of one node. */
#include "models/node/zone_tree.h"

#include "models/catalog/catalog.h"
#include "models/catalog/system.h"
#include "models/node/zone_needs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the unfolding stands: the owner of the instances made next. */
struct position {
    int enclave, guest, process;
    bool is_native;
};

static int add_zone(struct bh_zone_tree *tree, size_t template_index, int parent, struct position at,
                    struct bh_error *err)
{
    const struct bh_zone_template *template = &tree->system->zones[template_index];
    if (tree->zones_count == BH_ZONE_SET_SIZE)
        return bh_fail(err, BH_ERROR_INPUT,
                       "a node of system `%s` would hold more than %d zones; use fewer guests or processes per node",
                       tree->system->name, BH_ZONE_SET_SIZE);
    struct bh_zone *zone = &tree->zones[tree->zones_count];
    *zone = (struct bh_zone){
        .template = template,
        .template_index = template_index,
        .kind = template->kind,
        .parent = parent,
        .enclave = template->per == BH_PER_NODE ? -1 : at.enclave,
        .guest = template->per == BH_PER_NODE ? -1 : at.guest,
        .process = template->per == BH_PER_PROCESS ? at.process : -1,
        .is_application = bh_zone_holds_application(template),
        .is_kernel = template->kind == BH_HOST_KERNEL || template->kind == BH_GUEST_KERNEL,
    };
    tree->zones_count++;
    return 0;
}

/* The instance of `template_index` that is above an instance at `at`; its multiplicity is at most the child's. */
static int find_parent(const struct bh_zone_tree *tree, int template_index, struct position at)
{
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        if ((int)zone->template_index == template_index && (zone->guest < 0 || zone->guest == at.guest) &&
            (zone->process < 0 || zone->process == at.process))
            return (int)z;
    }
    return -1;
}

static int add_instances(struct bh_zone_tree *tree, enum bh_multiplicity per, struct position at, struct bh_error *err)
{
    for (size_t t = 0; t < tree->system->zones_count; t++) {
        const struct bh_zone_template *template = &tree->system->zones[t];
        if (template->per != per || (per != BH_PER_NODE && !bh_system_zone_is_of(tree->system, t, at.is_native)))
            continue;
        int parent = template->parent < 0 ? -1 : find_parent(tree, template->parent, at);
        if (template->parent >= 0 && parent < 0)
            return bh_fail_at(err, template->place, "zone `%s` (per %s) cannot stand below `%s` (per %s)",
                              template->name, bh_multiplicity_names[per], tree->system->zones[template->parent].name,
                              bh_multiplicity_names[tree->system->zones[template->parent].per]);
        if (add_zone(tree, t, parent, at, err) != 0)
            return -1;
    }
    return 0;
}

/* Shared zones first, then each tenant's guests with their processes, so that parents precede children. */
static int unfold(struct bh_zone_tree *tree, const struct bh_tenant *tenants, struct bh_error *err)
{
    struct position at = {-1, -1, -1, false};
    if (add_instances(tree, BH_PER_NODE, at, err) != 0)
        return -1;
    for (size_t e = 0; e < tree->tenants_count; e++) {
        if (bh_system_home(tree->system, tenants[e].is_native) < 0)
            return bh_fail(
                err, BH_ERROR_INPUT,
                "found a native enclave on nodes of system `%s`, which has no zone for processes on the host's "
                "kernel itself; expected one of kind host-user that holds the application",
                tree->system->name);
        for (uint64_t g = 0; g < tenants[e].guests_per_node; g++) {
            at = (struct position){(int)e, (int)tree->guests_count++, -1, tenants[e].is_native};
            if (add_instances(tree, BH_PER_GUEST, at, err) != 0)
                return -1;
            for (uint64_t p = 0; p < tenants[e].processes_per_guest; p++) {
                at.process = (int)tree->processes_count++;
                if (add_instances(tree, BH_PER_PROCESS, at, err) != 0)
                    return -1;
            }
        }
    }
    return 0;
}

static void fill_subtrees(struct bh_zone_tree *tree)
{
    for (size_t z = tree->zones_count; z-- > 0;) {
        struct bh_zone *zone = &tree->zones[z];
        bh_zone_set_add(&zone->subtree, z);
        if (zone->parent >= 0)
            bh_zone_set_join(&tree->zones[zone->parent].subtree, &zone->subtree);
    }
}

static void fill_owners(struct bh_zone_tree *tree)
{
    tree->guest_zones = bh_allocate(tree->guests_count, sizeof *tree->guest_zones);
    tree->tenant_zones = bh_allocate(tree->tenants_count, sizeof *tree->tenant_zones);
    tree->process_zone = bh_allocate(tree->processes_count, sizeof *tree->process_zone);
    tree->guest_has_kernel = bh_allocate(tree->guests_count, sizeof *tree->guest_has_kernel);
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        if (zone->guest >= 0)
            bh_zone_set_add(&tree->guest_zones[zone->guest], z);
        if (zone->enclave >= 0)
            bh_zone_set_add(&tree->tenant_zones[zone->enclave], z);
        if (zone->process >= 0)
            tree->process_zone[zone->process] = z;
        if (zone->kind == BH_GUEST_KERNEL && zone->guest >= 0)
            tree->has_guests = tree->guest_has_kernel[zone->guest] = true;
    }
}

/* The kind by which a zone is weighed and ends its errors. */
static enum bh_zone_kind numbers_kind(const struct bh_zone *zone)
{
    return zone->is_application ? BH_GUEST_USER : zone->kind;
}

const struct bh_zone_numbers *bh_zone_numbers_of(const struct bh_catalog *catalog, const struct bh_zone *zone)
{
    return &catalog->zones[numbers_kind(zone)];
}

/* Share of a kind's weight that one instance has: owned zones by their tenant's share of the node, split equally. */
static double instance_share(const struct bh_zone_tree *tree, const struct bh_tenant *tenants, size_t index)
{
    const struct bh_zone *zone = &tree->zones[index];
    if (zone->enclave < 0)
        return 1.0;
    size_t siblings = 0;
    for (size_t z = 0; z < tree->zones_count; z++)
        siblings += tree->zones[z].template_index == zone->template_index && tree->zones[z].enclave == zone->enclave;
    return tenants[zone->enclave].node_share / (double)siblings;
}

static void fill_shares(struct bh_zone_tree *tree, const struct bh_catalog *catalog, const struct bh_tenant *tenants)
{
    double memory = 0.0, cpu = 0.0;
    for (size_t z = 0; z < tree->zones_count; z++) {
        struct bh_zone *zone = &tree->zones[z];
        const struct bh_zone_numbers *numbers = bh_zone_numbers_of(catalog, zone);
        double share = instance_share(tree, tenants, z);
        zone->memory_share = share * numbers->memory_weight.value;
        zone->cpu_share = share * numbers->cpu_weight.value;
        zone->user_share = zone->is_application ? share : 0.0;
        memory += zone->memory_share;
        cpu += zone->cpu_share;
    }
    for (size_t z = 0; z < tree->zones_count; z++) {
        tree->zones[z].memory_share /= memory > 0.0 ? memory : 1.0;
        tree->zones[z].cpu_share /= cpu > 0.0 ? cpu : 1.0;
    }
}

/* Whether what fails in zones of a kind may fail here. The host's kernel is the lowest one; a process that is the
 * application's is a guest's user, whatever carries it, and no VMM. */
static bool fails_as(const struct bh_zone *zone, enum bh_zone_kind kind)
{
    return kind == BH_HOST_KERNEL ? zone->parent < 0
                                  : numbers_kind(zone) == kind && (kind != BH_HOST_USER || !zone->is_kernel);
}

static void fill_kind_shares(struct bh_zone_tree *tree, const struct bh_tenant *tenants)
{
    for (int kind = 0; kind < BH_ZONE_KINDS; kind++) {
        double all = 0.0;
        for (size_t z = 0; z < tree->zones_count; z++) {
            bool may_fail = fails_as(&tree->zones[z], (enum bh_zone_kind)kind);
            tree->zones[z].kind_share[kind] = may_fail ? instance_share(tree, tenants, z) : 0.0;
            all += tree->zones[z].kind_share[kind];
        }
        for (size_t z = 0; z < tree->zones_count; z++)
            tree->zones[z].kind_share[kind] = all > 0.0                   ? tree->zones[z].kind_share[kind] / all
                                              : tree->zones[z].parent < 0 ? 1.0
                                                                          : 0.0;
    }
}

static void fill_landing_order(struct bh_zone_tree *tree)
{
    tree->landing_order = bh_allocate(tree->zones_count, sizeof *tree->landing_order);
    size_t filled = 0;
    for (int kind = 0; kind < BH_ZONE_KINDS; kind++)
        for (size_t z = 0; z < tree->zones_count; z++)
            if (numbers_kind(&tree->zones[z]) == (enum bh_zone_kind)kind)
                tree->landing_order[filled++] = z;
}

static bool is_above(const struct bh_system *system, int above, int below)
{
    while (below >= 0 && below != above)
        below = system->zones[below].parent;
    return below >= 0;
}

/* Channels between a zone and one above or below it join related instances; others join different guests. */
static bool are_joined(const struct bh_zone_tree *tree, const struct bh_channel_template *channel, size_t from,
                       size_t to)
{
    const struct bh_zone *source = &tree->zones[from], *target = &tree->zones[to];
    if ((int)source->template_index != channel->from || (int)target->template_index != channel->to || from == to)
        return false;
    if (channel->from != channel->to &&
        (is_above(tree->system, channel->from, channel->to) || is_above(tree->system, channel->to, channel->from)))
        return bh_zone_set_has(&source->subtree, to) || bh_zone_set_has(&target->subtree, from);
    return source->guest != target->guest;
}

static void add_channel(struct bh_zone_tree *tree, size_t *room, struct bh_channel channel)
{
    if (tree->channels_count == *room) {
        *room = *room ? 2 * *room : 32;
        tree->channels = bh_reallocate(tree->channels, *room, sizeof *tree->channels);
    }
    tree->channels[tree->channels_count++] = channel;
}

/* Whether a link leads from one zone to another: from a process of either tenant to one of the other's. */
static bool are_linked(const struct bh_zone_tree *tree, const struct bh_tenant_link *link, size_t from, size_t to)
{
    const struct bh_zone *source = &tree->zones[from], *target = &tree->zones[to];
    int first = (int)link->tenant[0], second = (int)link->tenant[1];
    return source->is_application && target->is_application &&
           ((source->enclave == first && target->enclave == second) ||
            (source->enclave == second && target->enclave == first));
}

/* Channels opened for speed take both sides. */
static bool is_open(const struct bh_zone_tree *tree, const struct bh_channel_template *channel, size_t from, size_t to)
{
    int one = tree->zones[from].enclave, other = tree->zones[to].enclave;
    return !channel->is_opened || ((one < 0 || tree->opens[one]) && (other < 0 || tree->opens[other]));
}

static void fill_channels(struct bh_zone_tree *tree, const struct bh_tenant_link *links, size_t links_count)
{
    const struct bh_system *system = tree->system;
    size_t room = 0;
    for (size_t from = 0; from < tree->zones_count; from++) {
        tree->first_channel[from] = tree->channels_count;
        for (size_t c = 0; c < system->channels_count; c++)
            for (size_t to = 0; to < tree->zones_count; to++)
                if (are_joined(tree, &system->channels[c], from, to) && is_open(tree, &system->channels[c], from, to))
                    add_channel(tree, &room, (struct bh_channel){system->channels[c].type, from, to, -1});
        for (size_t l = 0; l < links_count; l++)
            for (size_t to = 0; to < tree->zones_count; to++)
                if (are_linked(tree, &links[l], from, to))
                    add_channel(tree, &room, (struct bh_channel){links[l].type, from, to, (int)l});
    }
    tree->first_channel[tree->zones_count] = tree->channels_count;
}

/* Joins the zones of linked tenants until nothing more joins. */
static void fill_composition_zones(struct bh_zone_tree *tree, const struct bh_tenant_link *links, size_t links_count)
{
    for (size_t t = 0; t < tree->tenants_count; t++)
        tree->composition_zones[t] = tree->tenant_zones[t];
    for (size_t round = 0; round < tree->tenants_count; round++)
        for (size_t l = 0; l < links_count; l++) {
            struct bh_zone_set *first = &tree->composition_zones[links[l].tenant[0]];
            struct bh_zone_set *second = &tree->composition_zones[links[l].tenant[1]];
            bh_zone_set_join(first, second);
            bh_zone_set_join(second, first);
        }
}

void bh_zone_tree_open(struct bh_zone_tree *tree, size_t tenant)
{
    tree->opens[tenant] = true;
    bh_zone_tree_compose(tree, NULL, 0);
}

void bh_zone_tree_compose(struct bh_zone_tree *tree, const struct bh_tenant_link *links, size_t links_count)
{
    free(tree->channels);
    tree->channels = NULL;
    tree->channels_count = 0;
    fill_channels(tree, links, links_count);
    fill_composition_zones(tree, links, links_count);
}

struct bh_zone_tree *bh_zone_tree_create(const struct bh_catalog *catalog, const struct bh_system *system,
                                         const struct bh_tenant *tenants, size_t tenants_count, struct bh_error *err)
{
    struct bh_zone_tree *tree = bh_allocate(1, sizeof *tree);
    tree->system = system;
    tree->tenants_count = tenants_count;
    tree->zones = bh_allocate(BH_ZONE_SET_SIZE, sizeof *tree->zones);
    if (unfold(tree, tenants, err) != 0) {
        bh_zone_tree_destroy(tree);
        return NULL;
    }
    fill_subtrees(tree);
    fill_owners(tree);
    bh_zone_tree_fill_needs(tree);
    fill_shares(tree, catalog, tenants);
    fill_kind_shares(tree, tenants);
    fill_landing_order(tree);
    tree->first_channel = bh_allocate(tree->zones_count + 1, sizeof *tree->first_channel);
    tree->composition_zones = bh_allocate(tree->tenants_count, sizeof *tree->composition_zones);
    tree->opens = bh_allocate(tree->tenants_count + 1, sizeof *tree->opens);
    bh_zone_tree_compose(tree, NULL, 0);
    return tree;
}

void bh_zone_tree_destroy(struct bh_zone_tree *tree)
{
    if (tree == NULL)
        return;
    free(tree->zones);
    free(tree->channels);
    free(tree->first_channel);
    free(tree->opens);
    free(tree->guest_zones);
    free(tree->tenant_zones);
    free(tree->composition_zones);
    free(tree->process_zone);
    free(tree->guest_has_kernel);
    free(tree->landing_order);
    free(tree);
}

double bh_zone_share(const struct bh_zone *zone, enum bh_landing landing)
{
    switch (landing) {
    case BH_LANDING_MEMORY:
        return zone->memory_share;
    case BH_LANDING_CPU:
        return zone->cpu_share;
    case BH_LANDING_DEVICE_USER:
        return zone->user_share;
    case BH_LANDING_DEVICE_DRIVER:
        return zone->driver_share;
    case BH_LANDING_HOST_KERNEL:
    case BH_LANDING_HOST_USER:
    case BH_LANDING_GUEST_KERNEL:
    case BH_LANDING_GUEST_USER:
        return zone->kind_share[bh_landing_kind(landing)];
    case BH_LANDING_NODE: /* these land in no zone */
    case BH_LANDING_STORAGE:
    case BH_LANDINGS:
        break;
    }
    return 0.0;
}

size_t bh_zone_tree_land(const struct bh_zone_tree *tree, enum bh_landing landing, double u)
{
    double passed = 0.0;
    size_t zone = 0;
    for (size_t i = 0; i < tree->zones_count; i++) {
        double share = bh_zone_share(&tree->zones[tree->landing_order[i]], landing);
        passed += share;
        if (share > 0.0) /* rounding may leave the sum just below 1 */
            zone = tree->landing_order[i];
        if (u < passed)
            return zone;
    }
    return zone;
}

/* What is affected on a node: which zones there are in it, whether it is one of a process, and in one guest. */
struct affected {
    int first; /* -1: nothing */
    bool is_process, is_guest;
};

static bool holds(enum bh_on_node on_node, const struct affected *affected)
{
    switch (on_node) {
    case BH_NOTHING:
        return affected->first < 0;
    case BH_A_PROCESS:
        return affected->is_process;
    case BH_A_GUEST:
        return affected->is_guest;
    case BH_THE_NODE:
        return true;
    case BH_THE_SERVED: /* an enclave's part of a node is no unit that ends there */
    case BH_THE_COMPOSED:
        break;
    }
    return false;
}

/* The nearest scope that holds all of it. */
enum bh_scope bh_zone_tree_extent(const struct bh_zone_tree *tree, const struct bh_zone_set *affected)
{
    int first = -1;
    bool one_zone = true, one_guest = true, shared = false;
    for (size_t z = 0; z < tree->zones_count; z++) {
        if (!bh_zone_set_has(affected, z))
            continue;
        const struct bh_zone *zone = &tree->zones[z];
        if (first < 0)
            first = (int)z;
        else
            one_zone = false;
        one_guest = one_guest && zone->guest == tree->zones[first].guest;
        shared = shared || zone->guest < 0;
    }
    struct affected found = {first, first >= 0 && one_zone && tree->zones[first].process >= 0,
                             first >= 0 && one_guest && !shared && tree->guest_has_kernel[tree->zones[first].guest]};
    enum bh_scope scope = BH_SCOPE_NONE;
    while (!holds(bh_scope_rules[scope].on_node, &found))
        scope++;
    return scope;
}

bool bh_zone_tree_has_guests(const struct bh_zone_tree *tree, int tenant)
{
    for (size_t z = 0; z < tree->zones_count; z++)
        if (tree->zones[z].enclave == tenant && tree->zones[z].guest >= 0 &&
            tree->guest_has_kernel[tree->zones[z].guest])
            return true;
    return tenant < 0 && tree->has_guests;
}

size_t bh_zone_tree_tenants_hit(const struct bh_zone_tree *tree, const struct bh_zone_set *affected)
{
    size_t hit = 0;
    for (size_t e = 0; e < tree->tenants_count; e++)
        hit += bh_zone_set_meets(&tree->tenant_zones[e], affected);
    return hit;
}

char *bh_zone_name(const struct bh_zone_tree *tree, size_t index, char *buffer, size_t size)
{
    const struct bh_zone *zone = &tree->zones[index];
    if (zone->process >= 0)
        snprintf(buffer, size, "%s[%d.%d]", zone->template->name, zone->guest, zone->process);
    else if (zone->guest >= 0)
        snprintf(buffer, size, "%s[%d]", zone->template->name, zone->guest);
    else
        snprintf(buffer, size, "%s", zone->template->name);
    return buffer;
}

size_t bh_zone_tree_first(const struct bh_zone_tree *tree, size_t template_index, int tenant)
{
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        if (zone->template_index == template_index && (zone->enclave < 0 || zone->enclave == tenant))
            return z;
    }
    return 0;
}
