/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Guards that come and go: what they see, and when they change next. */
#include "sim/state/protecting.h"

#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"

#include <math.h>

void bh_protecting_follow(struct bh_replica *replica, struct bh_enclave *enclave, bool has_changed)
{
    double next_s = bh_protection_next_s(&enclave->protection);
    if (next_s != enclave->protection_due_s && !isinf(next_s))
        bh_event_queue_push(
            &replica->queue,
            (struct bh_event){.time_s = next_s, .kind = BH_EVENT_PROTECTION, .index = (uint64_t)enclave->index});
    enclave->protection_due_s = next_s;
    if (has_changed)
        bh_enclave_retime(enclave);
}

void bh_protecting_advance(struct bh_replica *replica, size_t index, double time_s)
{
    struct bh_enclave *enclave = &replica->enclaves[index];
    enclave->protection_due_s = INFINITY;
    bh_protecting_follow(replica, enclave, bh_protection_advance(&enclave->protection, time_s));
}

static void see_error(struct bh_replica *replica, struct bh_enclave *enclave)
{
    enum bh_protection_phase before = enclave->protection.phase;
    bh_protection_error(&enclave->protection, replica->now_s);
    bh_protecting_follow(replica, enclave, enclave->protection.phase != before);
}

void bh_protecting_see(struct bh_replica *replica, const struct bh_partition *partition, int owner)
{
    const struct bh_partition_class *class = &replica->setup->scenario->partitions.class[partition->class];
    for (size_t t = 0; t < class->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[partition->enclave[t]];
        if (enclave->protection.rule.when == BH_PROTECT_ERRORS && (owner < 0 || owner == enclave->index))
            see_error(replica, enclave);
    }
}
