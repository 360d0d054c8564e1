/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Axes that vary several numbers together: zips, and draws of uncertain numbers. */
#include "models/base/quantity.h"
#include "models/catalog/catalog.h"
#include "models/catalog/lookup.h"
#include "models/catalog/worlds.h"
#include "models/document/document_get.h"
#include "sim/campaign/campaign_keys.h"
#include "sim/campaign/parts.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include "sim/scenario/read_axes.h"
#include "sim/setup/number_uses_study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DESIGN_VALUES = 2000000 };

int bh_design_begin(struct bh_campaign *campaign, const struct bh_node *map, const char *name, struct bh_place place,
                    size_t count, size_t coordinates, struct bh_axis *axis, struct bh_campaign_axis *own,
                    struct bh_error *err)
{
    const struct bh_node *node = map == NULL ? NULL : bh_node_find(map, "axis");
    *axis = (struct bh_axis){.name = name, .unit = "1", .is_unordered = true, .place = place};
    *own = (struct bh_campaign_axis){.is_composite = true};
    if (count > MOST_DESIGN_VALUES / (coordinates > 0 ? coordinates : 1))
        return bh_fail_at(err, place, "found %zu values, %zu of each of %zu numbers; expected at most %d",
                          count * coordinates, count, coordinates, MOST_DESIGN_VALUES);
    if (node != NULL && bh_axis_read_name(node, &axis->name, err) != 0)
        return -1;
    axis->values = bh_allocate(count, sizeof *axis->values);
    for (axis->count = 0; axis->count < count; axis->count++)
        axis->values[axis->count] = (struct bh_axis_value){
            .label = bh_campaign_keep(campaign, bh_print_text("%zu", axis->count)), .number = (double)axis->count};
    own->coordinates = bh_campaign_keep(campaign, bh_allocate(coordinates + 1, sizeof *own->coordinates));
    return 0;
}

const char **bh_design_add_coordinate(struct bh_campaign *campaign, struct bh_campaign_axis *own, const char *name,
                                      const char *unit, size_t count)
{
    const char **labels = bh_campaign_keep(campaign, bh_allocate(count, sizeof *labels));
    own->coordinates[own->coordinates_count++] = (struct bh_coordinate){name, unit, labels, NULL};
    return labels;
}

int bh_design_drop(struct bh_axis *axis)
{
    for (size_t v = 0; v < axis->count; v++) {
        free(axis->values[v].paths);
        free(axis->values[v].values);
    }
    free(axis->values);
    return -1;
}

/* --- Zips --------------------------------------------------------------------------------------------------------------- */

/* Moves the settings of PART's values into AXIS', one by one. */
static int merge_part(struct bh_campaign *campaign, struct bh_axis *axis, struct bh_campaign_axis *own,
                      const struct bh_axis *part, struct bh_error *err)
{
    if (part->count != axis->count)
        return bh_fail_at(err, part->place, "zip: the axis `%s` has %zu values; expected %zu, as the first has",
                          part->name, part->count, axis->count);
    const char **labels = bh_design_add_coordinate(campaign, own, part->name, part->unit, part->count);
    for (size_t v = 0; v < part->count; v++) {
        labels[v] = part->values[v].label;
        for (size_t s = 0; s < part->values[v].settings_count; s++)
            bh_axis_value_add(&axis->values[v], part->values[v].paths[s], part->values[v].values[s]);
    }
    return 0;
}

int bh_campaign_read_zip(struct bh_campaign *campaign, const struct bh_node *map, struct bh_error *err)
{
    const struct bh_node *zip = bh_node_find(map, "zip");
    struct bh_axis axis;
    struct bh_campaign_axis own;
    if (bh_keys_check(map, &bh_zip_keys, err) != 0 || bh_node_expect(zip, BH_NODE_LIST, "zip", err) != 0)
        return -1;
    if (bh_node_count(zip) == 0)
        return bh_node_fail(zip, err, "found no axis; expected two or more");
    const struct bh_node *first = bh_node_find(bh_node_item(zip, 0), "values");
    size_t count = first == NULL ? 1 : bh_node_count(first);
    if (bh_design_begin(campaign, map, "point", bh_node_place(zip), count > 0 ? count : 1, bh_node_count(zip), &axis,
                        &own, err) != 0)
        return -1;
    for (size_t i = 0; i < bh_node_count(zip); i++) {
        struct bh_axis part = {0};
        int status = bh_axis_read(&part, bh_node_item(zip, i), &bh_axis_keys, err);
        if (status == 0)
            status = merge_part(campaign, &axis, &own, &part, err);
        bh_design_drop(&part);
        if (status != 0)
            return bh_design_drop(&axis);
    }
    return bh_campaign_add_axis(campaign, &axis, &own, err);
}

/* --- Draws of uncertain numbers ------------------------------------------------------------------------------------------------ */

/* A slash would make a group of the results. */
static const char *coordinate_name(struct bh_campaign *campaign, const char *path)
{
    char *name = bh_campaign_keep(campaign, bh_copy_text(path));
    for (char *c = name; *c != '\0'; c++)
        if (*c == '/')
            *c = ':';
    return name;
}

/* The nearest that a number can be which is counted. */
static double counted(const struct bh_parameter *parameter, double value)
{
    if (parameter->step <= 0.0)
        return value;
    return fmax(ceil(parameter->low / parameter->step), round(value / parameter->step)) * parameter->step;
}

const struct bh_parameter *bh_design_uncertain(const struct bh_campaign *campaign, const struct bh_node *node,
                                               struct bh_error *err)
{
    static const char prefix[] = "models.";
    const char *path = bh_node_text(node, err);
    if (path == NULL)
        return NULL;
    if (strncmp(path, prefix, sizeof prefix - 1) != 0) {
        bh_node_fail(node, err, "found `%s`; expected an uncertain number, as in models.channels.vm-exit.probability",
                     path);
        return NULL;
    }
    const struct bh_parameter *parameter =
        bh_catalog_parameter(campaign->first->catalog, path + sizeof prefix - 1, bh_node_place(node), err);
    if (parameter == NULL)
        return NULL;
    if (!bh_parameter_is_uncertain(parameter))
        bh_node_fail(node, err, "found `%s`, which is %s without an interval; expected a number with one", path,
                     bh_status_names[parameter->status]);
    else if (bh_parameter_is_share(campaign->first->catalog, parameter, NULL, NULL))
        bh_node_fail(
            node, err,
            "found `%s`, a share that sums to 1 with others; expected `numbers: uncertain`, which draws all of "
            "them together",
            path);
    else
        return parameter;
    return NULL;
}

/* What a campaign draws: the numbers of a list; or all that are uncertain, or assumed. */
struct drawing {
    struct bh_world world; /* its number is that of the value */
    struct bh_place place;
    bool only_assumed;
    size_t count;
    const struct bh_parameter **list;
};

static bool in_list(const void *context, const struct bh_parameter *parameter)
{
    const struct drawing *drawing = context;
    for (size_t i = 0; i < drawing->count; i++)
        if (drawing->list[i] == parameter)
            return true;
    return false;
}

static bool is_chosen(const void *context, const struct bh_parameter *parameter)
{
    const struct drawing *drawing = context;
    bool whole = true, assumed = parameter->status == BH_ASSUMED;
    bh_parameter_is_share(drawing->world.catalog, parameter, &whole, &assumed);
    return bh_parameter_is_uncertain(parameter) && whole && (!drawing->only_assumed || assumed);
}

int bh_design_set_number(struct bh_campaign *campaign, const struct bh_parameter *parameter, const double *values,
                         struct bh_place place, struct bh_axis *axis, struct bh_campaign_axis *own,
                         struct bh_error *err)
{
    struct bh_range range = {.unit = ""};
    const char *unit = bh_dimension_unit(parameter->dimension);
    range.unit = strcmp(unit, "1") == 0 ? "" : unit;
    const char **labels =
        bh_design_add_coordinate(campaign, own, coordinate_name(campaign, parameter->path), unit, axis->count);
    own->coordinates[own->coordinates_count - 1].status = bh_status_names[parameter->status];
    char *path = bh_campaign_keep(campaign, bh_print_text("models.%s", parameter->path));
    for (size_t v = 0; v < axis->count; v++) {
        labels[v] = bh_range_label(campaign, counted(parameter, values[v]));
        const struct bh_node *node =
            bh_campaign_value(campaign, bh_range_text(campaign, &range, labels[v]), place, err);
        if (node == NULL)
            return -1;
        bh_axis_value_add(&axis->values[v], path, node);
    }
    return 0;
}

static int draw_number(struct bh_campaign *campaign, struct drawing *drawing, const struct bh_parameter *parameter,
                       struct bh_axis *axis, struct bh_campaign_axis *own, struct bh_error *err)
{
    double *values = bh_allocate(axis->count, sizeof *values);
    for (size_t v = 0; v < axis->count; v++) {
        drawing->world.number = (uint64_t)v;
        values[v] = bh_world_value(&drawing->world, parameter);
    }
    int status = bh_design_set_number(campaign, parameter, values, drawing->place, axis, own, err);
    free(values);
    return status;
}

/* The numbers of a list, each with an interval; shares that sum to 1 all or none. */
static int read_list(struct bh_campaign *campaign, const struct bh_node *numbers, struct drawing *drawing,
                     struct bh_error *err)
{
    drawing->list = bh_campaign_keep(campaign, bh_allocate(bh_node_count(numbers) + 1, sizeof *drawing->list));
    for (size_t i = 0; i < bh_node_count(numbers); i++) {
        const struct bh_node *node = bh_node_item(numbers, i);
        const struct bh_parameter *parameter = bh_design_uncertain(campaign, node, err);
        if (parameter == NULL)
            return -1;
        drawing->list[drawing->count++] = parameter;
    }
    return 0;
}

/* All that are chosen and that some point reads. */
static void list_chosen(struct bh_campaign *campaign, struct drawing *drawing)
{
    const struct bh_catalog *catalog = campaign->first->catalog;
    const char **paths = bh_allocate(catalog->parameters_count + 1, sizeof *paths);
    bool *is_used = bh_allocate(catalog->parameters_count + 1, sizeof *is_used), is_sure;
    drawing->list = bh_campaign_keep(campaign, bh_allocate(catalog->parameters_count + 1, sizeof *drawing->list));
    for (size_t i = 0; i < catalog->parameters_count; i++)
        paths[i] = catalog->parameters[i]->path;
    bh_number_uses_of_study(campaign->study, paths, catalog->parameters_count, is_used, &is_sure);
    for (size_t i = 0; i < catalog->parameters_count; i++)
        if (is_chosen(drawing, catalog->parameters[i]) && (is_used[i] || !is_sure))
            drawing->list[drawing->count++] = catalog->parameters[i];
    free(is_used);
    free(paths);
}

/* The scenario's own uncertain values, or draws of a posterior, at every point. The study sets them by their position:
 * a posterior is set after all axes. */
static int take_from_scenario(struct bh_campaign *campaign, const struct bh_node *node, struct bh_error *err)
{
    const struct bh_axis *source = &campaign->study->uncertainty;
    struct bh_campaign_axis own = {0};
    struct bh_axis axis = {.name = source->name, .unit = source->unit, .place = bh_node_place(node)};
    if (!campaign->study->has_uncertainty)
        return bh_node_fail(node, err, "found `scenario`, but %s has no `uncertainty`", campaign->study->file);
    axis.values = bh_allocate(source->count, sizeof *axis.values);
    for (; axis.count < source->count; axis.count++) {
        axis.values[axis.count].label = source->values[axis.count].label;
        axis.values[axis.count].number = source->values[axis.count].number;
    }
    campaign->uncertain_axis = campaign->study->axes_count;
    return bh_campaign_add_axis(campaign, &axis, &own, err);
}

int bh_campaign_read_draws(struct bh_campaign *campaign, struct bh_error *err)
{
    const struct bh_node *map = bh_node_find(bh_document_root(campaign->document), "uncertainty"), *draws, *numbers;
    struct bh_axis axis;
    struct bh_campaign_axis own;
    uint64_t count;
    if (map == NULL)
        return 0;
    if (bh_node_kind(map) == BH_NODE_SCALAR) {
        static const char *const words[] = {"scenario", NULL};
        return bh_node_choice(map, words, "kind of uncertainty", err) < 0 ? -1 : take_from_scenario(campaign, map, err);
    }
    if (bh_keys_check(map, &bh_draws_keys, err) != 0 || (draws = bh_node_need(map, "draws", err)) == NULL ||
        bh_node_count_value(draws, 1, BH_DESIGN_POINTS_MOST, &count, err) != 0 ||
        (numbers = bh_node_need(map, "numbers", err)) == NULL)
        return -1;
    static const char *const words[] = {"uncertain", "assumed", NULL};
    const struct bh_node *prior = bh_node_find(map, "prior");
    const bool is_list = bh_node_kind(numbers) == BH_NODE_LIST;
    const int choice = is_list ? 0 : bh_node_choice(numbers, words, "choice of numbers", err),
              law = prior == NULL ? 0 : bh_node_choice(prior, bh_prior_names, "prior", err);
    if (choice < 0 || law < 0)
        return -1;
    struct drawing drawing = {.world = {.catalog = campaign->first->catalog,
                                        .random = {.seed = campaign->first->seed},
                                        .prior = (enum bh_prior)law,
                                        .is_drawn = is_list ? in_list : is_chosen,
                                        .context = &drawing},
                              .place = bh_node_place(numbers),
                              .only_assumed = choice == 1};
    if (is_list && read_list(campaign, numbers, &drawing, err) != 0)
        return -1;
    if (!is_list)
        list_chosen(campaign, &drawing);
    if (bh_design_begin(campaign, map, "draw", bh_node_place(draws), count, drawing.count, &axis, &own, err) != 0)
        return -1;
    campaign->has_draws = true;
    int status = 0;
    for (size_t i = 0; i < drawing.count && status == 0; i++)
        status = draw_number(campaign, &drawing, drawing.list[i], &axis, &own, err);
    return status == 0 ? bh_campaign_add_axis(campaign, &axis, &own, err) : bh_design_drop(&axis);
}
