/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What benchmarks of replicas share: a scenario made ready to run, and work in fresh children that say what it cost. */
#pragma once

#include "sim/platform/platform.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/setup.h"

#include <simgrid/forward.h>
#include <stddef.h>
#include <stdint.h>

/* What a child says of itself. */
struct bh_cost {
    double cpu_s;  /* of the work alone */
    double life_s; /* wall clock of it all, as the parent sees it */
    double events, failures, faults;
    double makespan_s; /* of the first enclave */
    double peak_kib;   /* resident, what the parent loaded included */
    double further_s;  /* of the processor, each of bh_bench_further */
};

struct bh_bench {
    struct bh_study *study;
    struct bh_scenario *scenario;
    struct bh_platform_facts facts;
    struct bh_platform *platform;
    struct bh_isolation_cache *cache;
    struct bh_setup *setup;
    struct bh_transfer **transfers;
    sg_host_t storage; /* for who sets them: a storage host and its first disk */
    sg_disk_t disk;
    uint64_t further; /* for who sets it: replicas that bh_bench_further times */
};

/* Says what is wrong and ends the program with status 1. All below do so on any error. */
_Noreturn void bh_bench_give_up(const char *what);

/* Reads a scenario with the data under `data`; resolves the point `index`; probes and loads its platform and sets up its
 * first policy. The last, once a process, returns the seconds of the processor that loading the platform took. */
void bh_bench_read(struct bh_bench *bench, const char *data, const char *file, const struct bh_setting *settings,
                   size_t settings_count);
void bh_bench_resolve(struct bh_bench *bench, const size_t *index);
double bh_bench_load(struct bh_bench *bench);
/* Frees what was read and loaded. */
void bh_bench_clear(struct bh_bench *bench);

/* Does something in a fresh child. */
typedef void bh_bench_work_fn(const struct bh_bench *bench, uint64_t number, struct bh_cost *cost);
struct bh_cost bh_bench_in_child(const struct bh_bench *bench, bh_bench_work_fn *work, uint64_t number);
/* Runs replica `number`; that, and then so many further ones, which find caches, heap and symbols warm as in a sweep. */
bh_bench_work_fn bh_bench_replica, bh_bench_further;
