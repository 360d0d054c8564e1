/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Until when the file system is out, and whose fault that is. */
#include "sim/state/storage_state.h"

#include "models/base/extremes.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <stdlib.h>

/* A sleep ends this close to its time. */
static double resolution_s(double now_s)
{
    return 2.0 * bh_greater(1e-9, 1e-15 * now_s);
}

struct bh_storage_state bh_storage_state_create(uint64_t hosts)
{
    return (struct bh_storage_state){.up_s = bh_allocate(hosts + 1, sizeof(double))};
}

void bh_storage_state_clear(struct bh_storage_state *state)
{
    free(state->up_s);
    free(state->pieces);
    *state = (struct bh_storage_state){0};
}

double bh_storage_up_s(const struct bh_replica *replica)
{
    const struct bh_storage_state *state = &replica->storage;
    return state->pieces_count > 0 ? state->pieces[state->pieces_count - 1].until_s : -INFINITY;
}

bool bh_storage_is_down(const struct bh_replica *replica)
{
    if (replica->storage.pieces_count == 0)
        return false;
    double now_s = replica->now_s;
    return bh_storage_up_s(replica) - now_s > resolution_s(now_s);
}

long bh_storage_cause(const struct bh_replica *replica)
{
    const struct bh_storage_state *state = &replica->storage;
    return state->pieces_count > 0 ? state->pieces[state->pieces_count - 1].cause : -1;
}
