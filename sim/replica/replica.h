/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One replica: the models of a setup on SimGrid's clock, from 0 to the end of the work or the horizon. */
#pragma once

#include "sim/state/error_totals.h"
#include "sim/state/ledger.h"
#include "sim/state/options.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_error;
struct bh_platform;
struct bh_setup;
struct bh_transfer;

struct bh_enclave_record {
    double elapsed_s;     /* makespan, or the horizon when unfinished */
    double useful_work_s; /* native node-seconds done */
    struct bh_enclave_counts counts;
    bool finished;
    bool corrupt;          /* ended with silent errors in its data that matter to the result (SDC) */
    bool has_wrong_data;   /* ended with any */
    double silent_delay_s; /* sum over silent errors found of the time from becoming silent to being found */
    /* Silent errors whose tainted ranks were counted (when found, or at the end), their sum and the most. */
    double tainted_errors, tainted_sum, tainted_most;
    double stopped_node_s[BH_NEEDS]; /* node-seconds that it stood still, or waited with I/O, for zones that it needs */
    double protected_s, switches;    /* time with guards on that come and go, and how often they were switched */
    struct bh_ledger ledger;
};

struct bh_replica_record {
    bool is_sure; /* nothing was drawn: every replica of the setup is this one */
    struct bh_tallies tallies;
    size_t enclaves_count;
    struct bh_enclave_record *enclaves;
    struct bh_causes causes;
};

/* Runs a replica in this process, in which SimGrid must not have run (bh_engine_has_run) since the platform was loaded and
 * the transfers planned (bh_transfers_plan). The record's arrays are owned by the caller. A deadlock, which would be a bug of
 * ours, is reported as BH_ERROR_SYSTEM. */
int bh_replica_run(const struct bh_setup *setup, const struct bh_platform *platform,
                   struct bh_transfer *const *transfers, struct bh_replica_options options,
                   struct bh_replica_record *record, struct bh_error *err);
void bh_replica_record_clear(struct bh_replica_record *record);
