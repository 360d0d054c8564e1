/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint and restore traffic: few SimGrid flows that stand for one per host. */
#pragma once

#include "models/base/error.h"
#include "sim/platform/placement.h"
#include "sim/platform/platform.h"

#include <stdbool.h>
#include <stdint.h>

enum bh_direction { BH_WRITE, BH_READ };

/* A plan of flows between the hosts of nodes [first_node, first_node + nodes) and the platform's storage hosts: the
 * fewest flows, equal bytes each to equal storage hosts, spread over the hosts, whose time agrees with that of one flow
 * per host within 0.5 %. That is 16 at most unless more are needed to keep the sources from being the bottleneck (many
 * narrow hosts: let a host stand for more nodes). One disk I/O per disk. Concurrent transfers share links per flow and
 * disks per transfer. NULL on failure (no storage host, more nodes than there are). A plan asks for every route once,
 * about 1 us per host: make it before forking replicas. */
struct bh_transfer;
struct bh_transfer *bh_transfer_create(const struct bh_platform *platform, uint64_t first_node, uint64_t nodes,
                                       struct bh_error *err);
/* The same for nodes wherever they are. */
struct bh_transfer *bh_transfer_create_on(const struct bh_platform *platform, const struct bh_stands *stands,
                                          struct bh_error *err);
void bh_transfer_destroy(struct bh_transfer *transfer);
unsigned bh_transfer_flows(const struct bh_transfer *transfer);
/* Flows to each storage host; 0 where the plan has one per host. */
size_t bh_transfer_flows_per_storage(const struct bh_transfer *transfer);
/* For one of several partitions: it takes `flows` flows to each storage host, at least as many as the plan has, and as
 * much weight for its disk accesses beside others'. A plan with a flow per host keeps those. */
void bh_transfer_set_share(struct bh_transfer *transfer, const struct bh_stands *stands, size_t flows);
/* Its nodes move no more than `rate` bytes/s over links and on disks, so that it has one joint share of both. `neighbour`
 * stands on the same nodes, and they share the rate while both are under way; NULL: nobody does. Once, before it runs. */
void bh_transfer_set_own_rate(struct bh_transfer *transfer, double rate, struct bh_transfer *neighbour);
/* Bytes/s that all disks take together. */
double bh_transfer_disks_rate(const struct bh_platform *platform, enum bh_direction direction);
/* Disk and network activities one transfer starts. */
unsigned bh_transfer_activities(const struct bh_transfer *transfer);
/* Of these, disk I/Os: finished ones stay with the actor that ran the transfer, which should hand over to a fresh actor
 * after about 1,000. */
unsigned bh_transfer_disk_activities(const struct bh_transfer *transfer);

/* A hash of all that says how long it takes alone: which flows and disk accesses of how many bytes. */
uint64_t bh_transfer_key(const struct bh_transfer *transfer, enum bh_direction direction, double bytes);

/* Called by an actor: starts all flows and disk I/Os at once and waits for all. Returns true when all of `bytes`
 * arrived, false when interrupted by bh_transfer_interrupt. */
bool bh_transfer_run(struct bh_transfer *transfer, enum bh_direction direction, double bytes);
/* Called by another actor: ends a transfer under way early; no effect if none is. */
void bh_transfer_interrupt(struct bh_transfer *transfer);
bool bh_transfer_is_active(const struct bh_transfer *transfer);
/* Whether all of one under way has arrived by now, though its actor may yet have to find that out. */
bool bh_transfer_has_arrived(const struct bh_transfer *transfer);

/* Seconds that `bytes` take with nobody else about (plain arithmetic over the plan's bottlenecks). */
double bh_transfer_alone_s(const struct bh_transfer *transfer, enum bh_direction direction, double bytes);
