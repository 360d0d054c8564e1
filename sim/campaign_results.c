/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays a campaign's records out as arrays over labelled axes: one row of a table per metric. */
#include "sim/campaign.h"

#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The axes that a metric can have behind policy and the study's own. */
enum dimension { ENCLAVE, REPLICA, PART, SCOPE, BOUNDARY, LEVEL, DIMENSIONS };
static const char *const dimension_names[] = {"enclave", "replica", "part", "scope", "boundary", "level"};
enum { MOST_DIMENSIONS = 3 };

/* One cell of an array. */
struct cell {
    const struct bh_campaign *campaign;
    const struct bh_stage *stage;
    size_t point, policy;
    size_t at[DIMENSIONS];
};

struct metric {
    const char *name;
    size_t dimensions_count;
    enum dimension dimensions[MOST_DIMENSIONS];
    enum bh_element element;
    const char *unit;
    const char *description;
    double (*value)(const struct cell *cell);
};

static const struct bh_replica_record *record_of(const struct cell *cell)
{
    return &cell->stage->records[cell->policy * cell->stage->scenario->replicas + cell->at[REPLICA]];
}

static const struct bh_enclave_record *enclave_of(const struct cell *cell)
{
    return &record_of(cell)->enclaves[cell->at[ENCLAVE]];
}

static const struct bh_enclave_setup *enclave_setup_of(const struct cell *cell)
{
    return &cell->stage->setups[cell->policy]->enclaves[cell->at[ENCLAVE]];
}

static const struct bh_isolation *isolation_of(const struct cell *cell)
{
    return cell->stage->setups[cell->policy]->isolation;
}

/* --- Values, one function each --------------------------------------------------------------------------------------- */

static double makespan_s(const struct cell *cell)
{
    return enclave_of(cell)->finished ? enclave_of(cell)->elapsed_s : NAN;
}

static double is_finished(const struct cell *cell)
{
    return enclave_of(cell)->finished;
}

static double elapsed_s(const struct cell *cell)
{
    return enclave_of(cell)->elapsed_s;
}

static double useful_work(const struct cell *cell)
{
    return enclave_of(cell)->useful_work_s;
}

static double node_time(const struct cell *cell)
{
    return enclave_of(cell)->ledger.part[cell->at[PART]];
}

static double fault_free_s(const struct cell *cell)
{
    const struct bh_enclave_record *enclave = &cell->stage->fault_free[cell->policy].enclaves[cell->at[ENCLAVE]];
    return enclave->finished ? enclave->elapsed_s : NAN;
}

static double native_s(const struct cell *cell)
{
    const struct bh_enclave_record *enclave = &cell->stage->native[cell->policy].enclaves[cell->at[ENCLAVE]];
    return enclave->finished ? enclave->elapsed_s : NAN;
}

static double native_bare_s(const struct cell *cell)
{
    const struct bh_enclave_record *enclave = &cell->stage->native_bare.enclaves[cell->at[ENCLAVE]];
    return enclave->finished ? enclave->elapsed_s : NAN;
}

static double price(const struct cell *cell)
{
    return fault_free_s(cell) / native_s(cell) - 1.0;
}

/* In seconds of useful wall-clock time under this policy. */
static double interval_s(const struct cell *cell)
{
    const struct bh_enclave_setup *setup = enclave_setup_of(cell);
    double base_s = setup->interval_work_s * setup->wall_per_work;
    if (!setup->has_level[cell->at[LEVEL]] || isinf(base_s))
        return NAN;
    if (cell->at[LEVEL] == BH_LEVEL_LOCAL)
        return base_s;
    return setup->storage_every > 0 ? base_s * (double)setup->storage_every : NAN;
}

static double checkpoint_s(const struct cell *cell)
{
    const struct bh_enclave_setup *setup = enclave_setup_of(cell);
    return setup->has_level[cell->at[LEVEL]] ? setup->write_s[cell->at[LEVEL]] : NAN;
}

static double restart_s(const struct cell *cell)
{
    return enclave_setup_of(cell)->restart_s[cell->at[SCOPE]];
}

static double interruptions(const struct cell *cell)
{
    return enclave_of(cell)->interruptions;
}

static double is_corrupt(const struct cell *cell)
{
    return enclave_of(cell)->finished && enclave_of(cell)->corrupt;
}

static double faults(const struct cell *cell)
{
    return record_of(cell)->tallies.faults;
}

static double struck_while_down(const struct cell *cell)
{
    return record_of(cell)->tallies.struck_while_down;
}

static double errors(const struct cell *cell)
{
    return record_of(cell)->tallies.errors;
}

static double unchangeable_errors(const struct cell *cell)
{
    return record_of(cell)->tallies.unchangeable_errors;
}

static double silent_errors(const struct cell *cell)
{
    return record_of(cell)->tallies.silent_errors;
}

static double simultaneous_losses(const struct cell *cell)
{
    return record_of(cell)->tallies.simultaneous_losses;
}

static double failures(const struct cell *cell)
{
    return record_of(cell)->tallies.failures[cell->at[SCOPE]];
}

static double system_extent(const struct cell *cell)
{
    return record_of(cell)->tallies.system_extent[cell->at[SCOPE]];
}

static double application_extent(const struct cell *cell)
{
    return record_of(cell)->tallies.application_extent[cell->at[SCOPE]];
}

static double escape_seen(const struct cell *cell)
{
    return record_of(cell)->tallies.escape_seen[cell->at[BOUNDARY]];
}

static double escape_exposed(const struct cell *cell)
{
    return record_of(cell)->tallies.escape_exposed[cell->at[BOUNDARY]];
}

static double propagation_depth(const struct cell *cell)
{
    const struct bh_tallies *tallies = &record_of(cell)->tallies;
    return tallies->errors > 0.0 ? tallies->depth_sum / tallies->errors : NAN;
}

static double escape_exact(const struct cell *cell)
{
    return isolation_of(cell)->escape[cell->at[BOUNDARY]];
}

static double escape_end(const struct cell *cell, size_t end)
{
    size_t policies = cell->stage->scenario->policies_count;
    return cell->campaign
        ->escape_ends[((cell->point * policies + cell->policy) * 2 + end) * BH_BOUNDARIES + cell->at[BOUNDARY]];
}

static double escape_low(const struct cell *cell)
{
    return escape_end(cell, 0);
}

static double escape_high(const struct cell *cell)
{
    return escape_end(cell, 1);
}

static double unresolved(const struct cell *cell)
{
    return isolation_of(cell)->unresolved;
}

static double noise_extrapolated(const struct cell *cell)
{
    return enclave_setup_of(cell)->slowdown.noise.extrapolated;
}

static double containment_exact(const struct cell *cell)
{
    return isolation_of(cell)->coverage[cell->at[SCOPE]];
}

/* What the exact chain says of the script's errors; such arrays are written for scenarios that have a script. */
static const char script_prefix[] = "script_";

static double script_extent_exact(const struct cell *cell)
{
    return cell->stage->setups[cell->policy]->script->extent[cell->at[SCOPE]];
}

static double script_loss_exact(const struct cell *cell)
{
    return cell->stage->setups[cell->policy]->script->loss[cell->at[ENCLAVE] * BH_SCOPES + cell->at[SCOPE]];
}

/* --- The table ------------------------------------------------------------------------------------------------------- */

static const struct metric metrics[] = {
    {"makespan",
     2,
     {ENCLAVE, REPLICA},
     BH_ELEMENT_DOUBLE,
     "s",
     "makespan under faults; NaN when unfinished",
     makespan_s},
    {"finished",
     2,
     {ENCLAVE, REPLICA},
     BH_ELEMENT_UINT8,
     "1",
     "whether the work was done before the horizon",
     is_finished},
    {"elapsed", 2, {ENCLAVE, REPLICA}, BH_ELEMENT_DOUBLE, "s", "makespan, or the horizon when unfinished", elapsed_s},
    {"useful_work", 2, {ENCLAVE, REPLICA}, BH_ELEMENT_DOUBLE, "s", "native node-seconds of work done", useful_work},
    {"node_time", 3, {ENCLAVE, REPLICA, PART}, BH_ELEMENT_DOUBLE, "s", "node-seconds by part of the ledger", node_time},
    {"fault_free_makespan", 1, {ENCLAVE}, BH_ELEMENT_DOUBLE, "s", "makespan without faults", fault_free_s},
    {"native_makespan",
     1,
     {ENCLAVE},
     BH_ELEMENT_DOUBLE,
     "s",
     "fault-free makespan of the baseline with the same nodes, intervals and checkpoints",
     native_s},
    {"native_bare_makespan",
     1,
     {ENCLAVE},
     BH_ELEMENT_DOUBLE,
     "s",
     "fault-free makespan of the baseline without checkpoints",
     native_bare_s},
    {"price", 1, {ENCLAVE}, BH_ELEMENT_DOUBLE, "1", "fault_free_makespan / native_makespan - 1", price},
    {"interval", 2, {ENCLAVE, LEVEL}, BH_ELEMENT_DOUBLE, "s", "useful time between checkpoints of a level", interval_s},
    {"checkpoint_time",
     2,
     {ENCLAVE, LEVEL},
     BH_ELEMENT_DOUBLE,
     "s",
     "expected time to write a checkpoint",
     checkpoint_s},
    {"restart_time",
     2,
     {ENCLAVE, SCOPE},
     BH_ELEMENT_DOUBLE,
     "s",
     "expected outage after losing this scope, repair and restore not included",
     restart_s},
    {"interruptions",
     2,
     {ENCLAVE, REPLICA},
     BH_ELEMENT_DOUBLE,
     "1",
     "failures that struck the enclave while it ran",
     interruptions},
    {"sdc",
     2,
     {ENCLAVE, REPLICA},
     BH_ELEMENT_UINT8,
     "1",
     "whether the job ended with silent errors in its data",
     is_corrupt},
    {"faults", 1, {REPLICA}, BH_ELEMENT_DOUBLE, "1", "faults that struck", faults},
    {"struck_while_down", 1, {REPLICA}, BH_ELEMENT_DOUBLE, "1", "faults that struck something down", struck_while_down},
    {"errors", 1, {REPLICA}, BH_ELEMENT_DOUBLE, "1", "errors activated in an up component", errors},
    {"unchangeable_errors",
     1,
     {REPLICA},
     BH_ELEMENT_DOUBLE,
     "1",
     "activated errors that no policy could have changed: hardware loss of a node",
     unchangeable_errors},
    {"silent_errors", 1, {REPLICA}, BH_ELEMENT_DOUBLE, "1", "errors of which a copy became silent", silent_errors},
    {"simultaneous_losses",
     1,
     {REPLICA},
     BH_ELEMENT_DOUBLE,
     "1",
     "errors that took two or more enclaves down",
     simultaneous_losses},
    {"propagation_depth",
     1,
     {REPLICA},
     BH_ELEMENT_DOUBLE,
     "1",
     "mean zone hops of an activated error",
     propagation_depth},
    {"failures", 2, {REPLICA, SCOPE}, BH_ELEMENT_DOUBLE, "1", "signalled errors by the disposition applied", failures},
    {"system_extent", 2, {REPLICA, SCOPE}, BH_ELEMENT_DOUBLE, "1", "errors by largest system extent", system_extent},
    {"application_extent",
     2,
     {REPLICA, SCOPE},
     BH_ELEMENT_DOUBLE,
     "1",
     "errors by largest application extent",
     application_extent},
    {"escape_seen",
     2,
     {REPLICA, BOUNDARY},
     BH_ELEMENT_DOUBLE,
     "1",
     "errors whose effect went beyond the boundary",
     escape_seen},
    {"escape_exposed",
     2,
     {REPLICA, BOUNDARY},
     BH_ELEMENT_DOUBLE,
     "1",
     "errors begun inside the boundary and not masked at their origin",
     escape_exposed},
    {"escape_exact", 1, {BOUNDARY}, BH_ELEMENT_DOUBLE, "1", "escape ratio by the exact chain", escape_exact},
    {"escape_low",
     1,
     {BOUNDARY},
     BH_ELEMENT_DOUBLE,
     "1",
     "the same with the uncertain number at the least value of its axis",
     escape_low},
    {"escape_high",
     1,
     {BOUNDARY},
     BH_ELEMENT_DOUBLE,
     "1",
     "the same with the uncertain number at the greatest value of its axis",
     escape_high},
    {"unresolved",
     0,
     {0},
     BH_ELEMENT_DOUBLE,
     "1",
     "bound on the probability that the exact chain left unfollowed: the error of the exact numbers",
     unresolved},
    {"noise_extrapolated",
     1,
     {ENCLAVE},
     BH_ELEMENT_UINT8,
     "1",
     "whether noise is taken beyond the largest machine for which it was measured",
     noise_extrapolated},
    {"containment_exact",
     1,
     {SCOPE},
     BH_ELEMENT_DOUBLE,
     "1",
     "P(system extent <= scope | error activated) by the exact chain",
     containment_exact},
    {"script_extent_exact",
     1,
     {SCOPE},
     BH_ELEMENT_DOUBLE,
     "1",
     "P(system extent = scope | error of the script) by the exact chain",
     script_extent_exact},
    {"script_loss_exact",
     2,
     {ENCLAVE, SCOPE},
     BH_ELEMENT_DOUBLE,
     "1",
     "P(enclave loses scope | error of the script) by the exact chain",
     script_loss_exact},
};
enum { METRICS = sizeof metrics / sizeof metrics[0] };

/* Metrics that the uncertainty axis has too. */
static const char *const uncertain_metrics[] = {
    "makespan", "finished", "elapsed", "useful_work", "native_bare_makespan", "price", "escape_exact"};

/* --- Writing --------------------------------------------------------------------------------------------------------- */

static void dimension_sizes(const struct bh_campaign *campaign, size_t sizes[DIMENSIONS])
{
    const struct bh_scenario *scenario = campaign->stages[0]->scenario;
    sizes[ENCLAVE] = scenario->enclaves_count;
    sizes[REPLICA] = scenario->replicas;
    sizes[PART] = BH_PARTS;
    sizes[SCOPE] = BH_SCOPES;
    sizes[BOUNDARY] = BH_BOUNDARIES;
    sizes[LEVEL] = BH_LEVELS;
}

/* Values of a metric over [policy, stage, its own dimensions], for `count` stages from `first`. */
static double *collect(const struct bh_campaign *campaign, const struct metric *metric, size_t first, size_t count,
                       size_t *cells)
{
    size_t sizes[DIMENSIONS], inner = 1, policies = campaign->stages[0]->scenario->policies_count;
    dimension_sizes(campaign, sizes);
    for (size_t d = 0; d < metric->dimensions_count; d++)
        inner *= sizes[metric->dimensions[d]];
    *cells = policies * count * inner;
    double *values = bh_allocate(*cells, sizeof *values);
    for (size_t i = 0; i < *cells; i++) {
        size_t rest = i % inner, stage = i / inner % count;
        struct cell cell = {campaign, campaign->stages[first + stage], stage, i / inner / count, {0}};
        for (size_t d = metric->dimensions_count; d-- > 0; rest /= sizes[metric->dimensions[d]])
            cell.at[metric->dimensions[d]] = rest % sizes[metric->dimensions[d]];
        values[i] = metric->value(&cell);
    }
    return values;
}

static void write_metric(const struct bh_campaign *campaign, struct bh_results *results, const struct metric *metric,
                         const char *name, size_t first, size_t count, const char *const *axes, size_t axes_count)
{
    const char *all_axes[BH_RESULTS_MOST_AXES];
    size_t cells, used = 0;
    for (; used < axes_count && used < BH_RESULTS_MOST_AXES - MOST_DIMENSIONS; used++)
        all_axes[used] = axes[used];
    for (size_t d = 0; d < metric->dimensions_count; d++)
        all_axes[used++] = dimension_names[metric->dimensions[d]];
    double *values = collect(campaign, metric, first, count, &cells);
    uint8_t *flags = NULL;
    if (metric->element == BH_ELEMENT_UINT8) {
        flags = bh_allocate(cells, 1);
        for (size_t i = 0; i < cells; i++)
            flags[i] = values[i] != 0.0;
    }
    bh_results_add_array(results, name, all_axes, used, metric->element, flags ? (void *)flags : (void *)values,
                         metric->unit, metric->description, NULL);
    free(values);
    free(flags);
}

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
    free(labels);
    free(numbers);
}

static void write_fixed_axes(const struct bh_campaign *campaign, struct bh_results *results)
{
    const struct bh_scenario *scenario = campaign->stages[0]->scenario;
    const char **enclaves = bh_allocate(scenario->enclaves_count, sizeof *enclaves);
    uint64_t *replicas = bh_allocate(scenario->replicas, sizeof *replicas);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        enclaves[e] = scenario->enclaves[e].name;
    for (uint64_t r = 0; r < scenario->replicas; r++)
        replicas[r] = r;
    bh_results_add_axis_text(results, "enclave", enclaves, scenario->enclaves_count, "enclaves of the workload", NULL);
    bh_results_add_axis_counts(results, "replica", replicas, scenario->replicas, "1",
                               "replicas: equal faults for all policies", NULL);
    bh_results_add_axis_text(results, "part", bh_part_names, BH_PARTS, "parts of the ledger", NULL);
    bh_results_add_axis_text(results, "scope", bh_scope_names, BH_SCOPES, "extents, smallest first", NULL);
    bh_results_add_axis_text(results, "boundary", bh_boundary_names, BH_BOUNDARIES, "boundaries between zones", NULL);
    bh_results_add_axis_text(results, "level", bh_level_names, BH_LEVELS, "checkpoint levels", NULL);
    free(enclaves);
    free(replicas);
}

static void write_policies(const struct bh_campaign *campaign, struct bh_results *results)
{
    const struct bh_scenario *scenario = campaign->stages[0]->scenario;
    size_t count = scenario->policies_count;
    const char **texts = bh_allocate(3 * count, sizeof *texts);
    const char *const axis[] = {"policy"};
    for (size_t p = 0; p < count; p++) {
        texts[p] = scenario->policies[p].name;
        texts[count + p] = scenario->policies[p].system->name;
        texts[2 * count + p] = scenario->policies[p].policy->name;
    }
    bh_results_add_axis_text(results, "policy", texts, count, "a virtualization system under a policy", NULL);
    bh_results_add_texts(results, "policy_system", axis, 1, texts + count, "virtualization system", NULL);
    bh_results_add_texts(results, "policy_policy", axis, 1, texts + 2 * count, "policy", NULL);
    free(texts);
}

static void write_attributes(const struct bh_campaign *campaign, struct bh_results *results)
{
    const struct bh_study *study = campaign->study;
    const struct bh_scenario *scenario = campaign->stages[0]->scenario;
    char axes[512] = "", at[256] = "";
    size_t used = 0, used_at = 0;
    for (size_t a = 0; a < study->axes_count && used < sizeof axes && used_at < sizeof at; a++) {
        used += (size_t)snprintf(axes + used, sizeof axes - used, "%s%s", a ? "," : "", study->axes[a].name);
        if (study->has_uncertainty)
            used_at +=
                (size_t)snprintf(at + used_at, sizeof at - used_at, "%s%zu", a ? "," : "", study->uncertainty_at[a]);
    }
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
}

static void write_uncertainty(const struct bh_campaign *campaign, struct bh_results *results)
{
    char axis[160], name[160];
    const char *const axes[] = {"policy", campaign->study->uncertainty.name};
    snprintf(axis, sizeof axis, "uncertainty/%s", campaign->study->uncertainty.name);
    write_axis(&campaign->study->uncertainty, axis, results, "an assumed number over its range");
    for (size_t u = 0; u < sizeof uncertain_metrics / sizeof *uncertain_metrics; u++)
        for (size_t m = 0; m < METRICS; m++) {
            if (strcmp(metrics[m].name, uncertain_metrics[u]) != 0)
                continue;
            snprintf(name, sizeof name, "uncertainty/%s", metrics[m].name);
            write_metric(campaign, results, &metrics[m], name, campaign->points, campaign->uncertain, axes, 2);
        }
}

void bh_campaign_write(const struct bh_campaign *campaign, struct bh_results *results)
{
    const struct bh_study *study = campaign->study;
    const char **axes = bh_allocate(study->axes_count + 1, sizeof *axes);
    write_attributes(campaign, results);
    char *provenance = bh_campaign_provenance(campaign);
    bh_results_set_text(results, "provenance", provenance, NULL);
    free(provenance);
    write_policies(campaign, results);
    axes[0] = "policy";
    for (size_t a = 0; a < study->axes_count; a++) {
        axes[a + 1] = study->axes[a].name;
        write_axis(&study->axes[a], study->axes[a].name, results, "varied by the scenario");
    }
    write_fixed_axes(campaign, results);
    bool has_script = campaign->stages[0]->scenario->script_count > 0;
    for (size_t m = 0; m < METRICS; m++)
        if (has_script || strncmp(metrics[m].name, script_prefix, sizeof script_prefix - 1) != 0)
            write_metric(campaign, results, &metrics[m], metrics[m].name, 0, campaign->points, axes,
                         study->axes_count + 1);
    bh_campaign_write_causes(campaign, results);
    if (study->has_uncertainty)
        write_uncertainty(campaign, results);
    free(axes);
}
