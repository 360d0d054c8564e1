/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Makes scenarios ready, and forks. */
#include "tests/bench/bench.h"

#include "models/base/error.h"
#include "models/containment/isolation_cache.h"
#include "sim/platform/probe.h"
#include "sim/replica/replica.h"
#include "sim/replica/transfers.h"
#include "sim/runs/probe.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Noreturn void bh_bench_give_up(const char *what)
{
    fprintf(stderr, "benchmark: %s\n", what);
    exit(1);
}

static double now_s(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void bh_bench_read(struct bh_bench *bench, const char *data, const char *file, const struct bh_setting *settings,
                   size_t settings_count)
{
    gsl_set_error_handler_off(); /* as bulkhead has it, which goes on where a matrix is singular */
    struct bh_error err = {0};
    char models[4096];
    snprintf(models, sizeof models, "%s/models/data", data);
    bench->study = bh_study_read(file, models, settings, settings_count, &err);
    if (bench->study == NULL)
        bh_bench_give_up(err.text);
}

void bh_bench_resolve(struct bh_bench *bench, const size_t *index)
{
    struct bh_error err = {0};
    bench->scenario = bh_study_resolve(bench->study, index, -1, &err);
    if (bench->scenario == NULL)
        bh_bench_give_up(err.text);
}

double bh_bench_load(struct bh_bench *bench)
{
    struct bh_error err = {0};
    int is_temporary = 0;
    char *xml = bh_prepare_platform(bench->scenario, &is_temporary, &err);
    if (xml == NULL || bh_platform_probe(xml, 0, bench->scenario->platform_place, &bench->facts, &err) != 0)
        bh_bench_give_up(err.text);
    double start_s = now_s(CLOCK_PROCESS_CPUTIME_ID);
    bench->platform = bh_platform_load(xml, &err);
    double loaded_s = now_s(CLOCK_PROCESS_CPUTIME_ID) - start_s;
    if (is_temporary)
        unlink(xml);
    free(xml);
    bench->cache = bh_isolation_cache_create();
    bench->setup = bh_setup_create(bench->scenario, 0, &bench->facts, bench->cache, &err);
    if (bench->platform == NULL || bench->setup == NULL)
        bh_bench_give_up(err.text);
    bench->transfers = bh_transfers_plan(bench->setup, bench->platform, &err);
    if (bench->transfers == NULL)
        bh_bench_give_up(err.text);
    return loaded_s;
}

void bh_bench_clear(struct bh_bench *bench)
{
    bh_transfers_destroy(bench->transfers, bench->setup);
    bh_setup_destroy(bench->setup);
    bh_isolation_cache_destroy(bench->cache);
    bh_platform_destroy(bench->platform);
    bh_scenario_destroy(bench->scenario);
    bh_study_destroy(bench->study);
}

void bh_bench_replica(const struct bh_bench *bench, uint64_t number, struct bh_cost *cost)
{
    struct bh_replica_options options = {.replica = number, .faults = true};
    struct bh_replica_record record;
    struct bh_error err = {0};
    if (bh_replica_run(bench->setup, bench->platform, bench->transfers, options, &record, &err) != 0)
        bh_bench_give_up(err.text);
    cost->events = record.tallies.events;
    cost->faults = record.tallies.faults;
    cost->makespan_s = record.enclaves[0].elapsed_s;
    for (int scope = 0; scope < BH_SCOPES; scope++)
        cost->failures += record.tallies.failures[scope];
}

void bh_bench_further(const struct bh_bench *bench, uint64_t number, struct bh_cost *cost)
{
    struct bh_cost each = {0};
    bh_bench_replica(bench, number, cost);
    double start_s = now_s(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t i = 1; i <= bench->further; i++)
        bh_bench_replica(bench, number + i, &each);
    cost->further_s = (now_s(CLOCK_PROCESS_CPUTIME_ID) - start_s) / (double)bench->further;
}

struct bh_cost bh_bench_in_child(const struct bh_bench *bench, bh_bench_work_fn *work, uint64_t number)
{
    int ends[2];
    struct bh_cost cost = {0};
    fflush(NULL);
    double start_s = now_s(CLOCK_MONOTONIC);
    pid_t pid = pipe(ends) == 0 ? fork() : -1;
    if (pid == 0) {
        struct rusage usage;
        double cpu_s = now_s(CLOCK_PROCESS_CPUTIME_ID);
        work(bench, number, &cost);
        cost.cpu_s = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
        getrusage(RUSAGE_SELF, &usage);
        cost.peak_kib = (double)usage.ru_maxrss;
        _exit(write(ends[1], &cost, sizeof cost) == sizeof cost ? 0 : 1);
    }
    if (pid < 0 || read(ends[0], &cost, sizeof cost) != sizeof cost)
        bh_bench_give_up("a child broke off");
    close(ends[0]);
    close(ends[1]);
    waitpid(pid, NULL, 0);
    cost.life_s = now_s(CLOCK_MONOTONIC) - start_s;
    return cost;
}
