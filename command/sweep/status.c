/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead status`: how far the shards of a sweep are, from its folder alone. */
#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "command/sweep/sweep.h"
#include "sim/campaign/command_line.h"
#include "sim/store/manifest.h"
#include "sim/store/store_view.h"
#include "sim/sweep/progress_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one shard's log says. */
struct shard {
    struct bh_state *state;
    size_t units, failed, jobs;
    double spent_s;
    char failure[512]; /* the last */
};

static int look(void *context, const struct bh_record_head *head, const void *payload, struct bh_error *err)
{
    struct shard *shard = context;
    if (head->kind == BH_RECORD_START)
        shard->jobs = head->count;
    shard->spent_s += head->spent_s;
    shard->units += head->kind == BH_RECORD_POINT || head->kind == BH_RECORD_REPLICAS;
    if (head->kind == BH_RECORD_FAILED) {
        shard->failed++;
        snprintf(shard->failure, sizeof shard->failure, "%.*s", (int)head->length, (const char *)payload);
    }
    return bh_state_take(shard->state, head, payload, err);
}

/* Prints a shard's line; adds its jobs to those at work. */
static int print_shard(const struct bh_store_log *log, struct bh_state *state, size_t *jobs, struct bh_error *err)
{
    struct shard shard = {.state = state};
    size_t strangers = state->strangers;
    if (bh_store_log_visit(log, look, &shard, err) != 0)
        return -1;
    strangers = state->strangers - strangers;
    char *age = bh_print_duration(log->age_s > 0.0 ? log->age_s : 0.0), *spent = bh_print_duration(shard.spent_s);
    printf("  shard %zu of %zu: %zu units, %s of work, %s", log->shard, log->shards, shard.units, spent,
           log->is_running ? "running" : "not running");
    printf(", wrote last %s ago", age);
    if (shard.failed > 0)
        printf(", %zu failed; the last: %s", shard.failed, shard.failure);
    char *damage = bh_store_log_damage(log);
    if (damage != NULL)
        printf(", %s", damage);
    if (strangers > 0)
        printf(", %zu records of points that the campaign does not have", strangers);
    free(damage);
    putchar('\n');
    *jobs += log->is_running ? shard.jobs : 0;
    free(age);
    free(spent);
    return 0;
}

static void print_total(const char *directory, const struct bh_state *state, size_t jobs)
{
    size_t units, done;
    double cost_s, done_s;
    bh_state_progress(state, &units, &done, &cost_s, &done_s);
    printf("%zu of %s%zu units done, %.0f %%", done, state->campaign->precision.is_on ? "at least " : "", units,
           cost_s > 0.0 ? 100.0 * done_s / cost_s : 100.0);
    if (done == units)
        printf("; all is done\n");
    else if (jobs == 0) {
        char *command = bh_campaign_command(state->campaign, "sweep", directory);
        printf("; nothing is running: %s --resume goes on\n", command);
        free(command);
    } else {
        double left_s = state->spent_on > 0.0 ? (cost_s - done_s) * state->spent_s / state->spent_on : 0.0;
        char *text = bh_print_duration(left_s / (double)jobs);
        if (left_s / (double)jobs >= 0.5)
            printf("; %zu jobs at work, about %s to go\n", jobs, text);
        else
            printf("; %zu jobs at work\n", jobs);
        free(text);
    }
}

static int print_status(const char *directory, const struct bh_campaign *campaign, struct bh_error *err)
{
    struct bh_store_view view;
    struct bh_state state;
    size_t jobs = 0;
    if (bh_store_view_open(&view, directory, err) != 0)
        return -1;
    bh_state_create(&state, campaign);
    printf("%s: %s, %zu points\n", directory, campaign->file, campaign->points);
    int status = 0;
    for (size_t i = 0; i < view.logs_count && status == 0; i++)
        status = print_shard(&view.logs[i], &state, &jobs, err);
    if (status == 0)
        print_total(directory, &state, jobs);
    bh_state_release(&state);
    bh_store_view_close(&view);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct bh_options *options = input;
    char *data = bh_models_directory(err);
    struct bh_campaign *campaign = data == NULL ? NULL : bh_manifest_plan(options->file, data, err);
    int status = campaign == NULL ? -1 : print_status(options->file, campaign, err);
    bh_campaign_destroy(campaign);
    free(data);
    return status;
}

const struct bh_subcommand bh_subcommand_status = {
    .name = "status",
    .arguments = "DIR",
    .help = "how far the shards of a sweep are",
    .doc = "Tells how far a sweep is, for all its shards. It can be asked at any time, from any shell.",
    .operand = {"folder", offsetof(struct bh_options, file), "no folder; give the one of `bulkhead sweep -d`", NULL},
    .size = sizeof(struct bh_options),
    .run = run,
};
