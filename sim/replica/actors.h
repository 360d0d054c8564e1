/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The actors of one replica on SimGrid: they arrange what enclaves and exchanges wait for, and wake each other. */
#ifndef BH_SIM_REPLICA_ACTORS_H
#define BH_SIM_REPLICA_ACTORS_H

#include <stdbool.h>

struct bh_error;
struct bh_replica;

/* Makes an actor per enclave, one per composition that sends anything, and the injector's bed. Clear in either case. */
int bh_actors_start(struct bh_replica *replica, struct bh_error *err);
void bh_actors_clear(struct bh_replica *replica);

/* Of the injector, an actor itself: sleeps until a time, or until there is news. False when there is. */
bool bh_actors_sleep(struct bh_replica *replica, double until_s);
/* Waking lets other actors run, so all that were signalled are woken once all that happens at this time has happened: none
 * sees half of an event, and none computes in between a hang's end and the failure that ended it. True if any was. */
bool bh_actors_wake(struct bh_replica *replica);
/* The time that it is now. */
void bh_actors_look_at_clock(struct bh_replica *replica);
/* The replica is over: exchanges hear of it. */
void bh_actors_end(struct bh_replica *replica);

#endif
