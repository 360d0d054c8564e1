/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a scenario will take, from its rates and intervals alone: events, simulated time, computing time, memory. No exact
 * chain is followed and nothing is simulated, so these are estimates; see the constants in estimate.c for how near. */
#ifndef BH_SIM_SETUP_ESTIMATE_H
#define BH_SIM_SETUP_ESTIMATE_H

#include "models/base/error.h"
#include "sim/platform/platform.h"
#include "sim/scenario/scenario.h"

#include <stddef.h>

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

/* `facts` may be NULL while the platform is not known: what goes by its bandwidth is then taken as never happening. */
int bh_estimate_replica(const struct bh_scenario *scenario, size_t policy, const struct bh_platform_facts *facts,
                        struct bh_estimate *estimate, struct bh_error *err);

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

/* Fails with BH_ERROR_INPUT, the number and what it comes from, if a replica has more events than anybody waits for, or
 * the memory of this machine does not hold it. */
int bh_estimate_check(const struct bh_scenario *scenario, const struct bh_estimate_point *point, struct bh_error *err);
/* The same for a whole run, whose results are kept in memory, if all its points are like this one. */
int bh_estimate_check_run(const struct bh_study *study, const struct bh_scenario *scenario,
                          const struct bh_estimate_point *point, struct bh_error *err);
/* The same for the number of simulations that `file` asks for. */
int bh_estimate_check_simulations(const char *file, double points, double policies, double replicas,
                                  struct bh_error *err);
/* Points of a study, those of its uncertainty axis included. */
double bh_estimate_points(const struct bh_study *study);
/* Events of a replica beyond which bh_estimate_check refuses it. */
#define BH_ESTIMATE_EVENTS_MOST 1e9
/* Wall-clock seconds per second of native work beyond which it does. */
#define BH_ESTIMATE_PACE_MOST 1e6

/* "1.2e+06", "85": a count to three digits; and "12 GB", "3.4 ms" go by bh_quantity_print. Returns buffer. */
char *bh_estimate_count(double count, char *buffer, size_t size);

#endif
