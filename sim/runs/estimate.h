/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a scenario will take, from its rates and intervals alone: events, simulated time, computing time, memory. No exact
 * chain is followed and nothing is simulated, so these are estimates; see the constants in estimate.c for how near. */
#pragma once

#include "models/base/error.h"
#include "sim/platform/platform.h"

#include <stddef.h>

struct bh_scenario;

/* What happens in a replica, in the mean. */
enum bh_happening {
    BH_HAPPENS_FAULT,        /* random, by script or from a log, spares and storage hosts included */
    BH_HAPPENS_FAILURE,      /* what takes an enclave, or a part of a service, down */
    BH_HAPPENS_CHECKPOINT,   /* of an enclave, all levels at once */
    BH_HAPPENS_VERIFICATION, /* of an enclave */
    BH_HAPPENS_COMPOSITION,  /* begins or ends */
    BH_HAPPENS_EXCHANGE,     /* between two enclaves */
    BH_HAPPENINGS
};
extern const char *const bh_happening_names[]; /* plural: "faults", ... */

/* Of one replica under one line of policies. */
struct bh_estimate {
    double elapsed_s; /* simulated: until the last enclave is done, or the horizon */
    double count[BH_HAPPENINGS];
    double events;  /* the sum of the counts */
    double seconds; /* of one core */
    double bytes;   /* of the process that simulates it */
    /* What most of the events are: "models.faults.memory.rate", "checkpoints.local.interval", with their number. */
    char cause[160];
    double cause_events;
    double pace; /* wall-clock seconds per second of native work of the slowest application, and its name */
    char slowest[96];
};

/* Of all replicas of all policies at one point, the fault-free ones with them. */
struct bh_estimate_point {
    double simulations, events, seconds;
    double record_bytes;        /* that a run keeps of them in memory */
    struct bh_estimate dearest; /* replica, by computing time */
    size_t dearest_policy;
    double pace; /* the slowest of all, as above */
    char slowest[96];
};
int bh_estimate_at(const struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                   struct bh_estimate_point *point, struct bh_error *err);
