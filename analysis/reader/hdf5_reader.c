/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reading HDF5 that others may have written, cut short or changed: nothing is taken for granted. */
#include "analysis/reader/hdf5_reader.h"

#include "analysis/reader/paged_numbers.h"
#include "models/base/utf8_repair.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_CPU_SECONDS = 60, MOST_RANK = 32, MOST_TEXT = 1 << 16, MOST_ATTRIBUTE = 1 << 24 };
/* No honest axis or array is longer; a damaged length must not make us ask for the machine's memory. */
static const double MOST_ELEMENTS = 1e9;

static int bad(const struct bh_source *source, struct bh_error *err, const char *path, const char *what)
{
    return bh_fail(err, BH_ERROR_INPUT, "%s: '%s' %s: not a results file of bulkhead, or one of another version",
                   source->name, path, what);
}

int bh_source_open(struct bh_source *source, const char *path, struct bh_error *err)
{
    H5dont_atexit(); /* it may crash at the program's end over what a damaged file has left it with */
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    source->file = -1;
    source->name = path;
    if (access(path, R_OK) != 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot read results: %s", path, strerror(errno));
    htri_t is_hdf5 = H5Fis_hdf5(path);
    if (is_hdf5 <= 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: not an HDF5 file", path);
    hid_t access_list = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access_list, 0, 1);
    source->file = H5Fopen(path, H5F_ACC_RDONLY, access_list);
    H5Pclose(access_list);
    if (source->file < 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: an HDF5 file that is cut short or damaged", path);
    return 0;
}

int bh_source_survives(const char *path, int (*read)(const char *path, void *context), void *context,
                       struct bh_error *err)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        setrlimit(RLIMIT_CPU, &(struct rlimit){MOST_CPU_SECONDS, MOST_CPU_SECONDS});
        int quiet = open("/dev/null", O_WRONLY);
        dup2(quiet, STDERR_FILENO);
        _exit(read(path, context) == 0 ? 0 : 1);
    }
    if (child < 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot start a process: %s", strerror(errno));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status))
        return bh_fail(err, BH_ERROR_INPUT, "%s: the file is damaged: HDF5 crashed on it or came to no end", path);
    return 0;
}

void bh_source_close(struct bh_source *source)
{
    if (source->file >= 0)
        H5Fclose(source->file);
    source->file = -1;
}

bool bh_source_has(const struct bh_source *source, const char *dataset)
{
    return H5Lexists(source->file, dataset, H5P_DEFAULT) > 0;
}

bool bh_source_has_attribute(const struct bh_source *source, const char *name)
{
    return H5Aexists_by_name(source->file, ".", name, H5P_DEFAULT) > 0;
}

static hid_t variable_text(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

/* Whether a stored type is text of variable length. */
static bool is_variable_text(hid_t type)
{
    return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0;
}

/* Or of any. */
static bool is_text(hid_t type)
{
    return H5Tget_class(type) == H5T_STRING;
}

/* A text of our own: UTF-8, whatever the file holds. */
static char *copy_text(const char *text)
{
    return bh_utf8_repair(text != NULL && strlen(text) < MOST_ATTRIBUTE ? text : "");
}

char *bh_source_attribute(int64_t object, const char *name)
{
    char *copy = NULL, *text = NULL;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return NULL;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute), wanted = variable_text();
    if (type >= 0 && is_variable_text(type) && space >= 0 && H5Sget_simple_extent_npoints(space) == 1) {
        H5Tset_cset(wanted, H5Tget_cset(type));
        if (H5Aread(attribute, wanted, &text) >= 0) {
            copy = copy_text(text);
            H5free_memory(text);
        }
    }
    H5Tclose(wanted);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return copy;
}

char *bh_source_text(const struct bh_source *source, const char *name, struct bh_error *err)
{
    char *text = bh_source_attribute(source->file, name);
    if (text == NULL)
        bad(source, err, name,
            bh_source_has_attribute(source, name) ? "is no text attribute" : "is missing from the attributes");
    return text;
}

int bh_source_count(const struct bh_source *source, const char *name, uint64_t *value, struct bh_error *err)
{
    if (!bh_source_has_attribute(source, name))
        return bad(source, err, name, "is missing from the attributes");
    hid_t attribute = H5Aopen(source->file, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    bool good = H5Tget_class(type) == H5T_INTEGER && H5Sget_simple_extent_npoints(space) == 1 &&
                H5Aread(attribute, H5T_NATIVE_UINT64, value) >= 0;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return good ? 0 : bad(source, err, name, "is no whole number");
}

/* Whether what the dataset has in the file could hold so many elements, however well they are compressed: a damaged extent
 * is refused before HDF5 reads what is not there, or makes up what was never written. */
static bool can_hold(const struct bh_source *source, hid_t dataset, double elements)
{
    static const double most_compression = 1100; /* deflate's is 1032 */
    hsize_t bytes = 0, stored = H5Dget_storage_size(dataset);
    hid_t type = H5Dget_type(dataset);
    double size = (double)H5Tget_size(type);
    H5Tclose(type);
    return H5Fget_filesize(source->file, &bytes) >= 0 && size > 0 &&
           elements * size <= most_compression * (double)(stored < bytes ? stored : bytes);
}

/* Opens a dataset and tells its extent; -1 with a message if it is none or too large. */
static hid_t open_dataset(const struct bh_source *source, const char *path, int *rank, hsize_t *extent,
                          struct bh_error *err)
{
    hid_t dataset = bh_source_has(source, path) ? H5Dopen2(source->file, path, H5P_DEFAULT) : -1;
    if (dataset < 0) {
        bad(source, err, path, "is missing or no dataset");
        return -1;
    }
    hid_t space = H5Dget_space(dataset);
    *rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, NULL, NULL);
    double elements = 1;
    if (*rank >= 0 && *rank <= MOST_RANK) {
        H5Sget_simple_extent_dims(space, extent, NULL);
        for (int i = 0; i < *rank; i++)
            elements *= (double)extent[i];
    }
    H5Sclose(space);
    if (*rank < 0 || *rank > MOST_RANK || elements > MOST_ELEMENTS || !can_hold(source, dataset, elements)) {
        bad(source, err, path, "has no sensible extent");
        H5Dclose(dataset);
        return -1;
    }
    return dataset;
}

static bool is_number(hid_t type)
{
    H5T_class_t class = H5Tget_class(type);
    return class == H5T_FLOAT || class == H5T_INTEGER;
}

/* All of a dataset as double, one at least allocated; NULL if HDF5 cannot read it. */
static double *read_numbers(hid_t dataset, size_t count)
{
    double *values = bh_allocate(count + 1, sizeof *values);
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0)
        return values;
    free(values);
    return NULL;
}

/* Fields of equal length, padded by NUL or blanks. */
static char **read_fields(hid_t dataset, hid_t type, size_t count)
{
    size_t length = H5Tget_size(type);
    if (length == 0 || length >= MOST_TEXT)
        return NULL;
    char *fields = bh_allocate(count * length + 1, 1), **texts = NULL, *field = bh_allocate(length + 1, 1);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, fields) >= 0) {
        texts = bh_allocate(count + 1, sizeof *texts);
        for (size_t i = 0; i < count; i++) {
            memcpy(field, fields + i * length, length);
            for (size_t end = strlen(field);
                 end > 0 && field[end - 1] == ' ' && H5Tget_strpad(type) == H5T_STR_SPACEPAD; end--)
                field[end - 1] = '\0';
            texts[i] = copy_text(field);
        }
    }
    free(field);
    free(fields);
    return texts;
}

/* All of a dataset as texts of our own; NULL if HDF5 cannot read it. */
static char **read_texts(hid_t dataset, hid_t type, size_t count)
{
    if (!is_variable_text(type))
        return read_fields(dataset, type, count);
    char **raw = bh_allocate(count + 1, sizeof *raw), **texts = NULL;
    hid_t wanted = variable_text();
    H5Tset_cset(wanted, H5Tget_cset(type));
    if (H5Dread(dataset, wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0) {
        texts = bh_allocate(count + 1, sizeof *texts);
        for (size_t i = 0; i < count; i++) {
            texts[i] = copy_text(raw[i]);
            H5free_memory(raw[i]);
        }
    }
    H5Tclose(wanted);
    free(raw);
    return texts;
}

void bh_source_free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts != NULL && i < count; i++)
        free(texts[i]);
    free(texts);
}

void bh_source_free_axis(struct bh_view_axis *axis)
{
    bh_source_free_texts(axis->labels, axis->count);
    free(axis->numbers);
    free(axis->name);
    free(axis->unit);
    memset(axis, 0, sizeof *axis);
}

int bh_source_axis(const struct bh_source *source, const char *path, struct bh_view_axis *axis, struct bh_error *err)
{
    int rank;
    hsize_t extent[MOST_RANK];
    hid_t dataset = open_dataset(source, path, &rank, extent, err);
    if (dataset < 0)
        return -1;
    hid_t type = H5Dget_type(dataset);
    const char *slash = strrchr(path, '/');
    int status = 0;
    if (rank != 1 || extent[0] == 0) {
        status = bad(source, err, path, "is no axis");
    } else if (is_text(type)) {
        axis->labels = read_texts(dataset, type, extent[0]);
    } else if (is_number(type)) {
        axis->numbers = read_numbers(dataset, extent[0]);
        axis->labels = axis->numbers == NULL ? NULL : bh_allocate(extent[0], sizeof *axis->labels);
        for (size_t i = 0; axis->labels != NULL && i < extent[0]; i++)
            axis->labels[i] = bh_print_text("%.12g", axis->numbers[i]);
    }
    if (status == 0 && axis->labels == NULL)
        status = bad(source, err, path, "holds neither texts nor numbers that can be read");
    if (status == 0) {
        axis->count = extent[0];
        axis->name = bh_copy_text(slash == NULL ? path : slash + 1);
        axis->unit = bh_source_attribute(dataset, "unit");
        if (axis->unit == NULL)
            axis->unit = bh_copy_text("1");
        char *order = bh_source_attribute(dataset, "order");
        axis->is_ordered = axis->numbers != NULL && (order == NULL || strcmp(order, "none") != 0);
        free(order);
    }
    H5Tclose(type);
    H5Dclose(dataset);
    return status;
}

char **bh_source_texts(const struct bh_source *source, const char *path, size_t count, struct bh_error *err)
{
    int rank;
    hsize_t extent[MOST_RANK];
    hid_t dataset = open_dataset(source, path, &rank, extent, err);
    if (dataset < 0)
        return NULL;
    hid_t type = H5Dget_type(dataset);
    char **texts = NULL;
    if (rank == 1 && extent[0] == count && is_text(type))
        texts = read_texts(dataset, type, count);
    if (texts == NULL)
        bad(source, err, path, "is no readable list of texts, one per policy");
    H5Tclose(type);
    H5Dclose(dataset);
    return texts;
}

/* "[17, 4, 20]" into a buffer. */
static void print_extent(char *buffer, size_t size, const hsize_t *extent, size_t rank)
{
    size_t used = (size_t)snprintf(buffer, size, "[");
    for (size_t i = 0; i < rank && used < size; i++)
        used +=
            (size_t)snprintf(buffer + used, size - used, "%s%llu", i == 0 ? "" : ", ", (unsigned long long)extent[i]);
    if (used < size)
        snprintf(buffer + used, size - used, "]");
}

/* Large ones into `paged`, if that can be had. */
static double *read_array(hid_t dataset, const hsize_t *extent, size_t rank, size_t count, struct bh_paged *paged)
{
    double *numbers = bh_paged_numbers(paged, rank, count);
    int status = numbers == NULL ? 0 : bh_paged_read(paged, dataset, extent, rank);
    return status < 0 ? NULL : status > 0 ? numbers : read_numbers(dataset, count);
}

double *bh_source_numbers(const struct bh_source *source, const char *path, const struct bh_view_axis *const *axes,
                          size_t axes_count, struct bh_paged *paged, struct bh_error *err)
{
    int rank;
    hsize_t extent[MOST_RANK], wanted[MOST_RANK];
    hid_t dataset = open_dataset(source, path, &rank, extent, err);
    if (dataset < 0)
        return NULL;
    hid_t type = H5Dget_type(dataset);
    double *values = NULL;
    size_t count = 1;
    bool fits = (size_t)rank == axes_count;
    for (size_t i = 0; i < axes_count; i++) {
        wanted[i] = axes[i]->count;
        count *= axes[i]->count;
        fits = fits && extent[i] == wanted[i];
    }
    if (!fits) {
        char found[128], expected[128];
        print_extent(found, sizeof found, extent, (size_t)rank);
        print_extent(expected, sizeof expected, wanted, axes_count);
        bh_fail(err, BH_ERROR_INPUT, "%s: '%s' has shape %s, expected %s", source->name, path, found, expected);
    } else if (!is_number(type)) {
        bad(source, err, path, "does not hold numbers");
    } else if ((values = read_array(dataset, extent, (size_t)rank, count, paged)) == NULL) {
        bh_fail(err, BH_ERROR_INPUT, "%s: '%s' cannot be read: the file is damaged", source->name, path);
    }
    H5Tclose(type);
    H5Dclose(dataset);
    return values;
}

/* --- Tables -------------------------------------------------------------------------------------------------------- */

static hid_t open_table(const struct bh_source *source, const char *table, size_t *rows, struct bh_error *err)
{
    int rank;
    hsize_t extent[MOST_RANK];
    hid_t dataset = open_dataset(source, table, &rank, extent, err);
    if (dataset < 0)
        return -1;
    hid_t type = H5Dget_type(dataset);
    bool is_table = rank == 1 && H5Tget_class(type) == H5T_COMPOUND;
    H5Tclose(type);
    if (is_table) {
        *rows = extent[0];
        return dataset;
    }
    bad(source, err, table, "is no table");
    H5Dclose(dataset);
    return -1;
}

int bh_source_rows(const struct bh_source *source, const char *table, size_t *rows, struct bh_error *err)
{
    hid_t dataset = open_table(source, table, rows, err);
    if (dataset < 0)
        return -1;
    H5Dclose(dataset);
    return 0;
}

/* Stored type of a column; -1 if there is none of that name. */
static hid_t column_type(hid_t dataset, const char *column)
{
    hid_t type = H5Dget_type(dataset);
    int index = H5Tget_member_index(type, column);
    hid_t member = index >= 0 ? H5Tget_member_type(type, (unsigned)index) : -1;
    H5Tclose(type);
    return member;
}

/* Reads one column into `values`, of `type` in memory: HDF5 finds columns by name. */
static bool read_column(hid_t dataset, const char *column, hid_t type, void *values)
{
    hid_t row = H5Tcreate(H5T_COMPOUND, H5Tget_size(type));
    H5Tinsert(row, column, 0, type);
    herr_t status = H5Dread(dataset, row, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Tclose(row);
    return status >= 0;
}

double *bh_source_column(const struct bh_source *source, const char *table, const char *column, struct bh_error *err)
{
    size_t rows = 0;
    hid_t dataset = open_table(source, table, &rows, err);
    if (dataset < 0)
        return NULL;
    hid_t type = column_type(dataset, column);
    double *values = bh_allocate(rows + 1, sizeof *values);
    if (type < 0 || !is_number(type) || !read_column(dataset, column, H5T_NATIVE_DOUBLE, values)) {
        bh_fail(err, BH_ERROR_INPUT, "%s: table '%s' has no column of numbers '%s'", source->name, table, column);
        free(values);
        values = NULL;
    }
    if (type >= 0)
        H5Tclose(type);
    H5Dclose(dataset);
    return values;
}

char **bh_source_text_column(const struct bh_source *source, const char *table, const char *column,
                             struct bh_error *err)
{
    size_t rows = 0;
    hid_t dataset = open_table(source, table, &rows, err);
    if (dataset < 0)
        return NULL;
    hid_t type = column_type(dataset, column), wanted = variable_text();
    char **texts = bh_allocate(rows + 1, sizeof *texts);
    if (type >= 0 && is_variable_text(type))
        H5Tset_cset(wanted, H5Tget_cset(type));
    if (type < 0 || !is_variable_text(type) || !read_column(dataset, column, wanted, texts)) {
        bh_fail(err, BH_ERROR_INPUT, "%s: table '%s' has no column of texts '%s'", source->name, table, column);
        free(texts);
        texts = NULL;
    }
    for (size_t i = 0; texts != NULL && i < rows; i++) {
        char *raw = texts[i];
        texts[i] = copy_text(raw);
        H5free_memory(raw);
    }
    if (type >= 0)
        H5Tclose(type);
    H5Tclose(wanted);
    H5Dclose(dataset);
    return texts;
}
