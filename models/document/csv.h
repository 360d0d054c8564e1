/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables as text (RFC 4180): cells that remember where they stand, found by the names in the first row. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One table. Its first row names the columns, in any order. Cells are parted by commas; by semicolons, tabs or bars where
 * the first row has no comma. A cell that begins with a double quote ends with one, and may hold separators, line breaks and
 * doubled quotes. Spaces around cells without quotes are dropped. Lines end with LF, CRLF or CR. A byte order mark, empty
 * lines, rows without any text, and lines that begin with `#` are skipped.
 * Refused, each with one message: no row of names, a name that is empty or there twice, a row with more or fewer cells
 * than names, a quote that does not end, text behind a quote's end, control characters, cells over 64 KiB, files over
 * 256 MiB. */
struct bh_csv;

/* How tables of others are taken, whose first rows may be titles and whose columns may lack names. */
struct bh_csv_manner {
    /* Names may be empty or there twice, and lack for the first column or the last one where rows have one more. */
    bool is_loose;
    bool has_no_names; /* the first row is one of values, and all names are empty */
    /* Says whether a row is that of the names; the first few that are not are passed over. NULL: the first row is. If
     * none is, the first row is taken for it. */
    bool (*is_names)(const void *context, const char *const *cells, size_t count);
    const void *context;
};

struct bh_csv *bh_csv_read(const char *path, struct bh_error *err);
/* The same from memory; `name` stands in messages for the file. */
struct bh_csv *bh_csv_parse(const char *text, size_t length, const char *name, struct bh_error *err);
struct bh_csv *bh_csv_parse_as(const char *text, size_t length, const char *name, const struct bh_csv_manner *manner,
                               struct bh_error *err);
void bh_csv_destroy(struct bh_csv *csv);

const char *bh_csv_file(const struct bh_csv *csv);
uint64_t bh_csv_identity(const struct bh_csv *csv); /* XXH3 of the bytes, for provenance */
size_t bh_csv_rows(const struct bh_csv *csv);       /* without the row of names */
size_t bh_csv_columns(const struct bh_csv *csv);
const char *bh_csv_name(const struct bh_csv *csv, size_t column);
/* Text without quotes, never NULL; lives as long as the table. */
const char *bh_csv_cell(const struct bh_csv *csv, size_t row, size_t column);
/* Where a cell stands in the file. */
struct bh_place bh_csv_place(const struct bh_csv *csv, size_t row, size_t column);
struct bh_place bh_csv_name_place(const struct bh_csv *csv, size_t column);

/* The column of that name, or SIZE_MAX. */
size_t bh_csv_find(const struct bh_csv *csv, const char *name);
/* The same, but absent is an error, which names the nearest column there is. */
int bh_csv_need(const struct bh_csv *csv, const char *name, size_t *column, struct bh_error *err);
/* Every column must be one of `known` (NULL-terminated); else the message names the nearest. */
int bh_csv_check_names(const struct bh_csv *csv, const char *const *known, struct bh_error *err);
