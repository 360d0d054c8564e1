/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is true of a system. */
#include "models/catalog/system.h"

#include <string.h>

bool bh_system_has_needs(const struct bh_system *system)
{
    size_t needs = 0;
    for (size_t z = 0; z < system->zones_count; z++)
        needs += system->zones[z].needs_count;
    return needs > 0;
}

bool bh_zone_holds_application(const struct bh_zone_template *zone)
{
    for (size_t i = 0; i < zone->components_count; i++)
        if (strcmp(zone->roles[i], "application") == 0)
            return true;
    return false;
}

bool bh_system_degrades(const struct bh_system *system)
{
    for (size_t c = 0; c < system->channels_count; c++)
        if (system->channels[c].type->degrades.path[0] != '\0')
            return true;
    return false;
}
