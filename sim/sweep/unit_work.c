/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The simulations of a unit, and the rows that they make. */
#include "sim/sweep/unit_work.h"
#include "sim/runs/point.h"

#include "sim/platform/engine.h"
#include "sim/replica/record_bytes.h"
#include "sim/replica/transfers.h"
#include "sim/runs/forked_jobs.h"
#include "sim/sweep/cause_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Jobs of a unit of replicas are numbered [replica][policy]; those of a point: the baseline without checkpoints, then per
 * policy the fault-free run and the baseline with its intervals. */
static size_t unit_jobs(const struct bh_host *host)
{
    size_t policies = host->resolved->scenario->policies_count;
    return host->unit.count > 0 ? host->unit.count * policies : 1 + 2 * policies;
}

/* Setup and options of a job, and where its record goes. */
static const struct bh_setup *find_job(const struct bh_host *host, size_t job, struct bh_replica_options *options,
                                       struct bh_replica_record **record)
{
    struct bh_point *resolved = host->resolved;
    size_t policies = resolved->scenario->policies_count,
           policy = host->unit.count > 0 ? job % policies : (job - 1) / 2;
    *options = (struct bh_replica_options){0};
    if (host->unit.count > 0) {
        *options = (struct bh_replica_options){.replica = host->unit.first + job / policies, .faults = true};
        *record = &resolved->records[policy];
        return resolved->setups[policy];
    }
    if (job == 0) {
        *record = &resolved->native_bare;
        return resolved->bare;
    }
    *record = job % 2 == 1 ? &resolved->fault_free[policy] : &resolved->native[policy];
    return job % 2 == 1 ? resolved->setups[policy] : resolved->baselines[policy];
}

struct bh_transfer *const *bh_host_plan(struct bh_host *host, const struct bh_setup *setup, struct bh_error *err)
{
    for (size_t i = 0; i < host->plans_count; i++)
        if (host->plans[i].setup == setup)
            return host->plans[i].transfers;
    struct bh_transfer **transfers = bh_transfers_plan(setup, host->platform, err);
    if (transfers == NULL)
        return NULL;
    host->plans = bh_reallocate(host->plans, host->plans_count + 1, sizeof *host->plans);
    host->plans[host->plans_count++] = (struct bh_plan){setup, transfers};
    return transfers;
}

static int simulate(struct bh_host *host, size_t job, struct bh_replica_record *record, struct bh_error *err)
{
    struct bh_replica_options options;
    struct bh_replica_record *unused;
    const struct bh_setup *setup = find_job(host, job, &options, &unused);
    struct bh_transfer *const *transfers = bh_host_plan(host, setup, err);
    return transfers == NULL ? -1 : bh_replica_run(setup, host->platform, transfers, options, record, err);
}

static int run_job(void *context, size_t job, FILE *answer, struct bh_error *err)
{
    struct bh_replica_record record;
    const struct bh_host *host = context;
    if (simulate(context, host->before + job, &record, err) != 0)
        return -1;
    bh_record_write(&record, answer);
    bh_replica_record_clear(&record);
    return 0;
}

/* SimGrid at another clock would give the next other last digits. */
static bool is_spent(void *context)
{
    (void)context;
    return bh_engine_has_run();
}

int bh_host_answer(const struct bh_host *host, struct bh_record_head head, const void *payload)
{
    struct {
        const char *bytes;
        size_t length;
    } parts[] = {{(const char *)&head, sizeof head}, {payload, head.length}};
    for (int i = 0; i < 2; i++)
        while (parts[i].length > 0) {
            ssize_t count = write(host->answers, parts[i].bytes, parts[i].length);
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return -1;
            parts[i].bytes += count;
            parts[i].length -= (size_t)count;
        }
    return 0;
}

static void warn(void *context, const char *death)
{
    char *text = bh_print_text("%s; it is tried once more", death);
    bh_host_answer(context, (struct bh_record_head){.kind = BH_WORKER_WARNING, .length = strlen(text) + 1}, text);
    free(text);
}

/* A record that is the point's now. */
static int note_record(struct bh_host *host, size_t job, struct bh_replica_record *record, struct bh_error *err)
{
    if (host->campaign->resolved != NULL &&
        bh_host_answer(host, (struct bh_record_head){.kind = BH_WORKER_STEP}, NULL) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "nobody reads what the simulations find");
    if (host->unit.count == 0)
        return 0;
    size_t row = job * host->layout[1].length, policy = job % host->resolved->scenario->policies_count;
    bh_layout_fill(&host->layout[1], host->campaign, host->resolved, host->point, policy, &host->rows[row]);
    host->causes[job] = record->causes;
    record->causes = (struct bh_causes){0};
    return 0;
}

/* Where a job's record goes, emptied. */
static struct bh_replica_record *clear_record(struct bh_host *host, size_t job)
{
    struct bh_replica_options options;
    struct bh_replica_record *record;
    find_job(host, job, &options, &record);
    bh_replica_record_clear(record);
    return record;
}

static int take_record(void *context, size_t number, const void *bytes, size_t length, struct bh_error *err)
{
    struct bh_host *host = context;
    size_t job = host->before + number;
    struct bh_replica_record *record = clear_record(host, job);
    return bh_record_read(record, bytes, length, err) == 0 ? note_record(host, job, record, err) : -1;
}

/* Whether a job's record is the one of the replica before, under the same policy: nothing was drawn in that. */
static bool is_repeated(const struct bh_host *host, size_t job)
{
    size_t policies = host->resolved->scenario->policies_count;
    return host->unit.count > 0 && job >= policies && host->resolved->records[job % policies].is_sure;
}

static int repeat_record(struct bh_host *host, size_t job, struct bh_error *err)
{
    size_t policies = host->resolved->scenario->policies_count;
    const struct bh_causes *causes = &host->causes[job - policies];
    struct bh_replica_record *record = &host->resolved->records[job % policies];
    record->causes.count = causes->count;
    record->causes.cause = bh_allocate(causes->count + 1, sizeof *causes->cause);
    for (size_t c = 0; c < causes->count; c++)
        record->causes.cause[c] = causes->cause[c];
    return note_record(host, job, record, err);
}

static char *describe_job(const struct bh_host *host, size_t job, char *buffer, size_t size)
{
    const struct bh_scenario *scenario = host->resolved->scenario;
    size_t policies = scenario->policies_count, policy = host->unit.count > 0 ? job % policies : (job - 1) / 2;
    unsigned long long seed = (unsigned long long)scenario->seed, replica = host->unit.first + job / policies;
    bool has_file = host->campaign->resolved == NULL; /* of a campaign, which can replay it */
    char again[64] = "";
    if (host->unit.count > 0) {
        if (has_file)
            snprintf(again, sizeof again, "; --replay=%zu/%zu/%llu", host->point, policy, replica);
        snprintf(buffer, size, "replica %llu of `%s` (seed %llu%s)", replica, scenario->policies[policy].name, seed,
                 again);
        return buffer;
    }
    if (has_file && job == 0)
        snprintf(again, sizeof again, " (seed %llu)", seed);
    else if (has_file)
        snprintf(again, sizeof again, " (seed %llu; --replay=%zu/%zu)", seed, host->point, policy);
    if (job == 0)
        snprintf(buffer, size, "the baseline without checkpoints%s", again);
    else
        snprintf(buffer, size, "the fault-free %s of `%s`%s", job % 2 == 1 ? "run" : "baseline",
                 scenario->policies[policy].name, again);
    return buffer;
}

static char *describe(void *context, size_t number, char *buffer, size_t size)
{
    const struct bh_host *host = context;
    return describe_job(host, host->before + number, buffer, size);
}

/* --- Units -------------------------------------------------------------------------------------------------------------------- */

/* Causes of all replicas, in the order of their jobs, however these came to an end. */
static void write_causes(struct bh_host *host, size_t jobs, FILE *payload)
{
    struct bh_cause_rows causes = {0};
    for (size_t job = 0; job < jobs; job++)
        bh_cause_rows_add(&causes, host->resolved, job % host->resolved->scenario->policies_count, &host->causes[job]);
    bh_cause_rows_write(&causes, payload);
    bh_cause_rows_release(&causes);
}

static int run_range(struct bh_host *host, size_t first, size_t end, struct bh_error *err)
{
    host->before = first;
    struct bh_workers workers = {.jobs = end - first,
                                 .at_once = 1,
                                 .context = host,
                                 .work = run_job,
                                 .is_spent = is_spent,
                                 .warn = warn,
                                 .done = take_record,
                                 .describe = describe};
    return bh_workers_run(&workers, err);
}

/* Where no faults are drawn the first replica tells whether there is any other. */
static int run_in_children(struct bh_host *host, size_t jobs, struct bh_error *err)
{
    const struct bh_scenario *scenario = host->resolved->scenario;
    size_t first = host->unit.count > 1 && !scenario->random_faults ? scenario->policies_count : 0;
    bool is_sure = first > 0;
    if (first > 0 && run_range(host, 0, first, err) != 0)
        return -1;
    for (size_t job = first; job < first + first; job++)
        is_sure = is_sure && is_repeated(host, job);
    if (!is_sure)
        return run_range(host, first, jobs, err);
    for (size_t job = first; job < jobs; job++)
        if (repeat_record(host, job, err) != 0)
            return -1;
    return 0;
}

static int run_here(struct bh_host *host, size_t jobs, struct bh_error *err)
{
    for (size_t job = 0; job < jobs; job++) {
        if (is_repeated(host, job)) {
            if (repeat_record(host, job, err) != 0)
                return -1;
            continue;
        }
        struct bh_replica_record *record = clear_record(host, job);
        struct bh_error own = {0};
        char what[256];
        if (simulate(host, job, record, &own) != 0)
            return bh_fail(err, BH_ERROR_SYSTEM, "%s failed: %s", describe_job(host, job, what, sizeof what), own.text);
        if (note_record(host, job, record, err) != 0)
            return -1;
    }
    return 0;
}

/* Where SimGrid is never needed, or only by a child, to say how long something takes, this process stays as it was. Then only
 * a unit that has killed a worker before goes to children. */
static int run_jobs(struct bh_host *host, size_t jobs, struct bh_error *err)
{
    bool runs_here = !host->unit.in_children;
    for (size_t job = 0; job < jobs; job++) {
        struct bh_replica_options unused;
        struct bh_replica_record *none;
        const struct bh_setup *setup = find_job(host, job, &unused, &none);
        struct bh_transfer *const *transfers = bh_host_plan(host, setup, err);
        if (transfers == NULL)
            return -1;
        runs_here = runs_here && bh_transfers_never_meet(transfers, setup);
    }
    return runs_here ? run_here(host, jobs, err) : run_in_children(host, jobs, err);
}

int bh_host_run_unit(struct bh_host *host, FILE *payload, struct bh_error *err)
{
    bool by_replica = host->unit.count > 0;
    size_t policies = host->resolved->scenario->policies_count, length = host->layout[by_replica].length;
    size_t jobs = unit_jobs(host), rows = by_replica ? jobs : policies;
    host->rows = bh_allocate(rows * length + 1, sizeof *host->rows);
    host->causes = bh_allocate(jobs, sizeof *host->causes);
    int status = run_jobs(host, jobs, err);
    for (size_t p = 0; status == 0 && !by_replica && p < policies; p++)
        bh_layout_fill(&host->layout[0], host->campaign, host->resolved, host->point, p, &host->rows[p * length]);
    if (status == 0) {
        fwrite(host->rows, sizeof *host->rows, rows * length, payload);
        if (by_replica)
            write_causes(host, jobs, payload);
    }
    for (size_t job = 0; job < jobs; job++)
        free(host->causes[job].cause);
    free(host->causes);
    free(host->rows);
    return status;
}
