/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads results: the metrics over their axes, and what stands beside them. */
#include "analysis/reader/view.h"

#include "analysis/reader/arrays.h"
#include "analysis/reader/hdf5_reader.h"
#include "analysis/reader/markup.h"
#include "analysis/reader/paged_numbers.h"
#include "analysis/reader/view_points.h"
#include "config.h"
#include "models/base/results_names.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_AXES = 16 };

/* By enum bh_metric_axis. */
static const struct bh_view_axis *own_axis(const struct bh_view *view, enum bh_metric_axis axis)
{
    const struct bh_view_axis *const axes[BH_METRIC_AXES] = {
        [BH_AXIS_ENCLAVE] = &view->enclave, [BH_AXIS_REPLICA] = &view->replica,   [BH_AXIS_PART] = &view->part,
        [BH_AXIS_SCOPE] = &view->scope,     [BH_AXIS_BOUNDARY] = &view->boundary, [BH_AXIS_LEVEL] = &view->level,
    };
    return axes[axis];
}

/* Reads every metric at points, or of the group `uncertainty`; `between` are the axes between policy and its own. */
static int read_metrics(const struct bh_source *source, const struct bh_view *view, bool is_uncertain,
                        const struct bh_view_axis *between, size_t between_count, double **numbers,
                        struct bh_error *err)
{
    for (size_t m = 0; m < BH_METRICS; m++) {
        const struct bh_metric_axes *own = &bh_metric_axes[bh_metrics[m].shape];
        const struct bh_view_axis *axes[MOST_AXES + 1 + BH_METRIC_MOST_AXES] = {&view->policy};
        size_t count = 1;
        if (is_uncertain && bh_metrics[m].use != BH_AT_POINTS_AND_UNCERTAIN)
            continue;
        for (size_t a = 0; a < between_count; a++)
            axes[count++] = &between[a];
        for (size_t a = 0; a < own->count; a++)
            axes[count++] = own_axis(view, own->axis[a]);
        char *name = bh_print_text("%s%s", is_uncertain ? "uncertainty/" : "", bh_metrics[m].name);
        bool is_read = bh_metrics[m].need == BH_NEEDED || bh_source_has(source, name);
        if (is_read)
            numbers[m] = bh_source_numbers(source, name, axes, count, view->paged, err);
        free(name);
        if (is_read && numbers[m] == NULL)
            return -1;
    }
    return 0;
}

static int read_attributes(const struct bh_source *source, struct bh_view *view, struct bh_error *err)
{
    uint64_t flag = 0;
    struct {
        const char *name;
        char **text;
    } const texts[] = {{"title", &view->title},
                       {"scenario", &view->scenario},
                       {"version", &view->version},
                       {"baseline", &view->baseline},
                       {"primary_enclave", &view->primary_enclave}};
    for (size_t i = 0; i < BH_COUNT(texts); i++)
        if ((*texts[i].text = bh_source_text(source, texts[i].name, err)) == NULL)
            return -1;
    if (bh_source_count(source, "seed", &view->seed, err) != 0 ||
        bh_source_count(source, "reproduces_input", &flag, err) != 0)
        return -1;
    view->reproduces_input = flag != 0;
    /* Files need not say these. */
    if (bh_source_has_attribute(source, "nodes") && bh_source_count(source, "nodes", &view->nodes, err) != 0)
        return -1;
    flag = 1;
    if (bh_source_has_attribute(source, "faults_requested") &&
        bh_source_count(source, "faults_requested", &flag, err) != 0)
        return -1;
    view->faults_requested = flag != 0;
    flag = 1;
    if (bh_source_has_attribute(source, "wrong_is_done") && bh_source_count(source, "wrong_is_done", &flag, err) != 0)
        return -1;
    view->wrong_is_done = flag != 0;
    return 0;
}

static int read_axes(const struct bh_source *source, struct bh_view *view, struct bh_error *err)
{
    struct {
        const char *name;
        struct bh_view_axis *axis;
    } const fixed[] = {{"policy", &view->policy}, {"enclave", &view->enclave}, {"replica", &view->replica},
                       {"part", &view->part},     {"scope", &view->scope},     {"boundary", &view->boundary},
                       {"level", &view->level}};
    for (size_t i = 0; i < BH_COUNT(fixed); i++)
        if (bh_source_axis(source, fixed[i].name, fixed[i].axis, err) != 0)
            return -1;
    view->policy_system = bh_source_texts(source, "policy_system", view->policy.count, err);
    view->policy_policy = bh_source_texts(source, "policy_policy", view->policy.count, err);
    if (bh_source_has(source, "enclave_entry") &&
        (view->enclave_entry = bh_source_texts(source, "enclave_entry", view->enclave.count, err)) == NULL)
        return -1;
    if ((bh_source_has(source, "system_colour") &&
         (view->system_colour = bh_source_texts(source, "system_colour", view->policy.count, err)) == NULL) ||
        (bh_source_has(source, "policy_colour") &&
         (view->policy_colour = bh_source_texts(source, "policy_colour", view->policy.count, err)) == NULL) ||
        (bh_source_has(source, "policy_mark") &&
         (view->policy_mark = bh_source_texts(source, "policy_mark", view->policy.count, err)) == NULL) ||
        (bh_source_has(source, "policy_offers") &&
         (view->policy_offers = bh_source_texts(source, "policy_offers", view->policy.count, err)) == NULL))
        return -1;
    char *list = bh_source_text(source, "axes", err);
    if (view->policy_system == NULL || view->policy_policy == NULL || list == NULL) {
        free(list);
        return -1;
    }
    view->axes = bh_allocate(MOST_AXES, sizeof *view->axes);
    view->points = 1;
    int status = 0;
    char *rest = NULL;
    for (char *name = strtok_r(list, ",", &rest); name != NULL && status == 0; name = strtok_r(NULL, ",", &rest)) {
        if (view->axes_count == MOST_AXES) {
            status = bh_fail(err, BH_ERROR_INPUT, "%s: more than %d varied axes", view->file, MOST_AXES);
            break;
        }
        struct bh_view_axis *axis = &view->axes[view->axes_count++];
        status = bh_source_axis(source, name, axis, err);
        view->points *= axis->count;
    }
    free(list);
    return status;
}

static int read_uncertainty(const struct bh_source *source, struct bh_view *view, struct bh_error *err)
{
    struct bh_view_axis *axis = &view->uncertainty.axis;
    view->headline = view->points - 1;
    char *name = bh_source_text(source, "uncertainty_axis", err);
    if (name == NULL)
        return -1;
    int status = 0;
    if (name[0] != '\0') {
        char *path = bh_print_text("uncertainty/%s", name);
        status = bh_source_axis(source, path, axis, err);
        if (status == 0 && bh_source_has_attribute(source, "uncertainty_source") &&
            (view->uncertainty.source = bh_source_text(source, "uncertainty_source", err)) == NULL)
            status = -1;
        if (status == 0 && axis->numbers == NULL && view->uncertainty.source == NULL)
            status = bh_fail(err, BH_ERROR_INPUT, "%s: '%s' holds words, expected numbers", view->file, path);
        free(path);
        if (status == 0)
            status = read_metrics(source, view, true, axis, 1, view->uncertainty.numbers, err);
    }
    free(name);
    if (status != 0 || axis->count == 0 || !bh_source_has_attribute(source, "uncertainty_at"))
        return status;
    /* Positions on the varied axes, "2,1". */
    char *at = bh_source_text(source, "uncertainty_at", err);
    if (at == NULL)
        return -1;
    const char *next = at;
    size_t point = 0;
    for (size_t i = 0; i < view->axes_count; i++) {
        char *end = NULL;
        unsigned long position = strtoul(next, &end, 10);
        if (end == next || position >= view->axes[i].count || *end != (i + 1 < view->axes_count ? ',' : '\0')) {
            status = bh_fail(err, BH_ERROR_INPUT,
                             "%s: attribute 'uncertainty_at' is '%s', expected a position on each of %zu axes",
                             view->file, at, view->axes_count);
            break;
        }
        point = point * view->axes[i].count + position;
        next = end + 1;
    }
    free(at);
    if (status == 0)
        view->headline = point;
    return status;
}

/* A column of positions on an axis of `count` values, multiplied into `indices`. */
static int read_positions(const struct bh_source *source, const char *column, size_t count, size_t rows,
                          size_t *indices, struct bh_error *err)
{
    double *positions = bh_source_column(source, "causes", column, err);
    if (positions == NULL)
        return -1;
    int status = 0;
    for (size_t i = 0; i < rows && status == 0; i++) {
        if (!(positions[i] >= 0 && positions[i] < (double)count))
            status = bh_fail(err, BH_ERROR_INPUT, "%s: table 'causes', column '%s': found %g, expected 0 to %zu",
                             source->name, column, positions[i], count - 1);
        else
            indices[i] = indices[i] * count + (size_t)positions[i];
    }
    free(positions);
    return status;
}

/* Such an axis would have taken the column's place. */
static bool is_cause_column(const char *axis)
{
    bool is = strcmp(axis, "policy") == 0;
    for (size_t i = 0; i < BH_CAUSE_COLUMNS; i++)
        is = is || strcmp(axis, bh_cause_column_names[i]) == 0;
    return is;
}

static int read_causes(const struct bh_source *source, struct bh_view *view, struct bh_error *err)
{
    struct bh_view_causes *causes = &view->causes;
    if (!bh_source_has(source, "causes"))
        return 0;
    if (bh_source_rows(source, "causes", &causes->count, err) != 0)
        return -1;
    causes->policy = bh_allocate(causes->count + 1, sizeof *causes->policy);
    causes->point = bh_allocate(causes->count + 1, sizeof *causes->point);
    if (read_positions(source, "policy", view->policy.count, causes->count, causes->policy, err) != 0)
        return -1;
    for (size_t a = 0; a < view->axes_count; a++)
        if (is_cause_column(view->axes[a].name))
            return bh_fail(err, BH_ERROR_INPUT,
                           "%s: the axis '%s' is named as a column of the table 'causes', which is lost; run the "
                           "scenario again with another name",
                           source->name, view->axes[a].name);
    for (size_t a = 0; a < view->axes_count; a++)
        if (read_positions(source, view->axes[a].name, view->axes[a].count, causes->count, causes->point, err) != 0)
            return -1;
    bool read = (causes->fault = bh_source_text_column(source, "causes", "fault", err)) != NULL &&
                (causes->origin = bh_source_text_column(source, "causes", "origin", err)) != NULL &&
                (causes->disposition = bh_source_text_column(source, "causes", "disposition", err)) != NULL &&
                (causes->failures = bh_source_column(source, "causes", "failures", err)) != NULL &&
                (causes->lost_node_s = bh_source_column(source, "causes", "lost_node_time", err)) != NULL;
    return read ? 0 : -1;
}

static void free_causes(struct bh_view_causes *causes)
{
    bh_source_free_texts(causes->fault, causes->count);
    bh_source_free_texts(causes->origin, causes->count);
    bh_source_free_texts(causes->disposition, causes->count);
    free(causes->policy);
    free(causes->point);
    free(causes->failures);
    free(causes->lost_node_s);
}

/* What another version wrote may be read all the same, but what is missing or odd then has a cause. */
static int explain_version(const struct bh_view *view, const struct bh_error *own, struct bh_error *err)
{
    if (view->version == NULL || strcmp(view->version, PACKAGE_VERSION) == 0)
        return bh_fail_again(err, own);
    char *version = bh_markup(view->version, BH_TABLE_TEXT);
    bh_fail(err, own->code, "%s (it was written by bulkhead %.40s, and this is %s)", own->text, version,
            PACKAGE_VERSION);
    free(version);
    return -1;
}

/* The view owns `paged`. */
static struct bh_view *read_view(int64_t file, const char *name, struct bh_paged *paged, struct bh_error *err)
{
    struct bh_view *view = bh_allocate(1, sizeof *view);
    view->paged = paged;
    const struct bh_source source = {file, name};
    struct bh_error own = {0};
    view->file = bh_copy_text(name);
    int status = read_attributes(&source, view, &own);
    if (status == 0)
        status = read_axes(&source, view, &own);
    if (status == 0)
        status = read_metrics(&source, view, false, view->axes, view->axes_count, view->numbers, &own);
    if (status == 0)
        status = read_uncertainty(&source, view, &own);
    if (status == 0)
        status = read_causes(&source, view, &own);
    if (status == 0) {
        view->primary = bh_view_find_label(&view->enclave, view->primary_enclave);
        if (view->primary == view->enclave.count)
            status = bh_fail(&own, BH_ERROR_INPUT, "%s: primary enclave '%s' is not on the axis 'enclave'", name,
                             view->primary_enclave);
    }
    if (status == 0)
        return view;
    explain_version(view, &own, err);
    bh_view_destroy(view);
    return NULL;
}

struct bh_view *bh_view_read_open(int64_t file, const char *name, struct bh_error *err)
{
    return read_view(file, name, NULL, err);
}

static struct bh_view *read_path(const char *path, struct bh_paged *paged, struct bh_error *err)
{
    struct bh_source source = {-1, path};
    if (bh_source_open(&source, path, err) != 0) {
        bh_paged_destroy(paged);
        return NULL;
    }
    struct bh_view *view = read_view(source.file, path, paged, err);
    bh_source_close(&source);
    return view;
}

/* Reads what the view leaves for later: coordinates and texts. */
static int try_rest(const char *path)
{
    struct bh_source source;
    struct bh_array_list list;
    if (bh_source_open(&source, path, NULL) != 0)
        return -1;
    int status = bh_array_list(&source, &list, NULL);
    for (size_t i = 0; status == 0 && i < list.count; i++)
        if (list.array[i].axes_count == 1) {
            struct bh_array array;
            if (bh_array_read(&source, list.array[i].name, &array, NULL) == 0)
                bh_array_release(&array);
        }
    if (status == 0)
        bh_array_list_release(&list);
    static const char *const texts[] = {"provenance", "scenario"};
    for (size_t i = 0; i < BH_COUNT(texts); i++)
        free(bh_source_text(&source, texts[i], NULL));
    bh_source_close(&source);
    return status;
}

/* What it has read of numbers that are too many for memory need not be read again. */
static int try_path(const char *path, void *paged)
{
    struct bh_view *view = read_path(path, paged, NULL);
    int status = view != NULL ? try_rest(path) : -1;
    if (status == 0)
        bh_paged_finish(paged);
    return status;
}

struct bh_view *bh_view_read(const char *path, struct bh_error *err)
{
    struct bh_paged *paged = bh_paged_create();
    if (bh_source_survives(path, try_path, paged, err) != 0) {
        bh_paged_destroy(paged);
        return NULL;
    }
    bh_paged_take_over(paged);
    return read_path(path, paged, err);
}

static void free_numbers(const struct bh_view *view, double *numbers)
{
    if (!bh_paged_has(view->paged, numbers))
        free(numbers);
}

void bh_view_destroy(struct bh_view *view)
{
    if (view == NULL)
        return;
    for (size_t m = 0; m < BH_METRICS; m++) {
        free_numbers(view, view->numbers[m]);
        free_numbers(view, view->uncertainty.numbers[m]);
    }
    bh_paged_destroy(view->paged);
    free(view->uncertainty.source);
    free_causes(&view->causes);
    bh_source_free_texts(view->policy_system, view->policy.count);
    bh_source_free_texts(view->policy_policy, view->policy.count);
    bh_source_free_texts(view->system_colour, view->policy.count);
    bh_source_free_texts(view->policy_colour, view->policy.count);
    bh_source_free_texts(view->policy_mark, view->policy.count);
    bh_source_free_texts(view->policy_offers, view->policy.count);
    bh_source_free_texts(view->enclave_entry, view->enclave.count);
    struct bh_view_axis *const axes[] = {&view->policy, &view->enclave,  &view->replica, &view->part,
                                         &view->scope,  &view->boundary, &view->level,   &view->uncertainty.axis};
    for (size_t i = 0; i < BH_COUNT(axes); i++)
        bh_source_free_axis(axes[i]);
    for (size_t i = 0; i < view->axes_count; i++)
        bh_source_free_axis(&view->axes[i]);
    free(view->axes);
    free(view->title);
    free(view->scenario);
    free(view->version);
    free(view->baseline);
    free(view->primary_enclave);
    free(view->file);
    free(view);
}
