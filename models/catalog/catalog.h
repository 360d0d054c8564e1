/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Everything under models/data, read and checked: each number with its unit, source, status and range. */
#pragma once

#include "models/base/error.h"
#include "models/catalog/parameter.h"
#include "models/catalog/recovery.h"
#include "models/catalog/zone_numbers.h"
#include "models/memory/dram.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

/* A node's main memory (models/data/memory.yaml), as of struct bh_dram. */
struct bh_memory_numbers {
    enum bh_dram_code code;
    unsigned device_width;
    bool lockstep;
    struct bh_parameter dimms, ranks_per_dimm, banks, rows, row_bytes, wrong_bits, scrub_s, replacement_s;
    struct bh_parameter column_one_bit;
    struct bh_parameter rate[BH_DRAM_MODES][BH_DRAM_LASTINGS]; /* of the channel the first only */
};

struct bh_catalog {
    struct bh_machine *machine; /* NULL: the platform is no parametric one */
    struct bh_zone_numbers zones[BH_ZONE_KINDS];
    struct bh_error_numbers errors;
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
    const char *rates; /* the name of the set of rates in force, and what it is */
    const char *rates_description;
    size_t open_count; /* numbers that may be set, though they are left out */
    struct bh_open_number *open;
    size_t words_count;
    struct bh_word *words;
    struct bh_document *document; /* all files merged into one tree; owns the text */
    char *directory;
    size_t texts_count;
    char **texts; /* the parameters' paths */
};
