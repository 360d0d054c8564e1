/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Counts enclaves that are lost: per error, and at once. */
#include "sim/state/lost_enclaves.h"

#include "sim/state/replica_state.h"

#include <simgrid/engine.h>
#include <stdlib.h>

static void add(struct bh_lost_enclaves *lost, size_t enclave)
{
    for (size_t i = 0; i < lost->count; i++)
        if (lost->enclave[i] == enclave)
            return;
    lost->enclave = bh_reallocate(lost->enclave, lost->count + 1, sizeof *lost->enclave);
    lost->enclave[lost->count++] = enclave;
}

/* Losses older than `within` are dropped; an enclave that is lost again counts once, from the later time on. */
static void judge(struct bh_replica *replica, size_t enclave)
{
    const struct bh_acceptance *acceptance = &replica->setup->scenario->acceptance;
    struct bh_recent_losses *recent = &replica->recent_losses;
    double now_s = simgrid_get_clock();
    size_t kept = 0;
    for (size_t i = 0; i < recent->count; i++)
        if (recent->loss[i].enclave != enclave && recent->loss[i].time_s >= now_s - acceptance->within_s)
            recent->loss[kept++] = recent->loss[i];
    recent->count = kept;
    if (recent->count == recent->room) {
        recent->room = recent->room > 0 ? 2 * recent->room : 8;
        recent->loss = bh_reallocate(recent->loss, recent->room, sizeof *recent->loss);
    }
    recent->loss[recent->count++] = (struct bh_recent_loss){now_s, enclave};
    struct bh_tallies *tallies = &replica->tallies;
    if ((double)recent->count > tallies->lost_at_once)
        tallies->lost_at_once = (double)recent->count;
    if (recent->count > acceptance->lost_at_once && !tallies->is_unacceptable) {
        tallies->is_unacceptable = true;
        tallies->unacceptable_s = now_s;
    }
}

void bh_losses_note(struct bh_replica *replica, struct bh_lost_enclaves *lost, size_t enclave)
{
    add(lost, enclave);
    if (replica->setup->scenario->acceptance.is_given)
        judge(replica, enclave);
}

void bh_losses_join(struct bh_lost_enclaves *into, const struct bh_lost_enclaves *from)
{
    for (size_t i = 0; i < from->count; i++)
        add(into, from->enclave[i]);
}

void bh_losses_finish(struct bh_replica *replica, struct bh_lost_enclaves *lost)
{
    struct bh_tallies *tallies = &replica->tallies;
    tallies->losing_errors += lost->count > 0;
    tallies->enclaves_lost += (double)lost->count;
    if ((double)lost->count > tallies->enclaves_lost_most)
        tallies->enclaves_lost_most = (double)lost->count;
    free(lost->enclave);
    *lost = (struct bh_lost_enclaves){0};
}
