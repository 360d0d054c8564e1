/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Hands units to workers and what they answer to the store, until all is done or someone says stop. */
#include "sim/sweep/sweep.h"

#include "models/base/clock.h"
#include "sim/campaign/command_line.h"
#include "sim/campaign/resolve.h"
#include "sim/runs/progress.h"
#include "sim/store/manifest.h"
#include "sim/store/store.h"
#include "sim/store/store_view.h"
#include "sim/sweep/progress_state.h"
#include "sim/sweep/sweep_progress.h"
#include "sim/sweep/units.h"
#include "sim/sweep/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Records are durable at most this long after they were written; only then do they count. */
static const double SYNC_EVERY_S = 0.5;

struct sweep {
    const struct bh_campaign *campaign;
    const struct bh_sweep_options *options;
    struct bh_sweep_outcome *outcome;
    struct bh_state state;
    struct bh_units units;
    struct bh_store *store;
    struct bh_worker *workers;
    unsigned workers_count;
    struct bh_sweep_progress progress;
    struct bh_progress *runs; /* of a store in memory */
    int signals;
    size_t unsynced;
    double synced_s;
};

/* In a new worker: it must hold neither the store's locks nor the ends of other workers' pipes. */
static void forget(void *context)
{
    struct sweep *sweep = context;
    bh_store_close(sweep->store);
    if (sweep->signals >= 0)
        close(sweep->signals);
    for (unsigned i = 0; i < sweep->workers_count; i++)
        if (sweep->workers[i].pid > 0) {
            close(sweep->workers[i].orders);
            close(sweep->workers[i].answers);
        }
}

/* What cannot be stored ends the sweep; the message says how to go on. */
static int fail_storing(const struct sweep *sweep, const struct bh_error *cause, struct bh_error *err)
{
    if (sweep->options->directory == NULL)
        return bh_fail_again(err, cause);
    char *command = bh_campaign_command(sweep->campaign, "sweep", sweep->options->directory);
    bh_fail(err, cause->code, "%s; what was done before is safe: make room, then go on with: %s --resume", cause->text,
            command);
    free(command);
    return -1;
}

static int append(const struct sweep *sweep, struct bh_record_head head, const void *payload, struct bh_error *err)
{
    struct bh_error cause = {0};
    return bh_store_append(sweep->store, head, payload, &cause) == 0 ? 0 : fail_storing(sweep, &cause, err);
}

static int sync_store(struct sweep *sweep, struct bh_error *err)
{
    sweep->synced_s = bh_now_s();
    if (sweep->unsynced == 0)
        return 0;
    struct bh_error cause = {0};
    if (bh_store_sync(sweep->store, &cause) != 0)
        return fail_storing(sweep, &cause, err);
    sweep->outcome->done += sweep->unsynced;
    sweep->unsynced = 0;
    return 0;
}

/* --- Units ------------------------------------------------------------------------------------------------------------------- */

static int note_failure(struct sweep *sweep, struct bh_unit unit, const struct bh_error *cause, struct bh_error *err)
{
    if (sweep->options->directory == NULL) /* there is nothing to go on with */
        return bh_fail_again(err, cause);
    char *point = bh_campaign_describe(sweep->campaign, unit.point);
    char *message = bh_print_text("point %llu (%s): %s", (unsigned long long)unit.point, point, cause->text);
    struct bh_record_head head = {.kind = BH_RECORD_FAILED,
                                  .identity = sweep->campaign->identities->point[unit.point],
                                  .point = unit.point,
                                  .first = unit.first,
                                  .count = unit.count,
                                  .length = strlen(message) + 1};
    if (sweep->outcome->failed++ == 0)
        snprintf(sweep->outcome->first_failure, sizeof sweep->outcome->first_failure, "%s", message);
    int status = append(sweep, head, message, err);
    bh_units_settle(&sweep->units, unit, true);
    free(point);
    free(message);
    return status;
}

/* In children, of which the one that dies costs the others nothing and says what it was at. */
static int try_again(struct sweep *sweep, struct bh_unit unit, const struct bh_error *death)
{
    char *point = bh_campaign_describe(sweep->campaign, unit.point);
    char *text = bh_print_text("point %llu (%s): %s; its simulations run again, in processes of their own",
                               (unsigned long long)unit.point, point, death->text);
    bh_sweep_progress_say(&sweep->progress, text);
    unit.in_children = 1;
    bh_units_return(&sweep->units, unit);
    free(point);
    free(text);
    return 0;
}

/* Takes what a worker says. */
static int attend(struct sweep *sweep, struct bh_worker *worker, struct bh_error *err)
{
    struct bh_record_head head;
    struct bh_error died = {0};
    struct bh_unit unit = worker->unit;
    void *payload;
    if (bh_worker_answer(worker, &head, &payload, &died) != 0)
        return unit.in_children ? note_failure(sweep, unit, &died, err) : try_again(sweep, unit, &died);
    int status = 0;
    if (head.kind == BH_WORKER_STEP) {
        worker->is_busy = true;
        bh_progress_step(sweep->runs);
    } else if (head.kind == BH_WORKER_WARNING) {
        worker->is_busy = true;
        bh_sweep_progress_say(&sweep->progress, payload);
    } else if (head.kind == BH_WORKER_OTHER_PLATFORM) {
        bh_worker_end(worker, false);
        bh_units_return(&sweep->units, unit);
    } else if (head.kind == BH_RECORD_FAILED) {
        status = note_failure(sweep, unit, payload, err);
    } else {
        head.identity = sweep->campaign->identities->point[unit.point];
        status = bh_state_take(&sweep->state, &head, payload, err);
        if (status == 0)
            status = append(sweep, head, payload, err);
        sweep->unsynced++;
        bh_units_settle(&sweep->units, unit, false);
    }
    free(payload);
    return status;
}

/* Gives every idle worker something to do. Returns how many are busy, or -1. */
static int hand_out(struct sweep *sweep, struct bh_error *err)
{
    int busy = 0;
    for (unsigned i = 0; i < sweep->workers_count; i++) {
        struct bh_worker *worker = &sweep->workers[i];
        struct bh_unit unit;
        if (!worker->is_busy && sweep->outcome->signal == 0 && bh_units_take(&sweep->units, worker->unit, &unit)) {
            if (worker->pid == 0 && bh_worker_start(worker, sweep->campaign, forget, sweep, err) != 0)
                return -1;
            if (bh_worker_order(worker, unit) != 0) { /* it died while idle */
                bh_worker_end(worker, true);
                bh_units_return(&sweep->units, unit);
                i--;
                continue;
            }
        }
        busy += worker->is_busy;
    }
    return busy;
}

/* --- Waiting ------------------------------------------------------------------------------------------------------------------ */

static int take_signal(struct sweep *sweep, struct bh_error *err)
{
    struct signalfd_siginfo info;
    if (read(sweep->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return 0;
    if (sweep->outcome->signal != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "ended at once by a second signal; what was done before is safe");
    sweep->outcome->signal = (int)info.ssi_signo;
    bh_sweep_progress_say(&sweep->progress, "stopping: units under way end first");
    return 0;
}

static int wait_for_workers(struct sweep *sweep, struct bh_error *err)
{
    struct pollfd polls[sweep->workers_count + 1];
    nfds_t count = 0;
    polls[count++] = (struct pollfd){.fd = sweep->signals, .events = POLLIN};
    for (unsigned i = 0; i < sweep->workers_count; i++)
        if (sweep->workers[i].is_busy)
            polls[count++] = (struct pollfd){.fd = sweep->workers[i].answers, .events = POLLIN};
    if (poll(polls, count, 500) < 0 && errno != EINTR)
        return bh_fail(err, BH_ERROR_SYSTEM, "waiting for workers: %s", strerror(errno));
    if ((polls[0].revents & POLLIN) && take_signal(sweep, err) != 0)
        return -1;
    nfds_t p = 1;
    for (unsigned i = 0; i < sweep->workers_count; i++)
        if (sweep->workers[i].is_busy && polls[p].fd == sweep->workers[i].answers && polls[p++].revents != 0 &&
            attend(sweep, &sweep->workers[i], err) != 0)
            return -1;
    return 0;
}

static int run_units(struct sweep *sweep, struct bh_error *err)
{
    int busy;
    while ((busy = hand_out(sweep, err)) > 0) {
        if (wait_for_workers(sweep, err) != 0)
            return -1;
        /* Workers that are done get their next unit before the disk is waited for. */
        if (bh_now_s() - sweep->synced_s >= SYNC_EVERY_S && (hand_out(sweep, err) < 0 || sync_store(sweep, err) != 0))
            return -1;
        bh_sweep_progress_show(&sweep->progress, &sweep->units, sweep->outcome);
    }
    return busy;
}

/* --- Beginning and end ---------------------------------------------------------------------------------------------------------- */

static int fail_begun(const struct sweep *sweep, struct bh_error *err)
{
    char *command = bh_campaign_command(sweep->campaign, "sweep", sweep->options->directory);
    bh_fail(err, BH_ERROR_INPUT,
            "%s holds a sweep that was begun already: %s --resume goes on with it, or take another folder",
            sweep->options->directory, command);
    free(command);
    return -1;
}

static void say_damage(struct sweep *sweep, const struct bh_store_log *log)
{
    char *damage = bh_store_log_damage(log);
    if (damage == NULL)
        return;
    char *text = bh_print_text("%s: %s: what they held runs again", log->name, damage);
    bh_sweep_progress_say(&sweep->progress, text);
    free(text);
    free(damage);
}

static int open_store(struct sweep *sweep, struct bh_error *err)
{
    const struct bh_sweep_options *options = sweep->options;
    if (options->directory == NULL) {
        sweep->store = options->memory;
        return 0;
    }
    struct bh_store_view view;
    int was_there = 0;
    size_t cut = 0;
    if (bh_manifest_publish(options->directory, sweep->campaign, options->mode, &was_there, err) != 0)
        return -1;
    sweep->store = bh_store_open(options->directory, options->share.index, options->share.count, &cut, err);
    if (sweep->store == NULL || bh_store_view_open(&view, options->directory, err) != 0)
        return -1;
    size_t records = 0;
    for (size_t i = 0; i < view.logs_count; i++)
        records += options->share.count == 1 && view.logs[i].valid > 0;
    int status = 0;
    if (options->mode == BH_MANIFEST_BEGIN && (records > 0 || !bh_store_is_new(sweep->store)))
        status = fail_begun(sweep, err);
    if (status == 0)
        status = bh_store_view_visit(&view, bh_state_take, &sweep->state, err);
    sweep->state.failed = 0; /* they run again */
    for (size_t i = 0; status == 0 && i < view.logs_count; i++)
        say_damage(sweep, &view.logs[i]);
    bh_store_view_close(&view);
    struct bh_record_head start = {.kind = BH_RECORD_START, .count = options->jobs};
    if (status == 0)
        status = append(sweep, start, "", err);
    if (cut > 0 && status == 0) {
        char *text = bh_print_text("%zu bytes at the end of this shard's log were damaged and are cut off", cut);
        bh_sweep_progress_say(&sweep->progress, text);
        free(text);
    }
    return status;
}

/* Signals are read between units. A run in memory has nothing to save: they end it at once, and its workers with it. */
static int open_signals(const struct bh_sweep_options *options, sigset_t *before)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, options->directory == NULL ? NULL : &stops, before);
    return options->directory == NULL ? -1 : signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* All simulations of a campaign whose points have their replicas each. */
static size_t count_runs(const struct bh_campaign *campaign)
{
    size_t policies = campaign->first->policies_count;
    return campaign->points * (1 + policies * (2 + campaign->replicas));
}

int bh_sweep_run(const struct bh_campaign *campaign, const struct bh_sweep_options *options,
                 struct bh_sweep_outcome *outcome, struct bh_error *err)
{
    bool in_memory = options->directory == NULL;
    bool by_runs = in_memory && campaign->resolved != NULL; /* other workers tell of whole units alone */
    struct sweep sweep = {.campaign = campaign, .options = options, .outcome = outcome};
    sigset_t before;
    int status = -1;
    *outcome = (struct bh_sweep_outcome){0};
    sweep.signals = open_signals(options, &before);
    /* Workers must not take SIGPIPE's way out of this process along with theirs. */
    void (*pipe_before)(int) = signal(SIGPIPE, SIG_IGN);
    sweep.workers_count = options->jobs;
    sweep.workers = bh_allocate(sweep.workers_count, sizeof *sweep.workers);
    for (unsigned i = 0; i < sweep.workers_count; i++)
        sweep.workers[i].unit.point = UINT64_MAX;
    bh_state_create(&sweep.state, campaign);
    sweep.progress = bh_sweep_progress_start(options->shows_progress && !by_runs);
    sweep.runs = bh_progress_start("runs", count_runs(campaign), options->shows_progress && by_runs);
    if (open_store(&sweep, err) == 0) {
        bh_units_create(&sweep.units, campaign, &sweep.state, options->share);
        sweep.synced_s = bh_now_s();
        status = run_units(&sweep, err);
        for (unsigned i = 0; i < sweep.workers_count; i++)
            bh_worker_end(&sweep.workers[i], status != 0);
        struct bh_error at_end = {0};
        if (sync_store(&sweep, &at_end) != 0 && status == 0)
            status = bh_fail_again(err, &at_end);
        bh_sweep_progress_end(&sweep.progress, &sweep.units, outcome);
        bh_units_release(&sweep.units);
    }
    bh_progress_end(sweep.runs);
    if (!in_memory)
        bh_store_close(sweep.store);
    bh_state_release(&sweep.state);
    free(sweep.workers);
    if (sweep.signals >= 0)
        close(sweep.signals);
    signal(SIGPIPE, pipe_before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}
