/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What errors did in all: counts, and the enclaves that they took down. */
#pragma once

#include "models/spread/spread.h"
#include "sim/state/ledger.h"
#include "sim/state/machine.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_copy;
struct bh_live_error;
struct bh_replica;

/* Counts over all errors of a replica. */
struct bh_tallies {
    double faults; /* that struck something up or down */
    double struck_while_down;
    double struck_gone;         /* nodes in repair and places without a node: no faults */
    double errors;              /* activated in something up */
    double revivals;            /* of errors by a restore, or a restart, that they outlived */
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
    /* Transfers and exchanges that began; those of them that SimGrid carried out, and for how long any was there. */
    double transfers, carried, carried_s;
    double events; /* failures, restarts and checkpoints that enclaves saw: for costs per event */
};

/* Enclaves that one error took down, each once. */
struct bh_lost_enclaves {
    size_t count, room;
    size_t *enclave; /* owned */
};

/* Losses of the last while, for `acceptance`. */
struct bh_recent_losses {
    size_t count, room;
    struct bh_recent_loss {
        double time_s;
        size_t enclave;
    } * loss;
};

/* An enclave is lost now; `lost` is its error's. */
void bh_losses_note(struct bh_replica *replica, struct bh_lost_enclaves *lost, size_t enclave);
/* The error is over: its losses enter the tallies, and the list is freed. */
void bh_losses_finish(struct bh_replica *replica, struct bh_lost_enclaves *lost);

/* The last copy of an error and of all its parts is gone: counts what it did. */
void bh_live_error_finish(struct bh_replica *replica, struct bh_live_error *error);

/* On which rung the takedown of a copy's zone ends, when it signals (models/node/takedown.h). */
size_t bh_copy_rung(const struct bh_replica *replica, const struct bh_copy *copy);
/* The row of causes to which failures by this copy are booked. */
long bh_cause_of(struct bh_replica *replica, const struct bh_copy *copy);
/* The same, where the rung has been drawn. */
long bh_cause_on_rung(struct bh_replica *replica, const struct bh_copy *copy, size_t rung);
/* The row to which it is booked that a degraded zone is noticed. */
long bh_cause_of_degraded(struct bh_replica *replica, const struct bh_live_error *error);
/* Its key for a copy that becomes silent: nothing is taken down. */
struct bh_cause_key bh_cause_of_silence(const struct bh_replica *replica, const struct bh_copy *copy);
