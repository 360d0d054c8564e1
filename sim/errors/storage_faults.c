/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Outages of the file system: who fails with it, who waits, and whose fault the waiting is. */
#include "sim/errors/storage_faults.h"

#include "models/catalog/fault_class.h"
#include "sim/state/enclave_state.h"
#include "sim/state/enclave_told.h"
#include "sim/state/replica_state.h"
#include "sim/state/waiting.h"

#include <string.h>

/* A piece for what this fault adds to the outage, if anything. */
static void add_piece(struct bh_replica *replica, double until_s, long cause)
{
    struct bh_storage_state *state = &replica->storage;
    if (until_s <= bh_storage_up_s(replica))
        return;
    state->pieces = bh_reallocate(state->pieces, state->pieces_count + 1, sizeof *state->pieces);
    state->pieces[state->pieces_count++] = (struct bh_storage_piece){until_s, cause};
}

/* Its processes end, on all nodes; their checkpoints stay, wherever they are. */
static void fail_enclave(struct bh_replica *replica, struct bh_enclave *enclave, struct bh_lost_enclaves *lost,
                         long cause)
{
    bh_losses_note(replica, lost, (size_t)enclave->index);
    struct bh_level_loss taken = {.scope = BH_SCOPE_PROCESS};
    bh_enclave_fail(enclave, enclave->partition->first_slot, BH_SCOPE_ENCLAVE, taken, replica->now_s, cause);
}

static void strike_enclave(struct bh_replica *replica, struct bh_enclave *enclave, const struct bh_fault *fault,
                           struct bh_lost_enclaves *lost, long cause)
{
    if (!bh_enclave_is_there(enclave) || !bh_setup_needs_storage(enclave->setup))
        return;
    if (bh_enclave_runs(enclave, enclave->partition->first_slot)) {
        double u = bh_random_uniform(&replica->random, BH_PURPOSE_STORAGE, fault->identity,
                                     bh_identity(enclave->setup->spec->name), 0);
        if (u < fault->stream->hardware->fails_jobs.value)
            fail_enclave(replica, enclave, lost, cause);
    } else
        bh_enclave_delay(enclave, cause);
    if (!bh_checkpoint_moves(enclave, BH_THROUGH_STORAGE))
        return;
    enclave->has_lost_storage = true;
    bh_enclave_signal(enclave);
}

void bh_storage_strike(struct bh_replica *replica, int source, const struct bh_fault *fault)
{
    double now_s = replica->now_s, *up_s = &replica->storage.up_s[fault->node];
    struct bh_lost_enclaves lost = {0};
    if (*up_s > now_s) {
        replica->tallies.struck_while_down++;
        return;
    }
    *up_s = now_s + bh_fault_repair_s(&replica->random, fault);
    long cause = (long)bh_causes_find(&replica->causes, (struct bh_cause_key){source, -2, -1, -1, BH_SCOPE_NONE});
    add_piece(replica, *up_s, cause);
    for (size_t e = 0; e < replica->setup->enclaves_count; e++)
        strike_enclave(replica, &replica->enclaves[e], fault, &lost, cause);
    replica->causes.cause[cause].failures += lost.count > 0;
    replica->tallies.simultaneous_losses += lost.count > 1;
    for (size_t i = 0; replica->has_tight && i < lost.count; i++)
        bh_composing_review(replica, lost.enclave[i]);
    bh_losses_finish(replica, &lost);
}
