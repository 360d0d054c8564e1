/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A campaign's points, resolved and in words. */
#include "sim/campaign/resolve.h"

#include "sim/scenario/study.h"

#include <stdlib.h>

struct bh_scenario *bh_plan_resolve_at(const struct bh_plan *plan, const size_t *index, struct bh_error *err)
{
    bool is_uncertain = plan->uncertain_axis < plan->study->axes_count;
    return bh_study_resolve(plan->study, index, is_uncertain ? (int)index[plan->uncertain_axis] : -1, err);
}

struct bh_scenario *bh_plan_resolve(const struct bh_plan *plan, size_t point, struct bh_error *err)
{
    return bh_plan_resolve_at(plan, &plan->index[point * plan->study->axes_count], err);
}

const char *bh_plan_label(const struct bh_plan *plan, size_t point, size_t axis, size_t coordinate)
{
    size_t v = plan->index[point * plan->study->axes_count + axis];
    return plan->axes[axis].is_composite ? plan->axes[axis].coordinates[coordinate].labels[v]
                                         : plan->study->axes[axis].values[v].label;
}

char *bh_plan_describe(const struct bh_plan *plan, size_t point)
{
    char *text = bh_copy_text("");
    for (size_t a = 0; a < plan->study->axes_count; a++) {
        if (plan->axes[a].is_setting)
            continue;
        const struct bh_plan_axis *own = &plan->axes[a];
        for (size_t c = 0; c < (own->is_composite ? own->coordinates_count : 1); c++) {
            char *longer = bh_print_text("%s%s%s=%s", text, *text != '\0' ? " " : "",
                                         own->is_composite ? own->coordinates[c].name : plan->study->axes[a].name,
                                         bh_plan_label(plan, point, a, c));
            free(text);
            text = longer;
        }
    }
    if (*text != '\0')
        return text;
    free(text);
    return bh_copy_text("the only point");
}
