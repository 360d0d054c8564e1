/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Values of axes: from texts, on ranges, at the paths that they set. */
#include "models/document/document_get.h"
#include "models/document/document_read.h"
#include "sim/campaign/campaign_keys.h"
#include "sim/campaign/parts.h"
#include "sim/scenario/read_axes.h"
#include "sim/scenario/scenario.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void *bh_campaign_keep(struct bh_campaign *campaign, void *memory)
{
    campaign->texts = bh_reallocate(campaign->texts, campaign->texts_count + 1, sizeof *campaign->texts);
    campaign->texts[campaign->texts_count++] = memory;
    return memory;
}

const struct bh_node *bh_campaign_value(struct bh_campaign *campaign, const char *text, struct bh_place place,
                                        struct bh_error *err)
{
    char *name = bh_campaign_keep(campaign, bh_print_text("%s:%u (a value of its range)", place.file, place.line));
    struct bh_document *document = bh_document_parse(text, strlen(text), name, err);
    if (document == NULL)
        return NULL;
    campaign->documents =
        bh_reallocate(campaign->documents, campaign->documents_count + 1, sizeof *campaign->documents);
    campaign->documents[campaign->documents_count++] = document;
    return bh_document_root(document);
}

int bh_campaign_set(struct bh_axis_value *value, const struct bh_node *set, const struct bh_node *node,
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

int bh_campaign_add_axis(struct bh_campaign *campaign, struct bh_axis *axis, struct bh_campaign_axis *own,
                         struct bh_error *err)
{
    size_t count = campaign->study->axes_count;
    campaign->axes = bh_reallocate(campaign->axes, count + 1, sizeof *campaign->axes);
    campaign->axes[count] = *own;
    if (bh_study_add_axis(campaign->study, axis, err) != 0)
        return -1;
    /* The scenario's own uncertain values set numbers by their position, not here. */
    if (!own->is_setting && campaign->uncertain_axis != count && bh_axis_check_paths(axis, err) != 0)
        return -1;
    /* Coordinates are arrays of the results beside the axes: one name, one thing. */
    for (size_t c = 0; own->is_composite && c < own->coordinates_count; c++)
        for (size_t a = 0; a <= count; a++) {
            bool taken = strcmp(campaign->study->axes[a].name, own->coordinates[c].name) == 0;
            for (size_t d = 0; campaign->axes[a].is_composite && d < campaign->axes[a].coordinates_count; d++)
                taken = taken || ((a != count || d < c) &&
                                  strcmp(campaign->axes[a].coordinates[d].name, own->coordinates[c].name) == 0);
            if (taken)
                return bh_fail_at(err, axis->place, "the name `%s` is there twice", own->coordinates[c].name);
        }
    return 0;
}

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

int bh_range_read(struct bh_campaign *campaign, const struct bh_node *map, struct bh_range *range, struct bh_error *err)
{
    const char *unit_to;
    (void)campaign;
    *range = (struct bh_range){0};
    if (read_end(map, "from", &range->from, &range->unit, err) != 0 ||
        read_end(map, "to", &range->to, &unit_to, err) != 0)
        return -1;
    if (strcmp(range->unit, unit_to) != 0)
        return bh_node_fail(bh_node_find(map, "to"), err, "found the unit `%s`; expected `%s`, as `from` has", unit_to,
                            range->unit);
    const struct bh_node *scale = bh_node_find(map, "scale"), *whole = bh_node_find(map, "whole");
    int choice = scale == NULL ? 0 : bh_node_choice(scale, bh_scale_names, "scale", err);
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

const char *bh_range_label(struct bh_campaign *campaign, double value)
{
    return bh_campaign_keep(campaign, bh_print_text("%.12g", value));
}

const char *bh_range_text(struct bh_campaign *campaign, const struct bh_range *range, const char *label)
{
    return *range->unit == '\0' ? label : bh_campaign_keep(campaign, bh_print_text("%s %s", label, range->unit));
}
