/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The axes of a study: what varies, over which values, and the settings that each value makes. */
#include "sim/scenario/read_axes.h"

#include "models/base/results_names.h"
#include "models/catalog/lookup.h"
#include "models/catalog/parameter.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/worlds.h"
#include "models/document/document_get.h"
#include "models/document/document_set.h"
#include "sim/scenario/optional_keys.h"
#include "sim/scenario/overrides.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Points of the product beyond which a study is a mistake. */
enum { MOST_POINTS = 1000000 };

int bh_axis_read_name(const struct bh_node *node, const char **name, struct bh_error *err)
{
    const char *text = bh_node_text(node, err);
    if (text == NULL)
        return -1;
    if (*text == '\0' || text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] != '\0')
        return bh_node_fail(node, err, "found `%s`; expected a name of letters, digits, '-' and '_'", text);
    if (bh_results_name_is_taken(text))
        return bh_node_fail(node, err, "found `%s`, a name that results files use themselves; expected another", text);
    *name = text;
    return 0;
}

static double number_of(const char *label)
{
    char *end;
    double number = strtod(label, &end);
    return *label != '\0' && *end == '\0' && isfinite(number) ? number : NAN;
}

void bh_axis_value_add(struct bh_axis_value *value, const char *path, const struct bh_node *node)
{
    size_t count = value->settings_count;
    value->paths = bh_reallocate(value->paths, count + 1, sizeof *value->paths);
    value->values = bh_reallocate(value->values, count + 1, sizeof *value->values);
    value->paths[count] = path;
    value->values[count] = node;
    value->settings_count++;
}

/* The axis' own `set`, a path or a list of paths: each takes NODE. */
static int add_common(struct bh_axis_value *value, const struct bh_node *set, const struct bh_node *node,
                      struct bh_error *err)
{
    if (bh_node_kind(set) != BH_NODE_LIST) {
        const char *path = bh_node_text(set, err);
        if (path == NULL)
            return -1;
        bh_axis_value_add(value, path, node);
        return 0;
    }
    for (size_t i = 0; i < bh_node_count(set); i++) {
        const char *path = bh_node_text(bh_node_item(set, i), err);
        if (path == NULL)
            return -1;
        bh_axis_value_add(value, path, node);
    }
    return 0;
}

/* A value is a scalar for the axis' own `set`, or {label, value} for it, or {label, set: {path: value, ...}}. */
static int read_value(struct bh_axis_value *value, const struct bh_node *set, const struct bh_node *node,
                      struct bh_error *err)
{
    const struct bh_node *label = node, *common = node, *own = NULL;
    if (bh_node_kind(node) == BH_NODE_MAP) {
        if (bh_keys_check(node, &bh_axis_value_keys, err) != 0 || (label = bh_node_need(node, "label", err)) == NULL)
            return -1;
        common = bh_node_find(node, "value");
        own = bh_node_find(node, "set");
    }
    if ((value->label = bh_node_text(label, err)) == NULL)
        return -1;
    value->number = number_of(value->label);
    if (own == NULL && common == NULL)
        return bh_node_fail(node, err, "the value `%s` sets nothing; expected `set: {path: value}`", value->label);
    if (common != NULL && set == NULL)
        return bh_node_fail(common, err,
                            "the value `%s` has no path to set; expected a key `set` beside `values`, or values of the "
                            "form `{label: ..., set: {path: value}}`",
                            value->label);
    if (common != NULL && add_common(value, set, common, err) != 0)
        return -1;
    if (own == NULL)
        return 0;
    if (bh_node_expect(own, BH_NODE_MAP, "set", err) != 0)
        return -1;
    for (size_t i = 0; i < bh_node_count(own); i++)
        bh_axis_value_add(value, bh_node_key(own, i), bh_node_item(own, i));
    return 0;
}

static int read_values(struct bh_axis *axis, const struct bh_node *map, struct bh_error *err)
{
    const struct bh_node *set = bh_node_find(map, "set");
    const struct bh_node *values = bh_node_need(map, "values", err);
    if (values == NULL || bh_node_expect(values, BH_NODE_LIST, "values", err) != 0)
        return -1;
    if (bh_node_count(values) == 0)
        return bh_node_fail(values, err, "found none; expected at least one value");
    axis->values = bh_allocate(bh_node_count(values), sizeof *axis->values);
    for (size_t i = 0; i < bh_node_count(values); i++) {
        const struct bh_node *item = bh_node_item(values, i);
        axis->count++;
        if (read_value(&axis->values[i], set, item, err) != 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            if (strcmp(axis->values[j].label, axis->values[i].label) == 0)
                return bh_node_fail(item, err, "the value `%s` is there twice", axis->values[i].label);
    }
    return 0;
}

static int read_axis_head(struct bh_axis *axis, const struct bh_node *map, const struct bh_keys *keys,
                          struct bh_error *err)
{
    const struct bh_node *name;
    if (bh_keys_check(map, keys, err) != 0 || (name = bh_node_need(map, "axis", err)) == NULL ||
        bh_axis_read_name(name, &axis->name, err) != 0)
        return -1;
    axis->place = bh_node_place(name);
    axis->unit = "1";
    return bh_optional_text(map, "unit", &axis->unit, err);
}

int bh_axis_read(struct bh_axis *axis, const struct bh_node *map, const struct bh_keys *keys, struct bh_error *err)
{
    return read_axis_head(axis, map, keys, err) != 0 ? -1 : read_values(axis, map, err);
}

/* Whether a setting of one path would change what the other sets. */
static bool overlap(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right)
        left++, right++;
    bool left_ends = *left == '\0' || *left == '.', right_ends = *right == '\0' || *right == '.';
    return left_ends && right_ends && (*left == '\0' || *right == '\0');
}

bool bh_axis_value_sets(const struct bh_axis_value *value, const char *path)
{
    for (size_t s = 0; s < value->settings_count; s++)
        if (overlap(value->paths[s], path))
            return true;
    return false;
}

/* Whether a path is that of the key or leads below it. */
static bool is_below(const char *path, const char *key)
{
    size_t length = strlen(key);
    return strncmp(path, key, length) == 0 && (path[length] == '.' || path[length] == '\0');
}

/* What says which points and replicas there are, and words for people: no point differs by them. */
static bool acts_on_points(const char *path)
{
    static const char *const keys[] = {"scenario",         "bulkhead", "like", "title",       "description",
                                       "reproduces-input", "replicas", "vary", "uncertainty", NULL};
    static const char *const words[] = {".title", ".description", ".source", ".colour", ".mark", NULL};
    for (size_t i = 0; keys[i] != NULL; i++)
        if (is_below(path, keys[i]))
            return false;
    size_t dots = 0;
    for (const char *c = path; *c != '\0'; c++)
        dots += *c == '.';
    for (size_t i = 0; words[i] != NULL && is_below(path, "define") && dots > 2; i++) /* define.SECTION.NAME.key */
        if (strcmp(strrchr(path, '.'), words[i]) == 0)
            return false;
    return true;
}

int bh_axis_check_paths(const struct bh_axis *axis, struct bh_error *err)
{
    size_t settings = 0;
    for (size_t v = 0; v < axis->count; v++)
        for (size_t s = 0; s < axis->values[v].settings_count; s++, settings++)
            if (!acts_on_points(axis->values[v].paths[s]))
                return bh_fail_at(err, axis->place,
                                  "the axis `%s` sets %s, on which no answer depends; expected a parameter, as in "
                                  "platform.nodes or models.recovery.node-reboot",
                                  axis->name, axis->values[v].paths[s]);
    if (settings == 0 && axis->count > 1)
        return bh_fail_at(err, axis->place,
                          "none of the %zu values of the axis `%s` sets anything; expected ones that do", axis->count,
                          axis->name);
    return 0;
}

static const char *path_that_overlaps(const struct bh_axis *axis, const char *path)
{
    for (size_t v = 0; v < axis->count; v++)
        for (size_t s = 0; s < axis->values[v].settings_count; s++)
            if (overlap(axis->values[v].paths[s], path))
                return axis->values[v].paths[s];
    return NULL;
}

/* Neither a later axis nor the command line may set what this axis sets. `key` is where the axis stands. */
static int check_alone(const struct bh_study *study, const struct bh_axis *axis, const char *key, struct bh_error *err)
{
    for (size_t i = 0; i < study->settings_count; i++) {
        const char *path = path_that_overlaps(axis, study->settings[i].path);
        if (path != NULL)
            return bh_fail(err, BH_ERROR_INPUT,
                           "--set %s=%s: the axis `%s` (%s:%u) sets %s; change its values instead: --set "
                           "'%s.values=[...]'",
                           study->settings[i].path, study->settings[i].value, axis->name, axis->place.file,
                           axis->place.line, path, key);
    }
    for (size_t a = 0; a < study->axes_count; a++) {
        const struct bh_axis *other = &study->axes[a];
        if (other == axis)
            return 0;
        if (strcmp(other->name, axis->name) == 0)
            return bh_fail_at(err, axis->place, "the axis name `%s` is already that of the axis in line %u", axis->name,
                              other->place.line);
        for (size_t v = 0; v < axis->count; v++)
            for (size_t s = 0; s < axis->values[v].settings_count; s++)
                if (path_that_overlaps(other, axis->values[v].paths[s]) != NULL)
                    return bh_fail_at(err, bh_node_place(axis->values[v].values[s]),
                                      "the axis `%s` sets %s, which the axis `%s` in line %u sets already", axis->name,
                                      axis->values[v].paths[s], other->name, other->place.line);
    }
    return 0;
}

/* `at` names one value of every axis of the product. */
static int read_at(struct bh_study *study, const struct bh_node *map, struct bh_error *err)
{
    const struct bh_node *at = bh_node_find(map, "at");
    study->uncertainty_at = bh_allocate(study->axes_count + 1, sizeof *study->uncertainty_at);
    const char **names = bh_allocate(study->axes_count + 1, sizeof *names);
    for (size_t a = 0; a < study->axes_count; a++)
        names[a] = study->axes[a].name;
    int status = -1;
    if (at != NULL && (bh_node_expect(at, BH_NODE_MAP, "at", err) != 0 || bh_node_check_keys(at, names, err) != 0))
        goto out;
    for (size_t a = 0; a < study->axes_count; a++) {
        const struct bh_axis *axis = &study->axes[a];
        const struct bh_node *node = at == NULL ? NULL : bh_node_find(at, axis->name);
        if (node == NULL) {
            bh_fail_at(err, at == NULL ? study->uncertainty.place : bh_node_place(at),
                       "uncertainty.at: the axis `%s` is missing; expected one of its values, as in `%s: %s`",
                       axis->name, axis->name, axis->values[0].label);
            goto out;
        }
        const char **labels = bh_allocate(axis->count + 1, sizeof *labels);
        for (size_t v = 0; v < axis->count; v++)
            labels[v] = axis->values[v].label;
        int choice = bh_node_choice(node, labels, "value", err);
        free(labels);
        if (choice < 0)
            goto out;
        study->uncertainty_at[a] = (size_t)choice;
    }
    status = 0;
out:
    free(names);
    return status;
}

/* Its values are numbers, and it sets nothing but numbers of the catalog. */
static int check_uncertainty(const struct bh_axis *axis, struct bh_error *err)
{
    for (size_t v = 0; v < axis->count; v++) {
        const struct bh_axis_value *value = &axis->values[v];
        if (isnan(value->number))
            return bh_fail_at(err, value->settings_count > 0 ? bh_node_place(value->values[0]) : axis->place,
                              "uncertainty: found `%s`; expected a number without a unit", value->label);
        for (size_t s = 0; s < value->settings_count; s++)
            if (bh_models_path(value->paths[s]) == NULL)
                return bh_fail_at(
                    err, axis->place,
                    "uncertainty: found the path `%s`; expected an uncertain number of the catalog, as in "
                    "models.channels.vm-exit.probability",
                    value->paths[s]);
    }
    return 0;
}

/* A number over its range, or the draws of a posterior. */
static int read_uncertainty(struct bh_study *study, const struct bh_node *map, struct bh_error *err)
{
    struct bh_axis *axis = &study->uncertainty;
    study->has_uncertainty = true;
    if (bh_node_kind(map) == BH_NODE_MAP && bh_node_find(map, "posterior") != NULL) {
        if (read_axis_head(axis, map, &bh_uncertain_posterior_keys, err) != 0 ||
            bh_posterior_read(study, map, err) != 0)
            return -1;
    } else if (bh_axis_read(axis, map, &bh_uncertain_number_keys, err) != 0 || check_uncertainty(axis, err) != 0) {
        return -1;
    }
    if (check_alone(study, axis, "uncertainty", err) != 0)
        return -1;
    return read_at(study, map, err);
}

int bh_axes_read(struct bh_study *study, struct bh_error *err)
{
    const struct bh_node *root = bh_document_root(study->document);
    const struct bh_node *vary = bh_node_find(root, "vary");
    if (vary != NULL && bh_node_expect(vary, BH_NODE_LIST, "vary", err) != 0)
        return -1;
    study->axes = bh_allocate(bh_node_count(vary == NULL ? root : vary) + 1, sizeof *study->axes);
    size_t points = 1;
    for (size_t a = 0; vary != NULL && a < bh_node_count(vary); a++) {
        struct bh_axis *axis = &study->axes[study->axes_count++];
        char key[32];
        snprintf(key, sizeof key, "vary.%zu", a);
        if (bh_axis_read(axis, bh_node_item(vary, a), &bh_axis_keys, err) != 0 || bh_axis_check_paths(axis, err) != 0 ||
            check_alone(study, axis, key, err) != 0)
            return -1;
        if (study->axes_count > BH_GRID_AXES_MOST)
            return bh_fail_at(err, axis->place, "vary: found more than %d axes; expected at most as many in a grid",
                              BH_GRID_AXES_MOST);
        points *= axis->count;
        if (points > MOST_POINTS)
            return bh_fail_at(err, axis->place, "vary: found more than %d points; expected fewer", MOST_POINTS);
    }
    const struct bh_node *uncertainty = bh_node_find(root, "uncertainty");
    return uncertainty == NULL ? 0 : read_uncertainty(study, uncertainty, err);
}

int bh_study_add_axis(struct bh_study *study, const struct bh_axis *axis, struct bh_error *err)
{
    study->axes = bh_reallocate(study->axes, study->axes_count + 1, sizeof *study->axes);
    study->axes[study->axes_count++] = *axis;
    return check_alone(study, &study->axes[study->axes_count - 1], "vary", err);
}

static void release_axis(struct bh_axis *axis)
{
    for (size_t v = 0; v < axis->count; v++) {
        free(axis->values[v].paths);
        free(axis->values[v].values);
    }
    free(axis->values);
}

void bh_axes_release(struct bh_study *study)
{
    for (size_t a = 0; a < study->axes_count; a++)
        release_axis(&study->axes[a]);
    bh_posterior_release(study);
    release_axis(&study->uncertainty);
    free(study->axes);
    free(study->uncertainty_at);
}

/* `source` is that of a posterior, or NULL. */
static int apply(const struct bh_axis_value *value, const char *source, struct bh_document *document,
                 struct bh_overrides *overrides, struct bh_error *err)
{
    for (size_t s = 0; s < value->settings_count; s++) {
        const char *models = bh_models_path(value->paths[s]);
        if (models != NULL ? bh_overrides_add_computed(overrides, models, value->values[s], source, err) != 0
                           : bh_document_set_node(document, value->paths[s], value->values[s], false, err) != 0)
            return -1;
    }
    return 0;
}

int bh_axes_apply(const struct bh_study *study, const size_t *index, int uncertain, struct bh_document *document,
                  struct bh_overrides *overrides, struct bh_error *err)
{
    for (size_t a = 0; a < study->axes_count; a++)
        if (apply(&study->axes[a].values[index[a]], NULL, document, overrides, err) != 0)
            return -1;
    const struct bh_posterior *posterior = &study->posterior;
    if (uncertain >= 0)
        return apply(&study->uncertainty.values[uncertain], posterior->source, document, overrides, err);
    return posterior->source == NULL ? 0 : apply(&posterior->center, posterior->source, document, overrides, err);
}

int bh_uncertainty_check(const struct bh_study *study, const struct bh_scenario *scenario, struct bh_error *err)
{
    if (study->posterior.source != NULL)
        return 0; /* what was measured stands above what was assumed, and may lie outside its range */
    struct bh_catalog *catalog = bh_overrides_read_catalog(NULL, scenario, study->catalog_files, err);
    if (catalog == NULL)
        return -1;
    int status = -1;
    for (size_t v = 0; v < study->uncertainty.count; v++) {
        const struct bh_axis_value *value = &study->uncertainty.values[v];
        for (size_t s = 0; s < value->settings_count; s++) {
            const char *path = bh_models_path(value->paths[s]);
            struct bh_place place = bh_node_place(value->values[s]);
            const struct bh_parameter *parameter = bh_catalog_parameter(catalog, path, place, err);
            double number;
            char low[64], high[64];
            if (parameter == NULL || bh_node_quantity(value->values[s], parameter->dimension, &number, err) != 0)
                goto out;
            if (!bh_parameter_is_uncertain(parameter)) {
                bh_fail_at(err, study->uncertainty.place,
                           "uncertainty: %s is %s without an interval (%s); expected a number with one", path,
                           bh_status_names[parameter->status], parameter->source);
                goto out;
            }
            if (number < parameter->low || number > parameter->high) {
                bh_fail_at(err, place, "uncertainty: found %s for %s; expected a value from %s to %s, its interval",
                           value->label, path, bh_quantity_print(parameter->low, parameter->dimension, low, sizeof low),
                           bh_quantity_print(parameter->high, parameter->dimension, high, sizeof high));
                goto out;
            }
        }
    }
    status = 0;
out:
    bh_catalog_destroy(catalog);
    return status;
}
