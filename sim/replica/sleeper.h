/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Waits on SimGrid: an actor per waiter, made when it is first needed. */
#pragma once

#include <stdbool.h>

struct bh_sleeper;
struct bh_wait;
struct bh_waiter;

/* From now on its actor waits for that, on SimGrid's clock, or for nothing, and breaks off what it was about. When the wait
 * is over it tells the engine and wakes the course. After BH_WAIT_NO_MORE it ends. */
void bh_sleeper_tell(struct bh_waiter *waiter, const struct bh_wait *wait);
/* Whether the traffic has arrived that it was told of last; its actor finds that out piece by piece. */
bool bh_sleeper_has_arrived(const struct bh_waiter *waiter);
void bh_sleeper_destroy(struct bh_sleeper *sleeper);
