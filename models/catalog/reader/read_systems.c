/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog's virtualization systems: kernels, zones, channels, guards offered and costs. */
#include "models/catalog/catalog.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/lookup.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/system.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

#include <string.h>

static const struct bh_component *read_kernel(const struct bh_catalog *catalog, const struct bh_node *node,
                                              struct bh_error *err)
{
    const char *name = bh_node_text(node, err);
    const struct bh_component *kernel = name ? bh_catalog_component(catalog, name, bh_node_place(node), err) : NULL;
    if (kernel && !kernel->is_kernel) {
        bh_fail_at(err, bh_node_place(node), "found the component `%s`, which is no kernel, expected a kernel", name);
        return NULL;
    }
    return kernel;
}

static int read_channel(const struct bh_catalog *catalog, const struct bh_system *system, const struct bh_node *map,
                        struct bh_channel_template *channel, struct bh_error *err)
{
    channel->place = bh_node_place(map);
    if (bh_keys_check(map, &bh_system_channel_keys, err))
        return -1;
    const struct bh_node *type = bh_node_need(map, "type", err);
    const char *name = type ? bh_node_text(type, err) : NULL;
    if (!name || !(channel->type = bh_catalog_channel(catalog, name, bh_node_place(type), err)))
        return -1;

    const struct bh_node *opened = bh_node_find(map, "opened");
    if (opened && bh_node_bool(opened, &channel->is_opened, err))
        return -1;
    const struct bh_node *from = bh_node_need(map, "from", err);
    const long source = from ? bh_system_find_zone(system, from, "zone", err) : -1;
    const struct bh_node *to = source >= 0 ? bh_node_need(map, "to", err) : NULL;
    const long target = to ? bh_system_find_zone(system, to, "zone", err) : -1;
    if (target < 0)
        return -1;
    channel->from = (int)source;
    channel->to = (int)target;
    if (source == target && system->zones[source].per == BH_PER_NODE)
        return bh_fail_at(err, channel->place,
                          "found a channel from `%s` to itself, of which a node has one, expected "
                          "another zone",
                          system->zones[source].name);
    if (system->offered_count[channel->type->boundary] == 0)
        return bh_fail_at(err, channel->place,
                          "found a channel over %s, where system `%s` offers no guard level, "
                          "expected one under `guards`",
                          bh_boundary_names[channel->type->boundary], system->name);
    return 0;
}

static int read_channels_of(const struct bh_catalog *catalog, const struct bh_node *list, struct bh_system *system,
                            struct bh_error *err)
{
    if (bh_node_expect(list, BH_NODE_LIST, "channels", err))
        return -1;
    system->channels_count = bh_node_count(list);
    system->channels = bh_allocate(system->channels_count + 1, sizeof *system->channels);
    for (size_t i = 0; i < system->channels_count; i++) {
        struct bh_channel_template *channel = &system->channels[i];
        if (read_channel(catalog, system, bh_node_item(list, i), channel, err))
            return -1;
        for (size_t j = 0; j < i; j++)
            if (system->channels[j].type == channel->type && system->channels[j].from == channel->from &&
                system->channels[j].to == channel->to)
                return bh_fail_at(err, channel->place, "found the channel %s from `%s` to `%s` twice, expected once",
                                  channel->type->name, system->zones[channel->from].name,
                                  system->zones[channel->to].name);
    }
    return 0;
}

/* Levels offered at one boundary, put into order of strength whatever their order in the file. */
static int read_offered(const struct bh_catalog *catalog, const struct bh_node *list, enum bh_boundary boundary,
                        struct bh_system *system, struct bh_error *err)
{
    if (bh_node_expect(list, BH_NODE_LIST, bh_boundary_names[boundary], err))
        return -1;
    const size_t count = bh_node_count(list);
    if (count == 0)
        return bh_fail_at(err, bh_node_place(list),
                          "%s: found no level, expected at least one, or no key `%s` where "
                          "there is no such boundary",
                          bh_boundary_names[boundary], bh_boundary_names[boundary]);
    const struct bh_guard_level **levels = bh_allocate(count, sizeof *levels);
    system->offered[boundary] = levels;
    for (size_t i = 0; i < count; i++) {
        const struct bh_node *node = bh_node_item(list, i);
        const char *name = bh_node_text(node, err);
        const struct bh_guard_level *level =
            name ? bh_catalog_guard(catalog, boundary, name, bh_node_place(node), err) : NULL;
        if (!level)
            return -1;
        size_t at = i;
        for (; at > 0 && levels[at - 1]->strength >= level->strength; at--) {
            if (levels[at - 1] == level)
                return bh_fail_at(err, bh_node_place(node), "found the level `%s` twice, expected once", name);
            levels[at] = levels[at - 1];
        }
        levels[at] = level;
        system->offered_count[boundary] = i + 1;
    }
    return 0;
}

static int read_guards_of(const struct bh_catalog *catalog, const struct bh_node *map, struct bh_system *system,
                          struct bh_error *err)
{
    if (bh_node_expect(map, BH_NODE_MAP, "guards", err) || bh_node_check_keys(map, bh_boundary_names, err))
        return -1;
    for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++) {
        const struct bh_node *list = bh_node_find(map, bh_boundary_names[boundary]);
        if (list && read_offered(catalog, list, (enum bh_boundary)boundary, system, err))
            return -1;
    }
    return 0;
}

static int read_costs(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_system *system,
                      struct bh_error *err)
{
    /* A system without guests has no exits and boots none; what it costs in time it may leave out. */
    const bool native = system->guest_kernel == NULL;
    const struct bh_parameter_field fields[] = {
        {"compute-slowdown", BH_DIMENSION_FRACTION, offsetof(struct bh_system, compute_slowdown), native},
        {"exit-time", BH_DIMENSION_TIME, offsetof(struct bh_system, exit_time_s), native},
        {"latency", BH_DIMENSION_TIME, offsetof(struct bh_system, latency_s), native},
        {"bandwidth-loss", BH_DIMENSION_PROBABILITY, offsetof(struct bh_system, bandwidth_loss), native},
        {"guest-boot", BH_DIMENSION_TIME, offsetof(struct bh_system, guest_boot_s), native},
    };
    const char *prefix = bh_catalog_print(reader, "systems.%s.costs", system->name);
    if (bh_keys_check(map, &bh_system_cost_keys, err))
        return -1;
    return bh_parameter_read_fields(reader, map, prefix, &bh_system_cost_keys, fields, BH_COUNT(fields), system, err);
}

static int read_system(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_system *system,
                       struct bh_error *err)
{
    const struct bh_catalog *catalog = reader->catalog;
    if (bh_keys_check(map, &bh_system_keys, err))
        return -1;
    system->title = bh_read_text(map, "title", err);
    if (bh_read_look(map, &system->colour, NULL, err))
        return -1;
    const struct bh_node *host = system->title ? bh_node_need(map, "host-kernel", err) : NULL;
    if (!host || !(system->host_kernel = read_kernel(catalog, host, err)))
        return -1;
    const struct bh_node *guest = bh_node_find(map, "guest-kernel");
    if (guest && !(system->guest_kernel = read_kernel(catalog, guest, err)))
        return -1;

    /* Zones first: channels name them. Guards next: channels need them. */
    const struct bh_node *zones = bh_node_need(map, "zones", err);
    if (!zones || bh_read_zone_templates(reader, zones, system, err) || bh_read_zone_needs(zones, system, err))
        return -1;
    const struct bh_node *guards = bh_node_need(map, "guards", err);
    if (!guards || read_guards_of(catalog, guards, system, err))
        return -1;
    const struct bh_node *channels = bh_node_need(map, "channels", err);
    if (!channels || read_channels_of(catalog, channels, system, err))
        return -1;
    const struct bh_node *mechanisms = bh_node_find(map, "mechanisms");
    if (mechanisms && bh_read_mechanisms(reader, mechanisms, system, err))
        return -1;
    if (catalog->errors.mechanisms != BH_MECHANISMS_LISTED)
        system->mechanisms_rule = catalog->errors.mechanisms;
    const struct bh_node *costs = bh_read_offers(map, system, err) ? NULL : bh_node_need(map, "costs", err);
    return costs ? read_costs(reader, costs, system, err) : -1;
}

int bh_read_systems(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    if (bh_node_expect(section, BH_NODE_MAP, "systems", err))
        return -1;
    catalog->systems_count = bh_node_count(section);
    catalog->systems = bh_allocate(catalog->systems_count + 1, sizeof *catalog->systems);
    for (size_t i = 0; i < catalog->systems_count; i++) {
        const struct bh_node *map = bh_node_item(section, i);
        catalog->systems[i].name = bh_node_key(section, i);
        catalog->systems[i].place = bh_node_place(map);
        if (bh_node_expect(map, BH_NODE_MAP, catalog->systems[i].name, err))
            return -1;
    }
    /* Those that are like others come last: what is wrong in another is told where it stands. */
    for (int like = 0; like < 2; like++)
        for (size_t i = 0; i < catalog->systems_count; i++) {
            const struct bh_node *map = bh_node_item(section, i);
            if ((bh_node_find(map, "like") != NULL) == (like == 1) &&
                read_system(reader, map, &catalog->systems[i], err))
                return -1;
        }
    return 0;
}
