/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Rows of words and numbers, printed for people or programs. */
#pragma once

#include "analysis/tables/selection.h"

/* Starts from zeroes. Columns come first, then cells row by row. */
struct bh_rows {
    size_t columns_count, cells_count, cells_room;
    char **columns;
    struct bh_rows_cell {
        char *text; /* NULL: a number */
        double number;
    } * cells;
};
void bh_rows_column(struct bh_rows *rows, const char *name);
void bh_rows_number(struct bh_rows *rows, double number);
void bh_rows_text(struct bh_rows *rows, const char *text);
/* Numbers: six digits in a table; as many as they have in CSV and JSON, where what is not defined is empty or null. */
void bh_rows_print(const struct bh_rows *rows, enum bh_selection_format format, FILE *out);
void bh_rows_release(struct bh_rows *rows);
