/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* All processes of a replica as actors, each in its guest's virtual machine, or on its host where nodes have no guests. */
#pragma once

#include "sim/platform/transfer.h"

#include <simgrid/forward.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_fleet;
struct bh_pace;
struct bh_platform;
struct bh_replica;
struct bh_scenario;

/* What an enclave has its processes do. */
enum bh_order_kind {
    BH_ORDER_NONE,
    BH_ORDER_COMPUTE,  /* `work_s` native compute seconds each, in steps of the application */
    BH_ORDER_VERIFY,   /* compute until `until_s` */
    BH_ORDER_SLEEP,    /* until `until_s`, as where a state moves to a device of the node's own */
    BH_ORDER_PARTNER,  /* as long at least, while a state of `bytes` per node moves to or from the node's partner */
    BH_ORDER_STORAGE,  /* as long at least, while `bytes` of all move to or from storage */
    BH_ORDER_RELAUNCH, /* whatever runs ends, and starts anew, which takes until `until_s` */
};

struct bh_order {
    enum bh_order_kind what;
    double work_s, until_s, bytes;
    const struct bh_pace *pace;
    uint64_t distance; /* in nodes, to the partner */
    enum bh_direction direction;
};

/* What came of BH_ORDER_COMPUTE: native seconds that every process has done, and the noise that held the slowest up. */
struct bh_progress {
    double work_s, noise_s;
};

/* Hosts that nodes and spares are on, as numbers of compute hosts; the caller frees. */
size_t *bh_fleet_hosts(const struct bh_platform *platform, const struct bh_scenario *scenario);
/* Where the launcher runs: a host that carries no node. */
sg_host_t bh_fleet_launcher(const struct bh_platform *platform, const struct bh_scenario *scenario);

/* `over` is told by an actor when all processes of an enclave have carried an order out, or when all that it waits for has
 * booted. From then on the replica says what goes down. */
struct bh_fleet *bh_fleet_create(struct bh_replica *replica, void (*over)(void *context, size_t enclave),
                                 void *context);
void bh_fleet_destroy(struct bh_fleet *fleet);

/* All of these are called by the actor that runs the replica. Everything boots before time begins. */
void bh_fleet_start(struct bh_fleet *fleet);
/* What the machine has lost everywhere is turned off or destroyed now, and boots again when it is time. */
void bh_fleet_look(struct bh_fleet *fleet);
/* One at a time; those that have no actor get one when their virtual machine is up. */
void bh_fleet_order(struct bh_fleet *fleet, size_t enclave, const struct bh_order *order);
/* No effect if none is under way. */
void bh_fleet_stop(struct bh_fleet *fleet, size_t enclave);
/* Of the last order, also when it is done or stopped. */
struct bh_progress bh_fleet_progress(const struct bh_fleet *fleet, size_t enclave);
/* Tells `over` when all that the enclave stands on is up, or returns true: it is. */
bool bh_fleet_await(struct bh_fleet *fleet, size_t enclave);
/* At the end of the replica: that SimGrid has ended as many actors as were to fail. */
void bh_fleet_check(const struct bh_fleet *fleet);
