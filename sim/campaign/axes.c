/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The axes of a campaign: lists of values and ranges; zips and designs are in plan_designs.c. */
#include "sim/campaign/parts.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *bh_plan_keep(struct bh_plan *plan, void *memory)
{
    plan->texts = bh_reallocate(plan->texts, plan->texts_count + 1, sizeof *plan->texts);
    plan->texts[plan->texts_count++] = memory;
    return memory;
}

const struct bh_node *bh_plan_value(struct bh_plan *plan, const char *text, struct bh_place place, struct bh_error *err)
{
    char *name = bh_plan_keep(plan, bh_print_text("%s:%u (a value of its range)", place.file, place.line));
    struct bh_document *document = bh_document_parse(text, strlen(text), name, err);
    if (document == NULL)
        return NULL;
    plan->documents = bh_reallocate(plan->documents, plan->documents_count + 1, sizeof *plan->documents);
    plan->documents[plan->documents_count++] = document;
    return bh_document_root(document);
}

int bh_plan_set(struct bh_axis_value *value, const struct bh_node *set, const struct bh_node *node,
                struct bh_error *err)
{
    bool is_list = bh_node_kind(set) == BH_NODE_LIST;
    for (size_t i = 0; i < (is_list ? bh_node_count(set) : 1); i++) {
        const char *path = bh_node_text(is_list ? bh_node_item(set, i) : set, err);
        if (path == NULL)
            return -1;
        bh_axis_value_add(value, path, node);
    }
    return 0;
}

int bh_plan_add_axis(struct bh_plan *plan, struct bh_axis *axis, struct bh_plan_axis *own, struct bh_error *err)
{
    size_t count = plan->study->axes_count;
    plan->axes = bh_reallocate(plan->axes, count + 1, sizeof *plan->axes);
    plan->axes[count] = *own;
    if (bh_study_add_axis(plan->study, axis, err) != 0)
        return -1;
    /* The scenario's own uncertain values set numbers by their position, not here. */
    if (!own->is_setting && plan->uncertain_axis != count && bh_axis_check_paths(axis, err) != 0)
        return -1;
    /* Coordinates are arrays of the results beside the axes: one name, one thing. */
    for (size_t c = 0; own->is_composite && c < own->coordinates_count; c++)
        for (size_t a = 0; a <= count; a++) {
            bool taken = strcmp(plan->study->axes[a].name, own->coordinates[c].name) == 0;
            for (size_t d = 0; plan->axes[a].is_composite && d < plan->axes[a].coordinates_count; d++)
                taken = taken || ((a != count || d < c) &&
                                  strcmp(plan->axes[a].coordinates[d].name, own->coordinates[c].name) == 0);
            if (taken)
                return bh_fail_at(err, axis->place, "the name `%s` is there twice", own->coordinates[c].name);
        }
    return 0;
}

/* --- Ranges ----------------------------------------------------------------------------------------------------------- */

/* Parts "1.5 h" into the number and its unit. */
static int read_end(const struct bh_node *map, const char *key, double *value, const char **unit, struct bh_error *err)
{
    const struct bh_node *node = bh_node_need(map, key, err);
    const char *text = node == NULL ? NULL : bh_node_text(node, err);
    char *end;
    if (text == NULL)
        return -1;
    *value = strtod(text, &end);
    if (end == text || !isfinite(*value))
        return bh_node_fail(node, err, "found `%s`; expected a number, with its unit if it has one", text);
    while (isspace((unsigned char)*end))
        end++;
    *unit = end;
    return 0;
}

int bh_range_read(struct bh_plan *plan, const struct bh_node *map, struct bh_range *range, struct bh_error *err)
{
    static const char *const scales[] = {"linear", "logarithmic", NULL};
    const char *unit_to;
    (void)plan;
    *range = (struct bh_range){0};
    if (read_end(map, "from", &range->from, &range->unit, err) != 0 ||
        read_end(map, "to", &range->to, &unit_to, err) != 0)
        return -1;
    if (strcmp(range->unit, unit_to) != 0)
        return bh_node_fail(bh_node_find(map, "to"), err, "found the unit `%s`; expected `%s`, as `from` has", unit_to,
                            range->unit);
    const struct bh_node *scale = bh_node_find(map, "scale"), *whole = bh_node_find(map, "whole");
    int choice = scale == NULL ? 0 : bh_node_choice(scale, scales, "scale", err);
    if (choice < 0 || (whole != NULL && bh_node_bool(whole, &range->is_whole, err) != 0))
        return -1;
    range->is_logarithmic = choice == 1;
    if (range->is_logarithmic && !(range->from > 0 && range->to > 0))
        return bh_node_fail(scale, err, "found a range with %g in it; expected ends above 0",
                            range->from > 0 ? range->to : range->from);
    return 0;
}

double bh_range_at(const struct bh_range *range, double share)
{
    double value = range->from + share * (range->to - range->from);
    if (range->is_logarithmic)
        value = range->from * pow(range->to / range->from, share);
    if (share == 1.0)
        value = range->to;
    return range->is_whole ? round(value) : value;
}

const char *bh_range_label(struct bh_plan *plan, double value)
{
    return bh_plan_keep(plan, bh_print_text("%.12g", value));
}

const char *bh_range_text(struct bh_plan *plan, const struct bh_range *range, const char *label)
{
    return *range->unit == '\0' ? label : bh_plan_keep(plan, bh_print_text("%s %s", label, range->unit));
}

static int read_range_axis(struct bh_plan *plan, const struct bh_node *map, struct bh_axis *axis, struct bh_error *err)
{
    static const char *const keys[] = {"axis", "unit", "set", "from", "to", "count", "scale", "whole", NULL};
    const struct bh_node *name, *set, *count_node;
    struct bh_range range;
    uint64_t count;
    if (bh_node_check_keys(map, keys, err) != 0 || (name = bh_node_need(map, "axis", err)) == NULL ||
        bh_axis_read_name(name, &axis->name, err) != 0 || (set = bh_node_need(map, "set", err)) == NULL ||
        bh_range_read(plan, map, &range, err) != 0 || (count_node = bh_node_need(map, "count", err)) == NULL ||
        bh_node_count_value(count_node, 1, 100000, &count, err) != 0)
        return -1;
    axis->place = bh_node_place(name);
    axis->unit = *range.unit != '\0' ? range.unit : "1";
    const struct bh_node *unit = bh_node_find(map, "unit");
    if (unit != NULL && (axis->unit = bh_node_text(unit, err)) == NULL)
        return -1;
    axis->values = bh_allocate(count, sizeof *axis->values);
    for (uint64_t i = 0; i < count; i++) {
        double at = bh_range_at(&range, count == 1 ? 0.0 : (double)i / (double)(count - 1));
        const char *label = bh_range_label(plan, at);
        if (axis->count > 0 && strcmp(axis->values[axis->count - 1].label, label) == 0)
            continue; /* whole numbers may fall together */
        struct bh_axis_value *value = &axis->values[axis->count++];
        const struct bh_node *node = bh_plan_value(plan, bh_range_text(plan, &range, label), axis->place, err);
        *value = (struct bh_axis_value){.label = label, .number = strtod(label, NULL)};
        if (node == NULL || bh_plan_set(value, set, node, err) != 0)
            return -1;
    }
    return 0;
}

/* --- All of `vary` ----------------------------------------------------------------------------------------------------- */

/* A plain axis: a list of values as in a scenario, or a range. */
static int read_plain(struct bh_plan *plan, const struct bh_node *map, struct bh_error *err)
{
    static const char *const keys[] = {"axis", "unit", "set", "values", NULL};
    struct bh_axis axis = {0};
    struct bh_plan_axis own = {0};
    int status = bh_node_find(map, "from") != NULL ? read_range_axis(plan, map, &axis, err)
                                                   : bh_axis_read(&axis, map, keys, err);
    if (status != 0) {
        for (size_t v = 0; v < axis.count; v++) {
            free(axis.values[v].paths);
            free(axis.values[v].values);
        }
        free(axis.values);
        return -1;
    }
    return bh_plan_add_axis(plan, &axis, &own, err);
}

int bh_plan_read_axes(struct bh_plan *plan, struct bh_error *err)
{
    const struct bh_node *vary = bh_node_find(bh_document_root(plan->document), "vary");
    if (vary != NULL && bh_node_expect(vary, BH_NODE_LIST, "vary", err) != 0)
        return -1;
    for (size_t i = 0; vary != NULL && i < bh_node_count(vary); i++) {
        const struct bh_node *map = bh_node_item(vary, i);
        if (bh_node_expect(map, BH_NODE_MAP, "an axis", err) != 0)
            return -1;
        int status;
        if (bh_node_find(map, "zip") != NULL)
            status = bh_plan_read_zip(plan, map, err);
        else if (bh_node_find(map, "latin-hypercube") != NULL || bh_node_find(map, "sobol") != NULL)
            status = bh_plan_read_design(plan, map, err);
        else
            status = read_plain(plan, map, err);
        if (status != 0)
            return -1;
    }
    return bh_plan_read_draws(plan, err);
}
