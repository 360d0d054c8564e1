/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes results as HDF5 that other tools open unaided: arrays over named, labelled axes, with units. */
#pragma once

#include "models/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* A results file being written. It grows under a temporary name beside its path and takes its place in one step at
 * bh_results_commit, so readers never see half of it, and a file that was there before stays unharmed until then.
 *
 * Equal calls make equal bytes: no times are stored, and links stand in order of creation.
 *
 * Errors stick: after a first failure every further call fails without effect, and bh_results_commit fails with the
 * first error's text. A caller may therefore ignore what the calls between create and commit return.
 *
 * Names are paths below the root; "uncertainty/makespan" makes the group `uncertainty` when it is first used. An array
 * in a group finds its axes there first, then at the root. A name that is taken, empty or begins with '/' is
 * BH_ERROR_INPUT, since axis names come from the user. */
struct bh_results;

/* Begins a file. With `path` NULL it lives in memory only, for as long as it is open. NULL on failure. */
struct bh_results *bh_results_create(const char *path, struct bh_error *err);
/* HDF5's identifier (hid_t) of the open file, for readers of the same process; valid until commit or destroy. */
int64_t bh_results_handle(const struct bh_results *results);
/* Writes what HDF5 still holds back. 0, or -1 with the first error of all calls so far: what is read before may lack
 * anything. */
int bh_results_flush(struct bh_results *results, struct bh_error *err);
/* Closes the file, makes it durable and puts it in place; for a file in memory, only says whether all calls before
 * succeeded and leaves it open for reading. 0 or -1; the caller still destroys. */
int bh_results_commit(struct bh_results *results, struct bh_error *err);
/* Writes all that is still in memory; fails with the first failure of any call. Asked when what was written cannot be read
 * again: a full disk shows here. */
int bh_results_flush(struct bh_results *results, struct bh_error *err);
/* Frees everything; a file not committed is removed. destroy(NULL) is safe. */
void bh_results_destroy(struct bh_results *results);

/* Axes: one-dimensional, `count` >= 1, made HDF5 dimension scales under their own name. Texts are UTF-8. */
int bh_results_add_axis_text(struct bh_results *results, const char *name, const char *const *labels, size_t count,
                             const char *description, struct bh_error *err);
int bh_results_add_axis_numbers(struct bh_results *results, const char *name, const double *values, size_t count,
                                const char *unit, const char *description, struct bh_error *err);
int bh_results_add_axis_counts(struct bh_results *results, const char *name, const uint64_t *values, size_t count,
                               const char *unit, const char *description, struct bh_error *err);

/* Says of an axis that its values are numbers of draws or points, in no order: attribute `order` is "none". */
int bh_results_set_unordered(struct bh_results *results, const char *axis, struct bh_error *err);

enum bh_element { BH_ELEMENT_DOUBLE, BH_ELEMENT_UINT64, BH_ELEMENT_UINT8 };
enum { BH_RESULTS_MOST_AXES = 16 };

/* An array over `axes_count` axes added before; `data` is row-major, the last axis fastest, and has
 * bh_results_count(results, name, axes, axes_count) elements. Unit "1" for what has none. */
int bh_results_add_array(struct bh_results *results, const char *name, const char *const *axes, size_t axes_count,
                         enum bh_element element, const void *data, const char *unit, const char *description,
                         struct bh_error *err);
/* The same for texts (variable-length UTF-8), e.g. the system of each policy. */
int bh_results_add_texts(struct bh_results *results, const char *name, const char *const *axes, size_t axes_count,
                         const char *const *data, const char *description, struct bh_error *err);
/* Elements of an array of this name over these axes; 0 if an axis is unknown or the product does not fit. */
size_t bh_results_count(const struct bh_results *results, const char *name, const char *const *axes, size_t axes_count);

/* A table: one row per struct. `rows` may have no row. Two columns of one name are BH_ERROR_INPUT. Its dimension is an axis of row numbers named `axis`, which is
 * added too. */
enum bh_column_kind { BH_COLUMN_UINT32, BH_COLUMN_DOUBLE, BH_COLUMN_TEXT };
struct bh_column {
    const char *name;
    enum bh_column_kind kind; /* uint32_t, double or const char * ... */
    size_t offset;            /* ... at this offset of the row */
};
int bh_results_add_table(struct bh_results *results, const char *name, const char *axis,
                         const struct bh_column *columns, size_t columns_count, const void *rows, size_t rows_count,
                         size_t row_size, const char *description, struct bh_error *err);

/* Attributes of the root. */
int bh_results_set_text(struct bh_results *results, const char *name, const char *value, struct bh_error *err);
int bh_results_set_count(struct bh_results *results, const char *name, uint64_t value, struct bh_error *err);
int bh_results_set_flag(struct bh_results *results, const char *name, uint8_t value, struct bh_error *err);
