/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What all kinds of application share: how they begin, go from one thing to the next, and end. */
#include "sim/enclaves/enclave.h"

#include "models/base/extremes.h"
#include "sim/enclaves/verification.h"
#include "sim/state/enclave_kind.h"
#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"
#include "sim/state/waiting.h"

#include <stdlib.h>

static void finish_await_start(struct bh_enclave *enclave, bool is_done)
{
    if (!is_done && !bh_enclave_is_over(enclave)) {
        enclave->is_signalled = false;
        return;
    }
    enclave->started_s = enclave->replica->now_s;
    enclave->has_come = true;
}

static void finish_await_nodes(struct bh_enclave *enclave, bool is_done)
{
    (void)is_done;
    enclave->is_signalled = false;
    double start_s = enclave->about.from_s, now_s = enclave->replica->now_s;
    double boundary_s = bh_lesser(now_s, bh_greater(start_s, enclave->about.hardware_s));
    bh_enclave_book(enclave, BH_PART_REPAIR_AND_SPARE_WAIT, (boundary_s - start_s) * bh_enclave_nodes(enclave), -1);
    bh_enclave_book(enclave, BH_PART_RESTART, (now_s - boundary_s) * bh_enclave_nodes(enclave), -1);
}

/* Until its time comes, and then until its nodes are up. Those that are down have nobody to blame: what struck them struck
 * others, or nobody. */
static struct bh_wait await_start(struct bh_enclave *enclave)
{
    double now_s = enclave->replica->now_s, ready_s;
    if (!enclave->has_come)
        return bh_enclave_begin(enclave, finish_await_start, enclave->setup->spec->start_s);
    bh_machine_ready_s(enclave->replica->machine, enclave->index, now_s, &ready_s, &enclave->about.hardware_s);
    if (ready_s > now_s)
        return bh_enclave_begin(enclave, finish_await_nodes, ready_s);
    bh_enclave_resume(enclave);
    bh_silent_share(enclave);
    return bh_wait_no_time();
}

static void be_seen(const struct bh_enclave *enclave)
{
    if (enclave->replica->options.see != NULL)
        bh_enclave_be_seen(enclave);
}

struct bh_wait bh_enclave_next(struct bh_enclave *enclave, bool is_done)
{
    void (*finish)(struct bh_enclave *, bool) = enclave->about.finish;
    enclave->about.finish = NULL;
    if (finish != NULL)
        finish(enclave, is_done);
    while (enclave->phase != BH_PHASE_DONE && !bh_enclave_is_over(enclave)) {
        struct bh_wait wait = enclave->phase == BH_PHASE_NOT_STARTED
                                  ? await_start(enclave)
                                  : enclave->kind->next(enclave, enclave->replica->now_s);
        if (wait.what != BH_WAIT_NOTHING) {
            be_seen(enclave);
            return wait;
        }
    }
    if (enclave->phase != BH_PHASE_DONE)
        bh_enclave_end(enclave, false);
    be_seen(enclave);
    return (struct bh_wait){.what = BH_WAIT_NO_MORE};
}

void bh_enclave_clear(struct bh_enclave *enclave)
{
    bh_checkpoint_drop_all(enclave);
    bh_partners_clear(&enclave->partners);
    bh_silent_clear(enclave);
    free(enclave->messages.list);
    if (enclave->kind->clear != NULL)
        enclave->kind->clear(enclave);
    for (int what = 0; what < BH_NEEDS; what++)
        free(enclave->stop[what].piece);
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
    enclave->elapsed_s = enclave->replica->now_s - enclave->started_s;
    bh_protection_advance(&enclave->protection, enclave->replica->now_s);
    enclave->protected_s = enclave->protection.on_s;
    bh_enclave_book(enclave, BH_PART_IDLE_SPARES, spares * enclave->elapsed_s, -1);
    bh_ledger_assert_sum(&enclave->ledger, (bh_enclave_nodes(enclave) + spares) * enclave->elapsed_s);
    bh_composing_review(replica, (size_t)enclave->index);
    if (--replica->running == 0)
        replica->over = true;
}
