/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What bulk-synchronous applications and loss-tolerant services share: the actor, signals, silent errors, the end. */
#include "sim/enclaves/enclave.h"

#include "sim/enclaves/verification.h"
#include "sim/platform/transfer.h"
#include "sim/state/enclave_kind.h"
#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"
#include "sim/state/waiting.h"

#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <stdlib.h>

/* Nodes that are down at the start have nobody to blame: what struck them struck others, or nobody. */
static void await_nodes_at_start(struct bh_enclave *enclave)
{
    double start_s = simgrid_get_clock(), ready_s, hardware_s;
    bh_machine_ready_s(enclave->replica->machine, enclave->index, start_s, &ready_s, &hardware_s);
    if (ready_s <= start_s) {
        bh_enclave_resume(enclave);
        return;
    }
    bh_enclave_sleep(enclave, ready_s);
    enclave->is_signalled = false;
    double now_s = simgrid_get_clock(), boundary_s = fmin(now_s, fmax(start_s, hardware_s));
    bh_enclave_book(enclave, BH_PART_REPAIR_AND_SPARE_WAIT, (boundary_s - start_s) * bh_enclave_nodes(enclave), -1);
    bh_enclave_book(enclave, BH_PART_RESTART, (now_s - boundary_s) * bh_enclave_nodes(enclave), -1);
}

static void await_start(struct bh_enclave *enclave)
{
    while (!bh_enclave_is_over(enclave) && !bh_enclave_sleep(enclave, enclave->setup->spec->start_s))
        enclave->is_signalled = false;
    enclave->started_s = simgrid_get_clock();
    while (!bh_enclave_is_over(enclave) && enclave->phase == BH_PHASE_NOT_STARTED)
        await_nodes_at_start(enclave);
}

static void enclave_actor(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct bh_enclave *enclave = sg_actor_self_get_data();
    enclave->activities = 0;
    if (enclave->phase == BH_PHASE_NOT_STARTED)
        await_start(enclave);
    enclave->kind->body(enclave);
}

int bh_enclave_start(struct bh_enclave *enclave, struct bh_error *err)
{
    sg_host_t host = bh_platform_host(enclave->replica->platform, 0);
    const char *argv[] = {enclave->setup->spec->name};
    sg_actor_t actor = sg_actor_init(enclave->setup->spec->name, host);
    if (actor == NULL)
        return bh_fail(err, BH_ERROR_SYSTEM, "SimGrid made no actor for enclave `%s`", enclave->setup->spec->name);
    sg_actor_set_data(actor, enclave);
    sg_actor_start_(actor, enclave_actor, 1, argv);
    return 0;
}

void bh_enclave_clear(struct bh_enclave *enclave)
{
    bh_checkpoint_drop_all(enclave);
    bh_partners_clear(&enclave->partners);
    bh_silent_clear(enclave);
    if (enclave->kind->clear != NULL)
        enclave->kind->clear(enclave);
    for (int what = 0; what < BH_NEEDS; what++)
        free(enclave->stop[what].piece);
    bh_transfer_destroy(enclave->transfer);
    bh_bed_destroy(&enclave->bed);
}

void bh_enclave_wake(struct bh_enclave *enclave)
{
    if (!enclave->is_signalled || enclave->phase == BH_PHASE_DONE)
        return;
    if (enclave->transfer != NULL && bh_transfer_is_active(enclave->transfer))
        bh_transfer_interrupt(enclave->transfer);
    else
        bh_bed_wake(&enclave->bed);
}

void bh_enclave_end(struct bh_enclave *enclave, bool is_finished)
{
    struct bh_replica *replica = enclave->replica;
    const struct bh_scenario *scenario = replica->setup->scenario;
    /* Spares stand by for all: each partition has its share, by nodes, and its first enclave carries it. */
    double share = (double)enclave->setup->nodes / (double)scenario->nodes;
    double spares = enclave->setup->spec->tenant == 0 ? (double)scenario->spares * share : 0.0;
    bh_silent_end(enclave);
    enclave->phase = BH_PHASE_DONE;
    enclave->is_finished = is_finished;
    enclave->elapsed_s = simgrid_get_clock() - enclave->started_s;
    bh_protection_advance(&enclave->protection, simgrid_get_clock());
    enclave->protected_s = enclave->protection.on_s;
    bh_enclave_book(enclave, BH_PART_IDLE_SPARES, spares * enclave->elapsed_s, -1);
    bh_ledger_assert_sum(&enclave->ledger, (bh_enclave_nodes(enclave) + spares) * enclave->elapsed_s);
    bh_composing_review(replica, (size_t)enclave->index);
    if (--replica->running == 0) {
        replica->over = true;
        bh_bed_wake(&replica->injector_bed);
    }
}
