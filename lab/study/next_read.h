/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Bits of memory, of which nearly all are never read again: all are watched in one run without fault, so that only those that
 * somebody uses need a run each; the others are flipped many at a time, to see that nothing comes of them. */
#pragma once

#include "lab/study/trial.h"

/* Whether trials of this cell are bits anywhere in the memory, which are followed to their next use. */
bool bh_lab_is_followed(const struct bh_lab_cell *cell);
/* Whether somebody uses what stands there, the fault with it. */
bool bh_lab_is_live(const struct bh_lab_trial *trial);

/* Of those of these trials that are followed: sets what comes next, whose it is and when. Runs the machine once if there are any. */
int bh_lab_watch(const struct bh_snapshot *snapshot, const struct bh_lab_study *study, const struct bh_golden *golden,
                 struct bh_lab_trial *trials, size_t count, struct bh_error *err);
/* ... from what the plugin said of them; false: it said what cannot be. `by_time`: trials as they were listed. */
bool bh_lab_watch_read(const char *said, struct bh_lab_trial *const *by_time, size_t count);

/* One run in which the bits of all that are followed are flipped, each at its time; `run` is the caller's. */
int bh_lab_flip_all(const struct bh_snapshot *snapshot, const struct bh_lab_study *study,
                    const struct bh_golden *golden, struct bh_lab_trial *trials, size_t count, struct bh_run *run,
                    struct bh_error *err);
