/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Values out of the cells of a table. */
#pragma once

#include "models/document/csv.h"

#include <stddef.h>
#include <stdint.h>

/* Reading cells. All fail with FILE:LINE:COLUMN, the column's name, what was found and what was expected. */
int bh_csv_fail(const struct bh_csv *csv, size_t row, size_t column, struct bh_error *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* A whole number of decimal digits, at most `most`. */
int bh_csv_count(const struct bh_csv *csv, size_t row, size_t column, uint64_t most, uint64_t *value,
                 struct bh_error *err);
/* A finite decimal number. */
int bh_csv_number(const struct bh_csv *csv, size_t row, size_t column, double *value, struct bh_error *err);
/* Index of the cell's text in `known` (NULL-terminated); else -1, and the nearest is named. `what` names the thing. */
int bh_csv_choice(const struct bh_csv *csv, size_t row, size_t column, const char *const *known, const char *what,
                  struct bh_error *err);
