/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Faults of software, as what the machine's code would be with them: operators after those of J. Duraes and H. Madeira (IEEE
 * Transactions on Software Engineering 32(11), 2006), who put into compiled code what programmers get wrong most often. */
#pragma once

#include "lab/study/study_file.h"

#include <stdint.h>

enum { BH_MUTATION_BYTES = 16 };

/* An instruction of a zone, in the node's memory. */
struct bh_lab_code {
    unsigned zone;
    uint64_t address;
    size_t size;
    unsigned char bytes[BH_MUTATION_BYTES];
};

/* Makes of an instruction what it is with the fault. False: it is none that this kind of fault could be in. */
bool bh_lab_mutate(const struct bh_lab_code *code, enum bh_lab_fault fault, unsigned char mutated[BH_MUTATION_BYTES]);

/* Reads the plugin's lines "place ZONE ADDRESS BYTES": each instruction of each zone once, by zone and address. The caller
 * frees. */
struct bh_lab_code *bh_lab_code_read(const char *said, size_t *count);
