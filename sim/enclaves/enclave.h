/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What enclaves of all kinds do: from one thing to the next, and the end. */
#pragma once

#include "sim/state/wait.h"

#include <stdbool.h>

struct bh_enclave;

/* What an enclave was about has been waited for, or, unless `is_done`, something happened to it before: finishes that, begins
 * what comes next, and says what to wait for. The first call begins it. */
struct bh_wait bh_enclave_next(struct bh_enclave *enclave, bool is_done);
/* Frees what the enclave holds, not the struct itself. */
void bh_enclave_clear(struct bh_enclave *enclave);

/* The work is done, or the enclave is over: books idle spares and checks the sum. */
void bh_enclave_end(struct bh_enclave *enclave, bool is_finished);
