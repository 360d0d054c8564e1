/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead validate`: the cases whose answer is known in closed form, run as scenarios like any other. */
#include "analysis/figures/agreement_figure.h"
#include "command/command.h"
#include "command/data_directory.h"
#include "command/figure_folder.h"
#include "command/options.h"
#include "config.h"
#include "models/base/nearest_name.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"
#include "sim/setup/read_study.h"
#include "sim/sweep/run.h"
#include "sim/validate/cases.h"
#include "sim/validate/resolutions.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_MOST = 32, FILES_MOST = 64 };

struct arguments {
    struct bh_options options;
    bool is_chosen[GROUPS_MOST]; /* none: all */
    bool is_any_chosen;
    size_t files_count;
    const char *files[FILES_MOST]; /* scenarios that are run at both resolutions */
    const char *seed, *folder;
};

/* The scenario of experiments/validate that is run at both resolutions, for an hour: only by its name. */
static const char both[] = "resolutions";

static bool is_file(const char *word)
{
    return strchr(word, '/') != NULL || (strlen(word) > 5 && strcmp(word + strlen(word) - 5, ".yaml") == 0);
}

static int choose(void *input, char *word, struct bh_error *err)
{
    struct arguments *arguments = input;
    const char *names[GROUPS_MOST];
    size_t count = 0;
    if (is_file(word) || strcmp(word, both) == 0) {
        if (arguments->files_count == FILES_MOST)
            return bh_fail(err, BH_ERROR_INPUT, "found more than %d scenarios; expected fewer", FILES_MOST);
        arguments->files[arguments->files_count++] = word;
        return 0;
    }
    for (; bh_validation_groups[count].name != NULL; count++) {
        names[count] = bh_validation_groups[count].name;
        if (strcmp(names[count], word) == 0) {
            arguments->is_chosen[count] = arguments->is_any_chosen = true;
            return 0;
        }
    }
    names[count++] = both;
    char *hint = bh_nearest_hint(word, names, count, '`');
    bh_fail(err, BH_ERROR_INPUT, "no case `%s`%s (--help lists them)", word, hint);
    free(hint);
    return -1;
}

static const struct bh_option own_options[] = {
    {"seed", 0, "N", "Draw random numbers from seed N", 1, BH_TO_WORD(seed)},
    {"output", 'o', "FOLDER",
     "Put a figure there of what was simulated against what was expected; made if it is not there", 1,
     BH_TO_WORD(folder)},
    {0},
};

/* A scenario's path, if it is one of ours; a file of the user's is its own. The caller frees. */
static char *path_of(const char *data, const char *name)
{
    return is_file(name) ? bh_copy_text(name) : bh_print_text("%s/experiments/validate/%s.yaml", data, name);
}

/* At a resolution, or (NULL) as the file has it. */
static struct bh_run *run_file(const char *path, const char *resolution, const struct arguments *arguments,
                               const char *models, struct bh_error *err)
{
    struct bh_setting settings[2];
    size_t count = 0;
    if (arguments->seed != NULL)
        settings[count++] = (struct bh_setting){"seed", arguments->seed};
    if (resolution != NULL)
        settings[count++] = (struct bh_setting){"resolution", resolution};
    struct bh_study *study = bh_study_read(path, models, settings, count, err);
    if (study == NULL)
        return NULL;
    return bh_run_study(study, bh_options_jobs(&arguments->options), !arguments->options.quiet, err);
}

static void name_cases(struct bh_validation *validation, size_t first, const char *name)
{
    for (size_t c = first; c < validation->count; c++)
        validation->cases[c].scenario = name;
}

static int run_group(const struct bh_validation_group *group, const struct arguments *arguments, const char *data,
                     const char *models, struct bh_validation *validation, struct bh_error *err)
{
    char *path = path_of(data, group->name);
    struct bh_run *run = run_file(path, NULL, arguments, models, err);
    size_t first = validation->count;
    free(path);
    if (run == NULL)
        return -1;
    group->compare(run, validation);
    name_cases(validation, first, group->name);
    bh_run_destroy(run);
    return 0;
}

static int run_both(const char *name, const struct arguments *arguments, const char *data, const char *models,
                    struct bh_validation *validation, struct bh_error *err)
{
    char *path = path_of(data, name);
    struct bh_run *enclave = run_file(path, bh_resolution_names[BH_RESOLUTION_ENCLAVE], arguments, models, err);
    struct bh_run *process =
        enclave != NULL ? run_file(path, bh_resolution_names[BH_RESOLUTION_PROCESS], arguments, models, err) : NULL;
    size_t first = validation->count;
    if (process != NULL)
        bh_validation_compare_resolutions(enclave, process, validation);
    name_cases(validation, first, name);
    int status = process != NULL ? 0 : -1;
    bh_run_destroy(process);
    bh_run_destroy(enclave);
    free(path);
    return status;
}

/* --- What is printed ------------------------------------------------------------------------------------------------- */

static const char *title_of(const char *scenario)
{
    for (const struct bh_validation_group *group = bh_validation_groups; group->name != NULL; group++)
        if (strcmp(group->name, scenario) == 0)
            return group->title;
    return "Enclaves as a whole (expected) and each of their processes (simulated)";
}

static int draw(const struct bh_validation *validation, const char *folder, struct bh_error *err)
{
    struct bh_agreement *rows = bh_allocate(validation->count + 1, sizeof *rows);
    for (size_t c = 0; c < validation->count; c++) {
        const struct bh_validation_case *one = &validation->cases[c];
        rows[c] = (struct bh_agreement){one->scenario, one->name, one->expected, one->simulated, one->low, one->high};
    }
    int status = bh_figure_folder_make(folder, err);
    if (status == 0)
        status = bh_agreement_figure_write(rows, validation->count, folder, "validate", err);
    if (status == 0)
        fprintf(stderr, "figure: %s/validate.pdf, .png and .svg; data and script: .dat and .gp\n", folder);
    free(rows);
    return status;
}

static void print_case(const struct bh_validation_case *one)
{
    char value[64], interval[80], error[32] = "-";
    snprintf(value, sizeof value, "%.9g%s%s", one->simulated, strcmp(one->unit, "1") ? " " : "",
             strcmp(one->unit, "1") ? one->unit : "");
    if (one->evidence == BH_EVIDENCE_EXACT)
        snprintf(interval, sizeof interval, "within %.0e", one->tolerance);
    else {
        snprintf(interval, sizeof interval, "[%.6g, %.6g]", one->low, one->high);
        snprintf(error, sizeof error, "%.2g %%", 100.0 * one->error / (one->whole > 0.0 ? one->whole : one->simulated));
    }
    printf("  %-42s  %13.9g  %15s  %24s  %9s  %s\n", one->name, one->expected, value, interval, error,
           one->agrees ? "agrees" : "DISAGREES");
}

static void print_table(const struct bh_validation *validation)
{
    const char *scenario = "";
    size_t agreeing = 0;
    for (size_t c = 0; c < validation->count; c++) {
        const struct bh_validation_case *one = &validation->cases[c];
        if (strcmp(one->scenario, scenario) != 0)
            printf("%s%s\n  %-42s  %13s  %15s  %24s  %9s  %s\n", c ? "\n" : "", title_of(one->scenario), one->scenario,
                   "expected", "simulated", "interval", "error", "verdict");
        scenario = one->scenario;
        print_case(one);
        agreeing += one->agrees;
    }
    printf("\n%zu of %zu cases agree. Intervals hold for all cases together with probability 1 - %.0e; error is the\n"
           "standard error of what was simulated.\n",
           agreeing, validation->count, bh_validation_level);
}

static json_t *case_json(const struct bh_validation_case *one)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:f, s:f, s:[f, f], s:b}", "scenario", one->scenario, "name", one->name,
                               "unit", one->unit, "expected", one->expected, "simulated", one->simulated, "interval",
                               one->low, one->high, "agrees", one->agrees);
    bool is_exact = one->evidence == BH_EVIDENCE_EXACT;
    json_object_set_new(object, "tolerance", is_exact ? json_real(one->tolerance) : json_null());
    json_object_set_new(object, "standard_error", is_exact ? json_null() : json_real(one->error));
    return object;
}

static void print_json(const struct bh_validation *validation, bool all_agree)
{
    json_t *list = json_array();
    for (size_t c = 0; c < validation->count; c++)
        json_array_append_new(list, case_json(&validation->cases[c]));
    json_t *object = json_pack("{s:s, s:f, s:b, s:o}", "version", PACKAGE_VERSION, "level", bh_validation_level,
                               "agrees", all_agree, "cases", list);
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(object);
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    struct bh_validation validation = {0};
    char *data = bh_data_directory(err), *models = bh_models_directory(err);
    int status = data != NULL && models != NULL ? 0 : -1;
    if (status == 0 && arguments->folder != NULL)
        status = bh_figure_folder_check(arguments->folder, err);
    for (size_t g = 0; bh_validation_groups[g].name != NULL && status == 0; g++)
        if (arguments->is_chosen[g] || (!arguments->is_any_chosen && arguments->files_count == 0))
            status = run_group(&bh_validation_groups[g], arguments, data, models, &validation, err);
    for (size_t f = 0; f < arguments->files_count && status == 0; f++)
        status = run_both(arguments->files[f], arguments, data, models, &validation, err);
    bool all_agree = status == 0 && bh_validation_judge(&validation);
    if (status == 0 && arguments->folder != NULL)
        status = draw(&validation, arguments->folder, err);
    if (status == 0) {
        status = all_agree ? BH_EXIT_DONE : BH_EXIT_FAILED;
        if (arguments->options.json)
            print_json(&validation, all_agree);
        else
            print_table(&validation);
    }
    free(validation.cases);
    free(models);
    free(data);
    return status;
}

static const char *case_name(size_t i)
{
    return bh_validation_groups[i].name;
}

const struct bh_subcommand bh_subcommand_validate = {
    .name = "validate",
    .arguments = "[CASE...]",
    .help = "runs the cases whose answer is known in closed form",
    .doc =
        "Runs the cases whose answer is known in closed form: expected, simulated, interval, verdict. Exits with 1 if "
        "any disagrees.\vCases: fault-free, one-failure, shared-storage, counts, service, daly, downtime, interval, "
        "first-failure, spares, levels, parts-needed, slow-parts, silent, lone-errors, spread (default: all of these). "
        "Their scenarios are in experiments/validate. A file of your own, FILE.yaml, is a "
        "scenario that is run twice: enclaves as a whole, which is what is expected, and each process (resolution: "
        "process). So is resolutions, on up to 256 nodes, for a quarter of an hour.",
    .options = (const struct bh_option *const[]){own_options, bh_options_work, bh_options_json, NULL},
    .operand = {.take = choose},
    .size = sizeof(struct arguments),
    .word = case_name,
    .run = run,
};
