/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A scenario's own points, run: a sweep of a campaign without a file into a store in memory. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/campaign.h"
#include "sim/results/hdf5_writer.h"
#include "sim/store/store.h"

struct bh_run {
    struct bh_campaign *campaign; /* with the points of the study, prepared */
    struct bh_store *store;
    struct bh_merge *merge; /* what the store holds */
};

/* Prepares all points (so that bad input shows before anything runs), then runs all replicas, `jobs` at once. Equal studies
 * and seeds give equal results, whatever the jobs. Takes the study over, also on failure. */
struct bh_run *bh_run_study(struct bh_study *study, unsigned jobs, bool shows_progress, struct bh_error *err);
/* The same of a campaign that was read, which is taken over. */
struct bh_run *bh_run_campaign(struct bh_campaign *campaign, unsigned jobs, bool shows_progress, struct bh_error *err);
void bh_run_destroy(struct bh_run *run);

/* Fills a results file that was just created; errors stick to it (see bh_results_commit). */
void bh_run_write(const struct bh_run *run, struct bh_results *results);

/* What a metric is for one policy at a point, of one replica if it is by replica: its cells over its other axes. */
const double *bh_run_value(const struct bh_run *run, enum bh_metric_name metric, size_t point, size_t policy,
                           uint64_t replica);
