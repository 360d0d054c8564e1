/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads single things from an HDF5 file, with messages that say what is wrong with the file. */
#pragma once

#include "analysis/reader/view.h"
#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An open file and its name in messages. */
struct bh_source {
    int64_t file; /* HDF5's hid_t */
    const char *name;
};

int bh_source_open(struct bh_source *source, const char *path, struct bh_error *err);
void bh_source_close(struct bh_source *source);
/* Calls `read` in a child process first: HDF5 1.10 crashes or hangs on some damaged files, and either
 * ends in a message here. 0 unless the child died of a signal; what `read` returned is for the caller to find again. */
int bh_source_survives(const char *path, int (*read)(const char *path, void *context), void *context,
                       struct bh_error *err);
bool bh_source_has(const struct bh_source *source, const char *dataset);
bool bh_source_has_attribute(const struct bh_source *source, const char *name);

/* Attribute `name` of an open object, a single text of variable length, which is the caller's; NULL without a message if it
 * is missing or anything else. */
char *bh_source_attribute(int64_t object, const char *name);
/* Root attributes; the text is the caller's. */
char *bh_source_text(const struct bh_source *source, const char *name, struct bh_error *err);
int bh_source_count(const struct bh_source *source, const char *name, uint64_t *value, struct bh_error *err);

/* An axis, named by the last part of `path`; free with bh_source_free_axis. */
int bh_source_axis(const struct bh_source *source, const char *path, struct bh_view_axis *axis, struct bh_error *err);
void bh_source_free_axis(struct bh_view_axis *axis);
/* A list of `count` texts; free with bh_source_free_texts. */
char **bh_source_texts(const struct bh_source *source, const char *path, size_t count, struct bh_error *err);
void bh_source_free_texts(char **texts, size_t count);
/* Numbers whose extent must be that of the axes; the caller frees. Too many are `paged`'s (paged_numbers.h), if it is not
 * NULL. */
double *bh_source_numbers(const struct bh_source *source, const char *path, const struct bh_view_axis *const *axes,
                          size_t axes_count, struct bh_paged *paged, struct bh_error *err);

/* Tables: rows of named columns. Columns are the caller's, of as many entries as the table has rows. */
int bh_source_rows(const struct bh_source *source, const char *table, size_t *rows, struct bh_error *err);
double *bh_source_column(const struct bh_source *source, const char *table, const char *column, struct bh_error *err);
char **bh_source_text_column(const struct bh_source *source, const char *table, const char *column,
                             struct bh_error *err);
