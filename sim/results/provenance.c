/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a results file says of its origin: the table of causes, and the provenance in three parts. */
#include "sim/runs/study_run.h"

#include "config.h"
#include "models/base/results_names.h"
#include "revision.h"

#include <gsl/gsl_version.h>
#include <jansson.h>
#include <simgrid/forward.h>
#include <simgrid/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* --- Causes ---------------------------------------------------------------------------------------------------------- */

/* One row: a policy at a point, a cause, and its sums over replicas. */
struct row {
    uint32_t policy, axis[BH_GRID_AXES_MOST];
    struct bh_cause_words words;
    double failures, lost_node_s;
};

struct rows {
    struct row *row;
    size_t count;
};

struct bh_cause_words bh_cause_describe(const struct bh_stage *stage, size_t policy, const struct bh_cause_key *key)
{
    const struct bh_setup *setup = stage->setups[policy];
    const struct bh_catalog *catalog = stage->scenario->catalog;
    return (struct bh_cause_words){
        .fault = key->source >= 0 ? setup->sources[key->source].name : "script",
        .origin = key->origin >= 0    ? bh_zone_kind_names[key->origin]
                  : key->origin == -1 ? "node hardware"
                                      : "storage",
        .boundary = key->boundary >= 0 ? bh_boundary_names[key->boundary] : "none",
        .guard = key->guard >= 0 ? catalog->guards[key->guard].name : "none",
        .disposition = bh_scope_names[key->disposition],
    };
}

static void add_causes(struct rows *rows, const struct bh_campaign *campaign, const struct bh_stage *stage,
                       size_t policy)
{
    struct bh_causes sums = {0};
    for (uint64_t r = 0; r < stage->scenario->replicas; r++) {
        const struct bh_causes *causes = &stage->records[policy * stage->scenario->replicas + r].causes;
        for (size_t c = 0; c < causes->count; c++) {
            size_t row = bh_causes_find(&sums, causes->cause[c].key);
            sums.cause[row].failures += causes->cause[c].failures;
            sums.cause[row].lost_node_s += causes->cause[c].lost_node_s;
        }
    }
    rows->row = bh_reallocate(rows->row, rows->count + sums.count + 1, sizeof *rows->row);
    for (size_t c = 0; c < sums.count; c++) {
        struct row row = {.policy = (uint32_t)policy, .words = bh_cause_describe(stage, policy, &sums.cause[c].key)};
        for (size_t a = 0; a < campaign->study->axes_count; a++)
            row.axis[a] = (uint32_t)stage->index[a];
        row.failures = sums.cause[c].failures;
        row.lost_node_s = sums.cause[c].lost_node_s;
        rows->row[rows->count++] = row;
    }
    free(sums.cause);
}

void bh_campaign_write_causes(const struct bh_campaign *campaign, struct bh_results *results)
{
    static const struct bh_column after[] = {
        [BH_CAUSE_FAULT] = {NULL, BH_COLUMN_TEXT, offsetof(struct row, words.fault)},
        [BH_CAUSE_ORIGIN] = {NULL, BH_COLUMN_TEXT, offsetof(struct row, words.origin)},
        [BH_CAUSE_BOUNDARY] = {NULL, BH_COLUMN_TEXT, offsetof(struct row, words.boundary)},
        [BH_CAUSE_GUARD] = {NULL, BH_COLUMN_TEXT, offsetof(struct row, words.guard)},
        [BH_CAUSE_DISPOSITION] = {NULL, BH_COLUMN_TEXT, offsetof(struct row, words.disposition)},
        [BH_CAUSE_FAILURES] = {NULL, BH_COLUMN_DOUBLE, offsetof(struct row, failures)},
        [BH_CAUSE_LOST_NODE_TIME] = {NULL, BH_COLUMN_DOUBLE, offsetof(struct row, lost_node_s)},
    };
    struct bh_column columns[1 + BH_GRID_AXES_MOST + BH_CAUSE_COLUMNS] = {
        {"policy", BH_COLUMN_UINT32, offsetof(struct row, policy)}};
    size_t used = 1;
    for (size_t a = 0; a < campaign->study->axes_count; a++)
        columns[used++] = (struct bh_column){campaign->study->axes[a].name, BH_COLUMN_UINT32,
                                             offsetof(struct row, axis) + a * sizeof(uint32_t)};
    for (size_t c = 0; c < BH_CAUSE_COLUMNS; c++) {
        columns[used] = after[c];
        columns[used++].name = bh_cause_column_names[c];
    }
    struct rows rows = {0};
    for (size_t s = 0; s < campaign->points; s++)
        for (size_t p = 0; p < campaign->stages[s]->scenario->policies_count; p++)
            add_causes(&rows, campaign, campaign->stages[s], p);
    bh_results_add_table(results, "causes", "cause", columns, used, rows.row, rows.count, sizeof *rows.row,
                         "lost node-seconds by fault, origin, last boundary crossed with its guard, and disposition, "
                         "summed over replicas; policy and axes as positions",
                         NULL);
    free(rows.row);
}

/* --- Provenance ------------------------------------------------------------------------------------------------------ */

static json_t *software(void)
{
    int major, minor, patch;
    char simgrid[32];
    sg_version_get(&major, &minor, &patch);
    snprintf(simgrid, sizeof simgrid, "%d.%d.%d", major, minor, patch);
    json_t *settings = json_array();
    for (const char *const *setting = bh_platform_settings; *setting != NULL; setting++)
        json_array_append_new(settings, json_string(*setting));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", "bulkhead", "version", PACKAGE_VERSION, "revision",
                     BH_REVISION, "simgrid", simgrid, "gsl", GSL_VERSION, "simgrid_settings", settings);
}

static json_t *parameter(const struct bh_parameter *parameter)
{
    json_t *object = json_pack("{s:f, s:s, s:s, s:s}", "value", parameter->value, "unit",
                               bh_dimension_unit(parameter->dimension), "status", bh_status_names[parameter->status],
                               "source", parameter->source != NULL ? parameter->source : "");
    if (object != NULL && parameter->low < parameter->high)
        json_object_set_new(object, "range", json_pack("[f, f]", parameter->low, parameter->high));
    return object;
}

static json_t *parameters(const struct bh_campaign *campaign)
{
    const struct bh_scenario *scenario = campaign->stages[0]->scenario;
    char *text = bh_node_print_json(bh_document_root(campaign->study->document));
    json_t *models = json_object();
    for (size_t i = 0; i < scenario->catalog->parameters_count; i++)
        json_object_set_new(models, scenario->catalog->parameters[i]->path,
                            parameter(scenario->catalog->parameters[i]));
    json_t *object = json_pack("{s:o?, s:o}", "scenario", json_loads(text, 0, NULL), "models", models);
    free(text);
    if (scenario->log != NULL) {
        char hash[20];
        snprintf(hash, sizeof hash, "%016llx", (unsigned long long)scenario->log->hash);
        json_object_set_new(object, "log",
                            json_pack("{s:s, s:I}", "xxh3", hash, "records", (json_int_t)scenario->log->recorded->met));
    }
    return object;
}

/* Nothing that differs between runs of the same program on the same machine: equal results are equal bytes. */
static json_t *environment(void)
{
    struct utsname system;
    if (uname(&system) != 0)
        return json_object();
    return json_pack("{s:s, s:s, s:s}", "system", system.sysname, "release", system.release, "machine", system.machine);
}

char *bh_campaign_provenance(const struct bh_campaign *campaign)
{
    json_t *object = json_pack("{s:o, s:o, s:o}", "software", software(), "parameters", parameters(campaign),
                               "environment", environment());
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    return text != NULL ? text : bh_copy_text("{}");
}
