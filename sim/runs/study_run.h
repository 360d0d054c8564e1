/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* All points, policies and replicas of a study, run in worker processes. */
#ifndef BH_SIM_RUNS_STUDY_RUN_H
#define BH_SIM_RUNS_STUDY_RUN_H

#include "models/base/error.h"
#include "sim/results/hdf5_writer.h"
#include "sim/runs/point.h"
#include "sim/scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/* The results' axis of enclaves: all that any point has. */
struct bh_campaign_enclaves {
    size_t count;
    const char **names, **entries; /* borrowed from the stages */
    size_t *number;                /* in the scenario of stage s, at [s * count + position]; or BH_NO_ENCLAVE */
};
#define BH_NO_ENCLAVE SIZE_MAX

struct bh_campaign {
    const struct bh_study *study;
    size_t points;    /* stages of the product come first ... */
    size_t uncertain; /* ... then those of the uncertainty axis */
    struct bh_stage **stages;
    /* Exact escape ratios with the uncertain number at the ends of its axis (of a posterior: 5 and 95 % of the draws), [(point * policies + policy) * 2 + end] *
     * BH_BOUNDARIES; NaN without an uncertainty axis. */
    double *escape_ends;
    struct bh_isolation_cache *isolations;
    struct bh_campaign_enclaves enclaves;
    double wall_s;
};

/* Resolves all points (so that bad input shows before anything runs), then runs all replicas, `workers` at once.
 * Equal studies and seeds give equal records, whatever the workers. */
struct bh_campaign *bh_campaign_run(const struct bh_study *study, unsigned workers, bool shows_progress,
                                    struct bh_error *err);
void bh_campaign_destroy(struct bh_campaign *campaign);

/* Fills a results file that was just created; errors stick to it (see bh_results_commit). */
void bh_campaign_write(const struct bh_campaign *campaign, struct bh_results *results);

/* Part of the above: attributes, provenance, and every axis. Reads the study's axes and the first stage's scenario. */
void bh_campaign_write_head(const struct bh_campaign *campaign, const char *provenance, struct bh_results *results);
/* Fills and frees campaign->enclaves, once all stages are there. */
void bh_campaign_find_enclaves(struct bh_campaign *campaign);
void bh_campaign_forget_enclaves(struct bh_campaign *campaign);

/* The table of causes, part of the above. */
void bh_campaign_write_causes(const struct bh_campaign *campaign, struct bh_results *results);

/* A cause in words, borrowed from the stage and from tables of names. */
struct bh_cause_words {
    const char *fault, *origin, *boundary, *guard, *disposition;
};
struct bh_cause_words bh_cause_describe(const struct bh_stage *stage, size_t policy, const struct bh_cause_key *key);

/* What ran, on what, with which numbers: one JSON object; owned by the caller. */
char *bh_campaign_provenance(const struct bh_campaign *campaign);

#endif
