/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Kinds of error: what is wrong, and what made it so. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* After Goloubeva et al. 2006: errors in data; in instructions, which change an operation (S1) or the flow (S2), or either,
 * where that is not told. By the fault model: those of hardware, such as flips, then those of software, in the same order. What
 * has crossed into a zone is an error in its data, of the same fault model. Names: data, instruction, operation, flow,
 * software-data, software-instruction, software-operation, software-flow. */
enum bh_error_kind {
    BH_DATA,
    BH_INSTRUCTION,
    BH_OPERATION,
    BH_FLOW,
    BH_SOFTWARE_DATA,
    BH_SOFTWARE_INSTRUCTION,
    BH_SOFTWARE_OPERATION,
    BH_SOFTWARE_FLOW,
    BH_ERROR_KINDS
};

static inline bool bh_error_kind_is_software(enum bh_error_kind kind)
{
    return kind >= BH_SOFTWARE_DATA;
}
/* What is wrong, whatever made it so: as of hardware. */
static inline enum bh_error_kind bh_error_kind_wrong(enum bh_error_kind kind)
{
    return (enum bh_error_kind)(kind % BH_SOFTWARE_DATA);
}
static inline bool bh_error_kind_is_instruction(enum bh_error_kind kind)
{
    return bh_error_kind_wrong(kind) != BH_DATA;
}
/* Errors of either fault model, of which that is wrong. */
static inline enum bh_error_kind bh_error_kind_of(bool is_software, enum bh_error_kind wrong)
{
    return (enum bh_error_kind)((is_software ? BH_SOFTWARE_DATA : BH_DATA) + (int)bh_error_kind_wrong(wrong));
}
/* Where it has crossed to. */
static inline enum bh_error_kind bh_error_kind_crossed(enum bh_error_kind kind)
{
    return bh_error_kind_of(bh_error_kind_is_software(kind), BH_DATA);
}

/* Whose numbers errors of a kind have: the first of these that has any. Itself; those in instructions of the same fault model;
 * the same of hardware; those of hardware in instructions. Ends with BH_ERROR_KINDS. */
enum { BH_KIND_SOURCES = 4 };
extern const enum bh_error_kind bh_error_kind_sources[BH_ERROR_KINDS][BH_KIND_SOURCES + 1];

/* Names, NULL-terminated: of the kinds; and of these and both fault models, which say of all their kinds at once. */
enum { BH_ALL_OF_HARDWARE = BH_ERROR_KINDS, BH_ALL_OF_SOFTWARE, BH_KINDS_AND_MODELS };
extern const char *const bh_error_kind_names[];
extern const char *const bh_kind_or_model_names[];
/* The same order where numbers may be of a whole fault model: software comes before any of hardware's kinds, hardware after
 * them. Positions in bh_kind_or_model_names; returns how many. */
size_t bh_kind_or_model_sources(enum bh_error_kind kind, size_t sources[BH_KIND_SOURCES + 1]);
