/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The course of one replica: from instant to instant, and what happens at each in which order. */
#pragma once

struct bh_error;
struct bh_replica;
struct bh_transfer;

/* Makes all that waits. The transfers, of the enclaves (bh_transfers_plan), stay the caller's. */
void bh_course_create(struct bh_replica *replica, struct bh_transfer *const *transfers);
void bh_course_clear(struct bh_replica *replica);

/* Runs the replica, in an actor on SimGrid from where it needs it. All begin: exchanges, then enclaves. Then, at each
 * instant, always the first of these that there is:
 *   1. an event of the queue: what strikes at the very end of a wait still strikes;
 *   2. somebody who was signalled: none sees half of an event;
 *   3. somebody whose wait is over.
 * Of several, exchanges before enclaves, by their number. */
int bh_course_run(struct bh_replica *replica, struct bh_error *err);
