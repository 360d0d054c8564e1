/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A bulk-synchronous enclave's checkpoints: what is kept of them, and the bytes that they move. */
#ifndef BH_SIM_CHECKPOINT_H
#define BH_SIM_CHECKPOINT_H

#include "sim/enclave.h"
#include "sim/scenario.h"
#include "sim/transfer.h"

#include <stdbool.h>

/* The level to restore from: the nearest that survived; BH_LEVELS: from the beginning. */
enum bh_level bh_checkpoint_level(const struct bh_enclave *enclave);

/* The state as it is becomes the checkpoint of a level. */
void bh_checkpoint_save(struct bh_enclave *enclave, enum bh_level level);

/* Sleeps, or moves bytes to or from storage. False when interrupted. */
bool bh_checkpoint_move(struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction);

#endif
