/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of the catalog's reader share; nobody else includes this. */
#pragma once

#include "models/base/error.h"
#include "models/base/quantity.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_fault_class;
struct bh_keys;
struct bh_machine;
struct bh_parameter;
struct bh_system;
struct bh_timing;

/* A number that goes with another: that at the path `to`; tied by a ratio, or, `ratio` NULL, drawn with it. */
struct bh_parameter_link {
    struct bh_parameter *parameter;
    const struct bh_node *to, *ratio;
};

/* A catalog under construction. */
struct bh_catalog_reader {
    struct bh_catalog *catalog;
    const struct bh_node *overrides; /* map from parameter path to value, or NULL; owned by the catalog's document */
    const struct bh_node *rates;     /* map from parameter path to the number of the set of rates in force */
    const struct bh_node *rate_sets; /* all sets by name */
    const char *rates_name, *rates_description;
    size_t links_count;
    struct bh_parameter_link *links;
    size_t parameters_room, texts_room;
};

/* Memory that is freed with the catalog. */
void *bh_catalog_keep(struct bh_catalog_reader *reader, void *memory);
/* printf into text that lives as long as the catalog. */
const char *bh_catalog_print(struct bh_catalog_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads map[key], a map with value, unit, status, source and range, as the parameter `prefix.key`. The parameter's
 * address must stay valid: it is entered into the catalog's list. Absent: an error. */
int bh_parameter_read(struct bh_catalog_reader *reader, const struct bh_node *map, const char *key, const char *prefix,
                      enum bh_dimension dimension, struct bh_parameter *parameter, struct bh_error *err);
/* The same of a number that may be left out, since another stands for it: it has no path then, unless the scenario sets it. `map`
 * may be NULL. */
int bh_parameter_read_own(struct bh_catalog_reader *reader, const struct bh_node *map, const char *key,
                          const char *prefix, enum bh_dimension dimension, struct bh_place place,
                          struct bh_parameter *parameter, struct bh_error *err);
/* The number 0 for what a system or level does not have. */
void bh_parameter_none(struct bh_parameter *parameter, enum bh_dimension dimension, struct bh_place place);
/* Reads map[key], one of the known words, or what a scenario sets at `prefix.key`; -1 with an error. */
int bh_word_read(struct bh_catalog_reader *reader, const struct bh_node *map, const char *key, const char *prefix,
                 const char *const *known, struct bh_error *err);
/* Every number of a set of rates must have been read. */
int bh_rates_check(const struct bh_catalog_reader *reader, struct bh_error *err);
/* Every override must name a parameter or a word that was read. */
int bh_parameter_check_overrides(const struct bh_catalog_reader *reader, struct bh_error *err);

/* A row of a table of parameters: its key, what it measures, and where it goes in the structure. */
struct bh_parameter_field {
    const char *key;
    enum bh_dimension dimension;
    size_t offset;
    bool optional;
};
#define BH_FIELD(type, member, key_text, what, may_be_left_out)                                                        \
    {                                                                                                                  \
        .key = (key_text), .dimension = (what), .offset = offsetof(type, member), .optional = (may_be_left_out)        \
    }
/* The map has been held against `keys`, whose rows say the same of each field: else the program is wrong. */
int bh_parameter_read_fields(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                             const struct bh_keys *keys, const struct bh_parameter_field *fields, size_t count,
                             void *structure, struct bh_error *err);

/* Each reads one section of the merged document; later ones need the earlier ones. */
int bh_read_rates(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_zones(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_errors(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_components(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_channels(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_guards(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_domains(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_memory(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_faults(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_applications(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_recovery(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_policies(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
int bh_read_systems(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);

/* The whole file of a parametric machine; its numbers are `platform.KEY`. */
int bh_read_machine(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_machine *machine,
                    struct bh_error *err);

/* The keys carrier, burst and recurrence of a fault class, whose landing and mend are known. */
int bh_read_togetherness(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                         struct bh_fault_class *fault, struct bh_error *err);
/* `rate: {from: memory, outcome: ...}`. */
int bh_memory_rate_read(struct bh_catalog_reader *reader, const struct bh_node *rate, const char *prefix,
                        struct bh_fault_class *fault, struct bh_error *err);
/* Enters a number into the catalog's list; what a scenario sets in its place. */
void bh_parameter_enter(struct bh_catalog_reader *reader, const struct bh_parameter *parameter);
/* What the scenario sets a number to; NULL: it does not. Who sets the number of errors of a kind sets that of those too which
 * would have it without one of their own, unless there are words for those: bh_error_kind_sources. */
const struct bh_node *bh_parameter_set_to(const struct bh_catalog_reader *reader, const char *path);
int bh_parameter_override(struct bh_catalog_reader *reader, struct bh_parameter *parameter, struct bh_error *err);

/* Zones of one system: reads the list into system->zones, parents before children. */
int bh_read_zone_templates(struct bh_catalog_reader *reader, const struct bh_node *list, struct bh_system *system,
                           struct bh_error *err);
/* Their `needs`, once all zones are there. Cycles are refused. */
int bh_read_zone_needs(const struct bh_node *list, struct bh_system *system, struct bh_error *err);
/* What it takes down less than a node by, once its zones are there. */
int bh_read_mechanisms(struct bh_catalog_reader *reader, const struct bh_node *node, struct bh_system *system,
                       struct bh_error *err);
/* Index of the zone that a node, or a name at a place, names; -1 with an error. */
long bh_system_find_zone(const struct bh_system *system, const struct bh_node *node, const char *what,
                         struct bh_error *err);
long bh_system_find_zone_named(const struct bh_system *system, const char *name, struct bh_place place,
                               const char *what, struct bh_error *err);

/* A distribution at `node`, a map with its name as the one key. Its numbers are entered into the
 * list under `prefix`.NAME and, where there are parts, their positions. */
int bh_timing_read(struct bh_catalog_reader *reader, const struct bh_node *node, const char *prefix,
                   struct bh_timing *timing, struct bh_error *err);

/* Name and map of entry `index` of a section. Names become parts of parameter paths, which dots divide. */
const struct bh_node *bh_catalog_entry(const struct bh_node *section, size_t index, const char **name,
                                       struct bh_error *err);
/* Which of the known words map[key] is; -1 with an error. */
int bh_read_choice(const struct bh_node *map, const char *key, const char *const *known, struct bh_error *err);
/* The text of map[key]; absent or empty: an error. */
const char *bh_read_text(const struct bh_node *map, const char *key, struct bh_error *err);
/* Keys `colour` and, unless `mark` is NULL, `mark`; NULL where they are left out. */
int bh_read_look(const struct bh_node *map, const char **colour, const char **mark, struct bh_error *err);

/* map[key], a list of words of models/words/offers.h, as flags; without the key none. */
int bh_read_offer_words(const struct bh_node *map, const char *key, bool *flags, struct bh_error *err);
/* map[offers] of a system. */
int bh_read_offers(const struct bh_node *map, struct bh_system *system, struct bh_error *err);
