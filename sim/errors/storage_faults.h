/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Storage hosts that fail: while any of them is out, what is to be written to the file system or read from it waits. */
#pragma once

#include "models/faults/streams.h"

struct bh_replica;

/* A storage host fails (fault->node counts storage hosts) until it is repaired. Enclaves that need storage fail at once, by
 * the class's probability, or stop at their next checkpoint there; a transfer under way begins again. One that is out
 * already is struck while down. Called by the injector; `source` is -1 for the script. */
void bh_storage_strike(struct bh_replica *replica, int source, const struct bh_fault *fault);
