/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every array of a results file by its name, with the axes that it stands over: for lists and selections. */
#pragma once

#include "analysis/reader/hdf5_reader.h"

#include <stddef.h>

enum { BH_ARRAY_MOST_AXES = 16 };

/* What stands at a name: an axis, an array over axes, or a table (its columns then). */
enum bh_array_kind { BH_ARRAY_AXIS, BH_ARRAY_VALUES, BH_ARRAY_TABLE };
struct bh_array {
    char *name, *unit, *description; /* unit and description may be "" */
    enum bh_array_kind kind;
    size_t axes_count;
    struct bh_view_axis axes[BH_ARRAY_MOST_AXES];
    size_t cells;    /* row-major, the last axis fastest; of a table: its rows */
    double *numbers; /* NULL: texts, or not read */
    char **texts;    /* NULL: numbers */
};

struct bh_array_list {
    size_t count;
    struct bh_array *array; /* values not read */
};
/* All names of the file in the order in which they were written. */
int bh_array_list(const struct bh_source *source, struct bh_array_list *list, struct bh_error *err);
void bh_array_list_release(struct bh_array_list *list);

/* Reads an array with its values. */
int bh_array_read(const struct bh_source *source, const char *name, struct bh_array *array, struct bh_error *err);
void bh_array_release(struct bh_array *array);

/* Columns of a table, each as an array over the rows; those that name an axis hold its labels. */
int bh_array_table(const struct bh_source *source, const char *name, struct bh_array **columns, size_t *count,
                   struct bh_error *err);
