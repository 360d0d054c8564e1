/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Who moves checkpoints to storage, and over which flows: the same for all replicas of a setup. */
#pragma once

#include <stdbool.h>

struct bh_error;
struct bh_platform;
struct bh_setup;
struct bh_transfer;

/* Plans the checkpoint transfers of all enclaves that go to storage: one per enclave, NULL: it has none. It asks for every
 * route, at a cost that grows with the platform's hosts: make it before forking replicas. NULL on failure. */
struct bh_transfer **bh_transfers_plan(const struct bh_setup *setup, const struct bh_platform *platform,
                                       struct bh_error *err);
/* Whether no two of them, nor exchanges, can ever be under way at once, so that replicas need SimGrid only to be told how
 * long one takes: then a process can run any number of them. */
bool bh_transfers_never_meet(struct bh_transfer *const *transfers, const struct bh_setup *setup);
void bh_transfers_destroy(struct bh_transfer **transfers, const struct bh_setup *setup);
