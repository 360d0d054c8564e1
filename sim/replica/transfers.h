/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Who moves checkpoints to storage, and over which flows. */
#ifndef BH_SIM_REPLICA_TRANSFERS_H
#define BH_SIM_REPLICA_TRANSFERS_H

struct bh_error;
struct bh_replica;
struct bh_transfer;

/* Plans the checkpoint transfers of all enclaves that go to storage, one per enclave; owned by the caller, also on failure.
 * NULL: it has none. */
int bh_replica_plan_transfers(struct bh_replica *replica, struct bh_transfer **transfers, struct bh_error *err);

#endif
