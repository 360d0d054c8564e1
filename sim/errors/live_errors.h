/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Live errors in calendar time: copies that end, cross channels and meet guards. */
#pragma once

#include "models/words/words.h"

#include <stddef.h>

struct bh_copy;
struct bh_enclave;
struct bh_live_error;
struct bh_replica;
struct bh_saved_copy;

/* The first copy of an error in a zone. */
struct bh_copy *bh_copy_begin(struct bh_replica *replica, struct bh_live_error *error, size_t zone,
                              enum bh_error_kind kind, enum bh_forced_ending forced_ending);
/* The next step of a copy is due: an attempt, its ending, or the watchdog. */
void bh_errors_step(struct bh_replica *replica, struct bh_copy *copy, double time_s);
/* A composition has begun: copies that it opens ways for may have something due earlier. */
void bh_errors_look_again(struct bh_replica *replica, size_t composed);
/* An enclave's restore brings saved copies back, its `restores`-th: those of one error as one generation. */
void bh_errors_revive(struct bh_replica *replica, const struct bh_saved_copy *saved, size_t count, unsigned restores);

/* Messages that are kept for an enclave come again up to its position, each as another generation of its error. */
void bh_errors_replay(struct bh_enclave *enclave);

/* The job is over: what is still live is pending. */
void bh_errors_finish(struct bh_replica *replica);
