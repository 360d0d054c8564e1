/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Causes of lost node-time as bytes: words once, then rows per simulation. */
#pragma once

#include "sim/runs/point.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* "fault\x1forigin\x1fboundary\x1fguard\x1fdisposition" */
enum { BH_CAUSE_WORDS = 5, BH_CAUSE_SEPARATOR = 0x1f };

struct bh_cause_row {
    uint64_t text; /* index into the texts */
    double failures, lost_node_s;
};
struct bh_cause_rows {
    size_t texts_count, counts_count, rows_count;
    char **texts;
    uint64_t *counts; /* rows of each simulation, in the order added */
    struct bh_cause_row *rows;
};

/* Adds the causes of one simulation. */
void bh_cause_rows_add(struct bh_cause_rows *rows, const struct bh_point *resolved, size_t policy,
                       const struct bh_causes *causes);
/* Bytes, a multiple of 8. */
void bh_cause_rows_write(const struct bh_cause_rows *rows, FILE *out);
/* Reads what the above wrote for `simulations`; -1 if it is not of that form. */
int bh_cause_rows_read(struct bh_cause_rows *rows, const void *bytes, size_t length, size_t simulations);
void bh_cause_rows_release(struct bh_cause_rows *rows);
