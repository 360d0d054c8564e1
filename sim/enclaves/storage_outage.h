/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Storage hosts that fail: while any of them is out, what is to be written to the file system or read from it waits. */
#ifndef BH_SIM_ENCLAVES_STORAGE_OUTAGE_H
#define BH_SIM_ENCLAVES_STORAGE_OUTAGE_H

#include "models/faults/streams.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_replica;
struct bh_enclave;

/* A time in which the file system is out, and the fault that has it be out so long. A fault during an outage makes a piece
 * of its own if it makes the outage longer: from where that would otherwise have ended. */
struct bh_storage_piece {
    double until_s;
    long cause;
};

struct bh_storage_state {
    double *up_s; /* per storage host: when it is, or was, up again */
    size_t pieces_count;
    struct bh_storage_piece *pieces;
};

struct bh_storage_state bh_storage_state_create(uint64_t hosts);
void bh_storage_state_clear(struct bh_storage_state *state);

/* A storage host fails (fault->node counts storage hosts) until it is repaired. Enclaves that need storage fail at once, by
 * the class's probability, or stop at their next checkpoint there; a transfer under way begins again. One that is out
 * already is struck while down. Called by the injector; `source` is -1 for the script. */
void bh_storage_strike(struct bh_replica *replica, int source, const struct bh_fault *fault);

bool bh_storage_is_down(const struct bh_replica *replica);
/* When all storage hosts are up, as far as is known now; in the past if they are. */
double bh_storage_up_s(const struct bh_replica *replica);
/* The cause of the last piece; -1 if there was none. */
long bh_storage_cause(const struct bh_replica *replica);

/* Called by an enclave that is about to write: sleeps until the storage hosts are up or something happens to it, and books
 * that as repair wait to those who caused it. */
void bh_storage_await(struct bh_enclave *enclave);

#endif
