/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead sweep` and `bulkhead merge`: a campaign into a folder, and the folder into one results file. */
#include "command/sweep/sweep.h"

#include "analysis/reader/markup.h"
#include "command/command.h"
#include "command/data_directory.h"
#include "command/notes.h"
#include "command/options.h"
#include "models/base/quantity.h"
#include "models/document/document_get.h"
#include "sim/campaign/command_line.h"
#include "sim/campaign/resolve.h"
#include "sim/results/atomic_file.h"
#include "sim/runs/progress.h"
#include "sim/store/manifest.h"
#include "sim/sweep/forecast.h"
#include "sim/sweep/merge.h"
#include "sim/sweep/sweep.h"
#include "sim/sweep/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    struct bh_options options;
    const char *campaign, *directory, *shard, *replay;
    bool resumes, extends, is_dry, is_partial;
};

static const struct bh_option sweep_options[] = {
    {"directory", 'd', "DIR", "Keep what is done in DIR (default: the campaign's name and .sweep)", 4,
     BH_TO_WORD(directory)},
    {"shard", 0, "I/N", "Do part I of N, from 0 (default: what the launcher says, else all)", 4, BH_TO_WORD(shard)},
    {"resume", 0, NULL, "Go on with what DIR holds", 4, BH_TO_FLAG(resumes)},
    {"extend", 0, NULL, "The same with a campaign that has grown: run only what is new", 4, BH_TO_FLAG(extends)},
    {"dry-run", 0, NULL, "Print the points, the predicted time and the size, and do nothing", 4, BH_TO_FLAG(is_dry)},
    {"replay", 0, "POINT/POLICY[/REPLICA]",
     "Run one simulation, by its numbers from 0, in this process: for one that crashed", 4, BH_TO_WORD(replay)},
    {0},
};
static const struct bh_option merge_options[] = {
    {"partial", 0, NULL, "Leave out what is missing, as NaN", 4, BH_TO_FLAG(is_partial)},
    {0},
};

/* --- Dry run ----------------------------------------------------------------------------------------------------------------- */

char *bh_print_duration(double seconds)
{
    if (seconds < 120.0)
        return bh_print_text("%.3g s", seconds);
    if (seconds < 7200.0)
        return bh_print_text("%.3g min", seconds / 60.0);
    if (seconds < 172800.0)
        return bh_print_text("%.3g h", seconds / 3600.0);
    return bh_print_text("%.3g d", seconds / 86400.0);
}

static void print_points(const struct bh_campaign *campaign)
{
    enum { SHOWN = 20 };
    printf("%zu points, %zu policies, ", campaign->points, campaign->first->policies_count);
    if (campaign->precision.is_on)
        printf("%llu to %llu replicas each\n", (unsigned long long)campaign->least,
               (unsigned long long)campaign->replicas);
    else
        printf("%llu replicas each\n", (unsigned long long)campaign->replicas);
    for (size_t p = 0; p < campaign->points && p < SHOWN; p++) {
        char *text = bh_campaign_describe(campaign, p);
        bh_markup_print(stdout, BH_TABLE_TEXT, "  %zu  %s", p, text);
        putchar('\n');
        free(text);
    }
    if (campaign->points > SHOWN)
        printf("  and %zu more\n", campaign->points - SHOWN);
}

static int print_forecast(const struct bh_campaign *campaign, unsigned jobs, struct bh_error *err)
{
    struct bh_forecast forecast;
    char size[64];
    print_points(campaign);
    fflush(stdout);
    struct bh_progress *progress = bh_progress_start_on_terminal("timing a few replicas", 0);
    int failed = bh_forecast(campaign, &forecast, err);
    bh_progress_end(progress);
    if (failed != 0)
        return -1;
    char *least = bh_print_duration(forecast.least_seconds), *most = bh_print_duration(forecast.seconds);
    char *wall = bh_print_duration(forecast.seconds / jobs);
    printf("predicted time: %s%s%s of one core, %s%s with %u jobs (from replicas at %zu points, run now)\n",
           campaign->precision.is_on ? least : "", campaign->precision.is_on ? " to " : "", most,
           campaign->precision.is_on ? "at most " : "about ", wall, jobs, forecast.sampled);
    printf("results: at most %s before compression, in units of up to %llu replicas\n",
           bh_quantity_print(forecast.bytes, BH_DIMENSION_BYTES, size, sizeof size),
           (unsigned long long)campaign->chunk);
    free(least);
    free(most);
    free(wall);
    return 0;
}

/* --- Sweep ---------------------------------------------------------------------------------------------------------------------- */

static int replay(const struct bh_campaign *campaign, const char *text, struct bh_error *err)
{
    size_t point, policy;
    long long replica = -1;
    int end = 0;
    if (sscanf(text, "%zu/%zu%n", &point, &policy, &end) != 2 ||
        (text[end] != '\0' && (sscanf(text + end, "/%lld%n", &replica, &end) != 1 || replica < 0)))
        return bh_fail(err, BH_ERROR_INPUT, "--replay: found `%s`; expected POINT/POLICY or POINT/POLICY/REPLICA",
                       text);
    if (point >= campaign->points || policy >= campaign->first->policies_count ||
        replica >= (long long)campaign->replicas)
        return bh_fail(err, BH_ERROR_INPUT,
                       "--replay: found `%s`; expected a point below %zu, a policy below %zu and a replica below %llu",
                       text, campaign->points, campaign->first->policies_count, (unsigned long long)campaign->replicas);
    return bh_worker_replay(campaign, point, policy, replica, stdout, err);
}

enum bh_manifest_mode bh_sweep_mode(bool resumes, bool extends)
{
    return extends ? BH_MANIFEST_EXTEND : resumes ? BH_MANIFEST_RESUME : BH_MANIFEST_BEGIN;
}

char *bh_sweep_directory(const struct bh_campaign *campaign)
{
    const char *name = bh_node_text(bh_node_find(bh_document_root(campaign->document), "campaign"), NULL);
    char *directory = bh_print_text("%s.sweep", name);
    for (char *c = directory; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("/\\'\"`$*?<>|&;()", *c) != NULL ||
            (c == directory && (*c == '.' || *c == '-')))
            *c = c == directory ? '_' : '-';
    return directory;
}

static int merge_to(const struct bh_campaign *campaign, const char *directory, const char *output, bool is_partial,
                    struct bh_error *err)
{
    char *file = output != NULL ? bh_copy_text(output) : bh_print_text("%s/results.h5", directory);
    struct bh_merge_outcome outcome;
    struct bh_progress *progress = bh_progress_start_on_terminal("merging", 0);
    int status = bh_merge(campaign, directory, file, is_partial, &outcome, err);
    bh_progress_end(progress);
    for (char *line = outcome.damage, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1)
        fprintf(stderr, "bulkhead: %.*s\n", (int)(end - line), line);
    if (status == 0)
        printf("%s\n", file);
    if (status == 0 && outcome.missing > 0)
        fprintf(stderr, "bulkhead: %zu units are missing in it\n", outcome.missing);
    free(outcome.damage);
    free(file);
    return status;
}

/* The option that runs a simulation alone, as a failure names it; the caller frees. */
static char *find_replay(const char *failure)
{
    const char *option = strstr(failure, "--replay=");
    return option == NULL ? bh_copy_text("--replay=POINT/POLICY/REPLICA")
                          : bh_print_text("%.*s", (int)strcspn(option, " )"), option);
}

static void tell_failures(const struct bh_campaign *campaign, const struct bh_sweep_options *sweep,
                          const struct bh_sweep_outcome *outcome)
{
    char *replay = find_replay(outcome->first_failure), *alone = bh_campaign_command(campaign, "sweep", NULL);
    char *again = bh_campaign_command(campaign, "sweep", sweep->directory), *folder = bh_shell_word(sweep->directory);
    fprintf(
        stderr,
        "bulkhead: %zu units failed; the first: %s\n"
        "bulkhead: run it alone: %s %s; all of them again: %s --resume; leave them out: bulkhead merge --partial %s\n",
        outcome->failed, outcome->first_failure, alone, replay, again, folder);
    free(replay);
    free(alone);
    free(again);
    free(folder);
}

/* What a person is told at the end; the exit status. */
static int conclude(const struct bh_campaign *campaign, const struct arguments *arguments,
                    const struct bh_sweep_options *sweep, const struct bh_sweep_outcome *outcome, struct bh_error *err)
{
    if (outcome->failed > 0)
        tell_failures(campaign, sweep, outcome);
    if (outcome->signal != 0) {
        char *command = bh_campaign_command(campaign, "sweep", sweep->directory);
        fprintf(stderr, "bulkhead: stopped by a signal; what is done is in %s, %s --resume goes on\n", sweep->directory,
                command);
        free(command);
        return 128 + outcome->signal;
    }
    if (outcome->failed > 0)
        return BH_EXIT_FAILED;
    if (sweep->share.count == 1)
        return merge_to(campaign, sweep->directory, arguments->options.output, false, err) == 0 ? BH_EXIT_DONE : -1;
    if (!arguments->options.quiet) {
        char *folder = bh_shell_word(sweep->directory);
        fprintf(stderr, "bulkhead: shard %zu of %zu is done; when all are: bulkhead merge %s\n", sweep->share.index,
                sweep->share.count, folder);
        free(folder);
    }
    return BH_EXIT_DONE;
}

static int sweep(const struct arguments *arguments, const struct bh_campaign *campaign, struct bh_error *err)
{
    char *directory = arguments->directory != NULL ? bh_copy_text(arguments->directory) : bh_sweep_directory(campaign);
    struct bh_sweep_options options = {.directory = directory,
                                       .jobs = bh_options_jobs(&arguments->options),
                                       .mode = bh_sweep_mode(arguments->resumes, arguments->extends),
                                       .shows_progress = !arguments->options.quiet};
    struct bh_sweep_outcome outcome;
    const char *from = "";
    int status = arguments->shard != NULL ? bh_share_parse(arguments->shard, &options.share, err)
                                          : bh_share_find(&options.share, &from, err);
    if (status == 0 && *from != '\0' && !arguments->options.quiet)
        fprintf(stderr, "bulkhead: shard %zu of %zu, from %s, in %s\n", options.share.index, options.share.count, from,
                directory);
    if (status == 0 && !arguments->options.quiet) {
        bh_note_left_out(campaign->first);
        bh_note_remarks(campaign->first);
    }
    if (status == 0 && arguments->options.output != NULL)
        status = bh_results_check_path(arguments->options.output, err);
    if (status == 0 && bh_sweep_run(campaign, &options, &outcome, err) != 0)
        status = -1;
    if (status == 0)
        status = conclude(campaign, arguments, &options, &outcome, err);
    free(directory);
    return status;
}

static int run_sweep(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    char *data = bh_models_directory(err);
    if (data == NULL)
        return -1;
    struct bh_progress *progress = bh_progress_start("planning the campaign", 0, !arguments->options.quiet);
    struct bh_campaign *campaign = bh_campaign_read(arguments->campaign, data, arguments->options.settings,
                                                    arguments->options.settings_count, err);
    bh_progress_end(progress);
    int status = -1;
    if (campaign != NULL && arguments->is_dry)
        status = print_forecast(campaign, bh_options_jobs(&arguments->options), err);
    else if (campaign != NULL && arguments->replay != NULL)
        status = replay(campaign, arguments->replay, err);
    else if (campaign != NULL)
        status = sweep(arguments, campaign, err);
    bh_campaign_destroy(campaign);
    free(data);
    return status;
}

static int run_merge(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    char *data = bh_models_directory(err);
    struct bh_campaign *campaign = data == NULL ? NULL : bh_manifest_plan(arguments->directory, data, err);
    int status = -1;
    if (campaign != NULL)
        status = merge_to(campaign, arguments->directory, arguments->options.output, arguments->is_partial, err);
    bh_campaign_destroy(campaign);
    free(data);
    return status;
}

const struct bh_subcommand bh_subcommand_sweep = {
    .name = "sweep",
    .arguments = "CAMPAIGN",
    .help = "many points, kept in a folder: safe from crashes, in shards on clusters",
    .doc =
        "Simulates all points of a campaign and keeps what is done in a folder, safe from crashes.\vA whole sweep ends "
        "with DIR/results.h5 (or -o FILE). Shards end without; `bulkhead merge DIR` makes the file when all are done.",
    .options = (const struct bh_option *const[]){sweep_options, bh_options_scenario, bh_options_engine, bh_options_work,
                                                 bh_options_output, NULL},
    .operand = {"campaign", offsetof(struct arguments, campaign), "no campaign; try experiments/campaigns/scale.yaml",
                NULL},
    .size = sizeof(struct arguments),
    .run = run_sweep,
};

const struct bh_subcommand bh_subcommand_merge = {
    .name = "merge",
    .arguments = "DIR",
    .help = "one results file of what sweeps left in a folder",
    .doc = "Makes one results file, DIR/results.h5 or -o FILE, of what sweeps have left in a folder.",
    .options = (const struct bh_option *const[]){merge_options, bh_options_output, NULL},
    .operand = {"folder", offsetof(struct arguments, directory), "no folder; give the one of `bulkhead sweep -d`",
                NULL},
    .size = sizeof(struct arguments),
    .run = run_merge,
};
