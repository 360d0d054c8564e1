/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs a campaign, or a shard of it, into a store. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/campaign.h"
#include "sim/store/manifest.h"
#include "sim/store/store.h"
#include "sim/sweep/shard.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_sweep_options {
    const char *directory;   /* NULL: into `memory` ... */
    struct bh_store *memory; /* ... which stays open; then the first unit that fails ends all, and so does any signal */
    struct bh_share share;
    unsigned jobs;
    enum bh_manifest_mode mode; /* who begins is refused where a store was begun */
    bool shows_progress;
};

struct bh_sweep_outcome {
    size_t done, failed; /* units, of this process */
    int signal;          /* that ended it early; 0: none */
    char first_failure[1536];
};

/* Runs what is missing of the share. A unit that fails is recorded in the store, and the rest go on. SIGTERM and SIGINT
 * let the units under way end and be stored; a second one ends at once. -1 only when nothing more can be stored, or
 * nothing could be begun. */
int bh_sweep_run(const struct bh_campaign *campaign, const struct bh_sweep_options *options,
                 struct bh_sweep_outcome *outcome, struct bh_error *err);
