/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A worker process: loads one platform, then runs the units that it is told to. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/campaign.h"
#include "sim/store/store.h"

#include <stdio.h>
#include <sys/types.h>

/* A point's fault-free runs (count 0), or replicas [first, first + count) of it under all policies. */
struct bh_unit {
    uint64_t point, first, count;
    uint64_t
        in_children; /* not 0: it has killed a worker, and its simulations run in children, which say whose fault it is */
    uint64_t is_timed; /* not 0: the time that it is answered with is that of processors */
};

/* What a worker answers: the head of the record that the store takes (kind, unit, time, length), then its payload. A
 * kind of BH_WORKER_OTHER_PLATFORM and no payload: the unit needs a worker that has loaded nothing yet; BH_WORKER_STEP: one
 * more of its simulations is done, told of points that were prepared; BH_WORKER_WARNING: what the user is to know, as text.
 * What failed has a struct bh_error as its payload. */
enum { BH_WORKER_OTHER_PLATFORM = 100, BH_WORKER_STEP, BH_WORKER_WARNING };

struct bh_worker {
    pid_t pid; /* 0: none */
    int orders, answers;
    struct bh_unit unit; /* under way */
    bool is_busy;
};

/* Starts a worker; `forget` is called in it first, to close what it must not keep open. */
int bh_worker_start(struct bh_worker *worker, const struct bh_campaign *campaign, void (*forget)(void *context),
                    void *context, struct bh_error *err);
/* Hands it a unit. 0, or -1 if it is gone. */
int bh_worker_order(struct bh_worker *worker, struct bh_unit unit);
/* Reads its answer, when poll says there is one. The caller frees *payload. -1: it died; `err` says of what. */
int bh_worker_answer(struct bh_worker *worker, struct bh_record_head *head, void **payload, struct bh_error *err);
/* Ends it: by closing its orders, or at once. */
void bh_worker_end(struct bh_worker *worker, bool at_once);

/* Runs one simulation in this very process, so that a debugger sees it: for units that crashed. `replica` is a number,
 * or -1 for the fault-free run. */
int bh_worker_replay(const struct bh_campaign *campaign, size_t point, size_t policy, long long replica, FILE *out,
                     struct bh_error *err);
