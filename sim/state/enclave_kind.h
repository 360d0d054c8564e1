/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What kinds of application differ in: a row of functions each, in sim/enclaves. */
#pragma once

#include "models/node/zone_tree.h"
#include "sim/setup/levels/levels.h"

#include <stdbool.h>
#include <stdint.h>

struct bh_enclave;

struct bh_enclave_kind {
    /* Begins what comes next, now, and says what to wait for; what it is about has a function to call then
     * (struct bh_about). It is there and not over. */
    struct bh_wait (*next)(struct bh_enclave *enclave, double now_s);

    /* What it is told (enclave_told.h) while it is there; go_back and delay may be NULL. */
    bool (*fail)(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope, struct bh_level_loss taken,
                 double ended_s, long cause);
    void (*stall)(struct bh_enclave *enclave, uint64_t slot, bool begins, long cause);
    void (*go_back)(struct bh_enclave *enclave, double state_s, long cause);
    void (*delay)(struct bh_enclave *enclave, long cause);
    /* A needed zone goes down, to be found at detected_s, or is up again (cause -1). */
    void (*stop)(struct bh_enclave *enclave, enum bh_need_for what, uint64_t slot, bool begins, double detected_s,
                 long cause);

    /* Whether it makes no progress, because of a failure or a hang; whether it runs on a slot. */
    bool (*is_out)(const struct bh_enclave *enclave);
    bool (*runs)(const struct bh_enclave *enclave, uint64_t slot);
    double (*useful_node_s)(const struct bh_enclave *enclave); /* native node-seconds done */
    void (*clear)(struct bh_enclave *enclave);                 /* frees what it holds; may be NULL */
};
