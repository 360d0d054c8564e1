/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lengths of time as logs spell them: "5780", "5,780", "96.3 min", "1:36:20", "2 days, 3:04:05", "PT1H36M". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What parts whole numbers from fractions; the other of the two parts thousands. */
enum bh_decimal { BH_DECIMAL_POINT, BH_DECIMAL_COMMA, BH_DECIMAL_UNKNOWN };
extern const char *const bh_decimal_names[]; /* "point", "comma", NULL-terminated */

/* What the numbers of a column show of it. */
struct bh_decimal_evidence {
    uint64_t plain;            /* without either */
    uint64_t proof[2];         /* that can only be read with a decimal point, comma */
    uint64_t either[2];        /* whose one point, comma stands before three digits: "5,780" */
    uint64_t either_with_zero; /* of those with a point, the ones that end in 0 */
    char either_text[2][40];   /* first of those, and where */
    unsigned either_row[2];
};
void bh_decimal_evidence_add(struct bh_decimal_evidence *evidence, const char *text, unsigned row);
/* BH_DECIMAL_UNKNOWN: both fit. `culprit` then points at the text that may be either, and *row says where. */
enum bh_decimal bh_decimal_decide(const struct bh_decimal_evidence *evidence, const char **culprit, unsigned *row);

/* Seconds. Numbers without a unit count `unit_s`; "1:36" is unit_s = 3600 hours and minutes, 60 minutes and seconds by
 * `pair_s`, NAN: it cannot be read. NAN: no duration. */
double bh_duration_scan(const char *text, enum bh_decimal decimal, double unit_s, double pair_s);

/* What a word of a unit ("min", "hours", "ms") is in seconds; NAN if it is none. */
double bh_unit_of_time(const char *word, unsigned long length);
