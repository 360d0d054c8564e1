/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is true of a system. */
#include "models/catalog/system.h"

#include <string.h>

enum bh_offer_answer bh_system_offers(const struct bh_system *system, const struct bh_component *users_kernel,
                                      const struct bh_guard_level *const guard[BH_BOUNDARIES], enum bh_offer offer)
{
    if (!system->offers[offer].is_said)
        return BH_OFFER_NOT_SAID;
    if (!system->offers[offer].is_offered)
        return BH_OFFER_LACKING;
    if (bh_offer_is_the_kernels[offer] && !users_kernel->offers[offer])
        return BH_OFFER_KERNEL_LACKS;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (guard[b] != NULL && guard[b]->withholds[offer])
            return BH_OFFER_WITHHELD_BY_GUARD;
    return BH_OFFERED;
}

const struct bh_parameter *bh_channel_probability(const struct bh_channel_type *type, enum bh_error_kind kind)
{
    size_t sources[BH_KIND_SOURCES + 1], count = bh_kind_or_model_sources(kind, sources);
    for (size_t s = 0; s < count; s++)
        if (type->probability_of[sources[s]].path[0] != '\0')
            return &type->probability_of[sources[s]];
    return &type->probability;
}

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

static bool is_around(const struct bh_system *system, long zone, long home)
{
    while (home >= 0 && home != zone)
        home = system->zones[home].parent;
    return home >= 0;
}

long bh_system_home(const struct bh_system *system, bool is_native)
{
    long home = -1;
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_zone_template *zone = &system->zones[z];
        if (bh_zone_holds_application(zone) &&
            (zone->kind == (is_native ? BH_HOST_USER : BH_GUEST_USER) || (!is_native && home < 0)))
            home = (long)z;
    }
    return home;
}

bool bh_system_zone_is_of(const struct bh_system *system, size_t zone, bool is_native)
{
    long own = bh_system_home(system, is_native), other = bh_system_home(system, !is_native);
    return is_around(system, (long)zone, own) || (!is_native && !is_around(system, (long)zone, other));
}
