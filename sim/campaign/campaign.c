/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads a campaign file: what is not an axis, and the order in which the parts build on each other. */
#include "sim/campaign/campaign.h"

#include "models/base/quantity.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/containment/isolation_cache.h"
#include "models/document/document_get.h"
#include "models/document/document_print.h"
#include "models/document/document_read.h"
#include "sim/campaign/campaign_keys.h"
#include "sim/campaign/parts.h"
#include "sim/campaign/resolve.h"
#include "sim/results/metrics.h"
#include "sim/runs/point.h"
#include "sim/runs/probe.h"
#include "sim/scenario/like.h"
#include "sim/scenario/read_axes.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/number_uses_study.h"
#include "sim/setup/read_study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPLICAS = BH_REPLICAS_MOST };

static char *find_scenario(const struct bh_node *node, const char *file, const char *data_directory,
                           struct bh_error *err)
{
    const char *name = bh_node_text(node, err);
    char *found = name == NULL ? NULL : bh_scenario_find(name, file, data_directory);
    if (name != NULL && found == NULL)
        bh_node_fail(node, err,
                     "found `%s`, which cannot be read; expected a scenario file beside the campaign, in the working "
                     "directory, or among Bulkhead's experiments",
                     name);
    return found;
}

/* --- The campaign's own settings ------------------------------------------------------------------------------------------ */

/* The baseline's entry of the scenario and every system under every policy, as a YAML list. */
static char *cross_policies(const struct bh_campaign *campaign, const struct bh_node *systems,
                            const struct bh_node *policies, const struct bh_scenario *scenario, struct bh_error *err)
{
    const struct bh_policy_spec *baseline = &scenario->policies[scenario->baseline];
    const struct bh_node *entries = bh_node_find(bh_document_root(scenario->document), "policies");
    char *entry = bh_node_print_json(bh_node_item(entries, scenario->baseline));
    char *text = bh_print_text("[%s", entry);
    free(entry);
    (void)campaign;
    for (size_t s = 0; s < bh_node_count(systems); s++)
        for (size_t p = 0; p < bh_node_count(policies); p++) {
            const char *system = bh_node_text(bh_node_item(systems, s), err);
            const char *policy = bh_node_text(bh_node_item(policies, p), err);
            if (system == NULL || policy == NULL) {
                free(text);
                return NULL;
            }
            if (strcmp(system, baseline->system->name) == 0 && strcmp(policy, baseline->policy->name) == 0)
                continue;
            bh_add_text(&text, "", ", {system: \"%s\", policy: \"%s\"}", system, policy);
        }
    char *whole = bh_print_text("%s]", text);
    free(text);
    return whole;
}

static int set_policies(struct bh_campaign *campaign, struct bh_axis_value *value, struct bh_error *err)
{
    const struct bh_node *root = bh_document_root(campaign->document);
    const struct bh_node *systems = bh_node_find(root, "systems"), *policies = bh_node_find(root, "policies");
    if (systems == NULL && policies == NULL)
        return 0;
    if (policies == NULL)
        return bh_node_fail(systems, err, "found systems without policies; expected a list `policies` beside it");
    if (bh_node_expect(policies, BH_NODE_LIST, "policies", err) != 0 ||
        (systems != NULL && bh_node_expect(systems, BH_NODE_LIST, "systems", err) != 0))
        return -1;
    if (systems == NULL) {
        bh_axis_value_add(value, "policies", policies);
        return 0;
    }
    size_t *index = bh_allocate(campaign->study->axes_count + 1, sizeof *index);
    struct bh_scenario *scenario = bh_study_resolve(campaign->study, index, -1, err);
    free(index);
    char *text = scenario == NULL ? NULL : cross_policies(campaign, systems, policies, scenario, err);
    bh_scenario_destroy(scenario);
    const struct bh_node *node = text == NULL ? NULL : bh_campaign_value(campaign, text, bh_node_place(systems), err);
    free(text);
    if (node == NULL)
        return -1;
    bh_axis_value_add(value, "policies", node);
    return 0;
}

static const char *find_setting(const struct bh_setting *settings, size_t count, const char *path)
{
    for (size_t i = count; i-- > 0;)
        if (strcmp(settings[i].path, path) == 0)
            return settings[i].value;
    return NULL;
}

/* Axes of the scenario are read before, and the campaign has keys of its own for the rest. */
static int check_setting(const char *path, struct bh_place place, struct bh_error *err)
{
    static const char *const others[] = {"vary", "uncertainty", "like", "bulkhead", "replicas", NULL};
    for (size_t i = 0; others[i] != NULL; i++) {
        size_t length = strlen(others[i]);
        if (strncmp(path, others[i], length) == 0 && (path[length] == '.' || path[length] == '\0'))
            return bh_fail_at(err, place, "set: found `%s`, which acts on nothing here; expected it %s", path,
                              i < 2   ? "in the scenario, or the campaign's own"
                              : i < 4 ? "in the scenario's file"
                                      : "as a key of the campaign itself");
    }
    return 0;
}

/* An axis of one value makes them, so that messages show where they were written. */
static int add_settings(struct bh_campaign *campaign, const char *seed, struct bh_error *err)
{
    const struct bh_node *root = bh_document_root(campaign->document), *set = bh_node_find(root, "set");
    const struct bh_node *own_seed = bh_node_find(root, "seed");
    struct bh_place place = bh_node_place(root);
    struct bh_axis axis = {.name = "campaign settings", .unit = "1", .count = 1, .place = place};
    struct bh_campaign_axis own = {.is_setting = true};
    axis.values = bh_allocate(1, sizeof *axis.values);
    struct bh_axis_value *value = axis.values;
    value->label = "";
    int status = set == NULL ? 0 : bh_node_expect(set, BH_NODE_MAP, "set", err);
    for (size_t i = 0; set != NULL && status == 0 && i < bh_node_count(set); i++)
        if ((status = check_setting(bh_node_key(set, i), bh_node_key_place(set, i), err)) == 0)
            bh_axis_value_add(value, bh_node_key(set, i), bh_node_item(set, i));
    if (status == 0)
        status = set_policies(campaign, value, err);
    if (seed != NULL && (own_seed = bh_campaign_value(campaign, seed, place, err)) == NULL)
        status = -1;
    if (own_seed != NULL)
        bh_axis_value_add(value, "seed", own_seed);
    /* Units number replicas; a scenario need not make room for them all. */
    const struct bh_node *one = status == 0 ? bh_campaign_value(campaign, "1", place, err) : NULL;
    if (one != NULL)
        bh_axis_value_add(value, "replicas", one);
    int added = bh_campaign_add_axis(campaign, &axis, &own, err);
    return one == NULL ? -1 : added;
}

/* --- Replicas ---------------------------------------------------------------------------------------------------------------- */

static int read_precision(struct bh_campaign *campaign, const struct bh_node *map, struct bh_error *err)
{
    const struct bh_node *metric = bh_node_find(map, "metric"), *width, *node;
    const char **names = bh_allocate(BH_METRICS + 1, sizeof *names);
    size_t *which = bh_allocate(BH_METRICS + 1, sizeof *which), count = 0;
    int choice = 0, status = -1;
    for (size_t m = 0; m < BH_METRICS; m++)
        if (bh_metrics[m].use != BH_OVER_REPLICAS && /* no unit of work has those */
            (bh_metrics[m].shape == BH_BY_REPLICA || bh_metrics[m].shape == BH_BY_ENCLAVE_REPLICA)) {
            which[count] = m;
            names[count++] = bh_metrics[m].name;
        }
    if (bh_keys_check(map, &bh_precision_keys, err) == 0 &&
        (metric == NULL || (choice = bh_node_choice(metric, names, "metric", err)) >= 0) &&
        (width = bh_node_need(map, "relative-half-width", err)) != NULL)
        status = bh_node_quantity(width, BH_DIMENSION_PROBABILITY, &campaign->precision.relative_half_width, err);
    if (status == 0 && !(campaign->precision.relative_half_width > 0.0))
        status = bh_node_fail(width, err, "found 0; expected more, as in `1 %%`");
    campaign->precision.is_on = true;
    campaign->precision.metric = which[choice >= 0 ? choice : 0];
    free(names);
    free(which);
    campaign->least = 20;
    campaign->replicas = 1000;
    if (status == 0 && (node = bh_node_find(map, "least")) != NULL)
        status = bh_node_count_value(node, 2, MOST_REPLICAS, &campaign->least, err);
    if (status == 0 && (node = bh_node_find(map, "most")) != NULL)
        status = bh_node_count_value(node, campaign->least, MOST_REPLICAS, &campaign->replicas, err);
    if (campaign->replicas < campaign->least)
        campaign->replicas = campaign->least;
    return status;
}

/* Replicas of a unit: what is lost to a crash, against what storing costs. */
static int read_unit(struct bh_campaign *campaign, struct bh_error *err)
{
    const struct bh_node *unit = bh_node_find(bh_document_root(campaign->document), "unit");
    return unit == NULL ? 0 : bh_node_count_value(unit, 1, MOST_REPLICAS, &campaign->chunk, err);
}

static int read_replicas(struct bh_campaign *campaign, const char *from_command_line, uint64_t of_scenario,
                         struct bh_error *err)
{
    const struct bh_node *root = bh_document_root(campaign->document);
    const struct bh_node *precision = bh_node_find(root, "precision"), *replicas = bh_node_find(root, "replicas");
    if (from_command_line != NULL) {
        campaign->least = campaign->replicas = strtoull(from_command_line, NULL, 10);
        if (campaign->replicas < 1 || campaign->replicas > MOST_REPLICAS)
            return bh_fail(err, BH_ERROR_INPUT, "--replicas: found %s; expected 1 to %d", from_command_line,
                           MOST_REPLICAS);
        return 0;
    }
    if (precision != NULL && replicas != NULL)
        return bh_node_fail(replicas, err, "found beside `precision`, which says `least` and `most`; expected one");
    if (precision != NULL)
        return read_precision(campaign, precision, err);
    campaign->replicas = of_scenario;
    if (replicas != NULL && bh_node_count_value(replicas, 1, MOST_REPLICAS, &campaign->replicas, err) != 0)
        return -1;
    campaign->least = campaign->replicas;
    return 0;
}

/* --- All together ------------------------------------------------------------------------------------------------------------- */

/* The study, from the scenario with the settings of the command line that are not the campaign's. */
static int read_study(struct bh_campaign *campaign, const char *data_directory, const struct bh_setting *settings,
                      size_t count, struct bh_error *err)
{
    const struct bh_node *node = bh_node_need(bh_document_root(campaign->document), "scenario", err);
    char *path = node == NULL ? NULL : find_scenario(node, campaign->file, data_directory, err);
    if (path == NULL)
        return -1;
    struct bh_setting *own = bh_allocate(count + 1, sizeof *own);
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(settings[i].path, "replicas") != 0 && strcmp(settings[i].path, "seed") != 0)
            own[used++] = settings[i];
    campaign->study = bh_study_read(path, data_directory, own, used, err);
    free(own);
    free(path);
    if (campaign->study == NULL)
        return -1;
    campaign->axes = bh_allocate(campaign->study->axes_count + 1, sizeof *campaign->axes);
    return 0;
}

static int resolve_first(struct bh_campaign *campaign, struct bh_error *err)
{
    size_t *index = bh_allocate(campaign->study->axes_count + 1, sizeof *index);
    bh_scenario_destroy(campaign->first);
    campaign->first = bh_campaign_resolve_at(campaign, index, err);
    free(index);
    for (int use = 0; campaign->first != NULL && use < BH_METRIC_USES; use++)
        campaign->says[use] = bh_metric_says(campaign->first, (enum bh_metric_use)use);
    return campaign->first != NULL ? 0 : -1;
}

/* Numbers drawn or designed together are each a coordinate of its own. */
static int check_numbers(const struct bh_campaign *campaign, struct bh_error *err)
{
    for (size_t a = 0; a < campaign->study->axes_count; a++)
        if (bh_number_uses_check_axis(campaign->study, &campaign->study->axes[a], campaign->axes[a].is_composite,
                                      err) != 0)
            return -1;
    return 0;
}

static int read_all(struct bh_campaign *campaign, const char *data_directory, const struct bh_setting *settings,
                    size_t count, struct bh_error *err)
{
    const struct bh_node *root = bh_document_root(campaign->document), *name;
    if (bh_node_expect(root, BH_NODE_MAP, "a campaign", err) != 0)
        return -1;
    if (bh_node_find(root, "campaign") == NULL && bh_node_find(root, "workload") != NULL)
        return bh_node_fail(
            root, err, "this is a scenario; expected a campaign: a file with `campaign: NAME` and `scenario: FILE`");
    if (bh_keys_check(root, &bh_campaign_keys, err) != 0 || (name = bh_node_need(root, "campaign", err)) == NULL ||
        bh_node_text(name, err) == NULL || read_study(campaign, data_directory, settings, count, err) != 0)
        return -1;
    size_t *index = bh_allocate(campaign->study->axes_count + 1, sizeof *index);
    struct bh_scenario *scenario = bh_study_resolve(campaign->study, index, -1, err);
    free(index);
    uint64_t replicas = scenario == NULL ? 0 : scenario->replicas;
    bh_scenario_destroy(scenario);
    if (scenario == NULL || read_replicas(campaign, find_setting(settings, count, "replicas"), replicas, err) != 0 ||
        add_settings(campaign, find_setting(settings, count, "seed"), err) != 0 || resolve_first(campaign, err) != 0 ||
        bh_campaign_read_axes(campaign, err) != 0 || check_numbers(campaign, err) != 0 ||
        resolve_first(campaign, err) != 0 || bh_campaign_make_points(campaign, err) != 0)
        return -1;
    if (read_unit(campaign, err) != 0)
        return -1;
    bh_enclave_axis_find(&campaign->enclaves, (const struct bh_scenario *const *)&campaign->first, 1);
    campaign->identities = bh_identities_create(campaign, err);
    return campaign->identities == NULL ? -1 : 0;
}

static char *copy_setting(const struct bh_setting *settings, size_t count, const char *path)
{
    const char *value = find_setting(settings, count, path);
    return value == NULL ? NULL : bh_copy_text(value);
}

struct bh_campaign *bh_campaign_read(const char *path, const char *data_directory, const struct bh_setting *settings,
                                     size_t settings_count, struct bh_error *err)
{
    struct bh_campaign *campaign = bh_allocate(1, sizeof *campaign);
    char *name = bh_print_text("campaigns/%s", path);
    campaign->file = bh_scenario_find(path, NULL, data_directory);
    if (campaign->file == NULL)
        campaign->file = bh_scenario_find(name, NULL, data_directory);
    if (campaign->file == NULL)
        campaign->file = bh_copy_text(path);
    free(name);
    campaign->seed = copy_setting(settings, settings_count, "seed");
    campaign->most = copy_setting(settings, settings_count, "replicas");
    campaign->uncertain_axis = SIZE_MAX;
    campaign->document = bh_document_read(campaign->file, err);
    if (campaign->document != NULL && read_all(campaign, data_directory, settings, settings_count, err) == 0)
        return campaign;
    bh_campaign_destroy(campaign);
    return NULL;
}

void bh_campaign_destroy(struct bh_campaign *campaign)
{
    if (campaign == NULL)
        return;
    bh_identities_destroy(campaign->identities);
    bh_enclave_axis_release(&campaign->enclaves);
    for (size_t p = 0; campaign->resolved != NULL && p < campaign->points; p++)
        bh_point_destroy(campaign->resolved[p]);
    if (campaign->resolved == NULL)
        bh_scenario_destroy(campaign->first);
    free(campaign->resolved);
    bh_isolation_cache_destroy(campaign->isolations);
    bh_probes_destroy(campaign->probes);
    bh_study_destroy(campaign->study);
    bh_document_destroy(campaign->document);
    for (size_t i = 0; i < campaign->documents_count; i++)
        bh_document_destroy(campaign->documents[i]);
    for (size_t i = 0; i < campaign->texts_count; i++)
        free(campaign->texts[i]);
    free(campaign->documents);
    free(campaign->texts);
    free(campaign->axes);
    free(campaign->index);
    free(campaign->cost_s);
    free(campaign->order);
    free(campaign->seed);
    free(campaign->most);
    free(campaign->file);
    free(campaign);
}
