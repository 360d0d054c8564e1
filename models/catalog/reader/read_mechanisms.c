/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a virtualization system takes down less than a node by: for a zone that has failed and a scope, three parts. */
#include "models/catalog/mechanism.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/system.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

static int read_part(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                     struct bh_mechanism_part *part, struct bh_error *err)
{
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_mechanism_part, probability, "probability", BH_DIMENSION_PROBABILITY, true),
        BH_FIELD(struct bh_mechanism_part, time_s, "time", BH_DIMENSION_TIME, true),
        BH_FIELD(struct bh_mechanism_part, cost, "cost", BH_DIMENSION_FRACTION, true),
    };
    part->place = bh_node_place(map);
    if (bh_keys_check(map, &bh_mechanism_part_keys, err))
        return -1;
    if (bh_node_find(map, "missing")) /* what a system is like may have had it */
        return (part->missing = bh_read_text(map, "missing", err)) ? 0 : -1;
    part->is_there = true;
    part->by = bh_read_text(map, "by", err);
    return part->by ? bh_parameter_read_fields(reader, map, prefix, &bh_mechanism_part_keys, fields, BH_COUNT(fields),
                                               part, err)
                    : -1;
}

static int read_mechanism(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                          struct bh_mechanism *mechanism, struct bh_error *err)
{
    mechanism->place = bh_node_place(map);
    if (bh_keys_check(map, &bh_mechanism_keys, err))
        return -1;
    for (int part = 0; part < BH_MECHANISM_PARTS; part++) {
        const char *name = bh_mechanism_part_names[part];
        const struct bh_node *node = bh_node_find(map, name);
        if (node &&
            read_part(reader, node, bh_catalog_print(reader, "%s.%s", prefix, name), &mechanism->part[part], err))
            return -1;
    }
    /* One that lacks a part is never tried, so that the others need no number. */
    for (int part = 0; part < BH_MECHANISM_PARTS && bh_mechanism_lacks(mechanism) == BH_MECHANISM_PARTS; part++)
        if (mechanism->part[part].probability.path[0] == '\0')
            return bh_fail_at(
                err, mechanism->part[part].place,
                "found a %s without a probability; expected one where notice, stop and reclaim are all there",
                bh_mechanism_part_names[part]);
    return 0;
}

static int read_alone(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_system *system, long zone,
                      struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, "alone");
    struct bh_mechanism_part *part = &system->alone[zone];
    const char *prefix =
        bh_catalog_print(reader, "systems.%s.mechanisms.%s.alone", system->name, system->zones[zone].name);
    if (node == NULL)
        return 0;
    if (read_part(reader, node, prefix, part, err))
        return -1;
    return part->is_there && part->probability.path[0] == '\0'
               ? bh_fail_at(err, part->place, "%s: found no probability; expected one, or `missing`", prefix)
               : 0;
}

static int read_mechanisms_of_zone(struct bh_catalog_reader *reader, const struct bh_node *map,
                                   struct bh_system *system, long zone, struct bh_error *err)
{
    static const enum bh_scope scopes[] = {BH_SCOPE_PROCESS, BH_SCOPE_GUEST};
    if (bh_keys_check(map, &bh_mechanisms_of_zone_keys, err))
        return -1;
    if (read_alone(reader, map, system, zone, err))
        return -1;
    for (size_t s = 0; s < BH_COUNT(scopes); s++) {
        const struct bh_node *node = bh_node_find(map, bh_scope_names[scopes[s]]);
        if (!node)
            continue;
        struct bh_mechanism *mechanism = &system->mechanisms[system->mechanisms_count++];
        const char *prefix = bh_catalog_print(reader, "systems.%s.mechanisms.%s.%s", system->name,
                                              system->zones[zone].name, bh_scope_names[scopes[s]]);
        *mechanism = (struct bh_mechanism){.zone = (int)zone, .scope = scopes[s]};
        if (read_mechanism(reader, node, prefix, mechanism, err))
            return -1;
    }
    return 0;
}

int bh_read_mechanisms(struct bh_catalog_reader *reader, const struct bh_node *node, struct bh_system *system,
                       struct bh_error *err)
{
    if (bh_node_kind(node) != BH_NODE_MAP) {
        const int word = bh_node_choice(node, bh_mechanisms_words, "mechanisms", err);
        system->mechanisms_rule = (enum bh_mechanisms_rule)word;
        return word < 0 ? -1 : 0;
    }
    system->mechanisms_rule = BH_MECHANISMS_LISTED;
    /* Two scopes a zone; numbers keep their addresses. */
    system->mechanisms = bh_allocate(2 * bh_node_count(node) + 1, sizeof *system->mechanisms);
    system->alone = bh_allocate(system->zones_count, sizeof *system->alone);
    for (size_t i = 0; i < bh_node_count(node); i++) {
        const long zone =
            bh_system_find_zone_named(system, bh_node_key(node, i), bh_node_place(bh_node_item(node, i)), "zone", err);
        if (zone < 0 || read_mechanisms_of_zone(reader, bh_node_item(node, i), system, zone, err))
            return -1;
    }
    return 0;
}
