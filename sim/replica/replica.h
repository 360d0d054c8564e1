/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One replica: the models of a setup on SimGrid's clock, from 0 to the end of the work or the horizon. */
#ifndef BH_SIM_REPLICA_REPLICA_H
#define BH_SIM_REPLICA_REPLICA_H

#include "models/base/error.h"
#include "sim/platform/platform.h"
#include "sim/setup/setup.h"
#include "sim/state/ledger.h"
#include "sim/state/machine.h"

#include <stdbool.h>
#include <stdint.h>

/* Counts over all errors of a replica. */
struct bh_tallies {
    double faults; /* that struck something up or down */
    double struck_while_down;
    double struck_gone;         /* nodes in repair and places without a node: no faults */
    double errors;              /* activated in something up */
    double unchangeable_errors; /* of those: hardware loss of a node */
    double silent_errors;
    double simultaneous_losses; /* errors that took zones of two or more enclaves down */
    double stops[BH_STOPS];     /* errors that stopped enclaves so, as bh_effect_stops has it */
    double depth_sum;           /* of the errors' propagation depths, in zone hops */
    double failures[BH_SCOPES]; /* signalled errors by the disposition applied; hardware loss as node */
    double system_extent[BH_SCOPES], application_extent[BH_SCOPES];
    double escape_seen[BH_BOUNDARIES], escape_exposed[BH_BOUNDARIES];
    /* Attempts to cross a boundary that a guard blocked, and that got through. */
    double blocked[BH_BOUNDARIES], crossed[BH_BOUNDARIES];
    double losing_errors; /* errors that took an enclave down */
    double enclaves_lost; /* by them, in all */
    double enclaves_lost_most;
    double lost_at_once; /* most within the time that is acceptable */
    double unacceptable_s;
    bool is_unacceptable;
    struct bh_machine_use machine_use;             /* up to the end */
    double exchanges, exchanged_bytes, exchange_s; /* over the network between composed enclaves */
    double events; /* failures, restarts and checkpoints that enclaves saw: for costs per event */
};

struct bh_enclave_record {
    double elapsed_s;     /* makespan, or the horizon when unfinished */
    double useful_work_s; /* native node-seconds done */
    double interruptions;
    bool finished;
    bool corrupt; /* ended with silent errors in its data (SDC) */
    /* Verification of its data: how often, silent errors found, rollbacks to an older checkpoint and restarts from the
     * beginning because of them, and the sum over those found of the time from becoming silent to being found. */
    double verifications, silent_found, silent_rollbacks, silent_beginnings, silent_delay_s;
    /* Silent errors whose tainted ranks were counted (when found, or at the end), their sum and the most. */
    double tainted_errors, tainted_sum, tainted_most;
    double stopped_node_s[BH_NEEDS]; /* node-seconds that it stood still, or waited with I/O, for zones that it needs */
    double protected_s, switches;    /* time with guards on that come and go, and how often they were switched */
    struct bh_ledger ledger;
};

struct bh_replica_record {
    struct bh_tallies tallies;
    size_t enclaves_count;
    struct bh_enclave_record *enclaves;
    struct bh_causes causes;
    bool deadlocked;
};

/* An attempt of an error to cross a boundary. Error, key and generation are those of its draws: the same attempt has the
 * same under every policy, as long as what came before it is the same. */
struct bh_attempt_seen {
    double time_s;
    uint64_t slot; /* where it comes from */
    size_t zone;
    uint64_t error;      /* on that node */
    uint64_t key;        /* of the channel, or of the composition, partner and zone */
    unsigned generation; /* of the error's lives in that zone */
    unsigned depth;      /* hops before this one; 0: from where it began */
    enum bh_boundary boundary;
    const struct bh_guard_level *guard; /* that is on; NULL: none */
    bool is_blocked;
};

struct bh_replica_options {
    uint64_t replica;
    bool faults; /* off: the fault-free run, with the expected noise in place of drawn noise */
    /* Told of every attempt as it is made; NULL: nobody is. */
    void (*watch)(void *context, const struct bh_attempt_seen *attempt);
    void *watch_context;
};

/* Runs a replica in this process, which must be a fresh fork of the one that loaded the platform. The record's arrays
 * are owned by the caller. A deadlock, which would be a bug of ours, is reported as BH_ERROR_SYSTEM. */
int bh_replica_run(const struct bh_setup *setup, const struct bh_platform *platform, struct bh_replica_options options,
                   struct bh_replica_record *record, struct bh_error *err);
void bh_replica_record_clear(struct bh_replica_record *record);

#endif
