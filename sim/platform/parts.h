/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the platform's own files and the transfers share. */
#pragma once

#include "models/base/error.h"

#include <simgrid/forward.h>
#include <stdbool.h>
#include <stdint.h>

struct bh_alone_times;
struct bh_machine;

struct bh_compute_host {
    sg_host_t host;
    const char *zone; /* SimGrid's name of the zone that holds it; owned by SimGrid */
    uint64_t first;   /* number of its first node */
    uint64_t nodes;
};

struct bh_storage_host {
    sg_host_t host;
    size_t disks_count;
    sg_disk_t *disks;
    double write_bandwidth, read_bandwidth; /* bytes/s, all its disks together */
};

struct bh_platform {
    char *file;
    char **arguments; /* SimGrid keeps pointers into them */
    size_t hosts_count;
    struct bh_compute_host *hosts; /* in file order */
    size_t storage_count;
    struct bh_storage_host *storage;
    char *set_aside; /* see struct bh_platform_facts; NULL: none */
    uint64_t nodes;
    size_t links_count;
    sg_link_t *links;    /* each link's user data is its index here plus 1 */
    double *latencies_s; /* of the links, as the file has them */
    struct bh_alone_times *alone_times;
};

/* The most nodes that a host can stand for: sums of them stay exact in a double. */
#define BH_NODES_PER_HOST_MOST (UINT64_C(1) << 40)

/* Missing, unreadable, a directory: BH_ERROR_INPUT at `place`. */
int bh_platform_check_file(const char *path, struct bh_place place, struct bh_error *err);

/* Initialises SimGrid with Bulkhead's settings and loads the file, nothing more. Bad files end the process. */
struct bh_platform *bh_platform_open(const char *xml);
/* Reads hosts, their properties and disks. Fails on unknown or malformed properties of ours. */
int bh_platform_read(struct bh_platform *platform, struct bh_error *err);

/* The tag that describes a host (its own, or that of its cluster); line 0 if it is not found. */
struct bh_place bh_platform_find_host(const char *xml, const char *host);
/* A line of the file (0: none in particular) as a place for messages. */
struct bh_place bh_platform_place(const char *xml, unsigned line);

/* Finds mistakes in the text that SimGrid accepts and that crash or mislead a run later. */
int bh_platform_check_text(const char *xml, struct bh_error *err);

/* Writes the XML of the parametric machine, which the file `path` describes, for `nodes` nodes into a fresh temporary
 * file, whose name the caller frees. NULL on failure. */
char *bh_platform_write_parametric(const struct bh_machine *machine, const char *path, uint64_t nodes,
                                   struct bh_place place, struct bh_error *err);
