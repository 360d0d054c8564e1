/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What bulk-synchronous applications and loss-tolerant services share: the actor, signals, silent errors, the end. */
#include "sim/enclaves/enclave.h"

#include "sim/enclaves/checkpoint.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <stdlib.h>

bool bh_enclave_is_service(const struct bh_enclave *enclave)
{
    return enclave->setup->spec->application->tolerates_loss;
}

double bh_enclave_nodes(const struct bh_enclave *enclave)
{
    return (double)enclave->setup->nodes;
}

const struct bh_recovery_numbers *bh_enclave_recovery(const struct bh_enclave *enclave)
{
    return &enclave->replica->setup->scenario->catalog->recovery;
}

bool bh_enclave_is_there(const struct bh_enclave *enclave)
{
    return enclave->phase != BH_PHASE_DONE && enclave->phase != BH_PHASE_NOT_STARTED;
}

void bh_enclave_resume(struct bh_enclave *enclave)
{
    if (enclave->stalls > 0)
        enclave->phase = BH_PHASE_STALLED;
    else
        enclave->phase = enclave->saving < BH_LEVELS ? BH_PHASE_CHECKPOINT : BH_PHASE_COMPUTE;
}

bool bh_enclave_is_over(const struct bh_enclave *enclave)
{
    return enclave->replica->over || enclave->must_leave;
}

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
    bh_ledger_book(&enclave->ledger, BH_PART_REPAIR_AND_SPARE_WAIT, (boundary_s - start_s) * bh_enclave_nodes(enclave),
                   NULL);
    bh_ledger_book(&enclave->ledger, BH_PART_RESTART, (now_s - boundary_s) * bh_enclave_nodes(enclave), NULL);
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
    if (bh_enclave_is_service(enclave))
        bh_service_body(enclave);
    else
        bh_bulk_synchronous_body(enclave);
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
    bh_service_clear(enclave);
    for (int what = 0; what < BH_NEEDS; what++)
        free(enclave->stop[what].piece);
    bh_transfer_destroy(enclave->transfer);
    bh_bed_destroy(&enclave->bed);
}

void bh_enclave_signal(struct bh_enclave *enclave)
{
    enclave->is_signalled = true;
    enclave->replica->has_signalled = true;
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

void bh_enclave_fail(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope, enum bh_level nearest_left,
                     long cause)
{
    if (!bh_enclave_is_there(enclave))
        return;
    if (bh_enclave_is_service(enclave))
        bh_service_fail(enclave, scope < BH_SCOPE_ENCLAVE ? slot : BH_ALL_SLOTS, cause);
    else
        bh_bulk_synchronous_fail(enclave, slot, nearest_left, cause);
    bh_enclave_signal(enclave);
}

void bh_enclave_stall(struct bh_enclave *enclave, uint64_t slot, bool begins, long cause)
{
    if (enclave->phase == BH_PHASE_DONE)
        return;
    if (bh_enclave_is_service(enclave)) {
        bh_service_stall(enclave, slot, begins, cause);
        bh_enclave_signal(enclave);
        bh_composing_review(enclave->replica, (size_t)enclave->index);
        return;
    }
    enclave->stalls += begins ? 1 : -1U;
    if (begins && cause >= 0)
        enclave->stall_cause = cause;
    if (enclave->phase <= BH_PHASE_STALLED) /* an outage goes on whether or not a zone hangs */
        bh_enclave_signal(enclave);
    bh_composing_review(enclave->replica, (size_t)enclave->index);
}

void bh_enclave_nodes_came(struct bh_enclave *enclave)
{
    if (enclave->phase == BH_PHASE_AWAIT_NODES || enclave->phase == BH_PHASE_NOT_STARTED ||
        (bh_enclave_is_service(enclave) && enclave->phase != BH_PHASE_DONE))
        bh_enclave_signal(enclave);
}

bool bh_enclave_computes(const struct bh_enclave *enclave, uint64_t slot)
{
    bool is_disturbed = enclave->has_failed || enclave->has_found || enclave->stalls > 0 ||
                        (bh_enclave_is_service(enclave) && bh_service_is_out(enclave));
    return bh_enclave_runs(enclave, slot) && enclave->phase == BH_PHASE_COMPUTE && !is_disturbed;
}

bool bh_enclave_is_out(const struct bh_enclave *enclave)
{
    if (!bh_enclave_is_there(enclave))
        return false;
    if (bh_enclave_is_service(enclave))
        return bh_service_is_out(enclave);
    return enclave->has_failed || enclave->stalls > 0 || enclave->phase > BH_PHASE_STALLED;
}

bool bh_enclave_is_behind(const struct bh_enclave *enclave)
{
    return bh_enclave_is_there(enclave) && enclave->work_s < enclave->lost_until_s;
}

/* A service has no state to return to, and loses none. */
void bh_enclave_return(struct bh_enclave *enclave, double state_s, long cause)
{
    if (!bh_enclave_is_there(enclave) || bh_enclave_is_service(enclave))
        return;
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    bool is_back = !bh_enclave_runs(enclave, 0) ||
                   bh_bulk_synchronous_position_s(enclave) <= (newest != NULL ? newest->work_s : 0.0);
    if (is_back && (newest == NULL || !bh_checkpoint_is_newer(newest, state_s)))
        return; /* it is there, or on its way */
    if (state_s < enclave->return_s) {
        enclave->return_s = state_s;
        enclave->return_cause = cause;
    }
    bh_enclave_signal(enclave);
}

bool bh_enclave_runs(const struct bh_enclave *enclave, uint64_t slot)
{
    if (!bh_enclave_is_there(enclave))
        return false;
    if (bh_enclave_is_service(enclave))
        return bh_service_runs(enclave, slot);
    return enclave->phase <= BH_PHASE_STALLED && !enclave->has_failed;
}

bool bh_enclave_sleep(struct bh_enclave *enclave, double until_s)
{
    while (!enclave->is_signalled && !bh_enclave_is_over(enclave))
        if (bh_bed_sleep(enclave->replica, &enclave->bed, until_s))
            return !enclave->is_signalled; /* what strikes at the very end still strikes */
    return false;
}

const struct bh_pace *bh_enclave_pace(const struct bh_enclave *enclave)
{
    return &enclave->setup->pace[bh_protection_is_on(&enclave->protection)];
}

enum bh_part bh_enclave_held_by(const struct bh_enclave *enclave)
{
    if (bh_protection_is_switching(&enclave->protection))
        return BH_PART_SWITCHING;
    if (enclave->awaits_partner)
        return BH_PART_COMPOSITION_WAIT;
    return enclave->exchanges > 0 ? BH_PART_COMPOSITION : BH_PARTS;
}

/* Where data waited for I/O that did not get through, that is to blame. */
void bh_enclave_book_held(struct bh_enclave *enclave, enum bh_part part, double from_s, double to_s, double nodes)
{
    if (part == BH_PART_COMPOSITION && enclave->held_for != NULL)
        bh_stops_book(enclave, enclave->held_for, BH_NEED_IO, from_s, to_s, nodes, part, -1);
    else
        bh_ledger_book(&enclave->ledger, part, (to_s - from_s) * nodes, NULL);
}

void bh_enclave_retime(struct bh_enclave *enclave)
{
    if (enclave->phase == BH_PHASE_COMPUTE || (bh_enclave_is_service(enclave) && bh_enclave_is_there(enclave)))
        bh_enclave_signal(enclave);
}

void bh_enclave_book_useful(struct bh_enclave *enclave, const struct bh_pace *pace, double node_s, double noise_node_s)
{
    const struct bh_slowdown *slowdown = &pace->slowdown;
    double work_node_s = node_s - noise_node_s;
    double per_wall = 1.0 / (slowdown->compute + slowdown->virtualization + slowdown->guards);
    bh_ledger_book(&enclave->ledger, BH_PART_COMPUTE, work_node_s * slowdown->compute * per_wall, NULL);
    bh_ledger_book(&enclave->ledger, BH_PART_VIRTUALIZATION, work_node_s * slowdown->virtualization * per_wall, NULL);
    bh_ledger_book(&enclave->ledger, BH_PART_GUARDS, work_node_s * slowdown->guards * per_wall, NULL);
    bh_ledger_book(&enclave->ledger, BH_PART_NOISE, noise_node_s, NULL);
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
    bh_ledger_book(&enclave->ledger, BH_PART_IDLE_SPARES, spares * enclave->elapsed_s, NULL);
    bh_ledger_assert_sum(&enclave->ledger, (bh_enclave_nodes(enclave) + spares) * enclave->elapsed_s);
    bh_composing_review(replica, (size_t)enclave->index);
    if (--replica->running == 0) {
        replica->over = true;
        bh_bed_wake(&replica->injector_bed);
    }
}
