/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What an enclave is told; what comes of it is its kind's affair. */
#pragma once

#include "sim/setup/levels/levels.h"

#include <stdbool.h>
#include <stdint.h>

struct bh_enclave;

/* The enclave has lost `scope` on a slot, which will be stopped and cleaned up at ended_s; `taken` is what its checkpoints have
 * to survive. True if the enclave as a whole is
 * lost by it. */
bool bh_enclave_fail(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope, struct bh_level_loss taken,
                     double ended_s, long cause);
/* A partner that it restarts together with has returned to a state of this time: none that is newer is of use. */
void bh_enclave_return(struct bh_enclave *enclave, double state_s, long cause);
/* A hang on a slot begins to hold the enclave up (or, with `begins` false, ends without a failure). So does the outage of a
 * zone that it needs: cause -1, since bh_stops_begin has told whose fault it is. */
void bh_enclave_stall(struct bh_enclave *enclave, uint64_t slot, bool begins, long cause);
/* Storage that it needs has failed while an outage of it goes on. */
void bh_enclave_delay(struct bh_enclave *enclave, long cause);
