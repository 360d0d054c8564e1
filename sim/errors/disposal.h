/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a signalled error or a hardware failure takes down, and who is told. */
#pragma once

#include "models/faults/streams.h"
#include "sim/state/machine.h"

#include <stdint.h>

struct bh_copy;
struct bh_degraded;
struct bh_replica;

/* A copy is signalled in its zone: the disposition takes down what it says, then the copy is ended, or stays live with
 * the zone's residual probability if the zone goes on. */
void bh_disposal_signal(struct bh_replica *replica, struct bh_copy *copy);

/* A hardware fault takes a whole node, wherever it is. */
void bh_disposal_node(struct bh_replica *replica, int source, const struct bh_fault *fault, enum bh_post post,
                      uint64_t slot);

/* A hardware fault takes the whole machine: until its repair is done, or for as long as a restart of the system. */
void bh_disposal_machine(struct bh_replica *replica, int source, const struct bh_fault *fault);

/* A node comes back from repair or from a reboot out of its place. */
void bh_disposal_returned(struct bh_replica *replica, uint64_t node);

/* The event of a degraded zone that is noticed: it is restarted on its own, or its node is taken out, and its place
 * taken by a spare, or it is rebooted. Frees it. */
void bh_disposal_notice(struct bh_replica *replica, struct bh_degraded *degraded);
