/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What enclaves of all kinds do: the actor and its end. */
#ifndef BH_SIM_ENCLAVES_ENCLAVE_H
#define BH_SIM_ENCLAVES_ENCLAVE_H

#include "models/base/error.h"

#include <stdbool.h>

struct bh_enclave;

/* Creates the actor. */
int bh_enclave_start(struct bh_enclave *enclave, struct bh_error *err);
/* Frees what the enclave holds, not the struct itself. */
void bh_enclave_clear(struct bh_enclave *enclave);

/* Wakes an enclave that was signalled and has not looked yet. */
void bh_enclave_wake(struct bh_enclave *enclave);
/* The work is done, or the enclave is over: books idle spares and checks the sum. */
void bh_enclave_end(struct bh_enclave *enclave, bool is_finished);

#endif
