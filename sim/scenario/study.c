/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads a scenario file into a study and resolves its points. */
#include "sim/scenario/study.h"

#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/document/document_get.h"
#include "models/document/document_read.h"
#include "models/document/document_set.h"
#include "sim/scenario/scenario.h"

#include "sim/platform/platform.h"
#include "sim/scenario/like.h"
#include "sim/scenario/optional_keys.h"
#include "sim/scenario/overrides.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/scenario_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1 MiB is the most that a document may have. */
static char *read_text(const char *path, size_t *length, struct bh_error *err)
{
    enum { LIMIT = 1 << 20 };
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the scenario: %s", path, strerror(errno));
        return NULL;
    }
    char *text = bh_allocate(LIMIT + 2, 1);
    *length = fread(text, 1, LIMIT + 1, file);
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    static const char results[] = "\x89HDF\r\n\x1a\n";
    if (!failed && memcmp(text, results, sizeof results - 1) == 0) {
        bh_fail(err, BH_ERROR_INPUT, "%s: this is a results file; expected a scenario: `bulkhead report` reads results",
                path);
        free(text);
        return NULL;
    }
    if (failed) {
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the scenario: %s", path, strerror(failed));
        free(text);
        return NULL;
    }
    return text;
}

static bool begins_with_key(const char *path, const char *key)
{
    size_t length = strlen(key);
    return strncmp(path, key, length) == 0 && (path[length] == '.' || path[length] == '\0');
}

/* What a scenario is like, and for which version it was written, is settled when it is read. */
static int set_from_command_line(struct bh_document *document, const struct bh_setting *setting, struct bh_error *err)
{
    if (begins_with_key(setting->path, "like") || begins_with_key(setting->path, "bulkhead"))
        return bh_fail(err, BH_ERROR_INPUT, "--set %s: found a key that a file alone can say; expected another",
                       setting->path);
    return bh_document_set(document, setting->path, setting->value, "--set", err);
}

/* Settings below vary and uncertainty change the axes, so they are made before the axes are read. */
static int set_axes(struct bh_study *study, struct bh_error *err)
{
    for (size_t i = 0; i < study->settings_count; i++) {
        const char *path = study->settings[i].path;
        if ((begins_with_key(path, "vary") || begins_with_key(path, "uncertainty")) &&
            set_from_command_line(study->document, &study->settings[i], err) != 0)
            return -1;
    }
    return 0;
}

/* One resolution for each value of each axis, the others at their first value, and for each uncertain value. */
static int check_every_value(const struct bh_study *study, struct bh_error *err)
{
    size_t *index = bh_allocate(study->axes_count + 1, sizeof *index);
    int status = -1;
    struct bh_scenario *scenario = bh_study_resolve(study, index, -1, err);
    if (scenario == NULL)
        goto out;
    bh_scenario_destroy(scenario);
    for (size_t a = 0; a < study->axes_count; a++) {
        for (index[a] = 1; index[a] < study->axes[a].count; index[a]++) {
            if ((scenario = bh_study_resolve(study, index, -1, err)) == NULL)
                goto out;
            bh_scenario_destroy(scenario);
        }
        index[a] = 0;
    }
    if (study->has_uncertainty) {
        if ((scenario = bh_study_resolve(study, study->uncertainty_at, -1, err)) == NULL)
            goto out;
        int wrong = bh_uncertainty_check(study, scenario, err);
        bh_scenario_destroy(scenario);
        if (wrong)
            goto out;
        for (size_t v = 0; v < study->uncertainty.count; v++) {
            if ((scenario = bh_study_resolve(study, study->uncertainty_at, (int)v, err)) == NULL)
                goto out;
            bh_scenario_destroy(scenario);
        }
    }
    status = 0;
out:
    free(index);
    return status;
}

/* Another of the files that Bulkhead reads, given for a scenario. */
static int check_what_it_is(const struct bh_node *root, struct bh_error *err)
{
    static const char *const kinds[][2] = {
        {"campaign", "a campaign; expected a scenario: `bulkhead sweep` runs campaigns"},
        {"machine", "a machine; expected a scenario, which names one as `platform: {file: FILE, nodes: N}`"},
        {"draws", "a posterior; expected a scenario, which names one as `uncertainty: {posterior: FILE, ...}`"},
    };
    for (size_t k = 0; k < BH_COUNT(kinds) && bh_node_find(root, "workload") == NULL; k++)
        for (size_t i = 0; i < bh_node_count(root); i++)
            if (strcmp(bh_node_key(root, i), kinds[k][0]) == 0)
                return bh_fail_at(err, bh_node_key_place(root, i), "this is %s", kinds[k][1]);
    return 0;
}

struct bh_study *bh_study_parse(const char *path, const char *data_directory, const struct bh_setting *settings,
                                size_t settings_count, struct bh_error *err)
{
    struct bh_study *study = bh_allocate(1, sizeof *study);
    study->file = bh_scenario_find(path, NULL, data_directory);
    if (study->file == NULL)
        study->file = bh_copy_text(path);
    study->data_directory = bh_copy_text(data_directory);
    study->logs = bh_recorded_logs_create();
    study->settings = bh_allocate(settings_count + 1, sizeof *study->settings);
    for (size_t i = 0; i < settings_count; i++) {
        study->settings[i].path = bh_copy_text(settings[i].path);
        study->settings[i].value = bh_copy_text(settings[i].value);
        study->settings_count++;
    }
    size_t length;
    char *text = read_text(study->file, &length, err);
    if (text == NULL)
        goto fail;
    study->scenario = bh_document_parse(text, length, study->file, err);
    free(text);
    if (study->scenario == NULL || bh_scenario_fill(study->scenario, data_directory, err) != 0)
        goto fail;
    study->document = bh_document_copy(study->scenario);
    const struct bh_node *root = bh_document_root(study->document);
    if (bh_node_expect(root, BH_NODE_MAP, "a scenario", err) != 0 || check_what_it_is(root, err) != 0 ||
        bh_keys_check_names(root, &bh_scenario_keys, err) != 0)
        goto fail;
    if ((study->catalog_files = bh_catalog_files_read(data_directory, err)) == NULL)
        goto fail;
    if (set_axes(study, err) != 0 || bh_axes_read(study, err) != 0 || check_every_value(study, err) != 0)
        goto fail;
    return study;
fail:
    bh_study_destroy(study);
    return NULL;
}

void bh_study_destroy(struct bh_study *study)
{
    if (study == NULL)
        return;
    bh_axes_release(study);
    bh_recorded_logs_destroy(study->logs);
    bh_document_destroy(study->document);
    for (size_t i = 0; i < study->settings_count; i++) {
        free((char *)study->settings[i].path);
        free((char *)study->settings[i].value);
    }
    free(study->settings);
    bh_document_destroy(study->scenario);
    bh_catalog_files_destroy(study->catalog_files);
    free(study->data_directory);
    free(study->file);
    free(study);
}

size_t bh_study_points(const struct bh_study *study)
{
    size_t points = 1;
    for (size_t a = 0; a < study->axes_count; a++)
        points *= study->axes[a].count;
    return points;
}

void bh_study_index(const struct bh_study *study, size_t point, size_t *index)
{
    for (size_t a = study->axes_count; a-- > 0;) {
        index[a] = point % study->axes[a].count;
        point /= study->axes[a].count;
    }
}

static int override_from_command_line(struct bh_overrides *overrides, const char *path, const char *text,
                                      struct bh_error *err)
{
    char *whole = bh_print_text("models.%s", path);
    struct bh_document *value = bh_document_parse_setting(whole, text, "--set", err);
    free(whole);
    if (value == NULL)
        return -1;
    overrides->documents =
        bh_reallocate(overrides->documents, overrides->documents_count + 1, sizeof *overrides->documents);
    overrides->documents[overrides->documents_count++] = value;
    return bh_overrides_add(overrides, path, bh_document_root(value), err);
}

/* Makes all settings of one point on a fresh copy of the file. No setting of the command line touches what an axis
 * sets, so those of the document can be made first and those of the models last. */
static int make_settings(struct bh_scenario *scenario, const struct bh_study *study, const size_t *index, int uncertain,
                         struct bh_overrides *overrides, struct bh_error *err)
{
    for (size_t i = 0; i < study->settings_count; i++)
        if (bh_models_path(study->settings[i].path) == NULL &&
            set_from_command_line(scenario->document, &study->settings[i], err) != 0)
            return -1;
    const struct bh_node *models = bh_node_find(bh_document_root(scenario->document), "models");
    if (models != NULL && bh_overrides_add_map(overrides, models, err) != 0)
        return -1;
    if (bh_axes_apply(study, index, uncertain, scenario->document, overrides, err) != 0)
        return -1;
    for (size_t i = 0; i < study->settings_count; i++) {
        const char *path = bh_models_path(study->settings[i].path);
        if (path != NULL && override_from_command_line(overrides, path, study->settings[i].value, err) != 0)
            return -1;
    }
    return 0;
}

static int read_resolution(struct bh_scenario *scenario, const struct bh_node *root, const struct bh_node *engine,
                           struct bh_error *err)
{
    const struct bh_node *resolution = bh_node_find(root, "resolution");
    int choice = resolution != NULL ? bh_node_choice(resolution, bh_resolution_names, "resolution", err) : 0;
    if (choice < 0)
        return -1;
    scenario->resolution = (enum bh_resolution)choice;
    if (scenario->resolution == BH_RESOLUTION_ENCLAVE)
        return 0;
    scenario->resolution_place = bh_node_place(resolution);
    if (engine == NULL)
        return 0;
    return bh_fail_at(err, bh_node_place(engine),
                      "engine: found beside resolution: process; expected one of them, since SimGrid carries out every "
                      "process");
}

static int resolve_head(struct bh_scenario *scenario, struct bh_error *err)
{
    const struct bh_node *root = bh_document_root(scenario->document);
    const struct bh_node *name = bh_node_need(root, "scenario", err);
    if (name == NULL || (scenario->name = bh_node_text(name, err)) == NULL)
        return -1;
    scenario->title = scenario->name;
    scenario->description = "";
    scenario->replicas = 20;
    scenario->seed = 1;
    scenario->virtualization_costs = true;
    const struct bh_node *engine = bh_node_find(root, "engine");
    int choice = engine != NULL ? bh_node_choice(engine, bh_engine_names, "engine", err) : 0;
    if (choice < 0)
        return -1;
    scenario->engine = (enum bh_engine)choice;
    if (read_resolution(scenario, root, engine, err) != 0)
        return -1;
    const struct bh_node *wrong = bh_node_find(root, "wrong-results");
    choice = wrong != NULL ? bh_node_choice(wrong, bh_wrong_results_names, "what a wrong result counts as", err) : 0;
    if (choice < 0)
        return -1;
    scenario->wrong_is_done = choice == 1;
    if (bh_optional_text(root, "title", &scenario->title, err) != 0 ||
        bh_optional_text(root, "description", &scenario->description, err) != 0 ||
        bh_optional_bool(root, "reproduces-input", &scenario->reproduces_input, err) != 0 ||
        bh_optional_bool(root, "costs", &scenario->virtualization_costs, err) != 0 ||
        bh_optional_count(root, "replicas", 1, BH_REPLICAS_MOST, &scenario->replicas, err) != 0 ||
        bh_optional_count(root, "seed", 0, UINT64_MAX, &scenario->seed, err) != 0)
        return -1;
    return 0;
}

struct bh_scenario *bh_study_resolve(const struct bh_study *study, const size_t *index, int uncertain,
                                     struct bh_error *err)
{
    struct bh_scenario *scenario = bh_allocate(1, sizeof *scenario);
    struct bh_overrides overrides = {0};
    int status = -1;
    scenario->file = bh_copy_text(study->file);
    scenario->logs = study->logs;
    scenario->document = bh_document_copy(study->scenario);
    if (make_settings(scenario, study, index, uncertain, &overrides, err) != 0)
        goto out;
    const struct bh_node *root = bh_document_root(scenario->document);
    if (bh_keys_check(root, &bh_scenario_keys, err) != 0)
        goto out;
    if (bh_platform_resolve(scenario, study->data_directory, err) != 0 ||
        (scenario->catalog = bh_overrides_read_catalog(&overrides, scenario, study->catalog_files, err)) == NULL)
        goto out;
    if (resolve_head(scenario, err) != 0 || bh_workload_resolve(scenario, err) != 0 ||
        bh_compositions_resolve(scenario, err) != 0 || bh_acceptance_resolve(scenario, err) != 0 ||
        bh_checkpoints_resolve(scenario, err) != 0 || bh_verification_check(scenario, err) != 0 ||
        bh_policies_resolve(scenario, err) != 0 || bh_faults_resolve(scenario, err) != 0)
        goto out;
    status = 0;
out:
    bh_overrides_release(&overrides);
    if (status != 0) {
        bh_scenario_destroy(scenario);
        return NULL;
    }
    return scenario;
}

void bh_scenario_destroy(struct bh_scenario *scenario)
{
    if (scenario == NULL)
        return;
    for (size_t i = 0; i < scenario->policies_count; i++)
        free(scenario->policies[i].name);
    free(scenario->policies);
    for (size_t e = 0; scenario->enclaves != NULL && e < scenario->enclaves_count; e++)
        free(scenario->enclaves[e].name);
    free(scenario->enclaves);
    free(scenario->entries);
    bh_partitions_clear(&scenario->partitions);
    bh_compositions_clear(&scenario->compositions);
    free(scenario->fault_enabled);
    free(scenario->script);
    bh_replay_destroy(scenario->replay);
    free(scenario->platform_file);
    bh_catalog_destroy(scenario->catalog);
    bh_document_destroy(scenario->document);
    free(scenario->file);
    free(scenario);
}

/* Faults of storage hosts need some. */
static int check_servers(const struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                         struct bh_error *err)
{
    const struct bh_catalog *catalog = scenario->catalog;
    for (size_t f = 0; f < catalog->faults_count && facts->storage_hosts == 0; f++)
        if (scenario->fault_enabled[f] && catalog->faults[f].landing == BH_LANDING_STORAGE)
            return bh_fail_at(err, catalog->faults[f].rate.place,
                              "faults.%s: found no host with disks and bulkhead:role=storage in %s; expected one, or "
                              "faults.hardware without %s",
                              catalog->faults[f].name, scenario->platform_file, catalog->faults[f].name);
    for (size_t i = 0; i < scenario->script_count; i++) {
        const struct bh_script_fault *fault = &scenario->script[i];
        if (fault->class != NULL && fault->class->landing == BH_LANDING_STORAGE && fault->slot >= facts->storage_hosts)
            return bh_fail_at(
                err, fault->place, "script.%zu.server: found storage host %llu; expected less than the %llu of %s", i,
                (unsigned long long)fault->slot, (unsigned long long)facts->storage_hosts, scenario->platform_file);
    }
    return 0;
}

double bh_scenario_processes(const struct bh_scenario *scenario, const struct bh_enclave_spec *enclave)
{
    return (double)scenario->partitions.partition[enclave->partition].nodes * (double)enclave->guests_per_node *
           (double)enclave->processes_per_guest;
}

/* What cannot be carried out process by process: always with what can be done instead. */
static int check_resolution(const struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                            struct bh_error *err)
{
    double processes = 0.0;
    if (scenario->resolution == BH_RESOLUTION_ENCLAVE)
        return 0;
    if (facts->nodes != facts->hosts)
        return bh_fail_at(
            err, scenario->resolution_place,
            "resolution: process: found %llu nodes on the %llu hosts of %s; expected a platform with a host "
            "for each node, or resolution: enclave",
            (unsigned long long)facts->nodes, (unsigned long long)facts->hosts, scenario->platform_file);
    if (facts->storage_hosts == 0 && facts->nodes <= scenario->platform_nodes + scenario->spares)
        return bh_fail_at(err, scenario->resolution_place,
                          "resolution: process: found no host in %s but those of the %llu nodes and spares; expected a "
                          "storage host, or one more, for what launches processes",
                          scenario->platform_file, (unsigned long long)(scenario->platform_nodes + scenario->spares));
    for (size_t e = 0; e < scenario->enclaves_count; e++) {
        const struct bh_enclave_spec *spec = &scenario->enclaves[e];
        processes += bh_scenario_processes(scenario, spec);
        if (spec->application->kind->loses_parts)
            return bh_fail_at(err, scenario->resolution_place,
                              "resolution: process: found enclave %s, whose application %s tolerates loss; expected "
                              "applications that do not, or resolution: enclave",
                              spec->name, spec->application->name);
    }
    if (processes > BH_PROCESSES_MOST)
        return bh_fail_at(err, scenario->resolution_place,
                          "resolution: process: found %.0f processes; expected %d at most, or resolution: enclave",
                          processes, BH_PROCESSES_MOST);
    return 0;
}

int bh_scenario_check_platform(const struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                               struct bh_error *err)
{
    if (scenario->platform_nodes > facts->nodes || scenario->spares > facts->nodes - scenario->platform_nodes)
        return bh_fail_at(err, scenario->nodes_place,
                          "platform.nodes: found %llu nodes and %llu spares; expected at most the %llu nodes of %s",
                          (unsigned long long)scenario->platform_nodes, (unsigned long long)scenario->spares,
                          (unsigned long long)facts->nodes, scenario->platform_file);
    for (enum bh_level level = 0; level < BH_LEVELS && facts->storage_hosts == 0; level++) {
        const struct bh_checkpoint_spec *spec = &scenario->checkpoint[level];
        bool times_are_given = spec->write_s >= 0 && spec->read_s >= 0;
        if (spec->enabled && !times_are_given && bh_level_goes_through(level, BH_THROUGH_STORAGE))
            return bh_fail_at(
                err, spec->place,
                "checkpoints.%s: found no host with disks and bulkhead:role=storage in %s; expected one, or "
                "fixed write and read times",
                bh_level_names[level], scenario->platform_file);
    }
    if (check_resolution(scenario, facts, err) != 0)
        return -1;
    return check_servers(scenario, facts, err);
}
