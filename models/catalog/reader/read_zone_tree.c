/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A virtualization system's zones as a tree: who is inside whom, and what may be inside what. */
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/lookup.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/system.h"
#include "models/catalog/zone_choice.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

#include <stdlib.h>
#include <string.h>

static const char host_kernel_role[] = "host-kernel";
static const char guest_kernel_role[] = "guest-kernel";
static const char application_role[] = "application";

static bool is_kernel_kind(enum bh_zone_kind kind)
{
    return kind == BH_HOST_KERNEL || kind == BH_GUEST_KERNEL;
}

/* --- One zone ------------------------------------------------------------------------------------------------------ */

static int read_role(const struct bh_catalog *catalog, const struct bh_system *system, const struct bh_node *node,
                     const struct bh_zone_template *zone, const char **role, const struct bh_component **component,
                     struct bh_error *err)
{
    const struct bh_place place = bh_node_place(node);
    *role = bh_node_text(node, err);
    *component = NULL;
    if (!*role)
        return -1;
    if (strcmp(*role, host_kernel_role) == 0) {
        if (zone->kind != BH_HOST_KERNEL)
            return bh_fail_at(err, place,
                              "zone `%s`: found component host-kernel in a zone of kind %s, expected it in "
                              "the host kernel's zone only",
                              zone->name, bh_zone_kind_names[zone->kind]);
    } else if (strcmp(*role, guest_kernel_role) == 0) {
        if (zone->kind != BH_GUEST_KERNEL)
            return bh_fail_at(err, place,
                              "zone `%s`: found component guest-kernel in a zone of kind %s, expected it in "
                              "a guest kernel's zone only",
                              zone->name, bh_zone_kind_names[zone->kind]);
        if (!system->guest_kernel)
            return bh_fail_at(err, place,
                              "system `%s`: found component guest-kernel, expected the key `guest-kernel` "
                              "to say which kernel that is",
                              system->name);
    } else if (strcmp(*role, application_role) == 0) {
        if (is_kernel_kind(zone->kind))
            return bh_fail_at(err, place,
                              "zone `%s`: found the application in a kernel's zone, expected it in a zone "
                              "of kind host-user or guest-user",
                              zone->name);
    } else {
        *component = bh_catalog_component(catalog, *role, place, err);
        if (!*component)
            return -1;
        if ((*component)->is_kernel && !is_kernel_kind(zone->kind))
            return bh_fail_at(err, place,
                              "zone `%s`: found the kernel `%s` in a zone of kind %s, expected it in a "
                              "kernel's zone",
                              zone->name, *role, bh_zone_kind_names[zone->kind]);
    }
    return 0;
}

static int read_components_of(const struct bh_catalog *catalog, const struct bh_system *system,
                              const struct bh_node *map, struct bh_zone_template *zone, struct bh_error *err)
{
    const struct bh_node *list = bh_node_need(map, "components", err);
    if (!list || bh_node_expect(list, BH_NODE_LIST, "components", err))
        return -1;
    const size_t count = bh_node_count(list);
    if (count == 0)
        return bh_fail_at(err, bh_node_place(list),
                          "zone `%s`: found no components, expected at least one: faults "
                          "belong to components",
                          zone->name);
    zone->components_count = count;
    zone->components = bh_allocate(count, sizeof *zone->components);
    zone->roles = bh_allocate(count, sizeof *zone->roles);
    for (size_t i = 0; i < count; i++)
        if (read_role(catalog, system, bh_node_item(list, i), zone, &zone->roles[i], &zone->components[i], err))
            return -1;
    return 0;
}

static int read_zone(const struct bh_catalog *catalog, const struct bh_system *system, const struct bh_node *map,
                     struct bh_zone_template *zone, struct bh_error *err)
{
    zone->place = bh_node_place(map);
    if (bh_keys_check(map, &bh_system_zone_keys, err))
        return -1;
    zone->name = bh_read_text(map, "name", err);
    const struct bh_node *kind = zone->name ? bh_node_need(map, "kind", err) : NULL;
    const int choice = kind ? bh_node_choice(kind, bh_zone_kind_names, "kind", err) : -1;
    if (choice < 0)
        return -1;
    zone->kind = (enum bh_zone_kind)choice;

    const struct bh_node *per = bh_node_find(map, "per");
    const int multiplicity = per ? bh_node_choice(per, bh_multiplicity_names, "per", err) : BH_PER_NODE;
    if (multiplicity < 0)
        return -1;
    zone->per = (enum bh_multiplicity)multiplicity;
    return read_components_of(catalog, system, map, zone, err);
}

/* --- The tree ------------------------------------------------------------------------------------------------------ */

static long find_zone(const struct bh_zone_template *zones, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(zones[i].name, name) == 0)
            return (long)i;
    return -1;
}

static int unknown_zone(const struct bh_zone_template *zones, size_t count, const char *what, const char *name,
                        struct bh_place place, struct bh_error *err)
{
    const char **names = bh_allocate(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = zones[i].name;
    bh_fail_unknown(what, name, names, count, place, err);
    free(names);
    return -1;
}

long bh_system_find_zone_named(const struct bh_system *system, const char *name, struct bh_place place,
                               const char *what, struct bh_error *err)
{
    const long index = find_zone(system->zones, system->zones_count, name);
    return index >= 0 ? index : unknown_zone(system->zones, system->zones_count, what, name, place, err);
}

long bh_system_find_zone(const struct bh_system *system, const struct bh_node *node, const char *what,
                         struct bh_error *err)
{
    const char *name = bh_node_text(node, err);
    return name ? bh_system_find_zone_named(system, name, bh_node_place(node), what, err) : -1;
}

/* Parents as positions in file order, one root, no zone named twice. */
static int link_parents(const struct bh_system *system, const struct bh_node *list, struct bh_zone_template *zones,
                        size_t count, struct bh_error *err)
{
    long root = -1;
    for (size_t i = 0; i < count; i++) {
        const struct bh_node *parent = bh_node_find(bh_node_item(list, i), "parent");
        if (find_zone(zones, i, zones[i].name) >= 0)
            return bh_fail_at(err, zones[i].place, "system `%s`: found two zones named `%s`, expected names to differ",
                              system->name, zones[i].name);
        if (!parent) {
            if (root >= 0)
                return bh_fail_at(err, zones[i].place,
                                  "system `%s`: found a second root zone, `%s` besides `%s`, "
                                  "expected one zone without parent",
                                  system->name, zones[i].name, zones[root].name);
            root = (long)i;
            zones[i].parent = -1;
            continue;
        }
        const char *name = bh_node_text(parent, err);
        if (!name)
            return -1;
        const long index = find_zone(zones, count, name);
        if (index < 0)
            return unknown_zone(zones, count, "parent zone", name, bh_node_place(parent), err);
        zones[i].parent = (int)index;
    }
    return 0;
}

/* A zone that never got its place is on a cycle of parents or below one: says which zones form it. */
static int fail_cycle(const struct bh_system *system, const struct bh_zone_template *zones, size_t count, size_t stuck,
                      struct bh_error *err)
{
    int zone = (int)stuck;
    for (size_t i = 0; i < count; i++)
        zone = zones[zone].parent; /* after as many steps as there are zones, one is on the cycle */
    const int first = zone;
    char *path = bh_copy_text(zones[first].name);
    do {
        zone = zones[zone].parent;
        bh_add_text(&path, "", " in %s", zones[zone].name);
    } while (zone != first);
    bh_fail_at(err, zones[first].place, "system `%s`: found a cycle in the zone tree, %s, expected a tree",
               system->name, path);
    free(path);
    return -1;
}

/* Writes the zones into `ordered` so that parents precede children, otherwise in file order. */
static int order_zones(const struct bh_system *system, struct bh_zone_template *zones, size_t count,
                       struct bh_zone_template *ordered, struct bh_error *err)
{
    int *position = bh_allocate(count, sizeof *position); /* in `ordered`, plus 1; 0: not yet there */
    size_t placed = 0;
    for (bool progress = true; progress && placed < count;) {
        progress = false;
        for (size_t i = 0; i < count; i++) {
            if (position[i] || (zones[i].parent >= 0 && !position[zones[i].parent]))
                continue;
            ordered[placed] = zones[i];
            ordered[placed].parent = zones[i].parent < 0 ? -1 : position[zones[i].parent] - 1;
            position[i] = (int)++placed;
            progress = true;
        }
    }
    size_t stuck = 0;
    while (stuck < count && position[stuck])
        stuck++;
    free(position);
    if (stuck < count)
        return fail_cycle(system, zones, count, stuck, err);
    return 0;
}

/* What may stand inside what. A kernel or VMM zone may hold guests, so a guest's kernel may itself be a host: nested
 * guests are more zones of the same kinds. */
static bool may_hold(enum bh_zone_kind parent, enum bh_zone_kind child)
{
    switch (child) {
    case BH_HOST_KERNEL:
        return false;
    case BH_HOST_USER:
        return is_kernel_kind(parent);
    case BH_GUEST_KERNEL:
        return parent != BH_GUEST_USER;
    case BH_GUEST_USER:
    case BH_ZONE_KINDS:
        break;
    }
    return parent == BH_GUEST_KERNEL;
}

/* Scripts and policies name zones by kind or by name. */
static int check_name(const struct bh_system *system, const struct bh_zone_template *zone, struct bh_error *err)
{
    const struct bh_zone_choice choice = bh_zone_choice_of(zone->name, zone->place);
    size_t alike = 0;
    for (size_t i = 0; i < system->zones_count; i++)
        alike += (int)system->zones[i].kind == choice.kind;
    if (choice.kind < 0 || (alike == 1 && (int)zone->kind == choice.kind))
        return 0;
    return bh_fail_at(err, zone->place,
                      "system `%s`: found a zone named `%s`, which is a kind of zones; expected another name, since "
                      "scripts and policies name zones by kind, too",
                      system->name, zone->name);
}

/* Whether a system has guests of enclaves, and the zone is in none of them. */
static bool stands_beside_guests(const struct bh_system *system, const struct bh_zone_template *zone)
{
    bool has_guests = false;
    for (size_t z = 0; z < system->zones_count; z++)
        has_guests = has_guests || (system->zones[z].kind == BH_GUEST_KERNEL && system->zones[z].per != BH_PER_NODE);
    for (int above = zone->parent; above >= 0; above = system->zones[above].parent)
        if (system->zones[above].kind == BH_GUEST_KERNEL)
            return false;
    return has_guests;
}

static int check_tree(const struct bh_system *system, struct bh_error *err)
{
    if (system->zones[0].kind != BH_HOST_KERNEL)
        return bh_fail_at(err, system->zones[0].place,
                          "system `%s`: found root zone `%s` of kind %s, expected "
                          "host-kernel",
                          system->name, system->zones[0].name, bh_zone_kind_names[system->zones[0].kind]);
    if (system->zones[0].per != BH_PER_NODE)
        return bh_fail_at(err, system->zones[0].place, "system `%s`: found the root zone per %s, expected per node",
                          system->name, bh_multiplicity_names[system->zones[0].per]);
    const struct bh_zone_template *homes[BH_ZONE_KINDS] = {NULL};
    size_t homes_count = 0;
    for (size_t i = 0; i < system->zones_count; i++) {
        const struct bh_zone_template *zone = &system->zones[i];
        const struct bh_zone_template *parent = zone->parent < 0 ? NULL : &system->zones[zone->parent];
        if (check_name(system, zone, err))
            return -1;
        if (parent && !may_hold(parent->kind, zone->kind))
            return bh_fail_at(err, zone->place, "zone `%s`: found kind %s inside `%s` of kind %s, which cannot hold it",
                              zone->name, bh_zone_kind_names[zone->kind], parent->name,
                              bh_zone_kind_names[parent->kind]);
        if (parent && bh_zone_holds_application(parent))
            return bh_fail_at(err, zone->place,
                              "zone `%s`: found it inside `%s`, which holds the application, "
                              "expected the application's zone to have no children",
                              zone->name, parent->name);
        if (parent && zone->per < parent->per)
            return bh_fail_at(err, zone->place,
                              "zone `%s`: found one per %s inside `%s`, of which there is one per "
                              "%s, expected no fewer",
                              zone->name, bh_multiplicity_names[zone->per], parent->name,
                              bh_multiplicity_names[parent->per]);
        if (!bh_zone_holds_application(zone))
            continue;
        if (homes[zone->kind])
            return bh_fail_at(err, zone->place,
                              "system `%s`: found the application in `%s` and in `%s`, both of kind %s; expected it in "
                              "one zone, or in one of guests and one on the host's kernel, for native enclaves",
                              system->name, homes[zone->kind]->name, zone->name, bh_zone_kind_names[zone->kind]);
        if (zone->per != BH_PER_PROCESS)
            return bh_fail_at(err, zone->place, "zone `%s`: found the application per %s, expected per process",
                              zone->name, bh_multiplicity_names[zone->per]);
        homes[zone->kind] = zone;
        homes_count++;
    }
    /* A second zone is for enclaves that are native beside guests: there must be guests to be beside of, and to live in. */
    if (homes_count == 1 && homes[BH_HOST_USER] && stands_beside_guests(system, homes[BH_HOST_USER]))
        return bh_fail_at(err, system->place,
                          "system `%s`: found the component `application` in no zone of its guests, expected it there",
                          system->name);
    if (homes_count == 0)
        return bh_fail_at(err, system->place,
                          "system `%s`: found no zone with the component `application`, expected "
                          "one",
                          system->name);
    return 0;
}

int bh_read_zone_templates(struct bh_catalog_reader *reader, const struct bh_node *list, struct bh_system *system,
                           struct bh_error *err)
{
    if (bh_node_expect(list, BH_NODE_LIST, "zones", err))
        return -1;
    const size_t count = bh_node_count(list);
    if (count == 0)
        return bh_fail_at(err, bh_node_place(list),
                          "system `%s`: found no zones, expected at least a host kernel and "
                          "the application",
                          system->name);
    system->zones_count = count;
    system->zones = bh_allocate(count, sizeof *system->zones);
    for (size_t i = 0; i < count; i++)
        if (read_zone(reader->catalog, system, bh_node_item(list, i), &system->zones[i], err))
            return -1;

    struct bh_zone_template *ordered = bh_allocate(count, sizeof *ordered);
    if (link_parents(system, list, system->zones, count, err) ||
        order_zones(system, system->zones, count, ordered, err)) {
        free(ordered);
        return -1;
    }
    /* The zones themselves moved, with what they own; only the shell is left. */
    free(system->zones);
    system->zones = ordered;
    return check_tree(system, err);
}
