/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog's sections that are tables of numbers: components, guards, applications and recovery. */
#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/keys/machine_keys.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/system.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- Components -------------------------------------------------------------------------------------------------- */

static int read_component(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                          struct bh_component *component, struct bh_error *err)
{
    static const char *const tails[] = {"exponential", "bounded", NULL};
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_component, fault_rate, "fault-rate", BH_DIMENSION_RATE, false),
        BH_FIELD(struct bh_component, instruction_share, "instruction-share", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_component, noise_share, "noise-share", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_component, noise_measured_nodes, "noise-measured-nodes", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_component, shared_bug, "shared-bug", BH_DIMENSION_PROBABILITY, true),
    };
    const struct bh_node *kernel = bh_node_need(map, "kernel", err);
    if (!kernel || bh_node_bool(kernel, &component->is_kernel, err) ||
        bh_keys_check(map, component->is_kernel ? &bh_kernel_keys : &bh_component_keys, err))
        return -1;
    component->description = bh_read_text(map, "description", err);
    if (!component->description)
        return -1;
    if (component->is_kernel) {
        const int tail = bh_read_choice(map, "noise-tail", tails, err);
        if (tail < 0)
            return -1;
        component->noise_is_bounded = tail == 1;
        if (bh_read_offer_words(map, "offers", component->offers, err))
            return -1;
    } else {
        const struct bh_place place = bh_node_place(map);
        bh_parameter_none(&component->noise_share, BH_DIMENSION_FACTOR, place);
        bh_parameter_none(&component->noise_measured_nodes, BH_DIMENSION_FACTOR, place);
        bh_parameter_none(&component->shared_bug, BH_DIMENSION_PROBABILITY, place);
    }
    return bh_parameter_read_fields(reader, map, prefix, &bh_kernel_keys, fields,
                                    component->is_kernel ? BH_COUNT(fields) : 2, component, err);
}

int bh_read_components(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    if (bh_node_expect(section, BH_NODE_MAP, "components", err))
        return -1;
    catalog->components_count = bh_node_count(section);
    catalog->components = bh_allocate(catalog->components_count + 1, sizeof *catalog->components);
    for (size_t i = 0; i < catalog->components_count; i++) {
        const char *name;
        const struct bh_node *map = bh_catalog_entry(section, i, &name, err);
        if (!map)
            return -1;
        catalog->components[i].name = name;
        if (read_component(reader, map, bh_catalog_print(reader, "components.%s", name), &catalog->components[i], err))
            return -1;
    }
    return 0;
}

/* --- Guards ------------------------------------------------------------------------------------------------------ */

static int read_guard(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_guard_level *guard,
                      struct bh_error *err)
{
    static const char *const on_block[] = {"rejected", "detected", "dropped", NULL};
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_guard_level, blocks, "blocks", BH_DIMENSION_PROBABILITY, false),
#define FIELD(member, key, dimension, ...) BH_FIELD(struct bh_guard_level, member, key, BH_DIMENSION_##dimension, true),
        BH_GUARD_COSTS(FIELD)};
    if (bh_keys_check(map, &bh_guard_keys, err))
        return -1;
    guard->description = bh_read_text(map, "description", err);
    const int choice = guard->description ? bh_read_choice(map, "on-block", on_block, err) : -1;
    if (choice < 0)
        return -1;
    guard->detects = choice == 1;
    if (bh_read_offer_words(map, "withholds", guard->withholds, err))
        return -1;
    const char *prefix = bh_catalog_print(reader, "guards.%s.%s", bh_boundary_names[guard->boundary], guard->name);
    return bh_parameter_read_fields(reader, map, prefix, &bh_guard_keys, fields, BH_COUNT(fields), guard, err);
}

int bh_read_guards(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    if (bh_node_expect(section, BH_NODE_MAP, "guards", err) || bh_node_check_keys(section, bh_boundary_names, err))
        return -1;
    size_t room = 1;
    for (size_t i = 0; i < bh_node_count(section); i++)
        room += bh_node_count(bh_node_item(section, i));
    catalog->guards = bh_allocate(room, sizeof *catalog->guards);
    for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++) {
        const struct bh_node *levels = bh_node_find(section, bh_boundary_names[boundary]);
        if (!levels)
            continue;
        if (bh_node_expect(levels, BH_NODE_MAP, bh_boundary_names[boundary], err))
            return -1;
        for (size_t i = 0; i < bh_node_count(levels); i++) {
            struct bh_guard_level *guard = &catalog->guards[catalog->guards_count++];
            const struct bh_node *map = bh_catalog_entry(levels, i, &guard->name, err);
            guard->boundary = (enum bh_boundary)boundary;
            guard->strength = (unsigned)i;
            if (!map || read_guard(reader, map, guard, err))
                return -1;
        }
    }
    return 0;
}

/* --- Applications, recovery --------------------------------------------------------------------------------------- */

/* Whom ranks talk to: a halo of 0 to 3 dimensions, or others at random, and then how often. */
static int read_communication(const struct bh_node *map, struct bh_application *application, struct bh_error *err)
{
    static const char *const kinds[] = {"halo", "random", NULL};
    static const char *const dimensions[] = {"0", "1", "2", "3", NULL};
    const struct bh_node *halo = bh_node_find(map, "halo-dimensions"), *contacts = bh_node_find(map, "contacts");
    const int kind = bh_node_find(map, "communication") ? bh_read_choice(map, "communication", kinds, err) : 0;
    const int number = halo ? bh_read_choice(map, "halo-dimensions", dimensions, err) : 3;
    if (kind < 0 || number < 0)
        return -1;
    application->communicates_at_random = kind == 1;
    application->halo_dimensions = (unsigned)number;
    if (kind == 1 && halo)
        return bh_node_fail(halo, err, "found halo-dimensions with communication: random; expected contacts alone");
    if (kind == 1 && !contacts)
        return bh_node_fail(map, err, "found communication: random without contacts; expected contacts per step");
    if (kind == 0 && contacts)
        return bh_node_fail(contacts, err, "found contacts without communication: random; expected none");
    return 0;
}

/* `kind` names it; or `tolerates-loss` says what its losses take. */
static int read_kind(const struct bh_node *map, struct bh_application *application, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, "kind");
    const char *name = node ? bh_node_text(node, err) : NULL;
    bool loses_parts;
    if (node && !name)
        return -1;
    if (node) {
        application->kind = bh_application_kind_find(name);
        return application->kind
                   ? 0
                   : bh_node_fail(node, err, "found `%s`, expected one of:%s", name, bh_application_kind_names);
    }
    const struct bh_node *tolerates = bh_node_need(map, "tolerates-loss", err);
    if (!tolerates || bh_node_bool(tolerates, &loses_parts, err))
        return -1;
    application->kind = bh_application_kind_of_losses(loses_parts);
    return 0;
}

static int read_application(struct bh_catalog_reader *reader, const struct bh_node *map,
                            struct bh_application *application, struct bh_error *err)
{
    static const char *const saves[] = {"application", "guest", NULL};
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_application, fault_rate, "fault-rate", BH_DIMENSION_RATE, false),
        BH_FIELD(struct bh_application, instruction_share, "instruction-share", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_application, step_s, "step", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_application, exits_per_s, "exits-per-second", BH_DIMENSION_RATE, false),
        BH_FIELD(struct bh_application, halo_bytes, "halo-bytes", BH_DIMENSION_BYTES, false),
        BH_FIELD(struct bh_application, halo_messages, "halo-messages", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_application, contacts, "contacts", BH_DIMENSION_FACTOR, true),
        BH_FIELD(struct bh_application, collectives, "collectives", BH_DIMENSION_FACTOR, true),
        BH_FIELD(struct bh_application, checkpoint_bytes, "checkpoint-bytes", BH_DIMENSION_BYTES, false),
        BH_FIELD(struct bh_application, verification_cost_s, "verification-cost", BH_DIMENSION_TIME, true),
        BH_FIELD(struct bh_application, verification_recall, "verification-recall", BH_DIMENSION_PROBABILITY, true),
        BH_FIELD(struct bh_application, verification_latency_s, "verification-latency", BH_DIMENSION_TIME, true),
    };
    if (bh_keys_check(map, &bh_application_keys, err))
        return -1;
    application->description = bh_read_text(map, "description", err);
    if (!application->description || read_kind(map, application, err) != 0)
        return -1;
    const int choice = bh_read_choice(map, "saves", saves, err);
    if (choice < 0)
        return -1;
    application->saves_guest = choice == 1;
    if (read_communication(map, application, err) != 0)
        return -1;
    if (bh_parameter_read_fields(reader, map, bh_catalog_print(reader, "applications.%s", application->name),
                                 &bh_application_keys, fields, BH_COUNT(fields), application, err))
        return -1;
    /* Beyond it the steps of a long run are more than a double counts. */
    char found[64];
    if (application->step_s.value < 1e-6)
        return bh_fail_at(err, application->step_s.place, "%s: found %s, expected at least 1 us",
                          application->step_s.path,
                          bh_quantity_print(application->step_s.value, BH_DIMENSION_TIME, found, sizeof found));
    return 0;
}

int bh_read_applications(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    if (bh_node_expect(section, BH_NODE_MAP, "applications", err))
        return -1;
    catalog->applications_count = bh_node_count(section);
    catalog->applications = bh_allocate(catalog->applications_count + 1, sizeof *catalog->applications);
    for (size_t i = 0; i < catalog->applications_count; i++) {
        const struct bh_node *map = bh_catalog_entry(section, i, &catalog->applications[i].name, err);
        if (!map || read_application(reader, map, &catalog->applications[i], err))
            return -1;
    }
    return 0;
}

int bh_read_recovery(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_recovery_numbers, process_restart_s, "process-restart", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recovery_numbers, node_reboot_s, "node-reboot", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recovery_numbers, software_repair, "software-repair", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_recovery_numbers, software_repair_median_s, "software-repair-median", BH_DIMENSION_TIME,
                 false),
        BH_FIELD(struct bh_recovery_numbers, software_repair_sigma, "software-repair-sigma", BH_DIMENSION_FACTOR,
                 false),
        BH_FIELD(struct bh_recovery_numbers, spare_activation_s, "spare-activation", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recovery_numbers, system_restart_s, "system-restart", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recovery_numbers, detection_s, "detection", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recovery_numbers, watchdog_s, "watchdog", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recovery_numbers, local_bandwidth, "local-bandwidth", BH_DIMENSION_BANDWIDTH, false),
        BH_FIELD(struct bh_recovery_numbers, memory_bandwidth, "memory-bandwidth", BH_DIMENSION_BANDWIDTH, false),
        BH_FIELD(struct bh_recovery_numbers, partner_bandwidth, "partner-bandwidth", BH_DIMENSION_BANDWIDTH, false),
        BH_FIELD(struct bh_recovery_numbers, partner_distance, "partner-distance", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_recovery_numbers, degraded_slowdown, "degraded-slowdown", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_recovery_numbers, degraded_loss, "degraded-loss", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_recovery_numbers, degraded_resend_s, "degraded-resend", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recovery_numbers, degraded_delay_s, "degraded-delay", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recovery_numbers, degraded_notice_median_s, "degraded-notice-median", BH_DIMENSION_TIME,
                 false),
        BH_FIELD(struct bh_recovery_numbers, degraded_notice_sigma, "degraded-notice-sigma", BH_DIMENSION_FACTOR,
                 false),
    };
    if (bh_keys_check(section, &bh_recovery_keys, err) ||
        bh_parameter_read_fields(reader, section, "recovery", &bh_recovery_keys, fields, BH_COUNT(fields),
                                 &reader->catalog->recovery, err))
        return -1;
    const struct bh_recovery_numbers *recovery = &reader->catalog->recovery;
    const struct bh_parameter *bandwidths[] = {&recovery->local_bandwidth, &recovery->memory_bandwidth,
                                               &recovery->partner_bandwidth};
    for (size_t i = 0; i < BH_COUNT(bandwidths); i++)
        if (bandwidths[i]->value <= 0)
            return bh_fail_at(err, bandwidths[i]->place, "%s: found 0, expected a bandwidth above 0",
                              bandwidths[i]->path);
    return 0;
}
