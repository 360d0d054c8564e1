/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Silent errors from their birth to the rollback that removes them, or to a wrong result. */
#include "sim/enclaves/verification.h"

#include "models/catalog/application.h"
#include "models/words/scope.h"
#include "sim/state/enclave_state.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"

#include <math.h>

static void count_tainted(struct bh_enclave *enclave, const struct bh_silent_error *error)
{
    struct bh_silent *silent = &enclave->silent;
    double steps = (bh_enclave_position_s(enclave) - error->position_s) / bh_enclave_application(enclave)->step_s.value;
    double ranks =
        bh_taint_draw(&enclave->setup->taint, fmax(0.0, steps), &enclave->replica->random, error->identity, 0);
    silent->tainted_count++;
    silent->tainted_sum += ranks;
    silent->tainted_most = fmax(silent->tainted_most, ranks);
}

static void find(struct bh_enclave *enclave, struct bh_silent_error *error)
{
    struct bh_replica *replica = enclave->replica;
    error->signal_s = enclave->replica->now_s + enclave->setup->verification.latency_s;
    enclave->counts.silent_found++;
    enclave->silent.delay_sum_s += enclave->replica->now_s - error->since_s;
    bh_silent_set_add(&enclave->silent.awaited, (size_t)(error - enclave->silent.list));
    count_tainted(enclave, error);
    if (enclave->setup->verification.latency_s <= 0.0)
        return;
    bh_event_queue_push(&replica->queue, (struct bh_event){.time_s = error->signal_s,
                                                           .kind = BH_EVENT_SILENT_SIGNAL,
                                                           .index = (uint64_t)enclave->index});
}

void bh_silent_verify(struct bh_enclave *enclave, double begun_s)
{
    struct bh_silent *silent = &enclave->silent;
    const struct bh_verification_spec *verification = &enclave->setup->verification;
    enclave->counts.verifications++;
    for (size_t i = 0; i < silent->present.count; i++) {
        struct bh_silent_error *error = &silent->list[silent->present.place[i]];
        if (error->since_s > begun_s || !isinf(error->signal_s))
            continue;
        double u =
            bh_random_uniform(&enclave->replica->random, BH_PURPOSE_VERIFICATION, error->identity, 0, error->looks++);
        if (u < verification->recall)
            find(enclave, error);
    }
    if (verification->latency_s <= 0.0) /* no later than now, not after the checkpoint that would follow */
        bh_silent_signal(enclave, enclave->replica->now_s);
}

/* What the application loses because of an error is its application extent: the enclave, which rolls back. */
static void widen_extent(const struct bh_silent_error *error)
{
    if (error->error != NULL)
        error->error->application_extent = bh_scope_wider(error->error->application_extent, BH_SCOPE_ENCLAVE);
}

void bh_silent_signal(struct bh_enclave *enclave, double time_s)
{
    struct bh_silent *silent = &enclave->silent;
    size_t left = 0;
    for (size_t i = 0; i < silent->awaited.count; i++) {
        struct bh_silent_error *error = &silent->list[silent->awaited.place[i]];
        error->is_signalled = error->signal_s <= time_s;
        if (!error->is_signalled)
            silent->awaited.place[left++] = silent->awaited.place[i];
    }
    bool is_news = left < silent->awaited.count;
    silent->awaited.count = left;
    if (!is_news || enclave->phase == BH_PHASE_DONE)
        return;
    bh_checkpoint_drop_known_bad(enclave);
    if (!bh_silent_set_is_known_bad(silent, &silent->present))
        return; /* a failure has taken the application back behind the error meanwhile */
    for (size_t i = 0; i < silent->present.count; i++)
        if (silent->list[silent->present.place[i]].is_signalled)
            widen_extent(&silent->list[silent->present.place[i]]);
    enclave->has_found = true;
    bh_enclave_signal(enclave);
}

const struct bh_silent_error *bh_silent_blamed(const struct bh_enclave *enclave)
{
    const struct bh_silent *silent = &enclave->silent;
    for (size_t i = 0; i < silent->present.count; i++) /* in order of birth */
        if (silent->list[silent->present.place[i]].is_signalled)
            return &silent->list[silent->present.place[i]];
    return NULL;
}

const struct bh_silent_error *bh_silent_awaited(const struct bh_enclave *enclave)
{
    const struct bh_silent *silent = &enclave->silent;
    for (size_t i = 0; i < silent->present.count; i++) {
        const struct bh_silent_error *error = &silent->list[silent->present.place[i]];
        if (!isinf(error->signal_s) && !error->is_signalled)
            return error;
    }
    return NULL;
}

void bh_silent_end(struct bh_enclave *enclave)
{
    const struct bh_silent *silent = &enclave->silent;
    for (size_t i = 0; i < silent->present.count; i++) {
        const struct bh_silent_error *error = &silent->list[silent->present.place[i]];
        if (isinf(error->signal_s) && bh_enclave_application(enclave)->kind->is_coupled)
            count_tainted(enclave, error);
    }
}
