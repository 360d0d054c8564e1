/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors that cross from one node to another, over the network that composed enclaves talk over. */
#pragma once

#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_guard_level;

struct bh_copy;
struct bh_live_error;
struct bh_replica;

/* A way from a copy's enclave to one partner. */
struct bh_way {
    size_t composed, partner; /* composition, and the partner's number */
    size_t ordinal;           /* among the ways of its enclave */
    double rate, opened_s;
    uint64_t key, opened_key; /* of draws, and of the first attempt after the composition began */
};

/* The next way out of a copy's zone that is open, from `*at` on (begin at 0), and has not been tried; false when there
 * is none. Only application processes send anything. */
bool bh_crossing_next(const struct bh_replica *replica, const struct bh_copy *copy, size_t *at, struct bh_way *way);
/* Tries it: guards of the boundaries node/node and enclave/enclave stand in between. Returns the error that is to carry
 * on at the partner's slot `*slot` and zone `*zone`; NULL if it was blocked (`*is_detected`: and noticed). */
struct bh_live_error *bh_crossing_attempt(struct bh_replica *replica, struct bh_copy *copy, const struct bh_way *way,
                                          size_t *zone, const struct bh_guard_level **guard, bool *is_detected);

/* Counts an attempt to cross a boundary, from node to node or within one, and tells whoever watches. */
void bh_crossing_note(struct bh_replica *replica, const struct bh_copy *copy, uint64_t key, enum bh_boundary boundary,
                      const struct bh_guard_level *guard, bool is_blocked);
