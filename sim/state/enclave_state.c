/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What an enclave is at this moment, apart from what it does. */
#include "sim/state/enclave_state.h"

#include "models/catalog/application.h"
#include "sim/setup/questions.h"
#include "sim/state/enclave_kind.h"
#include "sim/state/replica_state.h"

const struct bh_recovery_numbers *bh_enclave_recovery(const struct bh_enclave *enclave)
{
    return bh_setup_recovery(enclave->replica->setup);
}

void bh_enclave_signal(struct bh_enclave *enclave)
{
    enclave->is_signalled = true;
    bh_span_add(&enclave->replica->signalled, (size_t)enclave->index);
}

void bh_enclave_nodes_came(struct bh_enclave *enclave)
{
    if (enclave->phase == BH_PHASE_AWAIT_NODES || enclave->phase == BH_PHASE_NOT_STARTED ||
        (bh_enclave_application(enclave)->kind->loses_parts && enclave->phase != BH_PHASE_DONE))
        bh_enclave_signal(enclave);
}

bool bh_enclave_computes(const struct bh_enclave *enclave, uint64_t slot)
{
    return bh_enclave_runs(enclave, slot) && enclave->phase == BH_PHASE_COMPUTE && !enclave->has_found &&
           !bh_enclave_is_out(enclave);
}

bool bh_enclave_is_out(const struct bh_enclave *enclave)
{
    return bh_enclave_is_there(enclave) && enclave->kind->is_out(enclave);
}

const char *const bh_doing_names[] = {
    [BH_DOING_NOTHING] = "not there",
    [BH_DOING_WORK] = "works",
    [BH_DOING_SAVE] = "saves or verifies",
    [BH_DOING_DETECT] = "stalls, or finds out",
    [BH_DOING_AWAIT_NODES] = "awaits nodes or storage",
    [BH_DOING_RESTART] = "restarts or restores",
    [BH_DOING_AWAIT_PARTNER] = "awaits a partner",
    [BH_DOING_FAIL] = "fails",
};

void bh_enclave_be_seen(const struct bh_enclave *enclave)
{
    static const enum bh_doing doings[] = {
        [BH_PHASE_COMPUTE] = BH_DOING_WORK,
        [BH_PHASE_VERIFY] = BH_DOING_SAVE,
        [BH_PHASE_CHECKPOINT] = BH_DOING_SAVE,
        [BH_PHASE_AWAIT_SIGNAL] = BH_DOING_SAVE,
        [BH_PHASE_STALLED] = BH_DOING_DETECT,
        [BH_PHASE_DETECT] = BH_DOING_DETECT,
        [BH_PHASE_AWAIT_NODES] = BH_DOING_AWAIT_NODES,
        [BH_PHASE_AWAIT_STORAGE] = BH_DOING_AWAIT_NODES,
        [BH_PHASE_RESTART] = BH_DOING_RESTART,
        [BH_PHASE_RESTORE] = BH_DOING_RESTART,
        [BH_PHASE_NOT_STARTED] = BH_DOING_NOTHING,
        [BH_PHASE_DONE] = BH_DOING_NOTHING,
    };
    const struct bh_replica *replica = enclave->replica;
    struct bh_doing_seen seen = {replica->now_s, (size_t)enclave->index, doings[enclave->phase]};
    if (seen.doing == BH_DOING_WORK && bh_enclave_is_out(enclave)) /* a service too many of whose parts are down */
        seen.doing = BH_DOING_AWAIT_NODES;
    else if (seen.doing == BH_DOING_WORK && enclave->awaits_partner)
        seen.doing = BH_DOING_AWAIT_PARTNER;
    replica->options.see(replica->options.see_context, &seen);
}

bool bh_enclave_is_behind(const struct bh_enclave *enclave)
{
    return bh_enclave_is_there(enclave) && enclave->work_s < enclave->lost_until_s;
}

bool bh_enclave_runs(const struct bh_enclave *enclave, uint64_t slot)
{
    return bh_enclave_is_there(enclave) && enclave->kind->runs(enclave, slot);
}

void bh_enclave_resume(struct bh_enclave *enclave)
{
    if (enclave->stalls > 0)
        enclave->phase = BH_PHASE_STALLED;
    else
        enclave->phase = enclave->saving < BH_LEVELS ? BH_PHASE_CHECKPOINT : BH_PHASE_COMPUTE;
}

enum bh_part bh_enclave_held_by(const struct bh_enclave *enclave)
{
    if (bh_protection_is_switching(&enclave->protection))
        return BH_PART_SWITCHING;
    if (enclave->awaits_partner)
        return BH_PART_COMPOSITION_WAIT;
    if (enclave->exchanges == 0)
        return BH_PARTS;
    return enclave->exchanges > enclave->resends ? BH_PART_COMPOSITION : BH_PART_DEGRADED;
}

void bh_enclave_retime(struct bh_enclave *enclave)
{
    if (enclave->phase == BH_PHASE_COMPUTE)
        bh_enclave_signal(enclave);
}

void bh_enclave_book_useful(struct bh_enclave *enclave, const struct bh_pace *pace, double node_s, double noise_node_s)
{
    const struct bh_slowdown *slowdown = &pace->slowdown;
    double work_node_s = node_s - noise_node_s;
    double per_wall = 1.0 / bh_slowdown_sum(slowdown);
    bh_ledger_book(&enclave->ledger, BH_PART_COMPUTE, work_node_s * slowdown->compute * per_wall, NULL);
    bh_ledger_book(&enclave->ledger, BH_PART_VIRTUALIZATION, work_node_s * slowdown->virtualization * per_wall, NULL);
    bh_ledger_book(&enclave->ledger, BH_PART_GUARDS, work_node_s * slowdown->guards * per_wall, NULL);
    bh_ledger_book(&enclave->ledger, BH_PART_DEGRADED, work_node_s * slowdown->degraded * per_wall, NULL);
    bh_ledger_book(&enclave->ledger, BH_PART_NOISE, noise_node_s, NULL);
}

double bh_enclave_position_s(const struct bh_enclave *enclave)
{
    return enclave->work_s + enclave->stretch_rate * (enclave->replica->now_s - enclave->stretch_start_s);
}

void bh_enclave_book(struct bh_enclave *enclave, enum bh_part part, double node_s, long cause)
{
    bh_ledger_book(&enclave->ledger, part, node_s, bh_cause_at(&enclave->replica->causes, cause));
}

const struct bh_application *bh_enclave_application(const struct bh_enclave *enclave)
{
    return enclave->setup->spec->application;
}

const struct bh_scenario *bh_enclave_scenario(const struct bh_enclave *enclave)
{
    return enclave->replica->setup->scenario;
}
