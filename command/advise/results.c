/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where advice has its runs from: a file, a sweep's folder, or a scenario or campaign that is run. */
#include "command/advise/cost.h"
#include "command/advise/parts.h"

#include "command/data_directory.h"
#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/document/document_read.h"
#include "sim/campaign/campaign.h"
#include "sim/results/hdf5_writer.h"
#include "sim/runs/progress.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/read_study.h"
#include "sim/store/manifest.h"
#include "sim/sweep/forecast.h"
#include "sim/sweep/merge.h"
#include "sim/sweep/run.h"
#include "sim/sweep/sweep.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_there(const char *folder, const char *name)
{
    struct stat facts;
    char *path = bh_print_text("%s/%s", folder, name);
    bool is = stat(path, &facts) == 0;
    free(path);
    return is;
}

/* Whether it begins as HDF5 files do. */
static bool is_results(const char *path)
{
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char bytes[8];
    FILE *file = fopen(path, "rb");
    bool is = file != NULL && fread(bytes, 1, sizeof bytes, file) == sizeof bytes &&
              memcmp(bytes, signature, sizeof bytes) == 0;
    if (file != NULL)
        fclose(file);
    return is;
}

static int open_file(const char *path, struct bh_advise_results *results, struct bh_error *err)
{
    struct bh_progress *progress = bh_progress_start_on_terminal("reading the results", 0);
    results->view = bh_view_read(path, err);
    bh_progress_end(progress);
    return results->view != NULL ? bh_source_open(&results->source, path, err) : -1;
}

static int open_folder(const char *folder, struct bh_advise_results *results, struct bh_error *err)
{
    if (!is_there(folder, "results.h5"))
        return bh_fail(err, BH_ERROR_INPUT, "%s: expected results.h5 in it, which `bulkhead merge %s` makes of a sweep",
                       folder, folder);
    char *file = bh_print_text("%s/results.h5", folder);
    int status = open_file(file, results, err);
    free(file);
    return status;
}

/* --- Runs -------------------------------------------------------------------------------------------------------------- */

static int open_run(const struct bh_run *done, struct bh_advise_results *results, struct bh_error *err)
{
    results->made = bh_results_create(NULL, err);
    if (results->made == NULL)
        return -1;
    bh_run_write(done, results->made);
    if (bh_results_flush(results->made, err) != 0)
        return -1;
    results->source = (struct bh_source){bh_results_handle(results->made), "the runs"};
    results->view = bh_view_read_open(results->source.file, results->source.name, err);
    return results->view != NULL ? 0 : -1;
}

/* What is set, replicas (0: none) included, whose digits are in `text`. The caller frees. */
static struct bh_setting *settings_with(const struct bh_advise_source *from, size_t replicas, char text[32],
                                        size_t *count)
{
    struct bh_setting *settings = bh_allocate(from->settings_count + 1, sizeof *settings);
    for (*count = 0; *count < from->settings_count; ++*count)
        settings[*count] = from->settings[*count];
    snprintf(text, 32, "%zu", replicas);
    if (replicas > 0)
        settings[(*count)++] = (struct bh_setting){"replicas", text};
    return settings;
}

static int run_scenario(const struct bh_advise_source *from, const char *data, struct bh_advise_results *results,
                        struct bh_error *err)
{
    char text[32];
    size_t count;
    if (from->directory != NULL)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "-d: %s is a scenario, which is run in memory; campaigns are kept in a folder, and `bulkhead run "
            "-o FILE` keeps a scenario's results",
            from->path);
    struct bh_progress *progress = bh_progress_start("reading the scenario", 0, !from->quiet);
    struct bh_setting *settings = settings_with(from, from->replicas, text, &count);
    struct bh_study *study = bh_study_read(from->path, data, settings, count, err);
    free(settings);
    bh_progress_end(progress);
    if (study == NULL)
        return -1;
    if (!from->quiet)
        bh_advise_tell_cost(study, from->jobs);
    struct bh_run *done = bh_run_study(study, from->jobs, !from->quiet, err);
    int status = done != NULL ? open_run(done, results, err) : -1;
    bh_run_destroy(done);
    return status;
}

static int sweep_into(const struct bh_advise_source *from, const struct bh_campaign *campaign, struct bh_error *err)
{
    struct bh_sweep_options options = {.directory = from->directory,
                                       .share = {0, 1},
                                       .jobs = from->jobs,
                                       .mode = !is_there(from->directory, BH_MANIFEST_NAME) ? BH_MANIFEST_BEGIN
                                               : from->grows                                ? BH_MANIFEST_EXTEND
                                                                                            : BH_MANIFEST_RESUME,
                                       .shows_progress = !from->quiet};
    struct bh_sweep_outcome outcome;
    if (bh_sweep_run(campaign, &options, &outcome, err) != 0)
        return -1;
    if (outcome.signal != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "stopped by a signal; what is done is in %s, and the same command goes on",
                       from->directory);
    if (outcome.failed > 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "%zu units failed; the first: %s", outcome.failed, outcome.first_failure);
    char *file = bh_print_text("%s/results.h5", from->directory);
    struct bh_merge_outcome merged;
    int status = bh_merge(campaign, from->directory, file, false, &merged, err);
    free(merged.damage);
    free(file);
    return status;
}

static int tell_forecast(const struct bh_campaign *campaign, unsigned jobs, struct bh_error *err)
{
    struct bh_forecast forecast;
    char time[64], wall[64];
    if (bh_forecast(campaign, &forecast, err) != 0)
        return -1;
    fprintf(stderr, "bulkhead: %zu points: about %s of one core, %s with %u jobs\n", campaign->points,
            bh_quantity_print(forecast.seconds, BH_DIMENSION_TIME, time, sizeof time),
            bh_quantity_print(forecast.seconds / jobs, BH_DIMENSION_TIME, wall, sizeof wall), jobs);
    return 0;
}

static struct bh_campaign *read_campaign(const struct bh_advise_source *from, const char *data, size_t replicas,
                                         struct bh_error *err)
{
    char text[32];
    size_t count;
    struct bh_setting *settings = settings_with(from, replicas, text, &count);
    struct bh_campaign *campaign = bh_campaign_read(from->path, data, settings, count, err);
    free(settings);
    return campaign;
}

/* A folder that has grown before goes on as large as it is. */
static struct bh_campaign *as_large(const struct bh_advise_source *from, const char *data, struct bh_campaign *campaign,
                                    struct bh_error *err)
{
    struct bh_error ignored = {0}; /* what is wrong with the folder is said when it is run in */
    struct bh_campaign *stored = bh_manifest_plan(from->directory, data, &ignored);
    if (stored != NULL && stored->replicas > campaign->replicas) {
        bh_campaign_destroy(campaign);
        campaign = read_campaign(from, data, stored->replicas, err);
    }
    bh_campaign_destroy(stored);
    return campaign;
}

static int run_campaign(const struct bh_advise_source *from, const char *data, struct bh_advise_results *results,
                        struct bh_error *err)
{
    struct bh_progress *progress = bh_progress_start("planning the campaign", 0, !from->quiet);
    struct bh_campaign *campaign = read_campaign(from, data, from->replicas, err);
    bh_progress_end(progress);
    if (campaign != NULL && from->grows && campaign->precision.is_on) {
        bh_campaign_destroy(campaign);
        return bh_fail(err, BH_ERROR_INPUT, "--until-told: %s stops by the precision of means; give it `replicas`",
                       from->path);
    }
    results->begun_with = campaign != NULL ? campaign->replicas : 0;
    if (campaign != NULL && from->grows && from->directory != NULL && is_there(from->directory, BH_MANIFEST_NAME))
        campaign = as_large(from, data, campaign, err);
    if (campaign == NULL || (!from->quiet && tell_forecast(campaign, from->jobs, err) != 0)) {
        bh_campaign_destroy(campaign);
        return -1;
    }
    if (from->directory != NULL) {
        int status = sweep_into(from, campaign, err);
        bh_campaign_destroy(campaign);
        return status == 0 ? open_folder(from->directory, results, err) : status;
    }
    struct bh_run *done = bh_run_campaign(campaign, from->jobs, !from->quiet, err);
    int status = done != NULL ? open_run(done, results, err) : -1;
    bh_run_destroy(done);
    return status;
}

static int run_input(const struct bh_advise_source *from, struct bh_advise_results *results, struct bh_error *err)
{
    struct bh_document *document = bh_document_read(from->path, err);
    char *data = document != NULL ? bh_models_directory(err) : NULL;
    int status = -1;
    if (data != NULL)
        status = bh_node_find(bh_document_root(document), "campaign") != NULL ? run_campaign(from, data, results, err)
                                                                              : run_scenario(from, data, results, err);
    bh_document_destroy(document);
    free(data);
    return status;
}

int bh_advise_open(const struct bh_advise_source *from, struct bh_advise_results *results, struct bh_error *err)
{
    *results = (struct bh_advise_results){.source = {-1, from->path}};
    bool is_run = !bh_is_folder(from->path) && !is_results(from->path);
    if (!is_run && from->settings_count > 0)
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s holds results: --set, --seed and --replicas are for what is yet to be run", from->path);
    if (!is_run && from->directory != NULL)
        return bh_fail(err, BH_ERROR_INPUT, "%s holds results: nothing is run that -d could keep", from->path);
    if (!is_run && from->grows)
        return bh_fail(err, BH_ERROR_INPUT, "%s holds results: --until-told is for what is yet to be run", from->path);
    if (is_run)
        return run_input(from, results, err);
    return bh_is_folder(from->path) ? open_folder(from->path, results, err) : open_file(from->path, results, err);
}

void bh_advise_close(struct bh_advise_results *results)
{
    bh_view_destroy(results->view);
    if (results->made == NULL && results->source.file >= 0)
        bh_source_close(&results->source);
    bh_results_destroy(results->made);
    *results = (struct bh_advise_results){0};
}
