/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a bulk-synchronous enclave does from a failure until it computes again. */
#pragma once

#include "models/words/scope.h"
#include "sim/setup/levels/levels.h"
#include "sim/state/ledger.h"
#include "sim/state/wait.h"

struct bh_enclave;

/* Something happened: a failure goes before a silent error that was found, that before a stall, and a stall before
 * anything else. */
void bh_outage_react(struct bh_enclave *enclave);

/* What comes next in an outage, phase by phase, until the checkpoint that was rolled back to has been read. */
struct bh_wait bh_outage_next(struct bh_enclave *enclave);
/* A storage host or a needed zone has failed while an outage goes on: what that adds is charged to its cause. */
void bh_outage_delay(struct bh_enclave *enclave, long cause);
/* Of the kind's row. */
bool bh_bulk_synchronous_fail(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope,
                              struct bh_level_loss taken, double ended_s, long cause);
