/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Chooses cells, takes means, and prints them as a table, CSV or JSON. */
#include "analysis/tables/selection.h"

#include "analysis/measures/bootstrap.h"
#include "analysis/reader/markup.h"
#include "analysis/tables/selection_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Listing -------------------------------------------------------------------------------------------------------------- */

static void list_axis(const struct bh_source *source, const struct bh_array *array, FILE *out)
{
    enum { SHOWN = 8 };
    struct bh_view_axis axis = {0};
    if (bh_source_axis(source, array->name, &axis, NULL) != 0)
        return;
    bh_markup_print(out, BH_TABLE_TEXT, "  %-20s %zu:", array->name, axis.count);
    for (size_t i = 0; i < axis.count && i < SHOWN; i++)
        bh_markup_print(out, BH_TABLE_TEXT, "%s %s", i > 0 ? "," : "", axis.labels[i]);
    bool has_unit = axis.unit != NULL && strcmp(axis.unit, "1") != 0;
    bh_markup_print(out, BH_TABLE_TEXT, "%s%s%s", axis.count > SHOWN ? ", ..." : "", has_unit ? " " : "",
                    has_unit ? axis.unit : "");
    fputc('\n', out);
    bh_source_free_axis(&axis);
}

static void list_array(const struct bh_array *array, FILE *out)
{
    bh_markup_print(out, BH_TABLE_TEXT, "  %s", array->name);
    for (size_t a = 0; a < array->axes_count; a++)
        bh_markup_print(out, BH_TABLE_TEXT, "%s%s", a == 0 ? "(" : ", ", array->axes[a].name);
    fprintf(out, "%s", array->axes_count > 0 ? ")" : "");
    if (array->kind == BH_ARRAY_TABLE)
        fprintf(out, ", a table of %zu rows", array->cells);
    if (*array->unit != '\0' && strcmp(array->unit, "1") != 0)
        bh_markup_print(out, BH_TABLE_TEXT, " [%s]", array->unit);
    bh_markup_print(out, BH_TABLE_TEXT, "%s%s", *array->description != '\0' ? ": " : "", array->description);
    fputc('\n', out);
}

int bh_selection_list(const struct bh_source *source, FILE *out, struct bh_error *err)
{
    struct bh_array_list list;
    if (bh_array_list(source, &list, err) != 0)
        return -1;
    fprintf(out, "Axes:\n");
    for (size_t i = 0; i < list.count; i++)
        if (list.array[i].kind == BH_ARRAY_AXIS)
            list_axis(source, &list.array[i], out);
    fprintf(out, "\nArrays:\n");
    for (size_t i = 0; i < list.count; i++)
        if (list.array[i].kind != BH_ARRAY_AXIS)
            list_array(&list.array[i], out);
    bh_array_list_release(&list);
    return 0;
}

/* --- Choosing ---------------------------------------------------------------------------------------------------------------- */

/* keep[axis][position] of the arrays' common axes. */
static int choose(const struct bh_selection *selection, const struct bh_array *array, bool **keep, struct bh_error *err)
{
    for (size_t a = 0; a < array->axes_count; a++) {
        const struct bh_view_axis *axis = &array->axes[a];
        bool is_asked = false;
        for (size_t w = 0; w < selection->where_count; w++) {
            const char *equals = strchr(selection->where[w], '=');
            size_t length = (size_t)(equals - selection->where[w]), found = 0;
            if (strlen(axis->name) != length || strncmp(axis->name, selection->where[w], length) != 0)
                continue;
            is_asked = true;
            for (size_t v = 0; v < axis->count; v++)
                if (strcmp(axis->labels[v], equals + 1) == 0)
                    found = keep[a][v] = true;
            if (!found)
                return bh_fail(err, BH_ERROR_INPUT, "--where %s: the axis `%s` has no such label; its first is `%s`",
                               selection->where[w], axis->name, axis->count > 0 ? axis->labels[0] : "");
        }
        for (size_t v = 0; v < axis->count && !is_asked; v++)
            keep[a][v] = true;
    }
    for (size_t w = 0; w < selection->where_count; w++) {
        bool is_known = false;
        size_t length = strcspn(selection->where[w], "=");
        for (size_t a = 0; a < array->axes_count; a++)
            is_known = is_known || (strlen(array->axes[a].name) == length &&
                                    strncmp(array->axes[a].name, selection->where[w], length) == 0);
        if (!is_known)
            return bh_fail(err, BH_ERROR_INPUT, "--where %s: `%s` has no such axis", selection->where[w], array->name);
    }
    return 0;
}

static bool is_kept(const struct bh_array *array, bool *const *keep, size_t cell, size_t *at)
{
    for (size_t a = array->axes_count; a-- > 0; cell /= array->axes[a].count)
        at[a] = cell % array->axes[a].count;
    for (size_t a = 0; a < array->axes_count; a++)
        if (!keep[a][at[a]])
            return false;
    return true;
}

/* --- Printing ------------------------------------------------------------------------------------------------------------------ */

/* The mean of an array along an axis from a cell at which the axis stands at 0. */
static void add_mean(struct bh_rows *rows, const struct bh_array *array, bool *const *keep, size_t axis, size_t cell,
                     const struct bh_resamples *resamples)
{
    size_t stride = 1, count = 0, all = 0;
    double *values = bh_allocate(array->axes[axis].count + 1, sizeof *values);
    for (size_t a = axis + 1; a < array->axes_count; a++)
        stride *= array->axes[a].count;
    for (size_t v = 0; v < array->axes[axis].count; v++) {
        double value = array->numbers[cell + v * stride];
        all += keep[axis][v];
        if (keep[axis][v] && !isnan(value))
            values[count++] = value;
    }
    struct bh_estimate estimate = bh_mean_by(resamples, values, count);
    free(values);
    bh_rows_number(rows, estimate.mean);
    if (resamples != NULL) {
        bh_rows_number(rows, estimate.low);
        bh_rows_number(rows, estimate.high);
    } else
        bh_rows_number(rows, estimate.high - estimate.mean);
    bh_rows_number(rows, (double)count);
    bh_rows_number(rows, (double)all);
}

static void add_columns(struct bh_rows *rows, const struct bh_array *arrays, size_t count, size_t mean,
                        bool by_resampling)
{
    for (size_t a = 0; a < arrays[0].axes_count; a++)
        if (a != mean)
            bh_rows_column(rows, arrays[0].axes[a].name);
    for (size_t i = 0; i < count; i++) {
        static const char *const endings[2][6] = {{"", "_half_width", "_defined", "_count"},
                                                  {"", "_low", "_high", "_defined", "_count"}};
        for (size_t e = 0; endings[by_resampling][e] != NULL && (e == 0 || mean < arrays[0].axes_count); e++) {
            char *name = bh_print_text("%s%s", arrays[i].name, endings[by_resampling][e]);
            bh_rows_column(rows, name);
            free(name);
        }
    }
}

static void add_cells(struct bh_rows *rows, const struct bh_array *arrays, size_t count, bool *const *keep, size_t mean,
                      const struct bh_resamples *resamples)
{
    size_t at[BH_ARRAY_MOST_AXES] = {0};
    size_t first = 0;
    /* The cells of a mean are gathered at the first position of its axis that is kept. */
    while (mean < arrays[0].axes_count && first < arrays[0].axes[mean].count && !keep[mean][first])
        first++;
    for (size_t cell = 0; cell < arrays[0].cells; cell++) {
        if (!is_kept(&arrays[0], keep, cell, at) || (mean < arrays[0].axes_count && at[mean] != first))
            continue;
        size_t stride = 1;
        for (size_t a = arrays[0].axes_count; a-- > 0 && mean < arrays[0].axes_count && a > mean;)
            stride *= arrays[0].axes[a].count;
        for (size_t a = 0; a < arrays[0].axes_count; a++) {
            const struct bh_view_axis *axis = &arrays[0].axes[a];
            if (a != mean && axis->numbers != NULL)
                bh_rows_number(rows, axis->numbers[at[a]]);
            else if (a != mean)
                bh_rows_text(rows, axis->labels[at[a]]);
        }
        for (size_t i = 0; i < count; i++) {
            if (mean < arrays[0].axes_count && arrays[i].numbers != NULL)
                add_mean(rows, &arrays[i], keep, mean, cell - first * stride, resamples);
            else if (arrays[i].numbers != NULL)
                bh_rows_number(rows, arrays[i].numbers[cell]);
            else
                bh_rows_text(rows, arrays[i].texts[cell]);
        }
    }
}

static int print_arrays(const struct bh_selection *selection, const struct bh_array *arrays, FILE *out,
                        struct bh_error *err)
{
    const struct bh_array *first = &arrays[0];
    bool *keep[BH_ARRAY_MOST_AXES];
    size_t mean = SIZE_MAX;
    for (size_t a = 0; a < first->axes_count; a++) {
        keep[a] = bh_allocate(first->axes[a].count + 1, sizeof **keep);
        if (selection->mean != NULL && strcmp(first->axes[a].name, selection->mean) == 0)
            mean = a;
    }
    int status = choose(selection, first, keep, err);
    if (status == 0 && selection->mean != NULL && mean == SIZE_MAX)
        status = bh_fail(err, BH_ERROR_INPUT, "--mean %s: `%s` has no such axis", selection->mean, first->name);
    for (size_t i = 0; i < selection->names_count && status == 0; i++) {
        bool is_alike = arrays[i].axes_count == first->axes_count && arrays[i].cells == first->cells;
        for (size_t a = 0; is_alike && a < first->axes_count; a++)
            is_alike = strcmp(arrays[i].axes[a].name, first->axes[a].name) == 0 &&
                       arrays[i].axes[a].count == first->axes[a].count;
        if (!is_alike)
            status = bh_fail(err, BH_ERROR_INPUT, "`%s` has other axes than `%s`: ask for one after the other",
                             arrays[i].name, first->name);
        else if (mean != SIZE_MAX && arrays[i].numbers == NULL)
            status = bh_fail(err, BH_ERROR_INPUT, "`%s` holds words, which have no mean", arrays[i].name);
    }
    struct bh_rows rows = {0};
    if (status == 0) {
        struct bh_resamples *resamples = selection->intervals == BH_INTERVALS_BCA && mean != SIZE_MAX
                                             ? bh_resamples_create(first->axes[mean].count)
                                             : NULL;
        add_columns(&rows, arrays, selection->names_count, mean, resamples != NULL);
        add_cells(&rows, arrays, selection->names_count, keep, mean, resamples);
        bh_resamples_destroy(resamples);
        bh_rows_print(&rows, selection->format, out);
    }
    bh_rows_release(&rows);
    for (size_t a = 0; a < first->axes_count; a++)
        free(keep[a]);
    return status;
}

static int print_table(const struct bh_source *source, const char *name, enum bh_selection_format format, FILE *out,
                       struct bh_error *err)
{
    struct bh_array *columns = NULL;
    struct bh_rows rows = {0};
    size_t count = 0;
    int status = bh_array_table(source, name, &columns, &count, err);
    for (size_t c = 0; c < count && status == 0; c++)
        bh_rows_column(&rows, columns[c].name);
    for (size_t r = 0; status == 0 && count > 0 && r < columns[0].cells; r++)
        for (size_t c = 0; c < count; c++)
            if (columns[c].texts != NULL)
                bh_rows_text(&rows, columns[c].texts[r]);
            else
                bh_rows_number(&rows, columns[c].numbers[r]);
    if (status == 0)
        bh_rows_print(&rows, format, out);
    bh_rows_release(&rows);
    for (size_t c = 0; c < count; c++)
        bh_array_release(&columns[c]);
    free(columns);
    return status;
}

int bh_selection_print(const struct bh_source *source, const struct bh_selection *selection, FILE *out,
                       struct bh_error *err)
{
    struct bh_array *arrays = bh_allocate(selection->names_count, sizeof *arrays);
    int status = 0;
    for (size_t i = 0; i < selection->names_count && status == 0; i++)
        status = bh_array_read(source, selection->names[i], &arrays[i], err);
    bool has_table = false;
    for (size_t i = 0; i < selection->names_count && status == 0; i++) {
        has_table = has_table || arrays[i].kind == BH_ARRAY_TABLE;
        if (arrays[i].kind == BH_ARRAY_AXIS) { /* its labels are all there is to it */
            arrays[i].texts = bh_allocate(arrays[i].cells + 1, sizeof *arrays[i].texts);
            for (size_t c = 0; c < arrays[i].cells; c++)
                arrays[i].texts[c] = bh_copy_text(arrays[i].axes[0].labels[c]);
        }
    }
    if (status == 0 && has_table && selection->names_count > 1)
        status = bh_fail(err, BH_ERROR_INPUT, "a table stands alone: ask for one after the other");
    else if (status == 0 && has_table && (selection->where_count > 0 || selection->mean != NULL))
        status = bh_fail(err, BH_ERROR_INPUT, "`%s` is a table, which has no axes to choose from", arrays[0].name);
    else if (status == 0)
        status = has_table ? print_table(source, selection->names[0], selection->format, out, err)
                           : print_arrays(selection, arrays, out, err);
    for (size_t i = 0; i < selection->names_count; i++)
        bh_array_release(&arrays[i]);
    free(arrays);
    return status;
}
