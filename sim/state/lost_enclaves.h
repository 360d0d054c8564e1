/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which enclaves an error takes down, and whether more are lost at once than is acceptable. */
#ifndef BH_SIM_STATE_LOST_ENCLAVES_H
#define BH_SIM_STATE_LOST_ENCLAVES_H

#include <stddef.h>
#include <stdint.h>

struct bh_replica;

/* Enclaves that one error took down, each once. */
struct bh_lost_enclaves {
    size_t count;
    size_t *enclave; /* owned */
};

/* Losses of the last while, for `acceptance`. */
struct bh_recent_losses {
    size_t count, room;
    struct bh_recent_loss {
        double time_s;
        size_t enclave;
    } * loss;
};

/* An enclave is lost now; `lost` is its error's. */
void bh_losses_note(struct bh_replica *replica, struct bh_lost_enclaves *lost, size_t enclave);
/* Adds the enclaves of one set to another. */
void bh_losses_join(struct bh_lost_enclaves *into, const struct bh_lost_enclaves *from);
/* The error is over: its losses enter the tallies, and the list is freed. */
void bh_losses_finish(struct bh_replica *replica, struct bh_lost_enclaves *lost);

#endif
