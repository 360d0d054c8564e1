/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which zones of a virtualization system stop while one beside them is down. */
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/system.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

#include <stdlib.h>

static bool is_inside(const struct bh_system *system, int zone, int other)
{
    while (zone >= 0 && zone != other)
        zone = system->zones[zone].parent;
    return zone >= 0;
}

static int check_need(const struct bh_system *system, const struct bh_zone_template *zone,
                      const struct bh_zone_need *need, struct bh_error *err)
{
    const struct bh_zone_template *needed = &system->zones[need->zone];
    const int self = (int)(zone - system->zones);
    if (need->zone == self)
        return bh_fail_at(err, need->place, "zone `%s`: found that it needs itself, expected another zone", zone->name);
    if (is_inside(system, self, need->zone))
        return bh_fail_at(
            err, need->place,
            "zone `%s`: found that it needs `%s`, which it is inside of and fails with anyway, expected a "
            "zone beside it",
            zone->name, needed->name);
    if (is_inside(system, need->zone, self))
        return bh_fail_at(err, need->place,
                          "zone `%s`: found that it needs `%s`, which is inside it, expected a zone beside it",
                          zone->name, needed->name);
    if (needed->per != BH_PER_NODE)
        return bh_fail_at(err, need->place,
                          "zone `%s`: found that it needs `%s`, of which there is one per %s, expected a zone that a "
                          "node has once",
                          zone->name, needed->name, bh_multiplicity_names[needed->per]);
    for (const struct bh_zone_need *earlier = zone->needs; earlier < need; earlier++)
        if (earlier->zone == need->zone)
            return bh_fail_at(err, need->place,
                              "zone `%s`: found that it needs `%s` twice, expected once (without progress there is no "
                              "io)",
                              zone->name, needed->name);
    return 0;
}

static int read_need(const struct bh_system *system, const struct bh_node *map, const struct bh_zone_template *zone,
                     struct bh_zone_need *need, struct bh_error *err)
{
    need->place = bh_node_place(map);
    if (bh_keys_check(map, &bh_zone_need_keys, err))
        return -1;
    const struct bh_node *name = bh_node_need(map, "zone", err);
    const long needed = name ? bh_system_find_zone(system, name, "needed zone", err) : -1;
    const struct bh_node *what = needed >= 0 ? bh_node_need(map, "for", err) : NULL;
    const int choice = what ? bh_node_choice(what, bh_need_names, "for", err) : -1;
    if (choice < 0)
        return -1;
    need->zone = (int)needed;
    need->what = (enum bh_need_for)choice;
    return check_need(system, zone, need, err);
}

static int read_needs_of(const struct bh_system *system, const struct bh_node *list, struct bh_zone_template *zone,
                         struct bh_error *err)
{
    if (bh_node_expect(list, BH_NODE_LIST, "needs", err))
        return -1;
    zone->needs = bh_allocate(bh_node_count(list) + 1, sizeof *zone->needs);
    for (size_t i = 0; i < bh_node_count(list); i++) {
        if (read_need(system, bh_node_item(list, i), zone, &zone->needs[i], err))
            return -1;
        zone->needs_count = i + 1;
    }
    return 0;
}

/* --- Cycles --------------------------------------------------------------------------------------------------------- */

/* A walk along what zones hang on: those that they need, and those that they are inside of. */
struct walk {
    const struct bh_system *system;
    bool *is_open, *is_closed; /* on the way to where the walk is; all that it leads to is known */
    int *way;                  /* zones from the start to where the walk is */
    size_t length;
};

/* "a needs b in c needs a", from where the way first met the zone. */
static int fail_cycle(const struct walk *walk, int zone, struct bh_error *err)
{
    const struct bh_zone_template *zones = walk->system->zones;
    size_t first = 0;
    while (walk->way[first] != zone)
        first++;
    char *path = bh_copy_text(zones[zone].name);
    for (size_t i = first; i < walk->length; i++) {
        const int next = i + 1 < walk->length ? walk->way[i + 1] : zone;
        const char *how = zones[walk->way[i]].parent == next ? "in" : "needs";
        bh_add_text(&path, "", " %s %s", how, zones[next].name);
    }
    bh_fail_at(err, zones[zone].place,
               "system `%s`: found a cycle of needs, %s, expected none: no zone of it could start first",
               walk->system->name, path);
    free(path);
    return -1;
}

static int walk_on(struct walk *walk, int zone, struct bh_error *err)
{
    const struct bh_zone_template *template = &walk->system->zones[zone];
    if (walk->is_open[zone])
        return fail_cycle(walk, zone, err);
    if (walk->is_closed[zone])
        return 0;
    walk->is_open[zone] = true;
    walk->way[walk->length++] = zone;
    int status = template->parent >= 0 ? walk_on(walk, template->parent, err) : 0;
    for (size_t i = 0; i < template->needs_count && status == 0; i++)
        status = walk_on(walk, template->needs[i].zone, err);
    walk->length--;
    walk->is_open[zone] = false;
    walk->is_closed[zone] = true;
    return status;
}

static int check_cycles(const struct bh_system *system, struct bh_error *err)
{
    const size_t count = system->zones_count;
    struct walk walk = {.system = system,
                        .is_open = bh_allocate(count, sizeof *walk.is_open),
                        .is_closed = bh_allocate(count, sizeof *walk.is_closed),
                        .way = bh_allocate(count, sizeof *walk.way)};
    int status = 0;
    for (size_t z = 0; z < count && status == 0; z++)
        status = walk_on(&walk, (int)z, err);
    free(walk.is_open);
    free(walk.is_closed);
    free(walk.way);
    return status;
}

int bh_read_zone_needs(const struct bh_node *list, struct bh_system *system, struct bh_error *err)
{
    for (size_t i = 0; i < bh_node_count(list); i++) {
        const struct bh_node *map = bh_node_item(list, i), *needs = bh_node_find(map, "needs");
        /* Zones have been put into order, parents first: found again by their names. */
        const long zone = needs ? bh_system_find_zone(system, bh_node_find(map, "name"), "zone", err) : -1;
        if (needs && read_needs_of(system, needs, &system->zones[zone], err))
            return -1;
    }
    return check_cycles(system, err);
}
