/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Everything under models/data, read and checked: each number with its unit, source, status and range. */
#ifndef BH_MODELS_CATALOG_CATALOG_H
#define BH_MODELS_CATALOG_CATALOG_H

#include "models/base/error.h"
#include "models/catalog/parameter.h"
#include "models/catalog/recovery.h"
#include "models/catalog/zone_numbers.h"
#include "models/memory/dram.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_node;

/* A node's main memory (models/data/memory.yaml), as of struct bh_dram. */
struct bh_memory_numbers {
    enum bh_dram_code code;
    unsigned device_width;
    bool lockstep;
    struct bh_parameter dimms, ranks_per_dimm, banks, rows, row_bytes, wrong_bits, scrub_s, replacement_s;
    struct bh_parameter column_one_bit;
    struct bh_parameter rate[BH_DRAM_MODES][BH_DRAM_LASTINGS]; /* of the channel the first only */
};

/* A word of the catalog that scenarios set as they set numbers: `memory.code`. */
struct bh_word {
    const char *path;
    const char *const *known; /* NULL-terminated */
};

struct bh_catalog {
    struct bh_zone_numbers zones[BH_ZONE_KINDS];
    struct bh_memory_numbers memory;
    struct bh_recovery_numbers recovery;
    size_t components_count;
    struct bh_component *components;
    size_t channel_types_count;
    struct bh_channel_type *channel_types;
    size_t guards_count;
    struct bh_guard_level *guards; /* grouped by boundary, weakest first */
    size_t systems_count;
    struct bh_system *systems;
    size_t domains_count;
    struct bh_domain *domains;
    size_t faults_count;
    struct bh_fault_class *faults;
    size_t applications_count;
    struct bh_application *applications;
    size_t policies_count;
    struct bh_policy *policies;
    /* Every parameter of the catalog, in file order, for `check` and for uncertainty. */
    size_t parameters_count;
    const struct bh_parameter **parameters;
    size_t words_count;
    struct bh_word *words;
    struct bh_document *document; /* all files merged into one tree; owns the text */
    char *directory;
    size_t texts_count;
    char **texts; /* the parameters' paths */
};

/* Reads DIRECTORY/{zones,components,channels,guards,domains,memory,faults,applications,policies,recovery}.yaml and
 * DIRECTORY/systems/(*).yaml, applies `overrides` (a map from dotted parameter path to value, or NULL) and resolves.
 * An override is a quantity with its own unit ("5 s", 1e-3); it may leave the parameter's range, which it replaces, and
 * its status becomes BH_SET_BY_SCENARIO. One of the form {value: ..., source: ...} was computed from what the source says.
 * `extra` (or NULL) is a map with any of the keys components, channels, guards, systems, domains, faults, applications,
 * policies: entries a scenario defines itself, in the same form as in the files; they add to or replace the files'.
 * Fails with a place on anything malformed: unknown keys, missing unit/source/status, an assumed number without range,
 * a value outside its range, shares that do not sum to 1, a zone tree with a cycle or two roots, unknown names. */
struct bh_catalog *bh_catalog_read(const char *directory, const struct bh_node *overrides, const struct bh_node *extra,
                                   struct bh_error *err);
void bh_catalog_destroy(struct bh_catalog *catalog);

#endif
