/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which enclaves wait for a partner. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bh_replica;

/* Looks again who has to wait for a partner, after the state of an enclave has changed; by any actor. Returns how many
 * enclaves wait that did not before. */
size_t bh_composing_review(struct bh_replica *replica, size_t enclave);
/* Adds to a set of enclaves, one flag each, all that are composed with them now by such ties (a set of enum bh_tie), also
 * by way of others. */
void bh_composing_gather(const struct bh_replica *replica, unsigned ties, bool *in);
