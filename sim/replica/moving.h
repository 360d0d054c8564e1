/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How much of a waiter's is on its way. */
#pragma once

#include "sim/replica/parts.h"
#include "sim/state/enclave_state.h"

/* What its transfer moves; 0 for an exchange, whose flows say that. */
static inline double bh_waiter_bytes(const struct bh_waiter *waiter)
{
    return waiter->enclave != NULL ? waiter->enclave->moving_bytes : 0.0;
}
