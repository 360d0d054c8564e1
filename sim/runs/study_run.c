/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs the stages of a study one after the other, each in a process that has loaded its platform. */
#include "sim/runs/study_run.h"

#include "models/base/clock.h"
#include "sim/replica/record_bytes.h"
#include "sim/runs/forked_jobs.h"
#include "sim/runs/progress.h"
#include "sim/scenario/study.h"

#include <errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- In the process that has loaded the platform ------------------------------------------------------------------ */

/* What the loader sends for each job: this, then the answer. An error has job FAILED and its code and text. */
struct frame {
    size_t job;
    size_t length;
};
static const size_t FAILED = SIZE_MAX;

struct loader {
    struct bh_stage *stage;
    const struct bh_platform *platform;
    FILE *out;
};

static int run_job(void *context, size_t job, FILE *answer, struct bh_error *err)
{
    struct loader *loader = context;
    struct bh_replica_options options;
    struct bh_replica_record *unused, record;
    const struct bh_setup *setup = bh_stage_job(loader->stage, job, &options, &unused);
    if (bh_replica_run(setup, loader->platform, options, &record, err) != 0)
        return -1;
    bh_record_write(&record, answer);
    bh_replica_record_clear(&record);
    return 0;
}

static int relay(void *context, size_t job, const void *answer, size_t length, struct bh_error *err)
{
    struct loader *loader = context;
    struct frame frame = {job, length};
    fwrite(&frame, sizeof frame, 1, loader->out);
    fwrite(answer, 1, length, loader->out);
    if (fflush(loader->out) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "the campaign is gone: %s", strerror(errno));
    return 0;
}

static char *describe_job(void *context, size_t job, char *buffer, size_t size)
{
    return bh_stage_describe(((struct loader *)context)->stage, job, buffer, size);
}

static int load_and_run(struct loader *loader, unsigned at_once, struct bh_error *err)
{
    int is_temporary = 0;
    char *xml = bh_stage_prepare_platform(loader->stage, &is_temporary, err);
    if (xml == NULL)
        return -1;
    loader->platform = bh_platform_load(xml, err);
    if (is_temporary)
        unlink(xml);
    free(xml);
    if (loader->platform == NULL)
        return -1;
    struct bh_workers workers = {.jobs = bh_stage_jobs(loader->stage),
                                 .at_once = at_once,
                                 .context = loader,
                                 .work = run_job,
                                 .done = relay,
                                 .describe = describe_job};
    return bh_workers_run(&workers, err);
}

static _Noreturn void run_loader(struct bh_stage *stage, unsigned at_once, int pipe)
{
    struct loader loader = {.stage = stage, .out = fdopen(pipe, "w")};
    struct bh_error err = {0};
    if (loader.out == NULL)
        _exit(1);
    if (load_and_run(&loader, at_once, &err) != 0) {
        struct frame frame = {FAILED, sizeof err};
        fwrite(&frame, sizeof frame, 1, loader.out);
        fwrite(&err, sizeof err, 1, loader.out);
    }
    fflush(loader.out);
    _exit(0);
}

/* --- In the campaign's own process ---------------------------------------------------------------------------------- */

static int take_frame(struct bh_stage *stage, const struct frame *frame, FILE *in, struct bh_error *err)
{
    char *bytes = bh_allocate(frame->length + 1, 1);
    int status = -1;
    if (fread(bytes, 1, frame->length, in) != frame->length)
        bh_fail(err, BH_ERROR_SYSTEM, "the process that runs the replicas broke off");
    else if (frame->job == FAILED)
        *err = *(struct bh_error *)bytes;
    else {
        struct bh_replica_options options;
        struct bh_replica_record *record;
        bh_stage_job(stage, frame->job, &options, &record);
        status = bh_record_read(record, bytes, frame->length, err);
    }
    free(bytes);
    return status;
}

static int take_frames(struct bh_stage *stage, FILE *in, struct bh_progress *progress, struct bh_error *err)
{
    size_t missing = bh_stage_jobs(stage);
    struct frame frame;
    for (; missing > 0; missing--) {
        if (fread(&frame, sizeof frame, 1, in) != 1)
            return bh_fail(err, BH_ERROR_SYSTEM, "the process that runs the replicas ended with %zu still to do",
                           missing);
        if (take_frame(stage, &frame, in, err) != 0)
            return -1;
        bh_progress_step(progress);
    }
    return 0;
}

static int run_stage(struct bh_stage *stage, unsigned at_once, struct bh_progress *progress, struct bh_error *err)
{
    int end;
    pid_t pid = bh_workers_fork(&end, err);
    if (pid < 0)
        return -1;
    if (pid == 0)
        run_loader(stage, at_once, end);
    FILE *in = fdopen(end, "r");
    BH_BUG_ASSERT(in != NULL);
    int status = take_frames(stage, in, progress, err);
    fclose(in);
    if (status != 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static int create_stages(struct bh_campaign *campaign, struct bh_progress *progress, struct bh_error *err)
{
    const struct bh_study *study = campaign->study;
    size_t *index = bh_allocate(study->axes_count + 1, sizeof *index);
    int status = 0;
    campaign->points = bh_study_points(study);
    campaign->uncertain = study->has_uncertainty ? study->uncertainty.count : 0;
    campaign->stages = bh_allocate(campaign->points + campaign->uncertain, sizeof *campaign->stages);
    for (size_t s = 0; s < campaign->points + campaign->uncertain && status == 0; s++) {
        bool is_point = s < campaign->points;
        if (is_point)
            bh_study_index(study, s, index);
        campaign->stages[s] = bh_stage_create(study, is_point ? index : study->uncertainty_at,
                                              is_point ? -1 : (int)(s - campaign->points), campaign->isolations, err);
        status = campaign->stages[s] != NULL ? 0 : -1;
        bh_progress_step(progress);
    }
    free(index);
    return status;
}

/* Position of the least and of the greatest value on the uncertainty axis. */
static int extreme_value(const struct bh_axis *axis, bool greatest)
{
    size_t best = 0;
    for (size_t i = 1; i < axis->count; i++)
        if (greatest ? axis->values[i].number > axis->values[best].number
                     : axis->values[i].number < axis->values[best].number)
            best = i;
    return (int)best;
}

static int find_escape_end(struct bh_campaign *campaign, size_t point, bool greatest, struct bh_error *err)
{
    const struct bh_stage *stage = campaign->stages[point];
    size_t policies = stage->scenario->policies_count;
    struct bh_scenario *scenario =
        bh_study_resolve(campaign->study, stage->index, extreme_value(&campaign->study->uncertainty, greatest), err);
    int status = scenario != NULL ? 0 : -1;
    for (size_t p = 0; p < policies && status == 0; p++) {
        struct bh_setup *setup = bh_setup_create(scenario, p, &stage->facts, campaign->isolations, err);
        if (setup == NULL)
            status = -1;
        else
            memcpy(&campaign->escape_ends[((point * policies + p) * 2 + greatest) * BH_BOUNDARIES],
                   setup->isolation.escape, sizeof setup->isolation.escape);
        bh_setup_destroy(setup);
    }
    bh_scenario_destroy(scenario);
    return status;
}

/* Over the draws of a posterior, which have no ends: the middle 90 % of the ratios themselves. */
static int find_escape_quantiles(struct bh_campaign *campaign, size_t point, struct bh_error *err)
{
    const struct bh_stage *stage = campaign->stages[point];
    size_t policies = stage->scenario->policies_count, draws = campaign->study->uncertainty.count;
    double *escape = bh_allocate(policies * BH_BOUNDARIES * draws, sizeof *escape);
    int status = 0;
    for (size_t d = 0; d < draws && status == 0; d++) {
        struct bh_scenario *scenario = bh_study_resolve(campaign->study, stage->index, (int)d, err);
        status = scenario != NULL ? 0 : -1;
        for (size_t p = 0; p < policies && status == 0; p++) {
            struct bh_setup *setup = bh_setup_create(scenario, p, &stage->facts, campaign->isolations, err);
            status = setup != NULL ? 0 : -1;
            for (size_t b = 0; b < BH_BOUNDARIES && status == 0; b++)
                escape[(p * BH_BOUNDARIES + b) * draws + d] = setup->isolation.escape[b];
            bh_setup_destroy(setup);
        }
        bh_scenario_destroy(scenario);
    }
    for (size_t c = 0; c < policies * BH_BOUNDARIES && status == 0; c++) {
        size_t p = c / BH_BOUNDARIES, b = c % BH_BOUNDARIES;
        gsl_sort(escape + c * draws, 1, draws);
        for (size_t end = 0; end < 2; end++)
            campaign->escape_ends[((point * policies + p) * 2 + end) * BH_BOUNDARIES + b] =
                gsl_stats_quantile_from_sorted_data(escape + c * draws, 1, draws, end == 0 ? 0.05 : 0.95);
    }
    free(escape);
    return status;
}

static int find_escape_ends(struct bh_campaign *campaign, struct bh_progress *progress, struct bh_error *err)
{
    size_t cells = campaign->points * campaign->stages[0]->scenario->policies_count * 2 * BH_BOUNDARIES;
    campaign->escape_ends = bh_allocate(cells, sizeof(double));
    for (size_t i = 0; i < cells; i++)
        campaign->escape_ends[i] = NAN;
    bool has_posterior = campaign->study->posterior.source != NULL;
    for (size_t point = 0; has_posterior && point < campaign->points; point++) {
        if (find_escape_quantiles(campaign, point, err) != 0)
            return -1;
        bh_progress_step(progress);
    }
    for (size_t point = 0; campaign->study->has_uncertainty && !has_posterior && point < campaign->points; point++) {
        for (int greatest = 0; greatest < 2; greatest++)
            if (find_escape_end(campaign, point, greatest, err) != 0)
                return -1;
        bh_progress_step(progress);
    }
    return 0;
}

/* Platforms, and where errors end by the exact chain: points, those of the uncertain number, and the bands of each. */
static int prepare(struct bh_campaign *campaign, bool shows_progress, struct bh_error *err)
{
    const struct bh_study *study = campaign->study;
    size_t points = bh_study_points(study), steps = points;
    if (study->has_uncertainty)
        steps += study->uncertainty.count + points;
    struct bh_progress *progress = bh_progress_start("points prepared (platform, exact chains)", steps, shows_progress);
    int status = create_stages(campaign, progress, err);
    if (status == 0)
        status = find_escape_ends(campaign, progress, err);
    bh_progress_end(progress);
    return status;
}

struct bh_campaign *bh_campaign_run(const struct bh_study *study, unsigned workers, bool shows_progress,
                                    struct bh_error *err)
{
    struct bh_campaign *campaign = bh_allocate(1, sizeof *campaign);
    double start_s = bh_now_s();
    size_t jobs = 0;
    campaign->study = study;
    campaign->isolations = bh_isolation_cache_create();
    if (prepare(campaign, shows_progress, err) != 0)
        goto fail;
    bh_campaign_find_enclaves(campaign);
    for (size_t s = 0; s < campaign->points + campaign->uncertain; s++)
        jobs += bh_stage_jobs(campaign->stages[s]);
    struct bh_progress *progress = bh_progress_start("runs", jobs, shows_progress);
    for (size_t s = 0; s < campaign->points + campaign->uncertain; s++)
        if (run_stage(campaign->stages[s], workers, progress, err) != 0) {
            bh_progress_end(progress);
            goto fail;
        }
    bh_progress_end(progress);
    campaign->wall_s = bh_now_s() - start_s;
    return campaign;
fail:
    bh_campaign_destroy(campaign);
    return NULL;
}

void bh_campaign_destroy(struct bh_campaign *campaign)
{
    if (campaign == NULL)
        return;
    bh_campaign_forget_enclaves(campaign);
    for (size_t s = 0; campaign->stages != NULL && s < campaign->points + campaign->uncertain; s++)
        bh_stage_destroy(campaign->stages[s]);
    free(campaign->stages);
    free(campaign->escape_ends);
    bh_isolation_cache_destroy(campaign->isolations);
    free(campaign);
}
