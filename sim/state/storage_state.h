/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Storage hosts that are down: until when, and whose fault that is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_replica;

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

bool bh_storage_is_down(const struct bh_replica *replica);
/* When all storage hosts are up, as far as is known now; in the past if they are. */
double bh_storage_up_s(const struct bh_replica *replica);
/* The cause of the last piece; -1 if there was none. */
long bh_storage_cause(const struct bh_replica *replica);
