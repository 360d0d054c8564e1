/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead submit`: a campaign as a Slurm job array of tasks of a chosen length, and a merge that waits for it. */
#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "command/sweep/slurm.h"
#include "command/sweep/sweep.h"
#include "models/document/document_get.h"
#include "sim/campaign/command_line.h"
#include "sim/store/manifest.h"
#include "sim/sweep/forecast.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct arguments {
    struct bh_options options;
    const char *campaign, *directory;
    double task_s;
    uint64_t tasks;
    const char **slurm; /* further options of sbatch */
    size_t slurm_count;
    bool resumes, extends, only_prints;
};

static int take_task_time(void *input, char *word, struct bh_error *err)
{
    struct arguments *arguments = input;
    if (bh_options_quantity(word, "--task-time", BH_DIMENSION_TIME, &arguments->task_s, err) != 0)
        return -1;
    if (arguments->task_s >= 600.0 && arguments->task_s <= 3600.0)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "--task-time: found '%s', expected 10 min to 60 min", word);
}

static const struct bh_option own_options[] = {
    {"directory", 'd', "DIR", "Keep what is done in DIR (default: the campaign's name and .sweep)", 4,
     BH_TO_WORD(directory)},
    {"resume", 0, NULL, "Go on with what DIR holds", 4, BH_TO_FLAG(resumes)},
    {"extend", 0, NULL, "The same with a campaign that has grown: run only what is new", 4, BH_TO_FLAG(extends)},
    {"print", 0, NULL, "Print the scripts and submit nothing", 4, BH_TO_FLAG(only_prints)},
    {"task-time", 0, "TIME", "Pack units into array tasks of about this time, 10 to 60 min (default: 30 min)", 4,
     BH_BY(take_task_time)},
    {"tasks", 0, "N", "Make N array tasks, whatever the predicted time", 4, BH_TO_NUMBER(tasks, 1, UINT32_MAX)},
    {"sbatch", 0, "OPTION", "A further option for sbatch, as it would stand in a script (repeatable)", 4,
     BH_TO_WORDS(slurm, slurm_count)},
    {0},
};

/* Beyond some 2,000 years it makes no difference to Slurm. */
static const double most_minutes = 1e9;

/* Tasks of about the time asked for; no more than there are points or chunks to spread, or than Slurm's indices. */
static int choose_tasks(const struct arguments *arguments, const struct bh_campaign *campaign,
                        const struct bh_forecast *forecast, struct bh_slurm_job *job, struct bh_error *err)
{
    unsigned long most_index;
    if (bh_slurm_most_index(&most_index, err) != 0) {
        if (!arguments->only_prints)
            return -1;
        most_index = 1000; /* Slurm's default, MaxArraySize=1001; indices are below it */
        *err = (struct bh_error){0};
    }
    double wanted = ceil(forecast->seconds / (arguments->task_s * (double)job->cores));
    size_t pieces = campaign->precision.is_on ? campaign->points : campaign->points * campaign->replicas;
    size_t most = most_index + 1;
    job->tasks = wanted < 1.0 ? 1 : wanted > (double)most ? most : (size_t)wanted;
    job->tasks = job->tasks > pieces ? pieces : job->tasks;
    if (arguments->tasks > most)
        return bh_fail(err, BH_ERROR_INPUT, "--tasks: found %zu; this Slurm takes array indices up to %lu: %zu tasks",
                       arguments->tasks, most_index, most);
    if (arguments->tasks > 0)
        job->tasks = arguments->tasks;
    /* Twice what is expected, and five minutes for a busy file system; a task that is cut short can be resumed. */
    double task_s = forecast->seconds / ((double)job->tasks * (double)job->cores);
    if (campaign->precision.is_on && forecast->longest_s > task_s)
        task_s = forecast->longest_s;
    job->minutes = (unsigned long)fmin(ceil((2.0 * task_s + 300.0) / 60.0), most_minutes);
    return 0;
}

static char *absolute(const char *path)
{
    char *real = realpath(path, NULL), working[PATH_MAX];
    if (real != NULL || path[0] == '/' || getcwd(working, sizeof working) == NULL)
        return real != NULL ? real : bh_copy_text(path);
    return bh_print_text("%s/%s", working, path);
}

static int fail_begun(const struct bh_campaign *campaign, const struct bh_slurm_job *job, struct bh_error *err)
{
    char *command = bh_campaign_command(campaign, "submit", job->directory);
    bh_fail(err, BH_ERROR_INPUT,
            "%s holds a sweep that was begun already: %s --resume goes on with it, or take another folder",
            job->directory, command);
    free(command);
    return -1;
}

static int submit(const struct arguments *arguments, const struct bh_campaign *campaign, struct bh_slurm_job *job,
                  struct bh_error *err)
{
    int was_there = 0;
    char *array = bh_slurm_array_script(job), *merge = bh_slurm_merge_script(job);
    unsigned long array_id = 0, merge_id = 0;
    int status = 0;
    if (arguments->only_prints)
        printf("%s\n%s", array, merge);
    else {
        enum bh_manifest_mode mode = bh_sweep_mode(arguments->resumes, arguments->extends);
        status = bh_manifest_publish(job->directory, campaign, mode, &was_there, err);
        if (status == 0 && was_there && mode == BH_MANIFEST_BEGIN)
            status = fail_begun(campaign, job, err);
        if (status == 0)
            status = bh_slurm_submit(job, "array.sh", array, 0, &array_id, err);
        if (status == 0) {
            printf("array %lu: %zu tasks of %u cores, at most %lu min each\n", array_id, job->tasks, job->cores,
                   job->minutes);
            fflush(stdout);
            status = bh_slurm_submit(job, "merge.sh", merge, array_id, &merge_id, err);
        }
        if (status == 0) {
            char *folder = bh_shell_word(job->directory);
            printf("merge %lu: when all tasks have ended, to %s/results.h5\n"
                   "bulkhead status %s tells how far they are\n",
                   merge_id, job->directory, folder);
            free(folder);
        }
    }
    free(array);
    free(merge);
    return status;
}

static int submit_campaign(const struct arguments *arguments, const struct bh_campaign *campaign, struct bh_error *err)
{
    struct bh_forecast forecast;
    struct bh_slurm_job job = {.cores = arguments->options.jobs > 0 ? bh_options_jobs(&arguments->options) : 1,
                               .settings = arguments->options.settings,
                               .settings_count = arguments->options.settings_count,
                               .slurm = arguments->slurm,
                               .slurm_count = arguments->slurm_count};
    char *folder = arguments->directory != NULL ? bh_copy_text(arguments->directory) : bh_sweep_directory(campaign);
    job.directory = absolute(folder);
    job.campaign = absolute(arguments->campaign);
    job.program = absolute("/proc/self/exe");
    const struct bh_node *name = bh_node_find(bh_document_root(campaign->document), "campaign");
    job.name = bh_node_text(name, NULL);
    int status = bh_slurm_check(&job, err);
    if (status == 0)
        status = bh_forecast(campaign, &forecast, err);
    if (status == 0)
        status = choose_tasks(arguments, campaign, &forecast, &job, err);
    if (status == 0)
        status = submit(arguments, campaign, &job, err);
    free(folder);
    free(job.directory);
    free(job.campaign);
    free(job.program);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    char *data = bh_models_directory(err);
    struct bh_campaign *campaign = data == NULL
                                       ? NULL
                                       : bh_campaign_read(arguments->campaign, data, arguments->options.settings,
                                                          arguments->options.settings_count, err);
    int status = campaign == NULL ? -1 : submit_campaign(arguments, campaign, err);
    bh_campaign_destroy(campaign);
    free(data);
    free(arguments->slurm);
    return status;
}

static const struct arguments defaults = {.task_s = 1800.0};

const struct bh_subcommand bh_subcommand_submit = {
    .name = "submit",
    .arguments = "CAMPAIGN",
    .help = "the same as a Slurm job array, with a merge at the end",
    .doc = "Submits a campaign to Slurm: a job array, whose tasks are shards, and a job that merges when it has "
           "ended.\v-j N is the number of cores of a task (default: 1). A few replicas are run here first, to know the "
           "time.",
    .options =
        (const struct bh_option *const[]){own_options, bh_options_scenario, bh_options_engine, bh_options_work, NULL},
    .operand = {"campaign", offsetof(struct arguments, campaign), "no campaign; try experiments/campaigns/scale.yaml",
                NULL},
    .size = sizeof(struct arguments),
    .defaults = &defaults,
    .run = run,
};
