/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The points of a campaign: which there are, what each is likely to cost, and in which order they run. */
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/system.h"
#include "models/document/document_get.h"
#include "sim/campaign/parts.h"
#include "sim/results/metrics.h"
#include "sim/scenario/scenario.h"

#include "sim/campaign/resolve.h"
#include "sim/runs/estimate.h"
#include "sim/runs/estimate_limits.h"
#include "sim/runs/probe.h"
#include "sim/scenario/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 1000000, MOST_RESOLVED = 64 };

/* A unit runs about this long, so that a crash loses little and its overhead is small. */
static const double UNIT_S = 0.25;

/* Predicted time of one replica under all policies: a fork, and what each fault and checkpoint costs SimGrid (as
 * measured by `make bench`). Only ratios between points matter. */
static double predict_s(const struct bh_scenario *scenario)
{
    static const double FORK_S = 1.5e-3, EVENT_S = 5e-6;
    double rate = 0.0, kernels = 0.0;
    for (size_t i = 0; i < scenario->catalog->faults_count && scenario->random_faults; i++)
        if (scenario->fault_enabled[i])
            rate += bh_fault_class_rate(&scenario->catalog->faults[i]);
    for (size_t i = 0; i < scenario->catalog->components_count && scenario->software_faults; i++)
        kernels += scenario->catalog->components[i].fault_rate.value;
    /* A node has few of the catalog's components at once: about two kernels and a VMM. */
    if (scenario->random_faults && scenario->catalog->components_count > 0)
        rate += 3.0 * kernels / (double)scenario->catalog->components_count;
    double faults = rate * (double)scenario->nodes * scenario->work_s;
    /* Young's interval makes about sqrt(faults * work / write time) checkpoints; a write takes about a minute. */
    double checkpoints = sqrt(faults * scenario->work_s / 60.0);
    return (double)scenario->policies_count * (FORK_S + EVENT_S * (faults + checkpoints) * 2.0);
}

/* What must be equal at all points, and what tells platforms apart. */
static bool has_same_shape(const struct bh_scenario *left, const struct bh_scenario *right)
{
    bool same = left->policies_count == right->policies_count && left->enclaves_count == right->enclaves_count &&
                left->baseline == right->baseline;
    for (size_t p = 0; same && p < left->policies_count; p++)
        same = strcmp(left->policies[p].name, right->policies[p].name) == 0;
    for (size_t e = 0; same && e < left->enclaves_count; e++)
        same = strcmp(left->enclaves[e].name, right->enclaves[e].name) == 0;
    return same;
}

static bool has_same_platform(const struct bh_scenario *left, const struct bh_scenario *right)
{
    char *of_left = bh_platform_key(left), *of_right = bh_platform_key(right);
    bool is_same = strcmp(of_left, of_right) == 0;
    free(of_left);
    free(of_right);
    return is_same;
}

/* As far as the scenario alone tells: its platform is loaded by workers only. */
static int check_size(const struct bh_scenario *scenario, struct bh_error *err)
{
    struct bh_estimate_point point;
    return bh_estimate_at(scenario, NULL, &point, err) != 0 ? -1 : bh_estimate_check(scenario, &point, err);
}

/* Resolves values of an axis, the others at their first: ratios of cost to the first, and whether the platform
 * changes. Values in between those resolved take the ratio of the one before. */
static int weigh_axis(struct bh_campaign *campaign, size_t a, double first_s, double *ratio, bool *changes_platform,
                      struct bh_error *err)
{
    const struct bh_axis *axis = &campaign->study->axes[a];
    size_t *index = bh_allocate(campaign->study->axes_count + 1, sizeof *index);
    size_t step = axis->count <= MOST_RESOLVED ? 1 : (axis->count + MOST_RESOLVED - 1) / MOST_RESOLVED;
    int status = 0;
    *changes_platform = false;
    for (size_t v = 0; v < axis->count && status == 0; v++) {
        ratio[v] = v == 0 ? 1.0 : ratio[v - 1];
        if (v % step != 0 && v + 1 < axis->count)
            continue;
        index[a] = v;
        struct bh_scenario *scenario = bh_campaign_resolve_at(campaign, index, err);
        if (scenario == NULL) {
            status = -1;
            break;
        }
        if (!has_same_shape(scenario, campaign->first) ||
            (scenario->script_count > 0) != (campaign->first->script_count > 0))
            status = bh_fail_at(
                err, axis->place,
                "the axis `%s` changes the policies, the enclaves or whether there is a script at its value `%s`; "
                "expected the same at all points",
                axis->name, axis->values[v].label);
        if (status == 0)
            status = check_size(scenario, err);
        ratio[v] = predict_s(scenario) / first_s;
        campaign->says[BH_WITH_VERIFICATION] =
            campaign->says[BH_WITH_VERIFICATION] || bh_metric_says(scenario, BH_WITH_VERIFICATION);
        *changes_platform = *changes_platform || !has_same_platform(scenario, campaign->first);
        bh_scenario_destroy(scenario);
    }
    free(index);
    return status;
}

static int find_points(struct bh_campaign *campaign, struct bh_error *err)
{
    const struct bh_node *where = bh_node_find(bh_document_root(campaign->document), "where");
    struct bh_conditions *conditions = where == NULL ? NULL : bh_conditions_read(campaign, where, err);
    size_t axes = campaign->study->axes_count, all = 1, dimensions = 0;
    if (where != NULL && conditions == NULL)
        return -1;
    for (size_t a = 0; a < axes; a++) {
        all *= campaign->study->axes[a].count;
        dimensions += !campaign->axes[a].is_setting;
        if (where == NULL && dimensions > BH_GRID_AXES_MOST)
            return bh_fail_at(err, campaign->study->axes[a].place,
                              "found more than %d axes; expected at most as many in a grid (with `where`, points stand "
                              "in a row, however many axes there are)",
                              BH_GRID_AXES_MOST);
        if (all > MOST_POINTS) {
            bh_conditions_destroy(conditions);
            return bh_fail_at(err, campaign->study->axes[a].place, "found more than %d points; expected fewer",
                              MOST_POINTS);
        }
    }
    campaign->is_flat = where != NULL;
    campaign->index = bh_allocate(all * axes + 1, sizeof *campaign->index);
    for (size_t i = 0; i < all; i++) {
        size_t *index = &campaign->index[campaign->points * axes];
        bh_study_index(campaign->study, i, index);
        if (conditions == NULL || bh_conditions_hold(conditions, campaign, index))
            campaign->points++;
    }
    bh_conditions_destroy(conditions);
    if (campaign->points == 0)
        return bh_node_fail(where, err, "the conditions leave no point of %zu", all);
    return 0;
}

/* Points in the order in which they run: by platform, else as they are numbered. */
struct place {
    size_t group, point;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->point > b->point) - (a->point < b->point);
}

static void order_points(struct bh_campaign *campaign, const bool *changes_platform)
{
    size_t axes = campaign->study->axes_count;
    struct place *places = bh_allocate(campaign->points, sizeof *places);
    for (size_t p = 0; p < campaign->points; p++) {
        places[p].point = p;
        for (size_t a = 0; a < axes; a++)
            if (changes_platform[a])
                places[p].group = places[p].group * campaign->study->axes[a].count + campaign->index[p * axes + a];
    }
    qsort(places, campaign->points, sizeof *places, compare_places);
    campaign->order = bh_allocate(campaign->points, sizeof *campaign->order);
    for (size_t p = 0; p < campaign->points; p++)
        campaign->order[p] = places[p].point;
    free(places);
}

int bh_campaign_make_points(struct bh_campaign *campaign, struct bh_error *err)
{
    size_t axes = campaign->study->axes_count;
    double **ratio = bh_allocate(axes + 1, sizeof *ratio), first_s = predict_s(campaign->first), mean_s = 0.0;
    bool *changes_platform = bh_allocate(axes + 1, sizeof *changes_platform);
    int status = check_size(campaign->first, err);
    for (size_t a = 0; a < axes; a++)
        ratio[a] = bh_allocate(campaign->study->axes[a].count, sizeof **ratio);
    for (size_t a = 0; a < axes && status == 0; a++)
        if (campaign->study->axes[a].count > 1 || !campaign->axes[a].is_setting)
            status = weigh_axis(campaign, a, first_s, ratio[a], &changes_platform[a], err);
        else
            ratio[a][0] = 1.0;
    if (status == 0)
        status = find_points(campaign, err);
    if (status == 0)
        status =
            bh_estimate_check_simulations(bh_document_name(campaign->document), (double)campaign->points,
                                          (double)campaign->first->policies_count, (double)campaign->replicas, err);
    if (status == 0) {
        campaign->cost_s = bh_allocate(campaign->points, sizeof *campaign->cost_s);
        for (size_t p = 0; p < campaign->points; p++) {
            campaign->cost_s[p] = first_s;
            for (size_t a = 0; a < axes; a++)
                campaign->cost_s[p] *= ratio[a][campaign->index[p * axes + a]];
            mean_s += campaign->cost_s[p] / (double)campaign->points;
        }
        order_points(campaign, changes_platform);
        double chunk = floor(UNIT_S / mean_s);
        campaign->chunk = chunk < 1.0 ? 1 : chunk > 64.0 ? 64 : (uint64_t)chunk;
    }
    for (size_t a = 0; a < axes; a++)
        free(ratio[a]);
    free(ratio);
    free(changes_platform);
    return status;
}
