/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A campaign's points, resolved and in words. */
#include "sim/campaign/resolve.h"

#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"

#include <stdlib.h>

struct bh_scenario *bh_campaign_resolve_at(const struct bh_campaign *campaign, const size_t *index,
                                           struct bh_error *err)
{
    bool is_uncertain = campaign->uncertain_axis < campaign->study->axes_count;
    return bh_study_resolve(campaign->study, index, is_uncertain ? (int)index[campaign->uncertain_axis] : -1, err);
}

struct bh_scenario *bh_campaign_resolve(const struct bh_campaign *campaign, size_t point, struct bh_error *err)
{
    return bh_campaign_resolve_at(campaign, &campaign->index[point * campaign->study->axes_count], err);
}

const char *bh_campaign_label(const struct bh_campaign *campaign, size_t point, size_t axis, size_t coordinate)
{
    size_t v = campaign->index[point * campaign->study->axes_count + axis];
    return campaign->axes[axis].is_composite ? campaign->axes[axis].coordinates[coordinate].labels[v]
                                             : campaign->study->axes[axis].values[v].label;
}

char *bh_campaign_describe(const struct bh_campaign *campaign, size_t point)
{
    char *text = bh_copy_text("");
    for (size_t a = 0; a < campaign->study->axes_count; a++) {
        if (campaign->axes[a].is_setting)
            continue;
        const struct bh_campaign_axis *own = &campaign->axes[a];
        for (size_t c = 0; c < (own->is_composite ? own->coordinates_count : 1); c++) {
            bh_add_text(&text, " ", "%s=%s",
                        own->is_composite ? own->coordinates[c].name : campaign->study->axes[a].name,
                        bh_campaign_label(campaign, point, a, c));
        }
    }
    if (*text != '\0')
        return text;
    free(text);
    return bh_copy_text("the only point");
}
