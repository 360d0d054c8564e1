/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* HDF5 results: axes as dimension scales, arrays attached to them, tables and attributes. */
#include "sim/results/hdf5_writer.h"

#include "sim/results/fixed_texts.h"

#include "sim/results/atomic_file.h"

#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(hid_t) == sizeof(int64_t), "the header shows HDF5's identifiers as int64_t");

/* Arrays above this size are compressed; smaller ones are not worth a chunk index. */
enum { COMPRESS_ABOVE_BYTES = 64 * 1024, CHUNK_BYTES = 8 * 1024 * 1024, DEFLATE_LEVEL = 4 };

struct bh_results {
    hid_t file;
    struct bh_results_place *place; /* NULL: in memory */
    struct bh_error first;          /* the first failure of any call */
    char reason[256];               /* HDF5's, noted where it failed: its next call forgets it */
};

static herr_t take_reason(unsigned depth, const H5E_error2_t *entry, void *client)
{
    (void)depth;
    if (entry->desc != NULL && entry->desc[0] != '\0')
        *(const char **)client = entry->desc;
    return 0;
}

/* Keeps HDF5's innermost reason for the failure of its last call. */
static void note_reason(struct bh_results *results)
{
    const char *reason = NULL;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, take_reason, &reason);
    /* A failed write comes with the time, buffers and more; what the system said is quoted in its midst. */
    static const char quoted[] = "error message = '";
    const char *said = reason != NULL ? strstr(reason, quoted) : NULL;
    if (said != NULL) {
        said += sizeof quoted - 1;
        snprintf(results->reason, sizeof results->reason, ": %.*s", (int)strcspn(said, "'"), said);
    } else if (reason != NULL)
        snprintf(results->reason, sizeof results->reason, ": %s", reason);
}

/* Records a failure of HDF5 as the first error. */
static int fail(struct bh_results *results, struct bh_error *err, const char *what, const char *name)
{
    note_reason(results);
    bh_fail(&results->first, BH_ERROR_SYSTEM, "cannot write results: %s '%s'%s", what, name, results->reason);
    return bh_fail_again(err, &results->first);
}

/* 0 if a call may go on, else the first error once more. */
static int refuse(struct bh_results *results, struct bh_error *err)
{
    if (results->first.code == BH_ERROR_NONE)
        return 0;
    return bh_fail_again(err, &results->first);
}

static int refuse_name(struct bh_results *results, const char *name, struct bh_error *err)
{
    if (refuse(results, err) != 0)
        return -1;
    if (name[0] == '\0' || name[0] == '/' || strcmp(name, ".") == 0 || strstr(name, "//") != NULL)
        bh_fail(&results->first, BH_ERROR_INPUT, "'%s' cannot name anything in a results file", name);
    else if (H5Lexists(results->file, name, H5P_DEFAULT) > 0)
        bh_fail(&results->first, BH_ERROR_INPUT,
                "the results already hold something named '%s': give the axis another name", name);
    return refuse(results, err);
}

struct bh_results *bh_results_create(const char *path, struct bh_error *err)
{
    /* At exit HDF5 1.10 reads files freed by a close that failed, as on a full disk, and crashes. Nothing is left for it
     * to do then; only before HDF5's first call does this have an effect. */
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    struct bh_results *results = bh_allocate(1, sizeof *results);
    results->file = H5I_INVALID_HID;
    if (path != NULL && (results->place = bh_results_place_create(path, err)) == NULL) {
        free(results);
        return NULL;
    }
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    if (path == NULL)
        H5Pset_fapl_core(access, 1 << 20, 0);
    else /* some cluster file systems know no locks */
        H5Pset_file_locking(access, 1, 1);
    H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_obj_track_times(creation, 0);
    /* The core driver wants a name, which nobody sees. */
    const char *name = path == NULL ? "results in memory" : bh_results_place_temporary(results->place);
    results->file = H5Fcreate(name, H5F_ACC_TRUNC, creation, access);
    H5Pclose(access);
    H5Pclose(creation);
    if (results->file < 0) {
        fail(results, err, "creating", path == NULL ? name : path);
        bh_results_destroy(results);
        return NULL;
    }
    return results;
}

int64_t bh_results_handle(const struct bh_results *results)
{
    return results->file;
}

int bh_results_flush(struct bh_results *results, struct bh_error *err)
{
    if (refuse(results, err) != 0)
        return -1;
    if (results->place == NULL || H5Fflush(results->file, H5F_SCOPE_GLOBAL) >= 0)
        return 0;
    return fail(results, err, "writing", bh_results_place_temporary(results->place));
}

int bh_results_commit(struct bh_results *results, struct bh_error *err)
{
    if (refuse(results, err) != 0)
        return -1;
    if (results->place == NULL)
        return 0;
    herr_t closed = H5Fclose(results->file);
    results->file = H5I_INVALID_HID;
    if (closed < 0)
        return fail(results, err, "closing", bh_results_place_temporary(results->place));
    if (bh_results_place_commit(results->place, &results->first) != 0)
        return refuse(results, err);
    return 0;
}

void bh_results_destroy(struct bh_results *results)
{
    if (results == NULL)
        return;
    if (results->file >= 0)
        H5Fclose(results->file);
    bh_results_place_destroy(results->place);
    free(results);
}

static hid_t text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

/* Writes an attribute of one element; `value` points at it. */
static int write_attribute(hid_t object, const char *name, hid_t type, const void *value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    herr_t status = attribute < 0 ? -1 : H5Awrite(attribute, type, value);
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    return status < 0 ? -1 : 0;
}

static int write_text_attribute(hid_t object, const char *name, const char *value)
{
    hid_t type = text_type();
    int status = write_attribute(object, name, type, &value);
    H5Tclose(type);
    return status;
}

/* Large arrays are chunked along their first axes and compressed. */
static void set_chunks(hid_t creation, const hsize_t *extent, int rank, size_t element_size)
{
    hsize_t chunk[BH_RESULTS_MOST_AXES];
    double bytes = (double)element_size;
    for (int i = 0; i < rank; i++) {
        chunk[i] = extent[i];
        bytes *= (double)extent[i];
    }
    if (bytes <= COMPRESS_ABOVE_BYTES || H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0)
        return;
    for (int i = 0; i < rank && bytes > CHUNK_BYTES; i++)
        while (chunk[i] > 1 && bytes > CHUNK_BYTES) {
            bytes /= (double)chunk[i];
            chunk[i] = (chunk[i] + 1) / 2;
            bytes *= (double)chunk[i];
        }
    H5Pset_chunk(creation, rank, chunk);
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, DEFLATE_LEVEL);
}

/* What every dataset has: no times, data, description and, unless NULL, unit. Returns its open identifier or < 0. */
static hid_t write_dataset(struct bh_results *results, const char *name, const hsize_t *extent, int rank,
                           hid_t file_type, hid_t memory_type, const void *data, const char *unit,
                           const char *description)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hid_t space = H5Screate_simple(rank, extent, NULL);
    H5Pset_obj_track_times(creation, 0);
    H5Pset_create_intermediate_group(links, 1);
    if (H5Tdetect_class(file_type, H5T_STRING) <= 0)
        set_chunks(creation, extent, rank, H5Tget_size(file_type));
    hid_t dataset = H5Dcreate2(results->file, name, file_type, space, links, creation, H5P_DEFAULT);
    bool written = dataset >= 0;
    if (written && H5Sget_simple_extent_npoints(space) > 0)
        written = H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    bool is_fixed_text = H5Tget_class(file_type) == H5T_STRING && H5Tis_variable_str(file_type) <= 0;
    written = written && (unit == NULL || write_text_attribute(dataset, "unit", unit) == 0) &&
              (!is_fixed_text || write_text_attribute(dataset, "_Encoding", "utf-8") == 0) &&
              write_text_attribute(dataset, "description", description) == 0;
    if (!written)
        note_reason(results);
    H5Sclose(space);
    H5Pclose(links);
    H5Pclose(creation);
    if (!written && dataset >= 0) {
        H5Dclose(dataset);
        dataset = H5I_INVALID_HID;
    }
    return dataset;
}

/* Groups on the way to `name` are made first, so that they too store no times and keep the order of their links. */
static int make_groups(struct bh_results *results, const char *name)
{
    int status = 0;
    char *path = bh_copy_text(name);
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_obj_track_times(creation, 0);
    for (char *slash = strchr(path, '/'); slash != NULL && status == 0; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (H5Lexists(results->file, path, H5P_DEFAULT) <= 0) {
            hid_t group = H5Gcreate2(results->file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
            status = group < 0 ? -1 : 0;
            if (group >= 0)
                H5Gclose(group);
        }
        *slash = '/';
    }
    H5Pclose(creation);
    free(path);
    return status;
}

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash == NULL ? name : slash + 1;
}

static int add_axis(struct bh_results *results, const char *name, hid_t file_type, hid_t memory_type,
                    const void *values, size_t count, const char *unit, const char *description, struct bh_error *err)
{
    if (refuse_name(results, name, err) != 0)
        return -1;
    if (make_groups(results, name) != 0)
        return fail(results, err, "making the group of", name);
    hsize_t extent = count;
    hid_t dataset = write_dataset(results, name, &extent, 1, file_type, memory_type, values, unit, description);
    if (dataset < 0)
        return fail(results, err, "axis", name);
    herr_t status = H5DSset_scale(dataset, last_part(name));
    H5Dclose(dataset);
    return status < 0 ? fail(results, err, "axis", name) : 0;
}

int bh_results_add_axis_text(struct bh_results *results, const char *name, const char *const *labels, size_t count,
                             const char *description, struct bh_error *err)
{
    char *bytes = NULL;
    hid_t fixed = bh_fixed_texts(labels, count, &bytes), type = fixed >= 0 ? fixed : text_type();
    int status =
        add_axis(results, name, type, type, fixed >= 0 ? (const void *)bytes : labels, count, NULL, description, err);
    H5Tclose(type);
    free(bytes);
    return status;
}

int bh_results_add_axis_numbers(struct bh_results *results, const char *name, const double *values, size_t count,
                                const char *unit, const char *description, struct bh_error *err)
{
    return add_axis(results, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values, count, unit, description, err);
}

int bh_results_add_axis_counts(struct bh_results *results, const char *name, const uint64_t *values, size_t count,
                               const char *unit, const char *description, struct bh_error *err)
{
    return add_axis(results, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, values, count, unit, description, err);
}

int bh_results_set_unordered(struct bh_results *results, const char *axis, struct bh_error *err)
{
    if (refuse(results, err) != 0)
        return -1;
    hid_t dataset = H5Dopen2(results->file, axis, H5P_DEFAULT);
    int status = dataset < 0 ? -1 : write_text_attribute(dataset, "order", "none");
    if (dataset >= 0)
        H5Dclose(dataset);
    return status == 0 ? 0 : fail(results, err, "the order of axis", axis);
}

/* Opens an axis as an array called `name` sees it: in the array's group, else at the root. */
static hid_t open_axis(const struct bh_results *results, const char *name, const char *axis)
{
    char *local = bh_print_text("%.*s%s", (int)(last_part(name) - name), name, axis);
    hid_t scale = H5I_INVALID_HID;
    const char *places[] = {local, axis};
    for (size_t i = 0; i < 2 && scale < 0; i++) {
        scale = H5Dopen2(results->file, places[i], H5P_DEFAULT);
        if (scale >= 0 && H5DSis_scale(scale) <= 0) {
            H5Dclose(scale);
            scale = H5I_INVALID_HID;
        }
    }
    free(local);
    return scale;
}

static size_t extent_of(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    return points < 0 ? 0 : (size_t)points;
}

size_t bh_results_count(const struct bh_results *results, const char *name, const char *const *axes, size_t axes_count)
{
    size_t count = 1;
    for (size_t i = 0; i < axes_count; i++) {
        hid_t scale = open_axis(results, name, axes[i]);
        size_t length = scale < 0 ? 0 : extent_of(scale);
        if (scale >= 0)
            H5Dclose(scale);
        if (length == 0 || count > SIZE_MAX / length)
            return 0;
        count *= length;
    }
    return count;
}

static int add_array(struct bh_results *results, const char *name, const char *const *axes, size_t axes_count,
                     hid_t file_type, hid_t memory_type, const void *data, const char *unit, const char *description,
                     struct bh_error *err)
{
    BH_BUG_ASSERT(axes_count >= 1 && axes_count <= BH_RESULTS_MOST_AXES);
    if (refuse_name(results, name, err) != 0)
        return -1;
    hid_t scales[BH_RESULTS_MOST_AXES];
    hsize_t extent[BH_RESULTS_MOST_AXES];
    size_t opened = 0;
    hid_t dataset = H5I_INVALID_HID;
    int status = -1;
    for (; opened < axes_count; opened++) {
        scales[opened] = open_axis(results, name, axes[opened]);
        if (scales[opened] < 0) {
            fail(results, err, "array over an axis that was not added", axes[opened]);
            goto out;
        }
        extent[opened] = extent_of(scales[opened]);
    }
    if (make_groups(results, name) == 0)
        dataset =
            write_dataset(results, name, extent, (int)axes_count, file_type, memory_type, data, unit, description);
    bool attached = dataset >= 0;
    for (size_t i = 0; i < axes_count && attached; i++)
        attached =
            H5DSattach_scale(dataset, scales[i], (unsigned)i) >= 0 && H5DSset_label(dataset, (unsigned)i, axes[i]) >= 0;
    status = attached ? 0 : fail(results, err, "array", name);
out:
    if (dataset >= 0)
        H5Dclose(dataset);
    for (size_t i = 0; i < opened; i++)
        H5Dclose(scales[i]);
    return status;
}

int bh_results_add_array(struct bh_results *results, const char *name, const char *const *axes, size_t axes_count,
                         enum bh_element element, const void *data, const char *unit, const char *description,
                         struct bh_error *err)
{
    switch (element) {
    case BH_ELEMENT_DOUBLE:
        return add_array(results, name, axes, axes_count, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, data, unit, description,
                         err);
    case BH_ELEMENT_UINT64:
        return add_array(results, name, axes, axes_count, H5T_STD_U64LE, H5T_NATIVE_UINT64, data, unit, description,
                         err);
    case BH_ELEMENT_UINT8:
        return add_array(results, name, axes, axes_count, H5T_STD_U8LE, H5T_NATIVE_UINT8, data, unit, description, err);
    }
    BH_BUG_ASSERT(false);
    return -1;
}

int bh_results_add_texts(struct bh_results *results, const char *name, const char *const *axes, size_t axes_count,
                         const char *const *data, const char *description, struct bh_error *err)
{
    size_t count = 1;
    for (size_t i = 0; i < axes_count; i++) {
        hid_t scale = open_axis(results, name, axes[i]);
        count *= scale >= 0 ? extent_of(scale) : 0;
        if (scale >= 0)
            H5Dclose(scale);
    }
    char *bytes = NULL;
    hid_t fixed = bh_fixed_texts(data, count, &bytes), type = fixed >= 0 ? fixed : text_type();
    int status = add_array(results, name, axes, axes_count, type, type, fixed >= 0 ? (const void *)bytes : data, NULL,
                           description, err);
    H5Tclose(type);
    free(bytes);
    return status;
}

/* The row as it lies in memory, or packed as it is stored. */
static hid_t row_type(const struct bh_column *columns, size_t columns_count, size_t row_size, hid_t text, bool stored)
{
    size_t packed = 0;
    for (size_t i = 0; i < columns_count; i++)
        packed += columns[i].kind == BH_COLUMN_UINT32 ? 4 : columns[i].kind == BH_COLUMN_DOUBLE ? 8 : H5Tget_size(text);
    hid_t type = H5Tcreate(H5T_COMPOUND, stored ? packed : row_size);
    size_t offset = 0;
    for (size_t i = 0; i < columns_count; i++) {
        hid_t member = text;
        if (columns[i].kind == BH_COLUMN_UINT32)
            member = stored ? H5T_STD_U32LE : H5T_NATIVE_UINT32;
        else if (columns[i].kind == BH_COLUMN_DOUBLE)
            member = stored ? H5T_IEEE_F64LE : H5T_NATIVE_DOUBLE;
        H5Tinsert(type, columns[i].name, stored ? offset : columns[i].offset, member);
        offset += H5Tget_size(member);
    }
    return type;
}

int bh_results_add_table(struct bh_results *results, const char *name, const char *axis,
                         const struct bh_column *columns, size_t columns_count, const void *rows, size_t rows_count,
                         size_t row_size, const char *description, struct bh_error *err)
{
    /* HDF5 would leave out the second of two columns of one name without a word. */
    for (size_t i = 0; i < columns_count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(columns[i].name, columns[j].name) == 0)
                bh_fail(&results->first, BH_ERROR_INPUT, "the table '%s' has two columns named '%s'", name,
                        columns[i].name);
    uint64_t *numbers = bh_allocate(rows_count + 1, sizeof *numbers);
    for (size_t i = 0; i < rows_count; i++)
        numbers[i] = i;
    int status = bh_results_add_axis_counts(results, axis, numbers, rows_count, "1", "row number", err);
    free(numbers);
    if (status != 0)
        return -1;
    hid_t text = text_type();
    hid_t stored = row_type(columns, columns_count, row_size, text, true);
    hid_t memory = row_type(columns, columns_count, row_size, text, false);
    status = add_array(results, name, &axis, 1, stored, memory, rows, NULL, description, err);
    H5Tclose(memory);
    H5Tclose(stored);
    H5Tclose(text);
    return status;
}

int bh_results_set_text(struct bh_results *results, const char *name, const char *value, struct bh_error *err)
{
    if (refuse(results, err) != 0)
        return -1;
    return write_text_attribute(results->file, name, value) == 0 ? 0 : fail(results, err, "attribute", name);
}

int bh_results_set_count(struct bh_results *results, const char *name, uint64_t value, struct bh_error *err)
{
    if (refuse(results, err) != 0)
        return -1;
    return write_attribute(results->file, name, H5T_STD_U64LE, &(uint64_t){value}) == 0
               ? 0
               : fail(results, err, "attribute", name);
}

int bh_results_set_flag(struct bh_results *results, const char *name, uint8_t value, struct bh_error *err)
{
    if (refuse(results, err) != 0)
        return -1;
    return write_attribute(results->file, name, H5T_STD_U8LE, &value) == 0 ? 0 : fail(results, err, "attribute", name);
}
