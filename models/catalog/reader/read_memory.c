/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog's section on main memory, and the fault rates that come of it. */
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/memory_rates.h"
#include "models/catalog/reader/parts.h"
#include "models/document/document_get.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const no_yes[] = {"no", "yes", NULL};

static int read_mode(struct bh_catalog_reader *reader, const struct bh_node *section, enum bh_dram_mode mode,
                     struct bh_error *err)
{
    const char *name = bh_dram_mode_names[mode], *prefix = bh_catalog_print(reader, "memory.%s", name);
    struct bh_memory_numbers *memory = &reader->catalog->memory;
    const struct bh_node *map = bh_node_need(section, name, err);
    if (!map || bh_keys_check(map,
                              mode == BH_DRAM_CHANNEL  ? &bh_dram_channel_keys
                              : mode == BH_DRAM_COLUMN ? &bh_column_keys
                                                       : &bh_mode_keys,
                              err))
        return -1;
    if (mode == BH_DRAM_COLUMN &&
        bh_parameter_read(reader, map, "one-bit", prefix, BH_DIMENSION_PROBABILITY, &memory->column_one_bit, err))
        return -1;
    if (mode == BH_DRAM_CHANNEL) {
        bh_parameter_none(&memory->rate[mode][BH_DRAM_PERMANENT], BH_DIMENSION_RATE, bh_node_place(map));
        return bh_parameter_read(reader, map, "rate", prefix, BH_DIMENSION_RATE, &memory->rate[mode][BH_DRAM_TRANSIENT],
                                 err);
    }
    for (int lasting = 0; lasting < BH_DRAM_LASTINGS; lasting++)
        if (bh_parameter_read(reader, map, bh_dram_lasting_names[lasting], prefix, BH_DIMENSION_RATE,
                              &memory->rate[mode][lasting], err))
            return -1;
    return 0;
}

/* What is counted is a whole number. */
static int check_counts(struct bh_memory_numbers *memory, const struct bh_node *section, struct bh_error *err)
{
    struct bh_parameter *const counts[] = {&memory->dimms, &memory->ranks_per_dimm, &memory->banks, &memory->rows,
                                           &memory->row_bytes};
    for (size_t i = 0; i < BH_COUNT(counts); i++)
        counts[i]->step = 1.0;
    if (memory->lockstep)
        memory->dimms.step = 2.0;
    for (size_t i = 0; i < BH_COUNT(counts); i++)
        if (counts[i]->value < 1 || counts[i]->value != floor(counts[i]->value))
            return bh_fail_at(err, counts[i]->place, "%s: found %g, expected a whole number from 1 on", counts[i]->path,
                              counts[i]->value);
    if (memory->wrong_bits.value <= 0)
        return bh_fail_at(err, memory->wrong_bits.place, "%s: found 0, expected a probability above 0",
                          memory->wrong_bits.path);
    if (memory->code != BH_DRAM_CHIPKILL)
        return 0;
    if (memory->device_width == 8 && !memory->lockstep)
        return bh_fail_at(err, bh_node_place(bh_node_find(section, "lockstep")),
                          "memory: found chipkill over x8 devices without lockstep, expected `lockstep: yes`, "
                          "`device-width: x4` or another code: 9 devices hold one check symbol, which corrects none");
    if (memory->lockstep && fmod(memory->dimms.value, 2) != 0)
        return bh_fail_at(err, memory->dimms.place, "%s: found %g, expected an even number, since lockstep pairs DIMMs",
                          memory->dimms.path, memory->dimms.value);
    return 0;
}

int bh_read_memory(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_memory_numbers, dimms, "dimms", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_memory_numbers, ranks_per_dimm, "ranks-per-dimm", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_memory_numbers, banks, "banks", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_memory_numbers, rows, "rows", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_memory_numbers, row_bytes, "row-size", BH_DIMENSION_BYTES, false),
        BH_FIELD(struct bh_memory_numbers, wrong_bits, "wrong-bits", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_memory_numbers, scrub_s, "scrub-interval", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_memory_numbers, replacement_s, "replacement", BH_DIMENSION_TIME, false),
    };
    struct bh_memory_numbers *memory = &reader->catalog->memory;
    if (bh_keys_check(section, &bh_memory_keys, err))
        return -1;
    const int code = bh_word_read(reader, section, "code", "memory", bh_dram_code_names, err);
    const int width =
        code < 0 ? -1 : bh_word_read(reader, section, "device-width", "memory", bh_device_width_names, err);
    const int lockstep = width < 0 ? -1 : bh_word_read(reader, section, "lockstep", "memory", no_yes, err);
    if (lockstep < 0)
        return -1;
    memory->code = (enum bh_dram_code)code;
    memory->device_width = width == 1 ? 8 : 4;
    memory->lockstep = lockstep == 1;
    if (bh_parameter_read_fields(reader, section, "memory", &bh_memory_keys, fields, BH_COUNT(fields), memory, err))
        return -1;
    for (int mode = 0; mode < BH_DRAM_MODES; mode++)
        if (read_mode(reader, section, (enum bh_dram_mode)mode, err))
            return -1;
    return check_counts(memory, section, err);
}

/* --- Rates of fault classes ------------------------------------------------------------------------------------------ */

int bh_memory_rate_read(struct bh_catalog_reader *reader, const struct bh_node *rate, const char *prefix,
                        struct bh_fault_class *fault, struct bh_error *err)
{
    static const char *const sources[] = {"memory", NULL};
    if (bh_keys_check(rate, &bh_fault_rate_keys, err) || bh_read_choice(rate, "from", sources, err) < 0)
        return -1;
    const int outcome = bh_read_choice(rate, "outcome", bh_dram_outcome_names, err);
    if (outcome < 0)
        return -1;
    const struct bh_memory_numbers *memory = &reader->catalog->memory;
    struct bh_dram dram = bh_catalog_dram(reader->catalog);
    double value = bh_dram_rates_of(&dram).total[outcome];
    fault->rate = (struct bh_parameter){
        .value = value,
        .low = value,
        .high = value,
        .dimension = BH_DIMENSION_RATE,
        .status = BH_COMPUTED,
        .basis = BH_BASIS_EXACT, /* given the numbers of memory, which have intervals */
        .source =
            bh_catalog_print(reader, "from the numbers memory.*: %s faults of the node's memory, %s, x%u devices",
                             bh_dram_outcome_names[outcome], bh_dram_code_names[memory->code], memory->device_width),
        .path = bh_catalog_print(reader, "%s.rate", prefix),
        .place = bh_node_place(rate),
    };
    if (bh_parameter_override(reader, &fault->rate, err))
        return -1;
    bh_parameter_enter(reader, &fault->rate);
    const bool is_set = reader->overrides && bh_node_find(reader->overrides, fault->rate.path);
    fault->memory_outcome = is_set ? -1 : outcome;
    return 0;
}
