/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The machine: a SimGrid platform whose hosts stand for many nodes, and what Bulkhead reads off it. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_alone_times;
struct bh_machine;

/* Facts of a platform, found in a forked probe, so that a file that SimGrid chokes on costs one message; those of a
 * parametric machine follow from its numbers. */
struct bh_platform_facts {
    uint64_t nodes; /* sum of bulkhead:nodes over compute hosts */
    uint64_t hosts; /* compute hosts */
    uint64_t storage_hosts;
    double latency_s;      /* one way, between the compute hosts farthest apart by latency among those probed */
    double node_bandwidth; /* bytes/s of one node's share of its host's link */
    double host_bandwidth; /* bytes/s of the narrowest compute host's route to storage */
    double storage_write_bandwidth, storage_read_bandwidth; /* bytes/s: all storage hosts together, the lesser of disks
                                                               and the links that lead to them */
    /* Hosts that other simulators' properties make a scheduler's or storage's, and which are no nodes: "PFS (pfs_host), ..."
     * or empty. */
    char set_aside[240];
};

/* The settings that Bulkhead gives SimGrid, for the provenance. */
extern const char *const bh_platform_settings[]; /* NULL-terminated "network/model:CM02", ... */

/* Whether a platform file describes a parametric machine (by its name: .yaml). */
bool bh_platform_is_parametric(const char *path);

/* The XML of a platform: a parametric machine (NULL: it is none), of the file `path`, is written for `nodes` nodes into a
 * temporary file, which the caller unlinks and frees; any other file yields a copy of its own path. `*is_temporary` tells
 * which. `place` is where the scenario names the file; messages use it when the file is missing. NULL on failure. */
char *bh_platform_prepare(const char *path, const struct bh_machine *machine, uint64_t nodes, struct bh_place place,
                          int *is_temporary, struct bh_error *err);

/* Loads the XML into this process, once per process: initialises SimGrid with an argv of our own (no user options
 * eaten; BH_SIMGRID_OPTIONS in the environment is appended, split at blanks), sets bh_platform_settings, zeroes link
 * latencies, and runs one empty actor, so that forks afterwards are cheap. */
struct bh_platform;
struct bh_platform *bh_platform_load(const char *xml, struct bh_error *err);
/* Frees Bulkhead's part; SimGrid itself cannot be unloaded. */
void bh_platform_destroy(struct bh_platform *platform);

/* Compute hosts in file order, and the node numbers [first, first + count) each stands for. */
size_t bh_platform_hosts(const struct bh_platform *platform);
uint64_t bh_platform_nodes(const struct bh_platform *platform);
uint64_t bh_platform_first_node(const struct bh_platform *platform, size_t index);
uint64_t bh_platform_node_count(const struct bh_platform *platform, size_t index);
/* What was found out of traffic that was alone, by any process that comes of the one that loaded it. */
struct bh_alone_times *bh_platform_alone_times(const struct bh_platform *platform);
/* SimGrid's handle (sg_host_t) of compute host `index`. */
void *bh_platform_host(const struct bh_platform *platform, size_t index);
/* Of storage host `index`, the same; and how many disks it has, and disk number `disk` (sg_disk_t). */
size_t bh_platform_storage_hosts(const struct bh_platform *platform);
void *bh_platform_storage_host(const struct bh_platform *platform, size_t index);
size_t bh_platform_disks(const struct bh_platform *platform, size_t index);
void *bh_platform_disk(const struct bh_platform *platform, size_t index, size_t disk);
/* One way from a compute host to another: seconds, as the file has them, and bytes/s of the first link. */
void bh_platform_way(const struct bh_platform *platform, size_t from, size_t to, double *latency_s, double *bandwidth);
