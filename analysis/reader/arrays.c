/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Walks a results file and reads arrays with the labels of their axes. */
#include "analysis/reader/arrays.h"

#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

/* "" if it is not there or no text. */
static char *read_attribute(hid_t dataset, const char *name)
{
    char *text = bh_source_attribute(dataset, name);
    return text != NULL ? text : bh_copy_text("");
}

static herr_t note_scale(hid_t dataset, unsigned dimension, hid_t scale, void *client)
{
    (void)dataset;
    (void)dimension;
    ssize_t length = H5Iget_name(scale, NULL, 0);
    if (length <= 0)
        return 1;
    char *path = bh_allocate((size_t)length + 1, 1);
    H5Iget_name(scale, path, (size_t)length + 1);
    *(char **)client = bh_copy_text(path[0] == '/' ? path + 1 : path);
    free(path);
    return 1;
}

/* Kind, axes and texts of an open dataset. */
static int describe(const struct bh_source *source, hid_t dataset, const char *name, struct bh_array *array,
                    struct bh_error *err)
{
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    int rank = H5Sget_simple_extent_ndims(space), status = 0;
    hssize_t cells = H5Sget_simple_extent_npoints(space);
    *array = (struct bh_array){.name = bh_copy_text(name),
                               .unit = read_attribute(dataset, "unit"),
                               .description = read_attribute(dataset, "description"),
                               .kind = BH_ARRAY_VALUES,
                               .cells = cells > 0 ? (size_t)cells : 0};
    if (H5DSis_scale(dataset) > 0)
        array->kind = BH_ARRAY_AXIS;
    else if (H5Tget_class(type) == H5T_COMPOUND)
        array->kind = BH_ARRAY_TABLE;
    if (rank < 0 || rank > BH_ARRAY_MOST_AXES)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: `%s` has %d axes; expected at most %d", source->name, name, rank,
                         BH_ARRAY_MOST_AXES);
    for (int d = 0; d < rank && status == 0 && array->kind == BH_ARRAY_VALUES; d++) {
        char *path = NULL;
        H5DSiterate_scales(dataset, (unsigned)d, NULL, note_scale, &path);
        if (path == NULL)
            status = bh_fail(err, BH_ERROR_INPUT, "%s: the axis %d of `%s` has no name: no results of Bulkhead",
                             source->name, d, name);
        else {
            status = bh_source_axis(source, path, &array->axes[d], err);
            array->axes_count += status == 0;
        }
        free(path);
    }
    H5Tclose(type);
    H5Sclose(space);
    return status;
}

struct walk {
    const struct bh_source *source;
    struct bh_array_list *list;
    struct bh_error *err;
};

static herr_t visit(hid_t group, const char *name, const H5L_info_t *info, void *client)
{
    struct walk *walk = client;
    (void)info;
    /* The type of what is opened, since H5Oget_info_by_name has other arguments in each release of HDF5. */
    hid_t dataset = H5Oopen(group, name, H5P_DEFAULT);
    if (dataset < 0)
        return 0;
    if (H5Iget_type(dataset) != H5I_DATASET) {
        H5Oclose(dataset);
        return 0;
    }
    struct bh_array_list *list = walk->list;
    list->array = bh_reallocate(list->array, list->count + 1, sizeof *list->array);
    int status = describe(walk->source, dataset, name, &list->array[list->count++], walk->err);
    H5Oclose(dataset);
    return status;
}

int bh_array_list(const struct bh_source *source, struct bh_array_list *list, struct bh_error *err)
{
    struct walk walk = {source, list, err};
    *list = (struct bh_array_list){0};
    if (H5Lvisit(source->file, H5_INDEX_CRT_ORDER, H5_ITER_INC, visit, &walk) == 0)
        return 0;
    bh_array_list_release(list);
    return bh_fail(err, BH_ERROR_INPUT, "%s: cannot list what it holds", source->name);
}

void bh_array_list_release(struct bh_array_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        bh_array_release(&list->array[i]);
    free(list->array);
    *list = (struct bh_array_list){0};
}

void bh_array_release(struct bh_array *array)
{
    for (size_t a = 0; a < array->axes_count; a++)
        bh_source_free_axis(&array->axes[a]);
    if (array->texts != NULL)
        bh_source_free_texts(array->texts, array->cells);
    free(array->numbers);
    free(array->name);
    free(array->unit);
    free(array->description);
    *array = (struct bh_array){0};
}

static int fail_unknown(const struct bh_source *source, const char *name, struct bh_error *err)
{
    return bh_fail(err, BH_ERROR_INPUT, "%s holds no array `%s`; bulkhead results %s lists them", source->name, name,
                   source->name);
}

int bh_array_read(const struct bh_source *source, const char *name, struct bh_array *array, struct bh_error *err)
{
    *array = (struct bh_array){0};
    if (!bh_source_has(source, name))
        return fail_unknown(source, name, err);
    hid_t dataset = H5Dopen2(source->file, name, H5P_DEFAULT);
    if (dataset < 0)
        return fail_unknown(source, name, err);
    hid_t type = H5Dget_type(dataset);
    bool is_text = H5Tget_class(type) == H5T_STRING;
    int status = describe(source, dataset, name, array, err);
    H5Tclose(type);
    H5Dclose(dataset);
    const struct bh_view_axis *axes[BH_ARRAY_MOST_AXES];
    for (size_t a = 0; a < array->axes_count; a++)
        axes[a] = &array->axes[a];
    if (status == 0 && array->kind == BH_ARRAY_TABLE)
        return 0;
    if (status == 0 && array->kind == BH_ARRAY_AXIS) {
        status = bh_source_axis(source, name, &array->axes[0], err);
        array->axes_count = status == 0;
    } else if (status == 0 && is_text) {
        array->texts = bh_source_texts(source, name, array->cells, err);
        status = array->texts != NULL ? 0 : -1;
    } else if (status == 0) {
        array->numbers = bh_source_numbers(source, name, axes, array->axes_count, NULL, err);
        status = array->numbers != NULL ? 0 : -1;
    }
    if (status != 0)
        bh_array_release(array);
    return status;
}

/* Puts the labels of the axis that a column of positions is called after in their place. */
static int use_labels(const struct bh_source *source, struct bh_array *column, struct bh_error *err)
{
    struct bh_view_axis axis = {0};
    if (!bh_source_has(source, column->name))
        return 0;
    if (bh_source_axis(source, column->name, &axis, err) != 0)
        return -1;
    column->texts = bh_allocate(column->cells + 1, sizeof *column->texts);
    for (size_t i = 0; i < column->cells; i++) {
        double at = column->numbers[i];
        column->texts[i] = bh_copy_text(at >= 0.0 && at < (double)axis.count ? axis.labels[(size_t)at] : "?");
    }
    bh_source_free_axis(&axis);
    return 0;
}

int bh_array_table(const struct bh_source *source, const char *name, struct bh_array **columns, size_t *count,
                   struct bh_error *err)
{
    size_t rows;
    if (bh_source_rows(source, name, &rows, err) != 0)
        return -1;
    hid_t dataset = H5Dopen2(source->file, name, H5P_DEFAULT), type = H5Dget_type(dataset);
    int members = H5Tget_nmembers(type), status = 0;
    *columns = bh_allocate(members > 0 ? (size_t)members : 1, sizeof **columns);
    for (*count = 0; *count < (size_t)members && status == 0;) {
        struct bh_array *column = &(*columns)[*count];
        char *member = H5Tget_member_name(type, (unsigned)*count);
        H5T_class_t class = H5Tget_member_class(type, (unsigned)*count);
        column->name = bh_copy_text(member);
        column->cells = rows;
        if (class == H5T_STRING)
            column->texts = bh_source_text_column(source, name, member, err);
        else
            column->numbers = bh_source_column(source, name, member, err);
        status = column->texts != NULL || column->numbers != NULL ? 0 : -1;
        if (status == 0 && class == H5T_INTEGER)
            status = use_labels(source, column, err);
        H5free_memory(member);
        ++*count;
    }
    H5Tclose(type);
    H5Dclose(dataset);
    return status;
}
