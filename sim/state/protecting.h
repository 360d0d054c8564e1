/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Guards of enclaves that come and go. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bh_enclave;
struct bh_partition;
struct bh_replica;

/* An enclave's guards change of themselves, or may. */
void bh_protecting_advance(struct bh_replica *replica, size_t enclave, double time_s);
/* An error was signalled in a zone of this owner (-1: shared) on a partition: adaptive policies see it. */
void bh_protecting_see(struct bh_replica *replica, const struct bh_partition *partition, int owner);

/* Schedules the next change of an enclave's guards, and has it look again if they changed. */
void bh_protecting_follow(struct bh_replica *replica, struct bh_enclave *enclave, bool has_changed);
