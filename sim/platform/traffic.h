/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Flows and disk accesses that begin together and are waited for together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bh_activity;

/* Zero-initialise and reserve; clear. */
struct bh_traffic {
    size_t count; /* that are to be started */
    struct bh_activity **activity;
    size_t started, awaited; /* how many have been; the first that has not been waited for */
    bool is_active, is_interrupted;
};

void bh_traffic_reserve(struct bh_traffic *traffic, size_t count);
void bh_traffic_clear(struct bh_traffic *traffic);

/* Called by an actor: starts all by `start`, which is given `what` and a number, and waits for all. False when
 * interrupted. */
bool bh_traffic_run(struct bh_traffic *traffic, struct bh_activity *(*start)(const void *what, size_t number),
                    const void *what);
/* Called by another actor: ends it early; no effect if it is not under way. */
void bh_traffic_interrupt(struct bh_traffic *traffic);
/* Whether all has arrived by now, though the actor that waits for it may yet have to find that out, piece by piece. */
bool bh_traffic_has_arrived(const struct bh_traffic *traffic);
