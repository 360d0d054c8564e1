/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A bulk-synchronous enclave's checkpoints: the bytes that they move, and the waits for what they go to. */
#pragma once

#include "models/words/checkpoint_levels.h"
#include "sim/state/wait.h"

#include <stdbool.h>

struct bh_enclave;

/* The nearest level, from `nearest` on, that the checkpoint of the enclave's position goes to and that does not hold it
 * yet; BH_LEVELS: none. */
enum bh_level bh_checkpoint_next(const struct bh_enclave *enclave, enum bh_level nearest);

/* The state as it is becomes the newest checkpoint of a level; the oldest makes room for it. */
void bh_checkpoint_save(struct bh_enclave *enclave, enum bh_level level);

/* The enclave is back at the newest state, as it was when the nearest level that holds it was complete: what was to go to
 * farther levels then, and is not there, is still to be written (enclave->saving). Lost copies on nearer levels wait for
 * the next checkpoint. No effect without any state. */
void bh_checkpoint_owe(struct bh_enclave *enclave);

/* Expected time to restore that state; 0 without one. */
double bh_checkpoint_read_s(const struct bh_enclave *enclave);

/* Begins to move bytes, those of a checkpoint as the guards are now or those of the newest state: takes a time, or traffic
 * to or from storage. */
struct bh_wait bh_checkpoint_move(struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction,
                                  void (*finish)(struct bh_enclave *enclave, bool is_done));

/* Of an enclave that is about to write: waits until the storage hosts are up, or until its I/O gets through, or something
 * happens to it, and books that to those who caused it. */
struct bh_wait bh_storage_await(struct bh_enclave *enclave);
struct bh_wait bh_stops_await_io(struct bh_enclave *enclave);
