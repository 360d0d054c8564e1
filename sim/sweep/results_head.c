/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The head of a results file: attributes, where it comes from, and the axes: those that vary, or one of points with
 * coordinates. */
#include "config.h"
#include "models/base/results_names.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/document/document_get.h"
#include "models/document/document_print.h"
#include "sim/campaign/resolve.h"
#include "sim/results/provenance.h"
#include "sim/scenario/node_stack.h"
#include "sim/sweep/parts.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t bh_merge_axes(const struct bh_merge *merge, const char **axes)
{
    const struct bh_study *study = merge->campaign->study;
    size_t used = 0;
    axes[used++] = "policy";
    if (merge->campaign->is_flat)
        axes[used++] = "point";
    for (size_t a = 0; !merge->campaign->is_flat && a < study->axes_count; a++)
        if (!merge->campaign->axes[a].is_setting && used < BH_RESULTS_MOST_AXES - BH_METRIC_MOST_AXES)
            axes[used++] = study->axes[a].name;
    return used;
}

/* --- Axes ------------------------------------------------------------------------------------------------------------ */

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

/* The points of a campaign that are no product, by their numbers. */
static void write_points(size_t count, struct bh_results *results)
{
    double *numbers = bh_allocate(count, sizeof *numbers);
    for (size_t p = 0; p < count; p++)
        numbers[p] = (double)p;
    bh_results_add_axis_numbers(results, "point", numbers, count, "1", "varied by the scenario", NULL);
    bh_results_set_unordered(results, "point", NULL);
    free(numbers);
}

/* The axes that are the same in all results but for enclaves and replicas. */
static void write_fixed_axes(const struct bh_merge *merge, struct bh_results *results)
{
    static const char *const descriptions[] = {[BH_AXIS_PART] = "parts of the ledger",
                                               [BH_AXIS_SCOPE] = "extents, smallest first",
                                               [BH_AXIS_BOUNDARY] = "boundaries between zones",
                                               [BH_AXIS_LEVEL] = "checkpoint levels"};
    static const char *const enclave_axis[] = {"enclave"};
    const struct bh_enclave_axis *enclaves = &merge->campaign->enclaves;
    uint64_t *replicas = bh_allocate(merge->replicas, sizeof *replicas);
    for (uint64_t r = 0; r < merge->replicas; r++)
        replicas[r] = r;
    bh_results_add_axis_text(results, "enclave", enclaves->names, enclaves->count, "enclaves of the workload", NULL);
    bh_results_add_texts(results, "enclave_entry", enclave_axis, 1, enclaves->entries,
                         "entry of the workload that made the enclave", NULL);
    bh_results_add_axis_counts(results, "replica", replicas, merge->replicas, "1",
                               "replicas: equal faults for all policies", NULL);
    for (int a = BH_AXIS_PART; a < BH_METRIC_AXES; a++) {
        size_t count;
        const char *const *labels = bh_metric_axis_labels((enum bh_metric_axis)a, &count);
        if (a == BH_AXIS_PART)
            count = bh_metric_parts(merge->campaign->says[BH_WITH_DEGRADED]);
        bh_results_add_axis_text(results, bh_metric_axis_names[a], labels, count, descriptions[a], NULL);
    }
    free(replicas);
}

/* Nothing where the catalog leaves it open. */
static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* Words of what the stack of a line offers, commas between them; the caller frees. Guards are those on while it protects. */
static char *list_offers(const struct bh_scenario *scenario, size_t policy)
{
    const struct bh_policy_spec *line = &scenario->policies[policy];
    const struct bh_guard_level *guard[BH_BOUNDARIES] = {NULL};
    const struct bh_component *kernel = line->system->guest_kernel != NULL ? line->guest_kernel : line->host_kernel;
    char *list = bh_copy_text("");
    if (bh_scenario_line_guards(scenario, policy, true, guard, NULL) != 0)
        return list;
    for (int o = 0; o < BH_OFFERS; o++)
        if (bh_system_offers(line->system, kernel, guard, (enum bh_offer)o) == BH_OFFERED)
            bh_add_text(&list, ",", "%s", bh_offer_names[o]);
    return list;
}

static void write_policies(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_scenario *scenario = merge->campaign->first;
    size_t count = scenario->policies_count;
    const char **texts = bh_allocate(6 * count, sizeof *texts);
    char **offers = bh_allocate(count, sizeof *offers);
    const char *const axis[] = {"policy"};
    for (size_t p = 0; p < count; p++) {
        texts[p] = scenario->policies[p].name;
        texts[count + p] = scenario->policies[p].system->name;
        texts[2 * count + p] = scenario->policies[p].policy->name;
        texts[3 * count + p] = or_empty(scenario->policies[p].system->colour);
        texts[4 * count + p] = or_empty(scenario->policies[p].policy->colour);
        texts[5 * count + p] = or_empty(scenario->policies[p].policy->mark);
        offers[p] = list_offers(scenario, p);
    }
    bh_results_add_axis_text(results, "policy", texts, count, "a virtualization system under a policy", NULL);
    bh_results_add_texts(results, "policy_system", axis, 1, texts + count, "virtualization system", NULL);
    bh_results_add_texts(results, "policy_policy", axis, 1, texts + 2 * count, "policy", NULL);
    bh_results_add_texts(results, "system_colour", axis, 1, texts + 3 * count, "colour of the system in figures", NULL);
    bh_results_add_texts(results, "policy_colour", axis, 1, texts + 4 * count, "colour of the policy in figures", NULL);
    bh_results_add_texts(results, "policy_mark", axis, 1, texts + 5 * count, "mark of the policy in figures", NULL);
    bh_results_add_texts(results, "policy_offers", axis, 1, (const char *const *)offers,
                         "what the system offers its users under the policy", NULL);
    for (size_t p = 0; p < count; p++)
        free(offers[p]);
    free(offers);
    free(texts);
}

void bh_merge_write_uncertainty_axis(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_study *study = merge->campaign->study;
    char *name = bh_print_text("uncertainty/%s", study->uncertainty.name);
    write_axis(&study->uncertainty, name, results,
               study->posterior.source != NULL ? "joint draws of a posterior, without order"
                                               : "an uncertain number over its interval");
    free(name);
}

/* --- Coordinates ------------------------------------------------------------------------------------------------------ */

/* An array of labels over an axis: numbers if all are, else words. */
static void write_labels(struct bh_results *results, const struct bh_coordinate *coordinate, const char *axis,
                         const char **labels, size_t count)
{
    const char *name = coordinate->name;
    char *description = coordinate->status != NULL
                            ? bh_print_text(BH_COORDINATE_WORDS BH_COORDINATE_STATUS "%s", coordinate->status)
                            : bh_copy_text(BH_COORDINATE_WORDS);
    double *numbers = bh_allocate(count, sizeof *numbers);
    bool are_numbers = true;
    for (size_t i = 0; i < count && are_numbers; i++) {
        char *end;
        numbers[i] = strtod(labels[i], &end);
        are_numbers = labels[i][0] != '\0' && *end == '\0';
    }
    if (are_numbers)
        bh_results_add_array(results, name, &axis, 1, BH_ELEMENT_DOUBLE, numbers, coordinate->unit, description, NULL);
    else
        bh_results_add_texts(results, name, &axis, 1, labels, description, NULL);
    free(description);
    free(numbers);
}

/* What every point is, one array per axis or coordinate. */
static void write_point_coordinates(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_campaign *campaign = merge->campaign;
    const char **labels = bh_allocate(campaign->points, sizeof *labels);
    for (size_t a = 0; a < campaign->study->axes_count; a++) {
        const struct bh_campaign_axis *own = &campaign->axes[a];
        const struct bh_axis *axis = &campaign->study->axes[a];
        for (size_t c = 0; c < (own->is_composite ? own->coordinates_count : !own->is_setting); c++) {
            for (size_t p = 0; p < campaign->points; p++)
                labels[p] = bh_campaign_label(campaign, p, a, c);
            const struct bh_coordinate plain = {axis->name, axis->unit, NULL, NULL};
            write_labels(results, own->is_composite ? &own->coordinates[c] : &plain, "point", labels, campaign->points);
        }
    }
    free(labels);
}

static void write_coordinates(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_campaign *campaign = merge->campaign;
    if (campaign->is_flat) {
        write_point_coordinates(merge, results);
        return;
    }
    for (size_t a = 0; a < campaign->study->axes_count; a++)
        for (size_t c = 0; c < campaign->axes[a].coordinates_count; c++)
            write_labels(results, &campaign->axes[a].coordinates[c], campaign->study->axes[a].name,
                         campaign->axes[a].coordinates[c].labels, campaign->study->axes[a].count);
}

/* --- Head ------------------------------------------------------------------------------------------------------------- */

/* Names with commas in between, and the point at which uncertainty is drawn. */
static void write_lists(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_study *study = merge->campaign->study;
    const char *axes[BH_RESULTS_MOST_AXES];
    size_t used = bh_merge_axes(merge, axes);
    char *names = bh_copy_text(""), *at = bh_copy_text("");
    for (size_t a = 1; a < used; a++)
        bh_add_text(&names, ",", "%s", axes[a]);
    for (size_t a = 0; a < study->axes_count && merge->campaign->uncertain > 0; a++)
        bh_add_text(&at, ",", "%zu", study->uncertainty_at[a]);
    bh_results_set_text(results, "axes", names, NULL);
    bh_results_set_text(results, "uncertainty_axis", merge->campaign->uncertain > 0 ? study->uncertainty.name : "",
                        NULL);
    bh_results_set_text(results, "uncertainty_at", at, NULL);
    if (study->posterior.source != NULL)
        bh_results_set_text(results, "uncertainty_source", study->posterior.source, NULL);
    free(names);
    free(at);
}

/* How much of all replicas' traffic SimGrid carried out. */
static json_t *traffic(const struct bh_merge *merge)
{
    static const enum bh_metric_name names[] = {BH_METRIC_transfers, BH_METRIC_transfers_carried,
                                                BH_METRIC_carried_time};
    double sum[BH_COUNT(names)] = {0.0}, replicas = 0.0;
    size_t place[BH_COUNT(names)];
    for (size_t i = 0; i < BH_COUNT(names); i++)
        place[i] = bh_layout_offset(&merge->state.layout[1], names[i]);
    for (size_t point = 0; point < bh_merge_points(merge); point++)
        for (size_t policy = 0; policy < merge->policies; policy++)
            for (uint64_t r = 0; r < merge->counts[point]; r++) {
                const double *row = bh_merge_replica(merge, point, policy, r);
                for (size_t i = 0; i < BH_COUNT(names) && row != NULL; i++)
                    sum[i] += row[place[i]];
                replicas += row != NULL;
            }
    return json_pack("{s:f, s:f, s:f}", "transfers", sum[0], "carried_by_simgrid", sum[1], "share_of_time",
                     replicas > 0.0 ? sum[2] / replicas : 0.0);
}

/* Where the numbers come from, what carried traffic, and the campaign if there is a file. */
static void write_provenance(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_campaign *campaign = merge->campaign;
    json_t *object = bh_provenance(campaign->study, campaign->first);
    json_object_set_new(object, "traffic", traffic(merge));
    if (campaign->document != NULL) {
        char *own = bh_node_print_json(bh_document_root(campaign->document));
        json_object_set_new(object, "campaign", json_loads(own, 0, NULL));
        free(own);
    }
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    bh_results_set_text(results, "provenance", text != NULL ? text : "{}", NULL);
    free(text);
}

void bh_merge_write_head(const struct bh_merge *merge, struct bh_results *results)
{
    const struct bh_campaign *campaign = merge->campaign;
    const struct bh_scenario *scenario = campaign->first;
    bh_results_set_text(results, "title", scenario->title, NULL);
    bh_results_set_text(results, "scenario", scenario->name, NULL);
    bh_results_set_text(results, "version", PACKAGE_VERSION, NULL);
    bh_results_set_count(results, "seed", scenario->seed, NULL);
    bh_results_set_count(results, "nodes", scenario->nodes, NULL);
    bh_results_set_text(results, "primary_enclave", scenario->enclaves[scenario->primary].name, NULL);
    bh_results_set_text(results, "baseline", scenario->policies[scenario->baseline].name, NULL);
    bh_results_set_flag(results, "reproduces_input", scenario->reproduces_input, NULL);
    bh_results_set_flag(results, "wrong_is_done", scenario->wrong_is_done, NULL);
    bh_results_set_flag(results, "faults_requested", scenario->random_faults || scenario->script_count > 0, NULL);
    write_lists(merge, results);
    write_provenance(merge, results);
    write_policies(merge, results);
    if (campaign->is_flat)
        write_points(campaign->points, results);
    for (size_t a = 0; !campaign->is_flat && a < campaign->study->axes_count; a++)
        if (!campaign->axes[a].is_setting)
            write_axis(&campaign->study->axes[a], campaign->study->axes[a].name, results, "varied by the scenario");
    write_fixed_axes(merge, results);
    if (campaign->document == NULL)
        return;
    bh_results_set_text(results, "campaign",
                        bh_node_text(bh_node_find(bh_document_root(campaign->document), "campaign"), NULL), NULL);
    write_coordinates(merge, results);
}
