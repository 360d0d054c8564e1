/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A bulk-synchronous enclave's checkpoints: what is kept of them, and the bytes that they move. */
#ifndef BH_SIM_ENCLAVES_CHECKPOINT_H
#define BH_SIM_ENCLAVES_CHECKPOINT_H

#include "sim/enclaves/enclave.h"
#include "sim/platform/transfer.h"
#include "sim/scenario/scenario.h"

#include <stdbool.h>

/* The newest state that survived, on the nearer level if two are as new; NULL: only the beginning is left. `level` (or
 * NULL) is set to the level that holds it. */
const struct bh_saved_state *bh_checkpoint_newest(const struct bh_enclave *enclave, enum bh_level *level);

/* The nearest level, from `nearest` on, that the checkpoint of the enclave's position goes to and that does not hold it
 * yet; BH_LEVELS: none. */
enum bh_level bh_checkpoint_next(const struct bh_enclave *enclave, enum bh_level nearest);

/* The state as it is becomes the newest checkpoint of a level; the oldest makes room for it. */
void bh_checkpoint_save(struct bh_enclave *enclave, enum bh_level level);

/* The enclave is back at the newest state, as it was when the nearest level that holds it was complete: what was to go to
 * farther levels then, and is not there, is still to be written (enclave->saving). Lost copies on nearer levels wait for
 * the next checkpoint. No effect without any state. */
void bh_checkpoint_owe(struct bh_enclave *enclave);

/* A failure on a slot has left the level `nearest_left` and those beyond it. If that is the partner level, the node in
 * the slot is gone: checkpoints that its partner has lost before are gone too. */
void bh_checkpoint_lose(struct bh_enclave *enclave, uint64_t slot, enum bh_level nearest_left);

/* Gives up all checkpoints, or all that hold an error that has been signalled. */
void bh_checkpoint_drop_all(struct bh_enclave *enclave);
void bh_checkpoint_drop_known_bad(struct bh_enclave *enclave);
/* The same of those that were complete after a time. */
void bh_checkpoint_drop_newer(struct bh_enclave *enclave, double time_s);
bool bh_checkpoint_is_newer(const struct bh_saved_state *state, double time_s);

/* Expected time to restore that state; 0 without one. */
double bh_checkpoint_read_s(const struct bh_enclave *enclave);

/* Sleeps, or moves bytes to or from storage: those of a checkpoint as the guards are now, or those of the newest state.
 * False when interrupted. */
bool bh_checkpoint_move(struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction);

#endif
