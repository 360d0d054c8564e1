/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The readers of site logs; nobody else includes this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bh_csv;
struct bh_error;
struct bh_failure_log;
struct bh_log_reading;

/* Whether most of the first lines are a time and what happened then. */
bool bh_site_is_lines(const char *text, size_t length);
/* Each fills a log that is empty; the caller finishes it. */
int bh_site_read_lines(struct bh_failure_log *log, const char *text, size_t length, const char *name,
                       const struct bh_log_reading *reading, struct bh_error *err);

/* What a table parted by | is: `sacctmgr show event --parsable2`, `sacct --parsable2`, or neither. */
enum bh_slurm_form { BH_SLURM_NONE, BH_SLURM_EVENTS, BH_SLURM_JOBS };
enum bh_slurm_form bh_site_slurm_form(const char *text, size_t length);
int bh_site_read_slurm(struct bh_failure_log *log, const char *text, size_t length, const char *name,
                       const struct bh_log_reading *reading, struct bh_error *err);

/* Whether it is a database of SQLite, as rasdaemon keeps its events. */
bool bh_site_is_rasdaemon(const char *text, size_t length);
int bh_site_read_rasdaemon(struct bh_failure_log *log, const char *text, size_t length, const char *name,
                           const struct bh_log_reading *reading, struct bh_error *err);
