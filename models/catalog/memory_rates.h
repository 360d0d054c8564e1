/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Rates of faults that follow from the numbers of a node's memory. */
#pragma once

#include "models/memory/dram.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_catalog;
struct bh_word;

/* The memory as the model takes it. */
struct bh_dram bh_catalog_dram(const struct bh_catalog *catalog);

/* Computes the rates of the classes that come from the memory anew: after a number of it was moved. */
void bh_catalog_derive_rates(struct bh_catalog *catalog);

/* d rate with an outcome / d each number of the memory, by central differences of a closed form. Returns how many, at most
 * BH_MEMORY_NUMBERS. */
enum { BH_MEMORY_NUMBERS = 9 + BH_DRAM_MODES * BH_DRAM_LASTINGS };

struct bh_memory_slope {
    const struct bh_parameter *parameter;
    double slope;
};
size_t bh_catalog_memory_slopes(const struct bh_catalog *catalog, enum bh_dram_outcome outcome,
                                struct bh_memory_slope slope[BH_MEMORY_NUMBERS]);

/* Whether another of the words that are known there would give another rate with that outcome. */
bool bh_catalog_memory_word_matters(const struct bh_catalog *catalog, const struct bh_word *word,
                                    enum bh_dram_outcome outcome);

/* x4, x8: the words of memory.device-width. */
extern const char *const bh_device_width_names[];
