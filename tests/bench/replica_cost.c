/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Measures what a replica costs: by events beside bare SimGrid, and by the size of the machine. Prints CSV rows.
 *   replica_cost DATA-DIRECTORY CASE SCENARIO [NODES]
 * Times are CPU time, the least of several children, since other programs may be about. */
#include "models/base/error.h"
#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/system.h"
#include "tests/bench/bare_simgrid.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <simgrid/disk.h>
#include <simgrid/host.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHILDREN = 9, SIZE_REPLICAS = 3 };
/* The machine whose failures the small one has too. */
static const double SIZE_NODES = 1048576;

static void row(const char *name, const char *quantity, double value, const char *unit)
{
    printf("%s,%s,%.4g,%s\n", name, quantity, value, unit);
}

/* --- What is measured, each in a fresh child ------------------------------------------------------------------------ */

static void nothing(const struct bh_bench *bench, uint64_t number, struct bh_cost *cost)
{
    (void)bench, (void)number, (void)cost;
}

static void bare_events(const struct bh_bench *bench, uint64_t number, struct bh_cost *cost)
{
    const struct bh_enclave_setup *enclave = &bench->setup->enclaves[0];
    const struct bh_recovery_numbers *recovery = &bench->scenario->catalog->recovery;
    double restart_s = recovery->process_restart_s.value + enclave->read_s[BH_LEVEL_LOCAL];
    (void)number;
    cost->events =
        bh_bare_events(bh_platform_host(bench->platform, 0), bench->scenario->work_s, enclave->interval_work_s,
                       enclave->write_s[BH_LEVEL_LOCAL], restart_s, enclave->mtti_s[BH_LEVEL_LOCAL]);
}

static void bare_transfers(const struct bh_bench *bench, uint64_t number, struct bh_cost *cost)
{
    const struct bh_enclave_setup *enclave = &bench->setup->enclaves[0];
    (void)number;
    cost->events = round(bench->scenario->work_s / enclave->interval_work_s);
    /* One host's share: all bytes over one link would take years, at which SimGrid's clock has no fine steps left. */
    double bytes = enclave->checkpoint_bytes * (double)bench->scenario->nodes / (double)bench->facts.hosts;
    bh_bare_transfers(bh_platform_host(bench->platform, 0), bench->storage, bench->disk, bytes, (unsigned)cost->events);
}

static void keep_least(struct bh_cost *least, const struct bh_cost *cost)
{
    if (least->life_s > 0.0 && least->cpu_s <= cost->cpu_s) {
        least->life_s = fmin(least->life_s, cost->life_s);
        return;
    }
    double life_s = least->life_s > 0.0 ? fmin(least->life_s, cost->life_s) : cost->life_s;
    *least = *cost;
    least->life_s = life_s;
}

/* --- The cases ------------------------------------------------------------------------------------------------------ */

/* Ours and bare SimGrid in turns, so that both see the same machine. */
static void compare(const struct bh_bench *bench, const char *name, bh_bench_work_fn *bare)
{
    struct bh_cost ours = {0}, theirs = {0}, fork_only = {0};
    for (int i = 0; i < CHILDREN; i++) {
        struct bh_cost a = bh_bench_in_child(bench, bh_bench_replica, 0), b = bh_bench_in_child(bench, bare, 0),
                       c = bh_bench_in_child(bench, nothing, 0);
        keep_least(&ours, &a);
        keep_least(&theirs, &b);
        keep_least(&fork_only, &c);
    }
    double ours_us = 1e6 * ours.cpu_s / ours.events, theirs_us = 1e6 * theirs.cpu_s / theirs.events;
    row(name, "events", ours.events, "1");
    row(name, "bulkhead per event", ours_us, "us");
    row(name, "bare SimGrid per event", theirs_us, "us");
    row(name, "ratio", ours_us / theirs_us, "1");
    row(name, "fork and reap", 1e6 * fork_only.life_s, "us");
}

/* Every policy's replicas: sums of time, and the largest peak of memory. */
static void measure_size(struct bh_bench *bench, const char *name)
{
    struct bh_cost sum = {0};
    double runs = 0.0;
    for (size_t p = 0; p < bench->scenario->policies_count; p++) {
        struct bh_error err = {0};
        bh_setup_destroy(bench->setup);
        bench->setup = bh_setup_create(bench->scenario, p, &bench->facts, bench->cache, &err);
        if (bench->setup == NULL)
            bh_bench_give_up(err.text);
        for (uint64_t r = 0; r < SIZE_REPLICAS; r++, runs++) {
            struct bh_cost least = {0};
            for (int i = 0; i < 3; i++) {
                struct bh_cost cost = bh_bench_in_child(bench, bh_bench_replica, r);
                keep_least(&least, &cost);
            }
            sum.cpu_s += least.cpu_s;
            sum.events += least.events;
            sum.faults += least.faults;
            sum.failures += least.failures;
            sum.peak_kib = fmax(sum.peak_kib, least.peak_kib);
        }
    }
    row(name, "faults per replica", sum.faults / runs, "1");
    row(name, "failures per replica", sum.failures / runs, "1");
    row(name, "events per replica", sum.events / runs, "1");
    row(name, "time per replica", 1e3 * sum.cpu_s / runs, "ms");
    row(name, "time per failure", 1e6 * sum.cpu_s / sum.failures, "us");
    row(name, "time per event", 1e6 * sum.cpu_s / sum.events, "us");
    row(name, "peak memory", sum.peak_kib / 1024.0, "MiB");
}

/* The same failures of the whole machine whatever its size, and the same spares. */
static void scale_rates(struct bh_scenario *scenario)
{
    struct bh_catalog *catalog = scenario->catalog;
    double factor = SIZE_NODES / (double)scenario->nodes;
    for (size_t i = 0; i < catalog->faults_count; i++)
        catalog->faults[i].rate.value *= factor;
    for (size_t i = 0; i < catalog->components_count; i++)
        catalog->components[i].fault_rate.value *= factor;
    for (size_t i = 0; i < catalog->applications_count; i++)
        catalog->applications[i].fault_rate.value *= factor;
    scenario->spares = 64;
}

static void find_storage(struct bh_bench *bench)
{
    sg_host_t *hosts = sg_host_list();
    for (size_t i = 0; i < sg_host_count() && bench->storage == NULL; i++) {
        unsigned disks = 0;
        sg_disk_t *list;
        sg_host_get_disks(hosts[i], &disks, &list);
        if (disks > 0) {
            bench->storage = hosts[i];
            bench->disk = list[0];
        }
        free(list);
    }
    free(hosts);
}

static void prepare(struct bh_bench *bench, const char *data, const char *file, const char *nodes, bool scales,
                    const char *name)
{
    size_t index[8] = {0};
    bh_bench_read(bench, data, file, NULL, 0);
    for (size_t a = 0; a < bench->study->axes_count; a++)
        for (size_t i = 0; nodes != NULL && i < bench->study->axes[a].count; i++)
            if (strcmp(bench->study->axes[a].values[i].label, nodes) == 0)
                index[a] = i;
    bh_bench_resolve(bench, index);
    if (scales)
        scale_rates(bench->scenario);
    double loaded_s = bh_bench_load(bench);
    find_storage(bench);
    row(name, "loading the platform", 1e3 * loaded_s, "ms");
    row(name, "hosts", (double)bench->facts.hosts, "1");
}

int main(int argc, char **argv)
{
    struct bh_bench bench = {0};
    if (argc < 4)
        bh_bench_give_up("usage: replica_cost DATA-DIRECTORY events|storage|size SCENARIO [NODES]");
    const char *what = argv[2], *nodes = argc > 4 ? argv[4] : NULL;
    char name[64];
    snprintf(name, sizeof name, "%s%s%s", what, nodes ? " " : "", nodes ? nodes : "");
    prepare(&bench, argv[1], argv[3], nodes, strcmp(what, "size") == 0, name);
    if (strcmp(what, "size") == 0)
        measure_size(&bench, name);
    else
        compare(&bench, name, strcmp(what, "events") == 0 ? bare_events : bare_transfers);
    bh_bench_clear(&bench);
    return 0;
}
