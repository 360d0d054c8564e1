/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Rates of faults that follow from the numbers of a node's memory. */
#include "models/catalog/memory_rates.h"

#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"

const char *const bh_device_width_names[] = {"x4", "x8", NULL};

static struct bh_dram dram_of(const struct bh_memory_numbers *memory)
{
    struct bh_dram dram = {
        .code = memory->code,
        .width = memory->device_width,
        .lockstep = memory->lockstep,
        .dimms = memory->dimms.value,
        .ranks_per_dimm = memory->ranks_per_dimm.value,
        .banks = memory->banks.value,
        .rows = memory->rows.value,
        .row_bytes = memory->row_bytes.value,
        .column_one_bit = memory->column_one_bit.value,
        .wrong_bits = memory->wrong_bits.value,
        .scrub_s = memory->scrub_s.value,
        .replacement_s = memory->replacement_s.value,
    };
    for (int mode = 0; mode < BH_DRAM_MODES; mode++)
        for (int lasting = 0; lasting < BH_DRAM_LASTINGS; lasting++)
            dram.rate[mode][lasting] = memory->rate[mode][lasting].value;
    return dram;
}

struct bh_dram bh_catalog_dram(const struct bh_catalog *catalog)
{
    return dram_of(&catalog->memory);
}

void bh_catalog_derive_rates(struct bh_catalog *catalog)
{
    struct bh_dram dram = bh_catalog_dram(catalog);
    struct bh_dram_rates rates = {.total = {0.0}};
    bool is_known = false;
    for (size_t f = 0; f < catalog->faults_count; f++) {
        struct bh_fault_class *fault = &catalog->faults[f];
        if (fault->memory_outcome < 0)
            continue;
        if (!is_known)
            rates = bh_dram_rates_of(&dram);
        is_known = true;
        fault->rate.value = fault->rate.low = fault->rate.high = rates.total[fault->memory_outcome];
    }
}

/* Where a rate is 0 it is moved by this, a FIT. */
static const double least_rate = 1e-9 / 3600.0;

/* Of the number itself: rates are polynomials of degree 2 in almost all of them, for which central differences are
 * exact. */
static const double relative_step = 1e-4;

size_t bh_catalog_memory_slopes(const struct bh_catalog *catalog, enum bh_dram_outcome outcome,
                                struct bh_memory_slope slope[BH_MEMORY_NUMBERS])
{
    struct bh_memory_numbers moved = catalog->memory;
    struct bh_parameter *numbers[BH_MEMORY_NUMBERS] = {&moved.dimms,   &moved.ranks_per_dimm, &moved.banks,
                                                       &moved.rows,    &moved.row_bytes,      &moved.wrong_bits,
                                                       &moved.scrub_s, &moved.replacement_s,  &moved.column_one_bit};
    size_t count = 9;
    for (int mode = 0; mode < BH_DRAM_MODES; mode++)
        for (int lasting = 0; lasting < (mode == BH_DRAM_CHANNEL ? 1 : BH_DRAM_LASTINGS); lasting++)
            numbers[count++] = &moved.rate[mode][lasting];
    for (size_t i = 0; i < count; i++) {
        double value = numbers[i]->value, rates[2];
        double step = value > 0.0 ? relative_step * value : i < 9 ? relative_step : least_rate;
        for (int side = 0; side < 2; side++) {
            numbers[i]->value = side ? value + step : value - step;
            struct bh_dram dram = dram_of(&moved);
            rates[side] = bh_dram_rates_of(&dram).total[outcome];
        }
        numbers[i]->value = value;
        const char *base = (const char *)&moved, *at = (const char *)numbers[i];
        slope[i] = (struct bh_memory_slope){
            (const struct bh_parameter *)(const void *)((const char *)&catalog->memory + (at - base)),
            (rates[1] - rates[0]) / (2.0 * step)};
    }
    return count;
}

bool bh_catalog_memory_word_matters(const struct bh_catalog *catalog, const struct bh_word *word,
                                    enum bh_dram_outcome outcome)
{
    struct bh_dram dram = bh_catalog_dram(catalog);
    const double rate = bh_dram_rates_of(&dram).total[outcome];
    for (int choice = 0; word->known[choice]; choice++) {
        struct bh_dram other = dram;
        if (word->known == bh_dram_code_names)
            other.code = (enum bh_dram_code)choice;
        else if (word->known == bh_device_width_names)
            other.width = choice == 1 ? 8 : 4;
        else
            other.lockstep = choice == 1;
        const bool is_none = other.code == BH_DRAM_CHIPKILL && other.width == 8 && !other.lockstep; /* refused above */
        if (!is_none && bh_dram_rates_of(&other).total[outcome] != rate)
            return true;
    }
    return false;
}
