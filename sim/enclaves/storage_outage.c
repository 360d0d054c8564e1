/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Outages of the file system: who fails with it, who waits, and whose fault the waiting is. */
#include "sim/enclaves/storage_outage.h"

#include "sim/enclaves/checkpoint.h"
#include "sim/enclaves/outage.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/engine.h>
#include <stdlib.h>

/* A sleep ends this close to its time. */
static double resolution_s(double now_s)
{
    return 2.0 * fmax(1e-9, 1e-15 * now_s);
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
    double now_s = simgrid_get_clock();
    return bh_storage_up_s(replica) - now_s > resolution_s(now_s);
}

long bh_storage_cause(const struct bh_replica *replica)
{
    const struct bh_storage_state *state = &replica->storage;
    return state->pieces_count > 0 ? state->pieces[state->pieces_count - 1].cause : -1;
}

/* A piece for what this fault adds to the outage, if anything. */
static void add_piece(struct bh_replica *replica, double until_s, long cause)
{
    struct bh_storage_state *state = &replica->storage;
    if (until_s <= bh_storage_up_s(replica))
        return;
    state->pieces = bh_reallocate(state->pieces, state->pieces_count + 1, sizeof *state->pieces);
    state->pieces[state->pieces_count++] = (struct bh_storage_piece){until_s, cause};
}

/* Whether bytes go to or from storage, or are about to. */
static bool moves(const struct bh_enclave *enclave)
{
    enum bh_level level;
    if (enclave->phase == BH_PHASE_CHECKPOINT)
        return enclave->saving == BH_LEVEL_STORAGE;
    return enclave->phase == BH_PHASE_RESTORE && bh_checkpoint_newest(enclave, &level) != NULL &&
           level == BH_LEVEL_STORAGE;
}

/* Its processes end, on all nodes; their checkpoints stay, wherever they are. */
static void fail_enclave(struct bh_replica *replica, struct bh_enclave *enclave, struct bh_lost_enclaves *lost,
                         long cause)
{
    bh_losses_note(replica, lost, (size_t)enclave->index);
    bh_enclave_fail(enclave, enclave->partition->first_slot, BH_SCOPE_ENCLAVE, BH_LEVEL_MEMORY, cause);
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
        bh_outage_delay(enclave, cause);
    if (!moves(enclave))
        return;
    enclave->has_lost_storage = true;
    bh_enclave_signal(enclave);
}

void bh_storage_strike(struct bh_replica *replica, int source, const struct bh_fault *fault)
{
    double now_s = simgrid_get_clock(), *up_s = &replica->storage.up_s[fault->node];
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

void bh_storage_await(struct bh_enclave *enclave)
{
    struct bh_replica *replica = enclave->replica;
    double start_s = simgrid_get_clock();
    bh_enclave_sleep(enclave, bh_storage_up_s(replica));
    double now_s = simgrid_get_clock(), booked_s = start_s;
    const struct bh_storage_state *state = &replica->storage;
    size_t p = state->pieces_count;
    while (p > 0 && state->pieces[p - 1].until_s > start_s)
        p--;
    /* Up to the end of its piece each; the last one takes what rounding leaves. */
    for (; p < state->pieces_count && booked_s < now_s; p++) {
        double until_s = p + 1 < state->pieces_count ? fmin(now_s, state->pieces[p].until_s) : now_s;
        bh_ledger_book(&enclave->ledger, BH_PART_REPAIR_AND_SPARE_WAIT,
                       (until_s - booked_s) * bh_enclave_nodes(enclave),
                       bh_replica_cause(replica, state->pieces[p].cause));
        booked_s = until_s;
    }
}
