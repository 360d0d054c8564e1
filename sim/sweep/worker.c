/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The inside of a worker: resolves points, runs units in forked children, and answers with rows of numbers. */
#include "sim/sweep/worker.h"

#include "models/base/clock.h"
#include "models/containment/isolation_cache.h"
#include "sim/campaign/resolve.h"
#include "sim/replica/transfers.h"
#include "sim/runs/forked_jobs.h"
#include "sim/runs/point.h"
#include "sim/runs/probe.h"
#include "sim/scenario/study.h"
#include "sim/sweep/unit_work.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exact chains are remembered over this many points, so that memory does not grow with the campaign. */
enum { POINTS_PER_CACHE = 32 };

/* --- Points and platforms ----------------------------------------------------------------------------------------------- */

static int load_platform(struct bh_host *host, struct bh_error *err)
{
    int is_temporary = 0;
    char *xml = bh_prepare_platform(host->resolved->scenario, &is_temporary, err);
    if (xml == NULL)
        return -1;
    host->platform = bh_platform_load(xml, err);
    if (is_temporary)
        unlink(xml);
    free(xml);
    if (host->platform == NULL)
        return -1;
    host->platform_key = bh_platform_key(host->resolved->scenario);
    host->facts = host->resolved->facts;
    /* The scheduler of a cluster, and a terminal, signal every process; whoever started this one decides. SimGrid has
     * just installed a handler of its own. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    return 0;
}

static void leave_point(struct bh_host *host)
{
    for (size_t i = 0; i < host->plans_count; i++)
        bh_transfers_destroy(host->plans[i].transfers, host->plans[i].setup);
    free(host->plans);
    host->plans = NULL;
    host->plans_count = 0;
    if (host->campaign->resolved == NULL)
        bh_point_destroy(host->resolved);
    host->resolved = NULL;
    for (int i = 0; i < 2; i++)
        bh_layout_release(&host->layout[i]);
    if (host->cache != NULL && host->points_seen % POINTS_PER_CACHE == 0) {
        bh_isolation_cache_destroy(host->cache);
        host->cache = NULL;
    }
}

/* Whether a point needs the platform that is loaded, if any is. */
static bool fits(const struct bh_host *host, const struct bh_scenario *scenario)
{
    char *key = bh_platform_key(scenario);
    bool fits = host->platform_key == NULL || strcmp(host->platform_key, key) == 0;
    free(key);
    return fits;
}

/* A point that no one has prepared, resolved; takes the scenario over. */
static struct bh_point *create_point(struct bh_host *host, struct bh_scenario *scenario, struct bh_error *err)
{
    if (host->cache == NULL)
        host->cache = host->campaign->has_draws ? bh_isolation_cache_create_coarse() : bh_isolation_cache_create();
    host->points_seen++;
    return bh_point_create_from(scenario, host->platform_key != NULL ? &host->facts : NULL, host->cache, err);
}

/* 1: done; 0: the platform is another; -1: failed. */
static int enter_point(struct bh_host *host, size_t point, struct bh_error *err)
{
    if (host->resolved != NULL && host->point == point)
        return 1;
    leave_point(host);
    bool is_prepared = host->campaign->resolved != NULL;
    struct bh_scenario *scenario =
        is_prepared ? host->campaign->resolved[point]->scenario : bh_campaign_resolve(host->campaign, point, err);
    if (scenario == NULL)
        return -1;
    if (!fits(host, scenario)) {
        if (!is_prepared)
            bh_scenario_destroy(scenario);
        return 0;
    }
    host->point = point;
    host->resolved = is_prepared ? host->campaign->resolved[point] : create_point(host, scenario, err);
    if (host->resolved == NULL || (host->platform_key == NULL && load_platform(host, err) != 0) ||
        (!is_prepared && bh_identities_check(host->campaign, scenario, err) != 0)) {
        leave_point(host);
        return -1;
    }
    for (int i = 0; i < 2; i++)
        bh_layout_create(&host->layout[i], host->campaign, i == 1);
    return 1;
}

/* --- Units ---------------------------------------------------------------------------------------------------------------- */

static int serve(struct bh_host *host)
{
    struct bh_error err = {0};
    struct bh_record_head head = {.point = host->unit.point, .first = host->unit.first, .count = host->unit.count};
    double (*clock_s)(void) = host->unit.is_timed != 0 ? bh_processor_s : bh_now_s;
    double started_s = clock_s();
    char *payload = NULL;
    int status = enter_point(host, host->unit.point, &err);
    if (status == 0) {
        head.kind = BH_WORKER_OTHER_PLATFORM;
        return bh_host_answer(host, head, NULL);
    }
    FILE *stream = open_memstream(&payload, &head.length);
    BH_BUG_ASSERT(stream != NULL);
    if (status == 1 && bh_host_run_unit(host, stream, &err) == 0)
        head.kind = host->unit.count > 0 ? BH_RECORD_REPLICAS : BH_RECORD_POINT;
    else {
        head.kind = BH_RECORD_FAILED;
        fwrite(&err, sizeof err, 1, stream);
    }
    fclose(stream);
    head.spent_s = clock_s() - started_s;
    status = bh_host_answer(host, head, payload);
    free(payload);
    return status;
}

static _Noreturn void work(const struct bh_campaign *campaign, int orders, int answers)
{
    struct bh_host host = {.campaign = campaign, .answers = answers};
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    ssize_t count;
    while ((count = read(orders, &host.unit, sizeof host.unit)) == sizeof host.unit || (count < 0 && errno == EINTR))
        if (count > 0 && serve(&host) != 0)
            break;
    _exit(0);
}

/* --- Seen from outside --------------------------------------------------------------------------------------------------------- */

int bh_worker_start(struct bh_worker *worker, const struct bh_campaign *campaign, void (*forget)(void *context),
                    void *context, struct bh_error *err)
{
    int orders[2];
    *worker = (struct bh_worker){0};
    if (pipe(orders) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "no pipe for a worker: %s", strerror(errno));
    worker->pid = bh_workers_fork(&worker->answers, err);
    if (worker->pid == 0) {
        close(orders[1]);
        forget(context);
        work(campaign, orders[0], worker->answers);
    }
    close(orders[0]);
    worker->orders = orders[1];
    if (worker->pid < 0) {
        close(orders[1]);
        worker->pid = 0;
        return -1;
    }
    return 0;
}

int bh_worker_order(struct bh_worker *worker, struct bh_unit unit)
{
    worker->unit = unit;
    worker->is_busy = true;
    return write(worker->orders, &unit, sizeof unit) == (ssize_t)sizeof unit ? 0 : -1;
}

static int read_all(int file, void *into, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t count = read(file, (char *)into + done, length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return -1;
        done += (size_t)count;
    }
    return 0;
}

int bh_worker_answer(struct bh_worker *worker, struct bh_record_head *head, void **payload, struct bh_error *err)
{
    *payload = NULL;
    if (read_all(worker->answers, head, sizeof *head) == 0) {
        *payload = bh_allocate(head->length + 1, 1);
        if (read_all(worker->answers, *payload, head->length) == 0) {
            worker->is_busy = false;
            return 0;
        }
        free(*payload);
        *payload = NULL;
    }
    int status = 0;
    close(worker->orders);
    close(worker->answers);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    worker->pid = 0;
    worker->is_busy = false;
    if (WIFSIGNALED(status))
        return bh_fail(err, BH_ERROR_SYSTEM, "the worker died of signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    return bh_fail(err, BH_ERROR_SYSTEM, "the worker ended with status %d", WEXITSTATUS(status));
}

void bh_worker_end(struct bh_worker *worker, bool at_once)
{
    if (worker->pid == 0)
        return;
    close(worker->orders);
    if (at_once)
        kill(worker->pid, SIGKILL);
    close(worker->answers);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    worker->pid = 0;
    worker->is_busy = false;
}

int bh_worker_replay(const struct bh_campaign *campaign, size_t point, size_t policy, long long replica, FILE *out,
                     struct bh_error *err)
{
    struct bh_host host = {.campaign = campaign};
    struct bh_replica_record record;
    if (enter_point(&host, point, err) != 1)
        return -1;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    struct bh_replica_options options = {.replica = replica < 0 ? 0 : (uint64_t)replica, .faults = replica >= 0};
    const struct bh_setup *setup = host.resolved->setups[policy];
    struct bh_transfer *const *transfers = bh_host_plan(&host, setup, err);
    if (transfers == NULL || bh_replica_run(setup, host.platform, transfers, options, &record, err) != 0)
        return -1;
    for (size_t e = 0; e < record.enclaves_count; e++)
        fprintf(out, "%s: %s after %.17g s, %g interruptions\n", host.resolved->scenario->enclaves[e].name,
                record.enclaves[e].finished ? "finished" : "not finished", record.enclaves[e].elapsed_s,
                record.enclaves[e].counts.interruptions);
    bh_replica_record_clear(&record);
    leave_point(&host);
    bh_isolation_cache_destroy(host.cache);
    free(host.platform_key);
    return 0;
}
