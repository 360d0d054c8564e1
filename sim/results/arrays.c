/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays a campaign's records out as arrays over labelled axes. */
#include "sim/runs/study_run.h"

#include "config.h"
#include "sim/results/metrics.h"
#include "sim/scenario/read_workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From the position on the axis of enclaves to the number of the enclave at this stage; false if it has none. */
static bool find_enclave(struct bh_metric_cell *cell, const struct bh_metric_axes *own, size_t stage)
{
    const struct bh_campaign_enclaves *enclaves = &cell->campaign->enclaves;
    for (size_t d = 0; d < own->count; d++)
        if (own->axis[d] == BH_AXIS_ENCLAVE) {
            cell->at[BH_AXIS_ENCLAVE] = enclaves->number[stage * enclaves->count + cell->at[BH_AXIS_ENCLAVE]];
            return cell->at[BH_AXIS_ENCLAVE] != BH_NO_ENCLAVE;
        }
    return true;
}

/* Values of a metric over [policy, stage, its own dimensions], for `count` stages from `first`. */
static double *collect(const struct bh_campaign *campaign, const struct bh_metric *metric, size_t first, size_t count,
                       size_t *cells)
{
    size_t sizes[BH_METRIC_AXES], inner = 1, policies = campaign->stages[0]->scenario->policies_count;
    const struct bh_metric_axes *own = &bh_metric_axes[metric->shape];
    bh_metric_axis_sizes(campaign->stages[0]->scenario, sizes);
    sizes[BH_AXIS_ENCLAVE] = campaign->enclaves.count; /* of all stages */
    for (size_t d = 0; d < own->count; d++)
        inner *= sizes[own->axis[d]];
    *cells = policies * count * inner;
    double *values = bh_allocate(*cells, sizeof *values);
    for (size_t i = 0; i < *cells; i++) {
        size_t rest = i % inner, stage = i / inner % count;
        struct bh_metric_cell cell = {campaign, campaign->stages[first + stage], stage, i / inner / count, {0}};
        for (size_t d = own->count; d-- > 0; rest /= sizes[own->axis[d]])
            cell.at[own->axis[d]] = rest % sizes[own->axis[d]];
        values[i] = find_enclave(&cell, own, first + stage) ? bh_metric_value(metric, &cell) : NAN;
    }
    return values;
}

static void write_metric(const struct bh_campaign *campaign, struct bh_results *results, const struct bh_metric *metric,
                         const char *name, size_t first, size_t count, const char *const *axes, size_t axes_count)
{
    const struct bh_metric_axes *own = &bh_metric_axes[metric->shape];
    const char *all_axes[BH_RESULTS_MOST_AXES];
    size_t cells, used = 0;
    BH_BUG_ASSERT(axes_count + BH_METRIC_MOST_AXES <= BH_RESULTS_MOST_AXES);
    for (; used < axes_count; used++)
        all_axes[used] = axes[used];
    for (size_t d = 0; d < own->count; d++)
        all_axes[used++] = bh_metric_axis_names[own->axis[d]];
    double *values = collect(campaign, metric, first, count, &cells);
    uint8_t *flags = NULL;
    if (metric->values == BH_FLAGS) {
        flags = bh_allocate(cells, 1);
        for (size_t i = 0; i < cells; i++)
            flags[i] = values[i] > 0.0; /* NaN: what is not there is not so */
    }
    bh_results_add_array(results, name, all_axes, used, flags ? BH_ELEMENT_UINT8 : BH_ELEMENT_DOUBLE,
                         flags ? (void *)flags : (void *)values, metric->unit, metric->description, NULL);
    free(values);
    free(flags);
}

/* An axis under `name`: numbers if all labels are, else words. */
static void write_axis(const struct bh_axis *axis, const char *name, struct bh_results *results,
                       const char *description)
{
    const char **labels = bh_allocate(axis->count, sizeof *labels);
    double *numbers = bh_allocate(axis->count, sizeof *numbers);
    bool are_numbers = true;
    for (size_t i = 0; i < axis->count; i++) {
        labels[i] = axis->values[i].label;
        numbers[i] = axis->values[i].number;
        are_numbers = are_numbers && !isnan(numbers[i]);
    }
    if (are_numbers)
        bh_results_add_axis_numbers(results, name, numbers, axis->count, axis->unit, description, NULL);
    else
        bh_results_add_axis_text(results, name, labels, axis->count, description, NULL);
    if (axis->is_unordered)
        bh_results_set_unordered(results, name, NULL);
    free(labels);
    free(numbers);
}

static void write_fixed_axes(const struct bh_campaign *campaign, struct bh_results *results)
{
    const struct bh_scenario *scenario = campaign->stages[0]->scenario;
    uint64_t *replicas = bh_allocate(scenario->replicas, sizeof *replicas);
    for (uint64_t r = 0; r < scenario->replicas; r++)
        replicas[r] = r;
    static const char *const enclave_axis[] = {"enclave"};
    bh_results_add_axis_text(results, "enclave", campaign->enclaves.names, campaign->enclaves.count,
                             "enclaves of the workload", NULL);
    bh_results_add_texts(results, "enclave_entry", enclave_axis, 1, campaign->enclaves.entries,
                         "entry of the workload that made the enclave", NULL);
    bh_results_add_axis_counts(results, "replica", replicas, scenario->replicas, "1",
                               "replicas: equal faults for all policies", NULL);
    bh_results_add_axis_text(results, "part", bh_part_names, BH_PARTS, "parts of the ledger", NULL);
    bh_results_add_axis_text(results, "scope", bh_scope_names, BH_SCOPES, "extents, smallest first", NULL);
    bh_results_add_axis_text(results, "boundary", bh_boundary_names, BH_BOUNDARIES, "boundaries between zones", NULL);
    bh_results_add_axis_text(results, "level", bh_level_names, BH_LEVELS, "checkpoint levels", NULL);
    free(replicas);
}

/* Nothing where the catalog leaves it open. */
static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void write_policies(const struct bh_campaign *campaign, struct bh_results *results)
{
    const struct bh_scenario *scenario = campaign->stages[0]->scenario;
    size_t count = scenario->policies_count;
    const char **texts = bh_allocate(6 * count, sizeof *texts);
    const char *const axis[] = {"policy"};
    for (size_t p = 0; p < count; p++) {
        texts[p] = scenario->policies[p].name;
        texts[count + p] = scenario->policies[p].system->name;
        texts[2 * count + p] = scenario->policies[p].policy->name;
        texts[3 * count + p] = or_empty(scenario->policies[p].system->colour);
        texts[4 * count + p] = or_empty(scenario->policies[p].policy->colour);
        texts[5 * count + p] = or_empty(scenario->policies[p].policy->mark);
    }
    bh_results_add_axis_text(results, "policy", texts, count, "a virtualization system under a policy", NULL);
    bh_results_add_texts(results, "policy_system", axis, 1, texts + count, "virtualization system", NULL);
    bh_results_add_texts(results, "policy_policy", axis, 1, texts + 2 * count, "policy", NULL);
    bh_results_add_texts(results, "system_colour", axis, 1, texts + 3 * count, "colour of the system in figures", NULL);
    bh_results_add_texts(results, "policy_colour", axis, 1, texts + 4 * count, "colour of the policy in figures", NULL);
    bh_results_add_texts(results, "policy_mark", axis, 1, texts + 5 * count, "mark of the policy in figures", NULL);
    free(texts);
}

/* The names of the axes, and the point at which uncertainty is drawn, with commas in between. */
static char *list_axes(const struct bh_study *study)
{
    char *list = bh_copy_text("");
    for (size_t a = 0; a < study->axes_count; a++) {
        char *longer = bh_print_text("%s%s%s", list, a > 0 ? "," : "", study->axes[a].name);
        free(list);
        list = longer;
    }
    return list;
}

static char *list_uncertainty_point(const struct bh_study *study)
{
    char *list = bh_copy_text("");
    for (size_t a = 0; a < study->axes_count && study->has_uncertainty; a++) {
        char *longer = bh_print_text("%s%s%zu", list, a > 0 ? "," : "", study->uncertainty_at[a]);
        free(list);
        list = longer;
    }
    return list;
}

static void write_attributes(const struct bh_campaign *campaign, struct bh_results *results)
{
    const struct bh_study *study = campaign->study;
    const struct bh_scenario *scenario = campaign->stages[0]->scenario;
    char *axes = list_axes(study), *at = list_uncertainty_point(study);
    bh_results_set_text(results, "title", scenario->title, NULL);
    bh_results_set_text(results, "scenario", scenario->name, NULL);
    bh_results_set_text(results, "version", PACKAGE_VERSION, NULL);
    bh_results_set_count(results, "seed", scenario->seed, NULL);
    bh_results_set_count(results, "nodes", scenario->nodes, NULL);
    bh_results_set_text(results, "primary_enclave", scenario->enclaves[scenario->primary].name, NULL);
    bh_results_set_text(results, "baseline", scenario->policies[scenario->baseline].name, NULL);
    bh_results_set_flag(results, "reproduces_input", scenario->reproduces_input, NULL);
    bh_results_set_flag(results, "faults_requested", scenario->random_faults || scenario->script_count > 0, NULL);
    bh_results_set_text(results, "axes", axes, NULL);
    bh_results_set_text(results, "uncertainty_axis", study->has_uncertainty ? study->uncertainty.name : "", NULL);
    bh_results_set_text(results, "uncertainty_at", at, NULL);
    if (study->posterior.source != NULL)
        bh_results_set_text(results, "uncertainty_source", study->posterior.source, NULL);
    free(axes);
    free(at);
}

static void write_uncertainty(const struct bh_campaign *campaign, struct bh_results *results)
{
    char *axis = bh_print_text("uncertainty/%s", campaign->study->uncertainty.name);
    const char *const axes[] = {"policy", campaign->study->uncertainty.name};
    write_axis(&campaign->study->uncertainty, axis, results,
               campaign->study->posterior.source != NULL ? "joint draws of a posterior, without order"
                                                         : "an assumed number over its range");
    for (size_t m = 0; m < BH_METRICS; m++) {
        if (bh_metrics[m].use != BH_AT_POINTS_AND_UNCERTAIN)
            continue;
        char *name = bh_print_text("uncertainty/%s", bh_metrics[m].name);
        write_metric(campaign, results, &bh_metrics[m], name, campaign->points, campaign->uncertain, axes, 2);
        free(name);
    }
    free(axis);
}

/* Whether a metric of this use says anything: an axis may bring verification, say, at some of its values only. */
static bool is_recorded(const struct bh_campaign *campaign, enum bh_metric_use use)
{
    for (size_t s = 0; s < campaign->points; s++)
        if (bh_metric_says(campaign->stages[s]->scenario, use))
            return true;
    return false;
}

void bh_campaign_write_head(const struct bh_campaign *campaign, const char *provenance, struct bh_results *results)
{
    const struct bh_study *study = campaign->study;
    write_attributes(campaign, results);
    bh_results_set_text(results, "provenance", provenance, NULL);
    write_policies(campaign, results);
    for (size_t a = 0; a < study->axes_count; a++)
        write_axis(&study->axes[a], study->axes[a].name, results, "varied by the scenario");
    write_fixed_axes(campaign, results);
}

void bh_campaign_write(const struct bh_campaign *campaign, struct bh_results *results)
{
    const struct bh_study *study = campaign->study;
    const char **axes = bh_allocate(study->axes_count + 1, sizeof *axes);
    char *provenance = bh_campaign_provenance(campaign);
    bh_campaign_write_head(campaign, provenance, results);
    free(provenance);
    axes[0] = "policy";
    for (size_t a = 0; a < study->axes_count; a++)
        axes[a + 1] = study->axes[a].name;
    for (size_t m = 0; m < BH_METRICS; m++)
        if (is_recorded(campaign, bh_metrics[m].use))
            write_metric(campaign, results, &bh_metrics[m], bh_metrics[m].name, 0, campaign->points, axes,
                         study->axes_count + 1);
    bh_campaign_write_causes(campaign, results);
    if (study->has_uncertainty)
        write_uncertainty(campaign, results);
    free(axes);
}
