/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which axis does what in a figure, and where it stands on those that nobody named. */
#include "analysis/plots/parts.h"

#include "analysis/reader/view_points.h"

#include <stdlib.h>
#include <string.h>

static const char *const options[BH_PLOT_ROLES] = {"--x", "--series", "--panel", "--band"};

/* Every dimension with a role: the four, then those of means. NULL at the end. */
static const struct bh_plot_dimension *nth_role(const struct bh_plot *plot, size_t n)
{
    if (n < BH_PLOT_ROLES)
        return &plot->dimension[n];
    return n - BH_PLOT_ROLES < plot->means_count ? &plot->mean[n - BH_PLOT_ROLES] : NULL;
}

static bool has_role(const struct bh_plot *plot, const char *name)
{
    const struct bh_plot_dimension *dimension;
    for (size_t n = 0; (dimension = nth_role(plot, n)) != NULL; n++)
        if (dimension->kind != BH_DIMENSION_NONE && strcmp(dimension->name, name) == 0)
            return true;
    return false;
}

static bool has_kind(const struct bh_plot *plot, enum bh_plot_dimension_kind kind)
{
    const struct bh_plot_dimension *dimension;
    for (size_t n = 0; (dimension = nth_role(plot, n)) != NULL; n++)
        if (dimension->kind == kind)
            return true;
    return false;
}

static bool is_where(const struct bh_plot *plot, const char *name)
{
    size_t length = strlen(name);
    for (size_t w = 0; w < plot->request->where_count; w++)
        if (strncmp(plot->request->where[w], name, length) == 0 && plot->request->where[w][length] == '=')
            return true;
    return false;
}

static int take(struct bh_plot *plot, enum bh_plot_role role, const char *name, struct bh_error *err)
{
    if (has_role(plot, name))
        return bh_fail(err, BH_ERROR_INPUT, "%s %s: that axis does something else in this figure already",
                       options[role], name);
    return bh_plot_dimension_find(plot->view, &plot->places, options[role], name, strlen(name), &plot->dimension[role],
                                  err);
}

/* What runs along x unless told: nodes, else numbers, else words. */
static const char *default_x(const struct bh_plot *plot)
{
    const struct bh_label_places *places = &plot->places;
    const char *best = "policy";
    int rank = 0;
    for (size_t i = 0; i < places->count; i++) {
        const struct bh_label_place *place = &places->place[i];
        const struct bh_view_axis *axis = &plot->view->axes[place->axis];
        int own = !place->is_axis || axis->count < 2 || strcmp(place->name, BH_DRAWS_AXIS) == 0 ? 0
                  : strcmp(place->name, "nodes") == 0                                           ? 3
                  : place->numbers != NULL                                                      ? 2
                                                                                                : 1;
        if (own > rank && !is_where(plot, place->name) && !has_role(plot, place->name)) {
            best = place->name;
            rank = own;
        }
    }
    return best;
}

/* Draws make a band, unless a figure is over what was drawn. */
static bool wants_band(const struct bh_plot *plot)
{
    const struct bh_label_places *places = &plot->places;
    size_t axis = SIZE_MAX;
    for (size_t i = 0; i < places->count; i++)
        if (strcmp(places->place[i].name, BH_DRAWS_AXIS) == 0)
            axis = places->place[i].axis;
    for (size_t i = 0; i < places->count; i++)
        if (places->place[i].axis == axis && strncmp(places->place[i].name, "models.", strlen("models.")) == 0 &&
            has_role(plot, places->place[i].name))
            return false;
    return axis != SIZE_MAX && !has_role(plot, BH_DRAWS_AXIS) && !is_where(plot, BH_DRAWS_AXIS);
}

static int take_means(struct bh_plot *plot, struct bh_error *err)
{
    const struct bh_plot_request *request = plot->request;
    for (size_t m = 0; m < request->mean_count; m++) {
        if (strcmp(request->mean[m], "replica") == 0) /* always */
            continue;
        if (plot->means_count == BH_PLOT_MOST_MEANS)
            return bh_fail(err, BH_ERROR_INPUT, "--mean: more than %d axes", BH_PLOT_MOST_MEANS);
        struct bh_plot_dimension *mean = &plot->mean[plot->means_count];
        if (has_role(plot, request->mean[m]))
            return bh_fail(err, BH_ERROR_INPUT, "--mean %s: that axis does something else in this figure already",
                           request->mean[m]);
        if (bh_plot_dimension_find(plot->view, &plot->places, "--mean", request->mean[m], strlen(request->mean[m]),
                                   mean, err) != 0)
            return -1;
        plot->means_count++;
        if (mean->kind == BH_DIMENSION_ENCLAVE)
            plot->over_enclaves = true;
        else if (mean->kind != BH_DIMENSION_PLACE)
            return bh_fail(
                err, BH_ERROR_INPUT,
                "--mean %s: a mean over policies means nothing; means are over axes that the file varies, or "
                "`enclave`",
                request->mean[m]);
    }
    return 0;
}

static int take_roles(struct bh_plot *plot, struct bh_error *err)
{
    const struct bh_plot_request *request = plot->request;
    const char *const asked[BH_PLOT_ROLES] = {request->x, request->series, request->panel, request->band};
    size_t policies = 0;
    for (int role = 0; role < BH_PLOT_ROLES; role++)
        if (asked[role] != NULL && take(plot, (enum bh_plot_role)role, asked[role], err) != 0)
            return -1;
    if (take_means(plot, err) != 0)
        return -1;
    if (request->band == NULL && wants_band(plot) && take(plot, BH_PLOT_BAND, BH_DRAWS_AXIS, err) != 0)
        return -1;
    if (request->x == NULL && take(plot, BH_PLOT_X, default_x(plot), err) != 0)
        return -1;
    for (size_t p = 0; p < plot->view->policy.count; p++)
        policies += plot->keeps_policy[p];
    bool tells_policies =
        has_kind(plot, BH_DIMENSION_POLICY) || has_kind(plot, BH_DIMENSION_SYSTEM) || has_kind(plot, BH_DIMENSION_KIND);
    if (policies > 1 && !tells_policies && (request->series == NULL || request->panel == NULL))
        return take(plot, request->series == NULL ? BH_PLOT_SERIES : BH_PLOT_PANEL, "policy", err);
    return 0;
}

/* --- Points ----------------------------------------------------------------------------------------------------------- */

static int fail_label(const struct bh_plot_dimension *dimension, const char *where, struct bh_error *err)
{
    enum { MOST_LISTED = 20 };
    char *listed =
        bh_join_texts(dimension->labels, dimension->count < MOST_LISTED ? dimension->count : MOST_LISTED, ", ");
    bh_fail(err, BH_ERROR_INPUT, "--where: nothing at `%s`; %s has %s%s", where, dimension->name, listed,
            dimension->count > MOST_LISTED ? " and more" : "");
    free(listed);
    return -1;
}

/* Leaves out what has none of the labels that are asked of this one's axis. */
static int keep_where(const struct bh_plot *plot, size_t first, struct bh_error *err)
{
    const struct bh_plot_request *request = plot->request;
    struct bh_plot_dimension dimension = {0};
    size_t length = strcspn(request->where[first], "=");
    if (request->where[first][length] == '\0')
        return bh_fail(err, BH_ERROR_INPUT, "--where: found `%s`, expected AXIS=LABEL", request->where[first]);
    if (bh_plot_dimension_find(plot->view, &plot->places, "--where", request->where[first], length, &dimension, err) !=
        0)
        return -1;
    bool *is_asked = bh_allocate(dimension.count + 1, sizeof *is_asked);
    int status = 0;
    for (size_t w = 0; w < request->where_count && status == 0; w++) {
        bool is_met = false;
        if (strncmp(request->where[w], request->where[first], length + 1) != 0)
            continue;
        for (size_t v = 0; v < dimension.count; v++)
            if (bh_plot_dimension_is(&dimension, v, request->where[w] + length + 1))
                is_asked[v] = is_met = true;
        if (!is_met)
            status = fail_label(&dimension, request->where[w], err);
    }
    if (status == 0 && dimension.kind == BH_DIMENSION_ENCLAVE)
        status = bh_fail(err, BH_ERROR_INPUT, "--where %s: --enclave chooses an enclave", request->where[first]);
    bool of_points = dimension.kind == BH_DIMENSION_PLACE;
    bool *keeps = of_points ? plot->keeps_point : plot->keeps_policy;
    for (size_t i = 0; status == 0 && i < (of_points ? plot->view->points : plot->view->policy.count); i++) {
        struct bh_plot_cell cell = {.policy = of_points ? 0 : i, .point = of_points ? i : 0};
        keeps[i] = keeps[i] && is_asked[bh_plot_dimension_value(plot->view, &dimension, &cell)];
    }
    free(is_asked);
    bh_plot_dimension_release(&dimension);
    return status;
}

static bool goes_with_draws(const char *name)
{
    return strcmp(name, BH_DRAWS_AXIS) == 0 || strncmp(name, "models.", strlen("models.")) == 0;
}

/* Whether a place is settled: by a role or --where of its own, or of what stands over the same axis. The number of a draw
 * settles what was drawn; that a coordinate has a role frees the axis that it stands over. */
static bool is_settled(const struct bh_plot *plot, const struct bh_label_place *place)
{
    if (has_role(plot, place->name) || is_where(plot, place->name))
        return true;
    for (size_t i = 0; i < plot->places.count; i++) {
        const struct bh_label_place *other = &plot->places.place[i];
        if (other->axis != place->axis || !(has_role(plot, other->name) || is_where(plot, other->name)))
            continue;
        if (other->is_axis || place->is_axis || goes_with_draws(place->name))
            return true;
    }
    /* Coordinates are fixed, if at all, with their axis. */
    for (size_t i = 0; !place->is_axis && i < plot->places.count; i++) {
        const struct bh_label_place *other = &plot->places.place[i];
        if (other->axis == place->axis && !other->is_axis && has_role(plot, other->name))
            return false;
    }
    return !place->is_axis;
}

/* Axes that are not named stand where the headline does, or the last point that is left. */
static void keep_fixed(struct bh_plot *plot)
{
    bool *keeps_point = plot->keeps_point;
    const struct bh_view *view = plot->view;
    size_t model = view->headline;
    for (size_t p = 0; p < view->points && !keeps_point[view->headline]; p++)
        model = keeps_point[p] ? p : model;
    for (size_t i = 0; i < plot->places.count; i++) {
        const struct bh_label_place *place = &plot->places.place[i];
        if (view->axes[place->axis].count < 2 || is_settled(plot, place))
            continue;
        const char *label = place->labels[bh_view_position(view, model, place->axis)];
        bool varies = false;
        for (size_t p = 0; p < view->points; p++) {
            bool is_there = strcmp(place->labels[bh_view_position(view, p, place->axis)], label) == 0;
            varies = varies || (keeps_point[p] && !is_there);
            keeps_point[p] = keeps_point[p] && is_there;
        }
        if (!varies)
            continue;
        bh_add_text(&plot->fixed, ", ", "%s: %s", place->name, label);
    }
}

int bh_plot_choose(struct bh_plot *plot, struct bh_error *err)
{
    const struct bh_plot_request *request = plot->request;
    plot->keeps_policy = bh_allocate(plot->view->policy.count + 1, sizeof *plot->keeps_policy);
    plot->keeps_point = bh_allocate(plot->view->points + 1, sizeof *plot->keeps_point);
    for (size_t p = 0; p < plot->view->policy.count; p++)
        plot->keeps_policy[p] = true;
    for (size_t p = 0; p < plot->view->points; p++)
        plot->keeps_point[p] = true;
    for (size_t w = 0; w < request->where_count; w++)
        if (keep_where(plot, w, err) != 0)
            return -1;
    if (take_roles(plot, err) != 0)
        return -1;
    keep_fixed(plot);
    return 0;
}
