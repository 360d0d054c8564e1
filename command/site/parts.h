/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of `bulkhead site` share. */
#pragma once

#include "models/base/error.h"
#include "models/holdout/cabinets.h"
#include "models/holdout/history.h"
#include "models/holdout/holdout.h"
#include "models/holdout/jobs.h"
#include "models/logs/failure_log.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A log as it was read. */
struct bh_site_log {
    const char *file;
    struct bh_failure_log *log;
};

/* P(interrupted) by the faults that the simulator draws from the scenario, and by those that it replays of the last third. */
struct bh_site_played {
    double drawn, replayed;
};

struct bh_site_system {
    const char *name; /* in the log; "-": it names none */
    char *slug;       /* of its files */
    uint32_t number;
    struct bh_history *history;
    struct bh_cabinets cabinets;
    struct bh_holdout *holdout;
    char **class;                  /* names of the classes in scenarios */
    struct bh_site_played *played; /* of the holdout's cells */
};

struct bh_site {
    size_t logs_count;
    struct bh_site_log *logs;
    struct bh_failure_log *all; /* the logs as one */
    size_t systems_count;
    struct bh_site_system *systems; /* the one with most failures first */
    struct bh_jobs_check *jobs;     /* NULL: no log has any */
    double together_s;
    uint64_t seed;
};

/* Whether a system has a scenario. */
static inline bool bh_site_is_fitted(const struct bh_site_system *system)
{
    return system->holdout->classes_count > 0;
}

/* The folder: made beside its place under another name, and put there whole. */
char *bh_site_folder_begin(const char *folder, struct bh_error *err);
int bh_site_folder_end(const char *aside, const char *folder, struct bh_error *err);
void bh_site_folder_drop(const char *aside);

/* failures.csv, and a scenario per system: SLUG.yaml, and SLUG-replay.yaml of the last third. */
int bh_site_write_failures(const struct bh_site *site, const char *folder, struct bh_error *err);
int bh_site_write_scenarios(const struct bh_site_system *system, const char *folder, struct bh_error *err);
/* What class number c is called in SLUG-replay.yaml; the caller frees. */
char *bh_site_replayed_class(size_t c);
/* Loads both scenarios and plays their faults. */
int bh_site_play(struct bh_site_system *system, const char *folder, uint64_t seed, struct bh_error *err);

int bh_site_write_page(const struct bh_site *site, const char *folder, struct bh_error *err);
/* "4 nodes, 6 h"; the caller frees. */
char *bh_site_job(const struct bh_cell *cell);
char *bh_site_job_cell(const struct bh_job_cell *cell);
/* Why a cell is outside, in a sentence. The caller frees. */
char *bh_site_explain(const struct bh_site_system *system, const struct bh_cell *cell);

/* A file of the folder, to write; closed by bh_site_close, which fails if anything could not be written. */
FILE *bh_site_open(const char *folder, const char *name, struct bh_error *err);
int bh_site_close(FILE *stream, const char *folder, const char *name, struct bh_error *err);
