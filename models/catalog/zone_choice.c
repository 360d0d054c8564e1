/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which zone of a system a name means. */
#include "models/catalog/zone_choice.h"

#include "models/catalog/catalog.h"
#include "models/catalog/system.h"

#include <stdlib.h>
#include <string.h>

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

const char **bh_zone_names(const struct bh_catalog *catalog)
{
    size_t most = BH_ZONE_KINDS + 1, count = BH_ZONE_KINDS;
    for (size_t s = 0; s < catalog->systems_count; s++)
        most += catalog->systems[s].zones_count;
    const char **names = bh_allocate(most, sizeof *names);
    memcpy(names, bh_zone_kind_names, BH_ZONE_KINDS * sizeof *names);
    for (size_t s = 0; s < catalog->systems_count; s++)
        for (size_t z = 0; z < catalog->systems[s].zones_count; z++)
            if (!is_among(names, count, catalog->systems[s].zones[z].name))
                names[count++] = catalog->systems[s].zones[z].name;
    return names;
}

struct bh_zone_choice bh_zone_choice_of(const char *name, struct bh_place place)
{
    struct bh_zone_choice choice = {.name = name, .kind = -1, .place = place};
    for (int kind = 0; kind < BH_ZONE_KINDS; kind++)
        if (strcmp(bh_zone_kind_names[kind], name) == 0)
            choice.kind = kind;
    return choice;
}

static bool is_of_kind(const struct bh_zone_template *zone, int kind)
{
    return (int)zone->kind == kind || (kind == BH_GUEST_USER && bh_zone_holds_application(zone));
}

static bool matches(const struct bh_zone_template *zone, const struct bh_zone_choice *choice)
{
    return choice->kind >= 0 ? is_of_kind(zone, choice->kind) : strcmp(zone->name, choice->name) == 0;
}

bool bh_zone_is_there(const struct bh_system *system, const struct bh_zone_choice *choice)
{
    for (size_t z = 0; z < system->zones_count; z++)
        if (matches(&system->zones[z], choice))
            return true;
    return false;
}

/* Zones that match and are shared by all on a node, or not; the first of them in *first. */
static size_t count_matches(const struct bh_system *system, const struct bh_zone_choice *choice, bool is_native,
                            bool is_shared, long *first)
{
    size_t count = 0;
    for (size_t z = system->zones_count; z-- > 0;)
        if (matches(&system->zones[z], choice) && (system->zones[z].per == BH_PER_NODE) == is_shared &&
            (is_shared || bh_system_zone_is_of(system, z, is_native))) {
            *first = (long)z;
            count++;
        }
    return count;
}

static char *list_zones(const struct bh_system *system, const struct bh_zone_choice *choice)
{
    char *list = bh_copy_text("");
    for (size_t z = 0; z < system->zones_count; z++) {
        if (choice != NULL && !matches(&system->zones[z], choice))
            continue;
        bh_add_text(&list, ", ", "%s", system->zones[z].name);
    }
    return list;
}

static int fail_choice(const struct bh_system *system, const struct bh_zone_choice *choice, bool is_ambiguous,
                       struct bh_error *err)
{
    char *list = list_zones(system, is_ambiguous ? choice : NULL);
    if (is_ambiguous)
        bh_fail_at(err, choice->place,
                   "found the zone `%s`, of which the system `%s` has several; expected the name of one: %s",
                   choice->name, system->name, list);
    else
        bh_fail_at(err, choice->place,
                   "found the zone `%s`, which the system `%s` does not have; expected a kind of zone, or one of: %s",
                   choice->name, system->name, list);
    free(list);
    return -1;
}

long bh_zone_choose(const struct bh_system *system, const struct bh_zone_choice *choice, bool is_native,
                    struct bh_error *err)
{
    long zone = 0; /* the host's kernel, where the system has no zone of that kind */
    size_t count = count_matches(system, choice, is_native, false, &zone);
    if (count == 0)
        count = count_matches(system, choice, is_native, true, &zone);
    if (count > 1 || (count == 0 && choice->kind < 0))
        return fail_choice(system, choice, count > 1, err);
    return zone;
}
