/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the names of nodes show of how they stand. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bh_history;

/* Nodes whose names differ in their last number alone stand together: r3c17n2 in r3c17n. A guess, and no more. */
struct bh_cabinets {
    uint32_t nodes;   /* of the size that most groups have; 0: names show no groups of two or more */
    size_t groups;    /* in all */
    size_t alike;     /* of that size */
    char example[64]; /* the first group's name, up to the number */
};

struct bh_cabinets bh_cabinets_guess(const struct bh_history *history);
