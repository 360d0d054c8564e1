/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs a study, or a shard of it, into its folder. */
#pragma once

#include "lab/study/record.h"
#include "lab/study/trial.h"

struct bh_lab_campaign {
    const struct bh_lab_study *study;
    const struct bh_snapshot *snapshot;
    const struct bh_golden *golden;
    const char *folder;
    uint64_t shard, shards; /* trials whose number leaves `shard` by `shards` */
    unsigned jobs;
    bool resume;                                                  /* else the shard's log is to be new */
    void (*progress)(void *context, uint64_t done, uint64_t all); /* may be NULL */
    void *context;
};

/* Runs what is not recorded yet. Ends early, with 0 and *interrupted, at SIGINT and SIGTERM: machines are killed, what was
 * recorded stays. */
int bh_lab_campaign_run(const struct bh_lab_campaign *campaign, bool *interrupted, struct bh_error *err);

/* Draws a trial; of a bit of memory that is followed, has the machine run once to learn what uses it next. */
int bh_lab_trial_know(const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                      const struct bh_golden *golden, uint64_t number, struct bh_lab_trial *trial,
                      struct bh_error *err);
/* Runs it here: `run` is the caller's. */
int bh_lab_trial_run(const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                     const struct bh_golden *golden, struct bh_lab_trial *trial, struct bh_run *run,
                     struct bh_lab_outcome *outcome, struct bh_error *err);
