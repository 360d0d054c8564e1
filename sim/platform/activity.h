/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What SimGrid offers in C++ only, or in C under other names in each release: transfers that can be interrupted, the
 * deadlock callback, hosts in file order, their properties, routes. */
#pragma once

#include <simgrid/forward.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A transfer over the network or a disk that is under way or has ended. Freed with bh_activity_free. */
struct bh_activity;

/* Starts moving `bytes` (rounded to whole ones, at least one) and returns at once. Called by an actor. */
struct bh_activity *bh_activity_send(sg_host_t from, sg_host_t to, double bytes);
/* At no more than `most` bytes/s. */
struct bh_activity *bh_activity_send_bounded(sg_host_t from, sg_host_t to, double bytes, double most);
/* A disk is shared in the proportion of the weights; usually 1. */
struct bh_activity *bh_activity_read(sg_disk_t disk, double bytes, double weight);
struct bh_activity *bh_activity_write(sg_disk_t disk, double bytes, double weight);

/* Starts computing on the calling actor's host, or in the virtual machine that this is: for so many seconds, if nobody else
 * takes more of it than leaves it this share. Called by an actor. */
struct bh_activity *bh_activity_compute(double seconds, double share);
/* A message by way of a mailbox, which begins to move when both sides are there, at no more than `most` bytes/s. It hands
 * over `payload`, which is not NULL. Called by actors. */
struct bh_activity *bh_activity_put(sg_mailbox_t mailbox, void *payload, double bytes, double most);
struct bh_activity *bh_activity_get(sg_mailbox_t mailbox, void **payload);

/* From now on at no more than `most` bytes/s; no effect on one that has ended. Called by an actor. */
void bh_activity_bound(const struct bh_activity *activity, double most);

/* Blocks the calling actor. True: all bytes arrived; false: cancelled, or a resource failed. */
bool bh_activity_wait(struct bh_activity *activity);
/* Wakes whoever waits for it; no effect on one that has ended. */
void bh_activity_cancel(struct bh_activity *activity);
/* Bytes still to move. */
double bh_activity_remaining(const struct bh_activity *activity);
/* One that is still under way goes on unseen: cancel it first. */
void bh_activity_free(struct bh_activity *activity);

/* Called when every actor waits for another. SimGrid then ends its actors and returns as if all were well. */
void bh_activity_on_deadlock(void (*callback)(void));

/* To be called once a platform is loaded: gives the routers of flat <cluster>s the route to their hosts that SimGrid 3.32
 * gives them and 4.0 forgets, so that zoneRoutes may end at them. No effect on routers that have one. */
void bh_mend_routers(void);

/* Calls `visit` for every host of the platform, in the order of its file, with the name of the zone that holds it. */
void bh_walk_hosts(void (*visit)(void *data, sg_host_t host, const char *zone), void *data);

/* Calls `visit` for every property of a host, in the order of their names. */
void bh_walk_properties(sg_host_t host, void (*visit)(void *data, const char *name), void *data);

/* Calls `visit` for every link of the route between two hosts, in its order; for none if there is no route, where
 * SimGrid does not end the process instead. */
void bh_walk_route(sg_host_t from, sg_host_t to, void (*visit)(void *data, sg_link_t link), void *data);

#ifdef __cplusplus
}
#endif
