/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where things are in results that were read: points, axes, labels and policies. */
#include "analysis/reader/view_points.h"

#include "analysis/reader/paged_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void bh_view_was_read(const struct bh_view *view)
{
    /* All that there is of a replica, at most: some hundred numbers of each enclave. */
    bh_paged_was_read(view->paged, view->replica.count * view->enclave.count * 100 * sizeof(double));
}

static size_t stride_of(const struct bh_view *view, size_t axis)
{
    size_t stride = 1;
    for (size_t i = axis + 1; i < view->axes_count; i++)
        stride *= view->axes[i].count;
    return stride;
}

size_t bh_view_position(const struct bh_view *view, size_t point, size_t axis)
{
    return point / stride_of(view, axis) % view->axes[axis].count;
}

size_t bh_view_neighbour(const struct bh_view *view, size_t point, size_t axis, size_t position)
{
    size_t stride = stride_of(view, axis);
    return point - bh_view_position(view, point, axis) * stride + position * stride;
}

size_t bh_view_find_axis(const struct bh_view *view, const char *name)
{
    size_t i = 0;
    while (i < view->axes_count && strcmp(view->axes[i].name, name) != 0)
        i++;
    return i;
}

size_t bh_view_find_label(const struct bh_view_axis *axis, const char *label)
{
    size_t i = 0;
    while (i < axis->count && strcmp(axis->labels[i], label) != 0)
        i++;
    return i;
}

char *bh_view_point_name(const struct bh_view *view, size_t point)
{
    char *name = bh_copy_text("");
    for (size_t a = 0; a < view->axes_count; a++) {
        const struct bh_view_axis *axis = &view->axes[a];
        const char *label = axis->labels[bh_view_position(view, point, a)];
        bool is_count = strcmp(axis->name, axis->unit) == 0; /* nodes, in nodes */
        bh_add_text(&name, ", ", "%s%s%s", is_count ? label : axis->name, is_count ? " " : ": ",
                    is_count ? axis->name : label);
    }
    return name;
}

double bh_view_nodes(const struct bh_view *view, size_t point)
{
    size_t axis = bh_view_find_axis(view, "nodes");
    if (axis < view->axes_count && view->axes[axis].numbers != NULL)
        return view->axes[axis].numbers[bh_view_position(view, point, axis)];
    return (double)view->nodes;
}

double bh_view_fewest_nodes(const struct bh_view *view, const double *flag, double least)
{
    double fewest = INFINITY;
    for (size_t p = 0; flag != NULL && p < view->policy.count; p++)
        for (size_t point = 0; point < view->points; point++) {
            double nodes = bh_view_nodes(view, point);
            if (flag[(p * view->points + point) * view->enclave.count + view->primary] != 0 && nodes >= least)
                fewest = fmin(fewest, nodes);
        }
    return fewest;
}

size_t bh_view_reference(const struct bh_view *view, size_t policy)
{
    for (size_t i = 0; i < view->policy.count; i++)
        if (strcmp(view->policy_system[i], view->policy_system[policy]) == 0 &&
            strcmp(view->policy_policy[i], "protection-first") == 0)
            return i;
    return policy;
}
