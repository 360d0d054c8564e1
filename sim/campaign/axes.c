/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The axes of a campaign: lists of values and ranges; zips are in designs.c, designs in space_designs.c. */
#include "models/document/document_get.h"
#include "sim/campaign/campaign_keys.h"
#include "sim/campaign/parts.h"
#include "sim/scenario/read_axes.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_range_axis(struct bh_campaign *campaign, const struct bh_node *map, struct bh_axis *axis,
                           struct bh_error *err)
{
    const struct bh_node *name, *set, *count_node;
    struct bh_range range;
    uint64_t count;
    if (bh_keys_check(map, &bh_range_keys, err) != 0 || (name = bh_node_need(map, "axis", err)) == NULL ||
        bh_axis_read_name(name, &axis->name, err) != 0 || (set = bh_node_need(map, "set", err)) == NULL ||
        bh_range_read(campaign, map, &range, err) != 0 || (count_node = bh_node_need(map, "count", err)) == NULL ||
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
        const char *label = bh_range_label(campaign, at);
        if (axis->count > 0 && strcmp(axis->values[axis->count - 1].label, label) == 0)
            continue; /* whole numbers may fall together */
        struct bh_axis_value *value = &axis->values[axis->count++];
        const struct bh_node *node =
            bh_campaign_value(campaign, bh_range_text(campaign, &range, label), axis->place, err);
        *value = (struct bh_axis_value){.label = label, .number = strtod(label, NULL)};
        if (node == NULL || bh_campaign_set(value, set, node, err) != 0)
            return -1;
    }
    return 0;
}

/* --- All of `vary` ----------------------------------------------------------------------------------------------------- */

/* A plain axis: a list of values as in a scenario, or a range. */
static int read_plain(struct bh_campaign *campaign, const struct bh_node *map, struct bh_error *err)
{
    struct bh_axis axis = {0};
    struct bh_campaign_axis own = {0};
    int status = bh_node_find(map, "from") != NULL ? read_range_axis(campaign, map, &axis, err)
                                                   : bh_axis_read(&axis, map, &bh_axis_keys, err);
    if (status != 0) {
        for (size_t v = 0; v < axis.count; v++) {
            free(axis.values[v].paths);
            free(axis.values[v].values);
        }
        free(axis.values);
        return -1;
    }
    return bh_campaign_add_axis(campaign, &axis, &own, err);
}

int bh_campaign_read_axes(struct bh_campaign *campaign, struct bh_error *err)
{
    const struct bh_node *vary = bh_node_find(bh_document_root(campaign->document), "vary");
    if (vary != NULL && bh_node_expect(vary, BH_NODE_LIST, "vary", err) != 0)
        return -1;
    for (size_t i = 0; vary != NULL && i < bh_node_count(vary); i++) {
        const struct bh_node *map = bh_node_item(vary, i);
        if (bh_node_expect(map, BH_NODE_MAP, "an axis", err) != 0)
            return -1;
        int status;
        if (bh_node_find(map, "zip") != NULL)
            status = bh_campaign_read_zip(campaign, map, err);
        else if (bh_campaign_is_design(map))
            status = bh_campaign_read_design(campaign, map, err);
        else
            status = read_plain(campaign, map, err);
        if (status != 0)
            return -1;
    }
    return bh_campaign_read_draws(campaign, err);
}
