/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Zones that others need go down on their own, and are up again. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bh_replica;
struct bh_zone_outage;
struct bh_zone_set;

/* Zones of a slot have gone down, by a failure of this cause that the enclaves have heard of: what needs those zones stops
 * until each is up, after they were stopped and cleaned up at ended_s, detection and its restart (a guest's boot for one with a
 * kernel of its own). A node that goes down as a whole brings them when it comes. Called by the injector. */
void bh_stops_begin(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *down, double ended_s,
                    long cause);
/* A zone is restarted on its own, for so long from now on: nothing in it is lost, and what is in it or needs it goes
 * on when it is up. */
void bh_stops_pause(struct bh_replica *replica, uint64_t slot, size_t zone, double time_s, long cause);
/* A slot's node is about to go down as a whole, or the system: what was down on its own comes with it. */
void bh_stops_end_slot(struct bh_replica *replica, uint64_t slot);
void bh_stops_end_all(struct bh_replica *replica);
/* The event of a zone that is up again. Frees it. */
void bh_stops_end(struct bh_replica *replica, struct bh_zone_outage *outage);
