/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead site: from a site's logs to scenarios that were held against them. */
#include "command/command.h"
#include "command/fault_yaml.h"
#include "command/log_options.h"
#include "command/options.h"
#include "command/site/parts.h"
#include "models/logs/formats.h"
#include "models/logs/reading.h"
#include "models/logs/selection.h"
#include "models/sites/join.h"
#include "models/sites/site_log.h"
#include "sim/runs/progress.h"
#include "sim/scenario/recorded_logs.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { LOGS_MOST = 1000 };

struct arguments {
    struct bh_options options;
    size_t files_count;
    const char **files; /* borrowed from argv */
    const char *folder;
    uint64_t seed, nodes;
    double together_s;
};

static int take_together(void *input, char *text, struct bh_error *err)
{
    return bh_options_quantity(text, "--together", BH_DIMENSION_TIME, &((struct arguments *)input)->together_s, err);
}

static int take_log(void *input, char *file, struct bh_error *err)
{
    struct arguments *arguments = input;
    if (arguments->files_count == LOGS_MOST)
        return bh_fail(err, BH_ERROR_INPUT, "found more than %d logs", LOGS_MOST);
    bh_options_append(&arguments->files, &arguments->files_count, file);
    return 0;
}

static int check(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    if (arguments->folder != NULL)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "expected --output FOLDER, where the page and the scenarios go");
}

static const struct bh_option own_options[] = {
    {"output", 'o', "FOLDER", "Make this folder, which is not there or empty (needed)", 1, BH_TO_WORD(folder)},
    {"nodes", 0, "N", "How many nodes a site of one system has, with those that the logs do not name", 1,
     BH_TO_NUMBER(nodes, 1, BH_HISTORY_NODES_MOST)},
    {"together", 0, "TIME", "Failures of one cause within TIME are a burst (default: 1 min)", 1, BH_BY(take_together)},
    {"seed", 0, "N", "Draw random numbers from seed N (default: 1)", 1, BH_TO_NUMBER(seed, 0, UINT64_MAX)},
    {0},
};

/* --- Reading -------------------------------------------------------------------------------------------------------- */

static int read_logs(struct bh_site *site, const struct arguments *arguments, struct bh_error *err)
{
    struct bh_progress *progress = bh_progress_start("reading logs", arguments->files_count, !arguments->options.quiet);
    site->logs = bh_allocate(arguments->files_count, sizeof *site->logs);
    int status = 0;
    for (size_t f = 0; f < arguments->files_count && status == 0; f++) {
        size_t length;
        char *text = bh_text_file_read(arguments->files[f], BH_FAILURE_LOG_BYTES_MOST, &length, err);
        struct bh_failure_log *log =
            text != NULL ? bh_site_log_parse(text, length, arguments->files[f], arguments->options.reading, err) : NULL;
        free(text);
        if (log == NULL)
            status = -1;
        else
            site->logs[site->logs_count++] = (struct bh_site_log){arguments->files[f], log};
        bh_progress_step(progress);
    }
    bh_progress_end(progress);
    return status;
}

static int join_logs(struct bh_site *site, const struct arguments *arguments, struct bh_error *err)
{
    struct bh_failure_log **logs = bh_allocate(site->logs_count, sizeof(struct bh_failure_log *));
    for (size_t l = 0; l < site->logs_count; l++)
        logs[l] = site->logs[l].log;
    double window_s = arguments->options.reading != NULL ? arguments->options.reading->window_s : 300.0;
    site->all = bh_failure_logs_join(logs, site->logs_count, window_s);
    free(logs);
    if (arguments->nodes == 0)
        return 0;
    if (site->all->systems_count != 1)
        return bh_fail(err, BH_ERROR_INPUT, "--nodes: found %zu systems in the logs; expected one",
                       site->all->systems_count);
    if (arguments->nodes < site->all->systems[0].nodes)
        return bh_fail(err, BH_ERROR_INPUT, "--nodes: found %llu; expected at least the %llu that the logs name",
                       (unsigned long long)arguments->nodes, (unsigned long long)site->all->systems[0].nodes);
    site->all->systems[0].nodes_said = arguments->nodes;
    return 0;
}

/* --- Systems -------------------------------------------------------------------------------------------------------- */

static int by_failures(const void *left, const void *right)
{
    const struct bh_site_system *a = left, *b = right;
    if (a->history->count != b->history->count)
        return a->history->count > b->history->count ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static void find_systems(struct bh_site *site)
{
    site->systems = bh_allocate(site->all->systems_count + 1, sizeof *site->systems);
    for (uint32_t s = 0; s < site->all->systems_count; s++) {
        struct bh_history *history = bh_history_create(site->all, s, site->together_s);
        if (history->count == 0) {
            bh_history_destroy(history);
            continue;
        }
        site->systems[site->systems_count++] = (struct bh_site_system){
            .name = bh_name_list_text(site->all->system_names, s), .number = s, .history = history};
    }
    if (site->systems_count > 0)
        qsort(site->systems, site->systems_count, sizeof *site->systems, by_failures);
}

/* Names of files and of classes, none twice. */
static void name_systems(struct bh_site *site)
{
    struct bh_name_list *files = bh_name_list_create();
    for (size_t s = 0; s < site->systems_count; s++) {
        struct bh_site_system *system = &site->systems[s];
        bool has_name = strcmp(system->name, "-") != 0;
        char *text = bh_print_text("system%s%.60s", has_name ? "-" : "", has_name ? system->name : "");
        system->slug = bh_fault_yaml_name(text, files);
        free(text);
        struct bh_name_list *classes = bh_name_list_create();
        system->class = bh_allocate(system->holdout->classes_count + 1, sizeof *system->class);
        for (size_t c = 0; c < system->holdout->classes_count; c++)
            if (system->holdout->law[c].is_fitted) {
                char *name = bh_print_text("site-%.60s", system->history->classes[c].name);
                system->class[c] = bh_fault_yaml_name(name, classes);
                free(name);
            }
        bh_name_list_destroy(classes);
    }
    bh_name_list_destroy(files);
}

static void fit_systems(struct bh_site *site, const struct arguments *arguments)
{
    struct bh_progress *progress = bh_progress_start("systems fitted", site->systems_count, !arguments->options.quiet);
    int workers = (int)bh_options_jobs(&arguments->options);
#pragma omp parallel for schedule(dynamic) num_threads(workers)
    for (size_t s = 0; s < site->systems_count; s++) {
        struct bh_site_system *system = &site->systems[s];
        system->cabinets = bh_cabinets_guess(system->history);
        system->holdout = bh_holdout_create(system->history, system->cabinets.nodes, site->seed);
        bh_progress_step(progress);
    }
    bh_progress_end(progress);
    name_systems(site);
}

/* --- The folder ----------------------------------------------------------------------------------------------------- */

static int write_folder(const struct bh_site *site, const struct arguments *arguments, const char *folder,
                        struct bh_error *err)
{
    struct bh_progress *progress =
        bh_progress_start("scenarios played", site->systems_count, !arguments->options.quiet);
    int status = bh_site_write_failures(site, folder, err);
    for (size_t s = 0; s < site->systems_count && status == 0; s++) {
        if (bh_site_is_fitted(&site->systems[s])) {
            status = bh_site_write_scenarios(&site->systems[s], folder, err);
            if (status == 0)
                status = bh_site_play(&site->systems[s], folder, site->seed, err);
        }
        bh_progress_step(progress);
    }
    bh_progress_end(progress);
    return status == 0 ? bh_site_write_page(site, folder, err) : status;
}

static void say_done(const struct bh_site *site, const char *folder)
{
    size_t cells = 0, inside = 0, fitted = 0;
    for (size_t s = 0; s < site->systems_count; s++) {
        const struct bh_holdout *holdout = site->systems[s].holdout;
        fitted += bh_site_is_fitted(&site->systems[s]);
        cells += holdout->cells_count;
        for (size_t c = 0; c < holdout->cells_count; c++)
            inside += holdout->cells[c].is_inside;
    }
    for (size_t c = 0; site->jobs != NULL && c < site->jobs->count; c++) {
        cells += site->jobs->cells[c].is_judged;
        inside += site->jobs->cells[c].is_judged && site->jobs->cells[c].is_inside;
    }
    printf(
        "%s: README.md, failures.csv and scenarios of %zu system%s; of %zu kinds of jobs in the last third, %zu are as "
        "foretold\n",
        folder, fitted, fitted == 1 ? "" : "s", cells, inside);
    fflush(stdout);
}

static void clear(struct bh_site *site)
{
    for (size_t s = 0; s < site->systems_count; s++) {
        struct bh_site_system *system = &site->systems[s];
        for (size_t c = 0; system->class != NULL && c < system->holdout->classes_count; c++)
            free(system->class[c]);
        free(system->class);
        free(system->slug);
        free(system->played);
        bh_holdout_destroy(system->holdout);
        bh_history_destroy(system->history);
    }
    free(site->systems);
    bh_jobs_check_destroy(site->jobs);
    bh_failure_log_destroy(site->all);
    for (size_t l = 0; l < site->logs_count; l++)
        bh_failure_log_destroy(site->logs[l].log);
    free(site->logs);
}

static int work(struct bh_site *site, const struct arguments *arguments, struct bh_error *err)
{
    if (read_logs(site, arguments, err) != 0 || join_logs(site, arguments, err) != 0)
        return -1;
    find_systems(site);
    fit_systems(site, arguments);
    bool any = site->all->jobs_count > 0;
    for (size_t s = 0; s < site->systems_count; s++)
        any = any || bh_site_is_fitted(&site->systems[s]);
    if (!any)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "%s: found no system with %d failures of named nodes in the first two thirds of its time; expected one",
            arguments->files[0], BH_HOLDOUT_LEAST_BEFORE);
    if (site->all->jobs_count > 0)
        site->jobs =
            bh_jobs_check_create(site->all, site->systems_count > 0 ? site->systems[0].holdout : NULL, site->seed);
    char *aside = bh_site_folder_begin(arguments->folder, err);
    if (aside == NULL)
        return -1;
    int status = write_folder(site, arguments, aside, err);
    if (status == 0)
        status = bh_site_folder_end(aside, arguments->folder, err);
    if (status != 0)
        bh_site_folder_drop(aside);
    free(aside);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    struct arguments *arguments = input;
    struct bh_site site = {.together_s = arguments->together_s, .seed = arguments->seed};
    int status = work(&site, arguments, err);
    if (status == 0)
        say_done(&site, arguments->folder);
    clear(&site);
    free(arguments->files);
    return status;
}

static const struct arguments defaults = {.seed = 1, .together_s = 60.0};

const struct bh_subcommand bh_subcommand_site = {
    .name = "site",
    .arguments = "LOG...",
    .help = "a site's logs as scenarios that were held against them",
    .doc =
        "Makes of a site's logs (those that `bulkhead fit` reads) a folder: a page, fault classes fitted to the first "
        "two thirds as scenarios that run, and whether they foretell the last third.\vWhat several logs have of one "
        "failure counts once; the log that is named first says its cause. doc/failure-logs.md tells what is computed.",
    .options = (const struct bh_option *const[]){own_options, bh_options_log, bh_options_work, NULL},
    .operand = {.take = take_log, .missing = "expected the file of a failure log"},
    .check = check,
    .size = sizeof(struct arguments),
    .defaults = &defaults,
    .run = run,
};
