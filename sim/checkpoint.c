/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints at run time: bytes that move, states that are kept. */
#include "sim/checkpoint.h"

#include "sim/replica_state.h"

#include <simgrid/engine.h>
#include <stdlib.h>

enum bh_level bh_checkpoint_level(const struct bh_enclave *enclave)
{
    for (int level = 0; level < BH_LEVELS; level++)
        if (enclave->saved[level].is_valid)
            return (enum bh_level)level;
    return BH_LEVELS;
}

void bh_checkpoint_save(struct bh_enclave *enclave, enum bh_level level)
{
    struct bh_saved_state *state = &enclave->saved[level];
    free(state->copies);
    *state = (struct bh_saved_state){
        .is_valid = true, .work_s = enclave->work_s, .saved_s = simgrid_get_clock(), .ledger = enclave->ledger};
    state->copies = bh_errors_save(enclave->replica, enclave->index, &state->copies_count);
    enclave->events++;
}

bool bh_checkpoint_move(struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction)
{
    const struct bh_enclave_setup *setup = enclave->setup;
    double fixed_s = direction == BH_WRITE ? setup->write_s[level] : setup->read_s[level];
    if (setup->is_fixed[level])
        return bh_enclave_sleep(enclave, simgrid_get_clock() + fixed_s);
    enclave->activities += bh_transfer_activities(enclave->transfer);
    return !enclave->replica->over &&
           bh_transfer_run(enclave->transfer, direction, setup->checkpoint_bytes * bh_enclave_nodes(enclave));
}
