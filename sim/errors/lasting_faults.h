/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Faults that stay in their node until it is repaired, and strike it again and again. */
#pragma once

#include "models/faults/streams.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_replica;

/* One that has struck its node once. */
struct bh_lasting_fault {
    struct bh_fault first;
    size_t source;
    uint64_t strikes;  /* so far, the first included */
    uint64_t failures; /* of its node, from its errors */
    bool is_over;      /* its node went to repair; its pending event frees it */
    struct bh_lasting_fault *prev, *next;
};

/* A fault has struck a node that is not in repair: draws whether it stays, and when it strikes next. */
void bh_lasting_begin(struct bh_replica *replica, size_t source, const struct bh_fault *fault);
/* Schedules when it strikes next, after from_s. */
void bh_lasting_schedule(struct bh_replica *replica, struct bh_lasting_fault *lasting, double from_s);
/* An error from this source on a physical node was signalled. Whether the node has now failed from it more often than is
 * tolerated and is to be taken out of service. */
bool bh_lasting_failed(struct bh_replica *replica, size_t source, uint64_t node);
/* A physical node goes to repair, which mends all that is wrong with it. */
void bh_lasting_end(struct bh_replica *replica, uint64_t node);
