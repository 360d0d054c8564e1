/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What many injections come to: by zone and kind of fault, as people read it and as fit-injections does. */
#pragma once

#include "lab/study/record.h"

#include <stdio.h>

/* Of one zone and kind of fault. */
struct bh_lab_count {
    unsigned zone;
    enum bh_lab_fault fault;
    uint64_t crossed[BH_LAB_EXTENTS]; /* of each extent, those that hurt the other enclave, while the host lives */
    uint64_t trials, extent[BH_LAB_EXTENTS], hangs, artefacts, at_once, neighbours, host_oopses;
    uint64_t compared, handed_over; /* whose exits were looked at, and at whose something else was handed over */
    uint64_t lost_peers,
        cut_off; /* in which an enclave lost its partner, or was misled by it; does not answer any more */
};

/* Whether what a fault there hurts is no other's: the host's zones belong to all, and a VMM that translates has one guest. */
bool bh_lab_is_of_all(enum bh_lab_stack stack, unsigned zone);
/* Whether an enclave other than the one that the fault was put into is hurt, or the node is gone. */
bool bh_lab_is_beyond(const struct bh_lab_outcome *outcome);

/* One per zone and kind that has records, in their order; the caller frees. */
struct bh_lab_count *bh_lab_count_records(const struct bh_lab_record *records, size_t records_count, size_t *count);

/* Columns in text; artefacts of the emulator are told, and stand among the node's hangs: who takes them for masked takes them
 * from there. With it, with the upper bound of the share that hurts a neighbour: of all, and of those with an effect. */
void bh_lab_counts_print(const struct bh_lab_count *counts, size_t count, enum bh_lab_stack stack, FILE *out);

/* One line, if bits of memory were followed: how many were used before they were written, with 95 %. */
void bh_lab_memory_print(const struct bh_lab_record *records, size_t count, FILE *out);

/* The table that `bulkhead fit-injections` reads, of one kind of fault per row; kinds that are not errors of a model's kind
 * are left out. What failed both enclaves failed the node there: no smaller extent of the model holds both. `system`: of the catalog. */
void bh_lab_counts_csv(const struct bh_lab_count *counts, size_t count, enum bh_lab_stack stack, FILE *out);
