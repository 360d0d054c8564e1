/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts of others in our output: titles, labels and names may hold anything, and mean themselves. */
#pragma once

#include <stdio.h>

enum bh_table_format { BH_TABLE_TEXT, BH_TABLE_MARKDOWN, BH_TABLE_LATEX };

/* The text in one line, in which nothing moves a terminal's cursor: a blank for each break, U+FFFD for what is malformed
 * or unseen. In Markdown and LaTeX signs that would mean something there are escaped. The caller frees. */
char *bh_markup(const char *text, enum bh_table_format format);
/* Writes it. */
void bh_markup_write(FILE *stream, const char *text, enum bh_table_format format);
/* Several lines as text. */
void bh_markup_write_lines(FILE *stream, const char *text);
/* The same of what printf would print. */
void bh_markup_print(FILE *stream, enum bh_table_format table_format, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
