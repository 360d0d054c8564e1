/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog's sections that say how errors live, end and cross: zones, errors, channels. */
#include "models/catalog/catalog.h"
#include "models/catalog/keys/spread_keys.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/system.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

#include <math.h>

/* --- Zones ------------------------------------------------------------------------------------------------------- */

/* Tolerance for shares that sum to 1: decimal fractions in a file, never arithmetic. */
static const double share_tolerance = 1e-9;

static int check_shares(const struct bh_catalog_reader *reader, const struct bh_ending *ending, const char *prefix,
                        struct bh_place place, struct bh_error *err)
{
    const double sum = ending->masked.value + ending->signalled.value + ending->silent.value;
    if (fabs(sum - 1) <= share_tolerance)
        return 0;
    const struct bh_parameter *const shares[] = {&ending->masked, &ending->signalled, &ending->silent};
    for (size_t i = 0; reader->overrides && i < BH_COUNT(shares); i++)
        if (shares[i]->status == BH_SET_BY_SCENARIO)
            return bh_fail_at(err, shares[i]->place,
                              "%s: found shares masked, signalled and silent that sum to %.10g, expected 1: to set one "
                              "of them, set the others too",
                              prefix, sum);
    return bh_fail_at(err, place, "%s: found shares masked, signalled and silent that sum to %.10g, expected 1", prefix,
                      sum);
}

/* Shares sum to 1, so they come together: those that a scenario says of errors whose numbers a kind would have without its own
 * are the kind's too. */
static void take_shares_of_others(const struct bh_catalog_reader *reader, struct bh_ending *endings,
                                  enum bh_error_kind kind)
{
    struct bh_ending *ending = &endings[kind];
    struct bh_parameter *const own[] = {&ending->masked, &ending->signalled, &ending->silent};
    for (const enum bh_error_kind *source = bh_error_kind_sources[kind]; *source != BH_ERROR_KINDS; source++) {
        const struct bh_ending *other = &endings[*source];
        const struct bh_parameter *const others[] = {&other->masked, &other->signalled, &other->silent};
        bool is_said = false;
        for (size_t i = 0; i < BH_COUNT(others); i++)
            is_said = is_said || bh_node_find(reader->overrides, others[i]->path) != NULL;
        for (size_t i = 0; is_said && *source != kind && i < BH_COUNT(own); i++)
            own[i]->value = own[i]->low = own[i]->high = others[i]->value;
        if (is_said)
            return;
    }
}

/* The bounds of what was read, which need not be all. */
static int check_ending(const struct bh_catalog_reader *reader, struct bh_zone_numbers *zone, enum bh_error_kind kind,
                        const char *prefix, struct bh_place place, struct bh_error *err)
{
    struct bh_ending *ending = &zone->ending[kind];
    if (*ending->lifetime_s.path != '\0' && ending->lifetime_s.value <= 0)
        return bh_fail_at(err, ending->lifetime_s.place, "%s: found 0, expected a time above 0",
                          ending->lifetime_s.path);
    if (bh_shares_kind(zone, kind) != kind)
        return 0;
    if (reader->overrides != NULL)
        take_shares_of_others(reader, zone->ending, kind);
    return check_shares(reader, ending, prefix, place, err);
}

static const struct bh_parameter_field ending_fields[] = {
    BH_FIELD(struct bh_ending, lifetime_s, "lifetime", BH_DIMENSION_TIME, false),
    BH_FIELD(struct bh_ending, masked, "masked", BH_DIMENSION_PROBABILITY, false),
    BH_FIELD(struct bh_ending, signalled, "signalled", BH_DIMENSION_PROBABILITY, false),
    BH_FIELD(struct bh_ending, silent, "silent", BH_DIMENSION_PROBABILITY, true),
    BH_FIELD(struct bh_ending, hang, "hang", BH_DIMENSION_PROBABILITY, false),
};

/* What the file, or a scenario, says of a kind whose numbers may be those of another. */
static int read_own_ending(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                           bool holds_application, struct bh_place place, struct bh_ending *ending,
                           struct bh_error *err)
{
    if (map && bh_keys_check(map, &bh_own_ending_keys, err))
        return -1;
    for (size_t i = 0; i < BH_COUNT(ending_fields); i++) {
        const struct bh_parameter_field *field = &ending_fields[i];
        struct bh_parameter *parameter = (void *)((char *)ending + field->offset);
        if (field->optional && !holds_application)
            bh_parameter_none(parameter, field->dimension, place);
        else if (bh_parameter_read_own(reader, map, field->key, prefix, field->dimension, place, parameter, err))
            return -1;
    }
    return 0;
}

static int read_ending(struct bh_catalog_reader *reader, const struct bh_node *zone, enum bh_zone_kind kind,
                       enum bh_error_kind error_kind, struct bh_zone_numbers *numbers, struct bh_error *err)
{
    struct bh_ending *ending = &numbers->ending[error_kind];
    const bool inherits = bh_error_kind_sources[error_kind][1] != BH_ERROR_KINDS;
    const struct bh_node *map = inherits ? bh_node_find(zone, bh_error_kind_names[error_kind])
                                         : bh_node_need(zone, bh_error_kind_names[error_kind], err);
    const char *prefix =
        bh_catalog_print(reader, "zones.%s.%s", bh_zone_kind_names[kind], bh_error_kind_names[error_kind]);
    if (!map && !inherits)
        return -1;
    const bool holds_application = kind == BH_HOST_USER || kind == BH_GUEST_USER;
    const struct bh_place place = bh_node_place(map ? map : zone);
    const struct bh_node *silent = map ? bh_node_find(map, "silent") : NULL;
    if (silent && !holds_application)
        return bh_fail_at(err, bh_node_place(silent),
                          "%s.silent: found a silent share in a kernel's zone, expected none: only application data "
                          "holds silent errors",
                          prefix);
    if (inherits)
        return read_own_ending(reader, map, prefix, holds_application, place, ending, err)
                   ? -1
                   : check_ending(reader, numbers, error_kind, prefix, place, err);
    /* A VMM process may leave it out; zones that hold an application go by guest-user's numbers. */
    if (bh_keys_check(map, &bh_ending_keys, err) ||
        (!silent && kind == BH_GUEST_USER && !bh_node_need(map, "silent", err)))
        return -1;
    if (bh_parameter_read_fields(reader, map, prefix, &bh_ending_keys, ending_fields, BH_COUNT(ending_fields), ending,
                                 err))
        return -1;
    return check_ending(reader, numbers, error_kind, prefix, place, err);
}

int bh_read_zones(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_zone_numbers, memory_weight, "memory-weight", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_zone_numbers, cpu_weight, "cpu-weight", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_zone_numbers, residual, "residual", BH_DIMENSION_PROBABILITY, true),
    };
    if (bh_node_expect(section, BH_NODE_MAP, "zones", err) || bh_node_check_keys(section, bh_zone_kind_names, err))
        return -1;
    for (enum bh_zone_kind kind = 0; kind < BH_ZONE_KINDS; kind++) {
        struct bh_zone_numbers *zone = &reader->catalog->zones[kind];
        const struct bh_node *map = bh_node_need(section, bh_zone_kind_names[kind], err);
        const char *prefix = bh_catalog_print(reader, "zones.%s", bh_zone_kind_names[kind]);
        if (!map || bh_keys_check(map, &bh_zone_keys, err) ||
            bh_parameter_read_fields(reader, map, prefix, &bh_zone_keys, fields, BH_COUNT(fields), zone, err))
            return -1;
        for (enum bh_error_kind error_kind = 0; error_kind < BH_ERROR_KINDS; error_kind++)
            if (read_ending(reader, map, kind, error_kind, zone, err))
                return -1;
    }
    return 0;
}

int bh_read_errors(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_error_numbers, again, "again", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_error_numbers, carries, "carries", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_error_numbers, matters, "matters", BH_DIMENSION_PROBABILITY, false),
    };
    if (bh_node_expect(section, BH_NODE_MAP, "errors", err) || bh_keys_check(section, &bh_error_keys, err))
        return -1;
    const int word = bh_word_read(reader, section, "mechanisms", "errors", bh_mechanisms_all_words, err);
    if (word < 0)
        return -1;
    struct bh_error_numbers *errors = &reader->catalog->errors;
    errors->mechanisms = (enum bh_mechanisms_rule)word;
    const struct bh_place place = bh_node_place(section);
    return bh_parameter_read_fields(reader, section, "errors", &bh_error_keys, fields, BH_COUNT(fields), errors, err) ||
                   bh_parameter_read_own(reader, section, "flow-share", "errors", BH_DIMENSION_PROBABILITY, place,
                                         &errors->flow_share, err) ||
                   bh_parameter_read_own(reader, section, "software-flow-share", "errors", BH_DIMENSION_PROBABILITY,
                                         place, &errors->software_flow_share, err)
               ? -1
               : 0;
}

/* --- Channels ---------------------------------------------------------------------------------------------------- */

/* What becomes of that which crosses: an error there, unless the file says that some of it is less. */
static int read_crossed(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_channel_type *channel,
                        struct bh_error *err)
{
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_channel_type, corrupts, "corrupts", BH_DIMENSION_PROBABILITY, true),
        BH_FIELD(struct bh_channel_type, degrades, "degrades", BH_DIMENSION_PROBABILITY, true),
    };
    const struct bh_node *corrupts = bh_node_find(map, "corrupts");
    if (corrupts && channel->boundary == BH_NODE_NODE)
        return bh_node_fail(corrupts, err, "found on a channel between nodes; expected a channel within a node");
    if (bh_parameter_read_fields(reader, map, bh_catalog_print(reader, "channels.%s", channel->name), &bh_channel_keys,
                                 fields, BH_COUNT(fields), channel, err))
        return -1;
    if (!corrupts)
        channel->corrupts.value = channel->corrupts.low = channel->corrupts.high = 1.0;
    return 0;
}

static int read_probabilities(struct bh_catalog_reader *reader, const struct bh_node *map,
                              struct bh_channel_type *channel, struct bh_error *err)
{
    const char *prefix = bh_catalog_print(reader, "channels.%s", channel->name);
    if (bh_parameter_read(reader, map, "probability", prefix, BH_DIMENSION_PROBABILITY, &channel->probability, err))
        return -1;
    const struct bh_node *own = bh_node_find(map, "probability-of");
    if (own && bh_keys_check(own, &bh_probability_of_keys, err))
        return -1;
    prefix = bh_catalog_print(reader, "%s.probability-of", prefix);
    for (int of = 0; of < BH_KINDS_AND_MODELS; of++)
        if (bh_parameter_read_own(reader, own, bh_kind_or_model_names[of], prefix, BH_DIMENSION_PROBABILITY,
                                  bh_node_place(map), &channel->probability_of[of], err))
            return -1;
    return 0;
}

int bh_read_channels(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    if (bh_node_expect(section, BH_NODE_MAP, "channels", err))
        return -1;
    catalog->channel_types_count = bh_node_count(section);
    catalog->channel_types = bh_allocate(catalog->channel_types_count + 1, sizeof *catalog->channel_types);
    for (size_t i = 0; i < catalog->channel_types_count; i++) {
        struct bh_channel_type *channel = &catalog->channel_types[i];
        const struct bh_node *map = bh_catalog_entry(section, i, &channel->name, err);
        if (!map || bh_keys_check(map, &bh_channel_keys, err))
            return -1;
        channel->description = bh_read_text(map, "description", err);
        const int boundary = channel->description ? bh_read_choice(map, "boundary", bh_boundary_names, err) : -1;
        if (boundary < 0)
            return -1;
        channel->boundary = (enum bh_boundary)boundary;
        if (read_probabilities(reader, map, channel, err))
            return -1;
        const struct bh_node *guarded = bh_node_find(map, "guarded");
        bool is_guarded = true;
        if (guarded && bh_node_bool(guarded, &is_guarded, err))
            return -1;
        channel->bypasses_guards = !is_guarded;
        if (read_crossed(reader, map, channel, err))
            return -1;
    }
    return 0;
}
