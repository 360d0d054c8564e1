/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A replica of a few enclaves built by hand: no scenario file, no platform, no SimGrid. */
#pragma once

#include "models/catalog/application.h"
#include "tests/support/helper.h"

#include "models/base/event_queue.h"
#include "sim/setup/setup.h"
#include "sim/state/enclave_kind.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/replica_state.h"

enum { SMALL_ENCLAVES = 3 };

struct small_replica {
    struct bh_scenario scenario;
    struct bh_setup setup;
    struct bh_application application;
    struct bh_enclave_spec specs[SMALL_ENCLAVES];
    struct bh_enclave_setup setups[SMALL_ENCLAVES];
    struct bh_enclave enclaves[SMALL_ENCLAVES];
    struct bh_composing composing[SMALL_ENCLAVES];
    struct bh_replica replica;
};

/* A kind that hangs while it is stalled, and has failed when told so. */
static bool small_fail(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope, struct bh_level_loss taken,
                       double ended_s, long cause)
{
    (void)slot, (void)taken, (void)ended_s;
    enclave->has_failed = true;
    enclave->failure_cause = cause;
    return scope >= BH_SCOPE_ENCLAVE;
}

static void small_stall(struct bh_enclave *enclave, uint64_t slot, bool begins, long cause)
{
    (void)slot, (void)cause;
    enclave->stalls += begins ? 1 : -1U;
}

static bool small_is_out(const struct bh_enclave *enclave)
{
    return enclave->has_failed || enclave->stalls > 0;
}

static bool small_runs(const struct bh_enclave *enclave, uint64_t slot)
{
    (void)slot;
    return !enclave->has_failed;
}

static const struct bh_enclave_kind small_kind = {
    .fail = small_fail, .stall = small_stall, .is_out = small_is_out, .runs = small_runs};

static inline void small_begin(struct small_replica *small)
{
    *small = (struct small_replica){0};
    small->setup =
        (struct bh_setup){.scenario = &small->scenario, .enclaves_count = SMALL_ENCLAVES, .enclaves = small->setups};
    small->application.kind = &bh_application_kinds[bh_kind_bulk_synchronous_number];
    small->replica = (struct bh_replica){
        .setup = &small->setup, .enclaves = small->enclaves, .composing = small->composing, .now_s = 100.0};
    for (size_t e = 0; e < SMALL_ENCLAVES; e++) {
        small->specs[e].application = &small->application;
        small->setups[e].spec = &small->specs[e];
        small->setups[e].nodes = 4;
        small->enclaves[e] = (struct bh_enclave){.replica = &small->replica,
                                                 .setup = &small->setups[e],
                                                 .kind = &small_kind,
                                                 .index = (int)e,
                                                 .saving = BH_LEVELS,
                                                 .return_s = INFINITY,
                                                 .protection_due_s = INFINITY};
    }
}

static inline void small_end(struct small_replica *small)
{
    bh_event_queue_clear(&small->replica.queue);
    free(small->replica.causes.cause);
}
