/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What an enclave is told: its kind says what comes of it. */
#include "sim/state/enclave_told.h"

#include "sim/state/enclave_kind.h"
#include "sim/state/enclave_state.h"
#include "sim/state/waiting.h"

bool bh_enclave_fail(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope, struct bh_level_loss taken,
                     double ended_s, long cause)
{
    if (!bh_enclave_is_there(enclave))
        return false;
    const struct bh_replica *replica = enclave->replica;
    double before = enclave->counts.interruptions;
    bool is_lost = enclave->kind->fail(enclave, slot, scope, taken, ended_s, cause);
    if (replica->options.see != NULL && enclave->counts.interruptions > before)
        replica->options.see(replica->options.see_context,
                             &(struct bh_doing_seen){replica->now_s, (size_t)enclave->index, BH_DOING_FAIL});
    bh_enclave_signal(enclave);
    return is_lost;
}

void bh_enclave_stall(struct bh_enclave *enclave, uint64_t slot, bool begins, long cause)
{
    if (enclave->phase == BH_PHASE_DONE)
        return;
    enclave->kind->stall(enclave, slot, begins, cause);
    bh_composing_review(enclave->replica, (size_t)enclave->index);
}

void bh_enclave_return(struct bh_enclave *enclave, double state_s, long cause)
{
    if (bh_enclave_is_there(enclave) && enclave->kind->go_back != NULL)
        enclave->kind->go_back(enclave, state_s, cause);
}

void bh_enclave_delay(struct bh_enclave *enclave, long cause)
{
    if (enclave->kind->delay != NULL)
        enclave->kind->delay(enclave, cause);
}
