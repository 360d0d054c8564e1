/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The axes of a merged file: those that vary, or one axis of points with coordinates; and where it comes from. */
#include "sim/campaign/resolve.h"
#include "sim/runs/study_run.h"
#include "sim/sweep/parts.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t bh_merge_axes(const struct bh_merge *merge, const char **axes)
{
    const struct bh_study *study = merge->plan->study;
    size_t used = 0;
    axes[used++] = "policy";
    if (merge->plan->is_flat)
        axes[used++] = "point";
    for (size_t a = 0; !merge->plan->is_flat && a < study->axes_count; a++)
        if (!merge->plan->axes[a].is_setting && used < BH_RESULTS_MOST_AXES - BH_METRIC_MOST_AXES)
            axes[used++] = study->axes[a].name;
    return used;
}

/* --- Coordinates --------------------------------------------------------------------------------------------------------- */

/* An array of labels over an axis: numbers if all are, else words. */
static void write_labels(struct bh_results *results, const char *name, const char *axis, const char **labels,
                         size_t count, const char *unit)
{
    double *numbers = bh_allocate(count, sizeof *numbers);
    bool are_numbers = true;
    for (size_t i = 0; i < count && are_numbers; i++) {
        char *end;
        numbers[i] = strtod(labels[i], &end);
        are_numbers = labels[i][0] != '\0' && *end == '\0';
    }
    if (are_numbers)
        bh_results_add_array(results, name, &axis, 1, BH_ELEMENT_DOUBLE, numbers, unit, "varied by the campaign", NULL);
    else
        bh_results_add_texts(results, name, &axis, 1, labels, "varied by the campaign", NULL);
    free(numbers);
}

/* What every point is, one array per axis or coordinate. */
static void write_point_coordinates(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_plan *plan = merge->plan;
    const char **labels = bh_allocate(plan->points, sizeof *labels);
    for (size_t a = 0; a < plan->study->axes_count; a++) {
        const struct bh_plan_axis *own = &plan->axes[a];
        const struct bh_axis *axis = &plan->study->axes[a];
        for (size_t c = 0; c < (own->is_composite ? own->coordinates_count : !own->is_setting); c++) {
            for (size_t p = 0; p < plan->points; p++)
                labels[p] = bh_plan_label(plan, p, a, c);
            write_labels(results, own->is_composite ? own->coordinates[c].name : axis->name, "point", labels,
                         plan->points, own->is_composite ? own->coordinates[c].unit : axis->unit);
        }
    }
    free(labels);
}

static void write_coordinates(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_plan *plan = merge->plan;
    if (plan->is_flat) {
        write_point_coordinates(merge, results);
        return;
    }
    for (size_t a = 0; a < plan->study->axes_count; a++)
        for (size_t c = 0; c < plan->axes[a].coordinates_count; c++)
            write_labels(results, plan->axes[a].coordinates[c].name, plan->study->axes[a].name,
                         plan->axes[a].coordinates[c].labels, plan->study->axes[a].count,
                         plan->axes[a].coordinates[c].unit);
}

/* --- Head ------------------------------------------------------------------------------------------------------------------- */

/* The provenance of a run, and the campaign. */
static char *provenance(const struct bh_campaign *campaign, const struct bh_plan *plan)
{
    char *text = bh_campaign_provenance(campaign), *own = bh_node_print_json(bh_document_root(plan->document));
    json_t *object = json_loads(text, 0, NULL);
    json_object_set_new(object, "campaign", json_loads(own, 0, NULL));
    char *whole = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    free(text);
    free(own);
    return whole != NULL ? whole : bh_copy_text("{}");
}

/* The head of a run, for a study that has the axes of the file alone. */
void bh_merge_write_head(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_plan *plan = merge->plan;
    struct bh_study study = *plan->study;
    struct bh_scenario *scenario = plan->first;
    struct bh_stage stage = {.scenario = scenario}, *stages = &stage;
    struct bh_campaign campaign = {.study = &study, .points = 1, .stages = &stages};
    struct bh_axis points = {
        .name = "point", .unit = "1", .is_unordered = true, .count = plan->is_flat ? plan->points : 0};
    char *labels = bh_allocate(points.count + 1, 24);
    points.values = bh_allocate(points.count + 1, sizeof *points.values);
    for (size_t p = 0; p < points.count; p++) {
        snprintf(labels + 24 * p, 24, "%zu", p);
        points.values[p] = (struct bh_axis_value){.label = labels + 24 * p, .number = (double)p};
    }
    study.has_uncertainty = false;
    study.axes = bh_allocate(plan->study->axes_count + 1, sizeof *study.axes);
    study.axes_count = 0;
    if (plan->is_flat)
        study.axes[study.axes_count++] = points;
    for (size_t a = 0; !plan->is_flat && a < plan->study->axes_count; a++)
        if (!plan->axes[a].is_setting)
            study.axes[study.axes_count++] = plan->study->axes[a];
    uint64_t replicas = scenario->replicas;
    scenario->replicas = merge->replicas;
    char *text = provenance(&campaign, plan);
    bh_campaign_find_enclaves(&campaign); /* the same at all points */
    bh_campaign_write_head(&campaign, text, results);
    bh_campaign_forget_enclaves(&campaign);
    scenario->replicas = replicas;
    bh_results_set_text(results, "campaign",
                        bh_node_text(bh_node_find(bh_document_root(plan->document), "campaign"), NULL), NULL);
    write_coordinates(merge, results);
    free(text);
    free(study.axes);
    free(points.values);
    free(labels);
}
