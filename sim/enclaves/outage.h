/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a bulk-synchronous enclave does from a failure until it computes again. */
#ifndef BH_SIM_ENCLAVES_OUTAGE_H
#define BH_SIM_ENCLAVES_OUTAGE_H

#include "sim/state/enclave_state.h"
#include "sim/state/ledger.h"

/* Something happened: a failure goes before a silent error that was found, that before a stall, and a stall before
 * anything else. */
void bh_outage_react(struct bh_enclave *enclave);

/* A timed phase of an outage: books it to a part and goes on to phase `next` if nothing interrupted. */
void bh_outage_wait(struct bh_enclave *enclave, double until_s, enum bh_part part, enum bh_phase next);
/* Until every node and guest that the enclave needs is up. */
void bh_outage_await_nodes(struct bh_enclave *enclave);
/* Until every storage host is up, which programs and data are read from, and every zone that the enclave needs. */
void bh_outage_await_storage(struct bh_enclave *enclave);
/* A storage host or a needed zone has failed while an outage goes on: what that adds is charged to its cause. */
void bh_outage_delay(struct bh_enclave *enclave, long cause);
/* Reads the checkpoint that was rolled back to. The outage ends with it. */
void bh_outage_restore(struct bh_enclave *enclave);

/* Of the kind's row. */
bool bh_bulk_synchronous_fail(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope,
                              enum bh_level nearest_left, long cause);

#endif
