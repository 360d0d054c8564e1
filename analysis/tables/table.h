/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Aligned tables for people: plain text, Markdown or LaTeX. */
#pragma once

#include "analysis/reader/markup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The first column is aligned left, the others right. */
struct bh_table;
struct bh_table *bh_table_create(void);
void bh_table_destroy(struct bh_table *table);
/* Adds a column; all before the first row. */
void bh_table_column(struct bh_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds the next cell, row by row. */
void bh_table_cell(struct bh_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A line between rows that names a group of them; only after a full row. */
void bh_table_group(struct bh_table *table, const char *name);
/* LaTeX: a tabular with the rules of package booktabs. */
void bh_table_print(const struct bh_table *table, enum bh_table_format format, FILE *stream);

/* How numbers look in tables; each fills and returns `buffer`. NaN is shown as a dash. */
enum { BH_NUMBER_SIZE = 64 };
char *bh_number_percent(double share, char *buffer); /* 0.123 -> "12.3 %" */
char *bh_number_time(double seconds, char *buffer);  /* 5400 -> "1.50 h" */
char *bh_number_plain(double value, char *buffer);   /* three digits, exponents for the very small and large */
