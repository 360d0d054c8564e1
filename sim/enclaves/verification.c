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
#include <stdlib.h>

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
    struct bh_silent *silent = &enclave->silent;
    error->signal_s = enclave->replica->now_s + enclave->setup->verification.latency_s;
    error->passed_work_s = silent->passed_work_s;
    bh_silent_set_add(&silent->awaited, (size_t)(error - silent->list));
    if (!error->is_counted) {
        enclave->counts.silent_found++;
        silent->delay_sum_s += enclave->replica->now_s - error->since_s;
        count_tainted(enclave, error);
    }
    error->is_counted = true;
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
    bool passes = silent->awaited.count == 0;
    enclave->counts.verifications++;
    for (size_t i = 0; i < silent->present.count; i++) {
        struct bh_silent_error *error = &silent->list[silent->present.place[i]];
        if (error->since_s > begun_s || !isinf(error->signal_s))
            continue;
        uint64_t look = bh_silent_look(enclave->replica, error);
        double u = bh_random_uniform(&enclave->replica->random, BH_PURPOSE_VERIFICATION, error->identity, 0, look);
        if (u >= verification->recall)
            continue;
        find(enclave, error);
        passes = false;
    }
    if (passes) {
        silent->passed_work_s = enclave->work_s;
        bh_checkpoint_pass(enclave);
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

/* Which of the errors that are signalled now a return is booked to: of those in the data, the one that was there first. */
static void blame(struct bh_silent *silent, const size_t *signalled, size_t count)
{
    silent->blamed = signalled[0];
    for (size_t i = 0; i < silent->present.count; i++)
        for (size_t n = 0; n < count; n++)
            if (silent->present.place[i] == signalled[n]) {
                silent->blamed = signalled[n];
                return;
            }
}

/* Gives up states, and says whether the enclave has to return to one that is left. */
static bool give_up_states(struct bh_enclave *enclave, const size_t *signalled, size_t count)
{
    const struct bh_silent *silent = &enclave->silent;
    double passed_work_s = INFINITY, found_s = -INFINITY;
    if (enclave->setup->verification.knows_age) {
        bh_checkpoint_drop_known_bad(enclave);
        return bh_silent_set_is_known_bad(silent, &silent->present);
    }
    for (size_t n = 0; n < count; n++) {
        const struct bh_silent_error *error = &silent->list[signalled[n]];
        passed_work_s = fmin(passed_work_s, error->passed_work_s);
        found_s = fmax(found_s, error->signal_s - enclave->setup->verification.latency_s);
    }
    bh_checkpoint_drop_beyond(enclave, passed_work_s);
    if (enclave->back_s > found_s && enclave->back_work_s <= passed_work_s * (1.0 + 1e-12))
        return false; /* a failure has taken it there meanwhile */
    bh_checkpoint_go_further(enclave, INFINITY);
    return true;
}

void bh_silent_signal(struct bh_enclave *enclave, double time_s)
{
    struct bh_silent *silent = &enclave->silent;
    size_t left = 0, count = 0, *signalled = bh_allocate(silent->awaited.count + 1, sizeof *signalled);
    for (size_t i = 0; i < silent->awaited.count; i++) {
        struct bh_silent_error *error = &silent->list[silent->awaited.place[i]];
        error->is_signalled = error->signal_s <= time_s;
        if (error->is_signalled)
            signalled[count++] = silent->awaited.place[i];
        else
            silent->awaited.place[left++] = silent->awaited.place[i];
    }
    silent->awaited.count = left;
    if (count > 0 && enclave->phase != BH_PHASE_DONE) {
        blame(silent, signalled, count);
        if (give_up_states(enclave, signalled, count)) {
            for (size_t i = 0; i < silent->present.count; i++)
                if (silent->list[silent->present.place[i]].is_signalled)
                    widen_extent(&silent->list[silent->present.place[i]]);
            enclave->has_found = true;
            bh_enclave_signal(enclave);
        }
    }
    free(signalled);
}

const struct bh_silent_error *bh_silent_blamed(const struct bh_enclave *enclave)
{
    return &enclave->silent.list[enclave->silent.blamed];
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
