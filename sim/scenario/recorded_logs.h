/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The failure logs that a study replays: each is read once, however many points and replicas use it. */
#pragma once

#include "models/base/error.h"
#include "models/document/document.h"
#include "models/logs/recorded_faults.h"

#include <stddef.h>
#include <stdint.h>

/* One log, as one choice of its records. */
struct bh_recorded_log {
    char *file;    /* as opened */
    uint64_t hash; /* XXH3 of its text, uncompressed */
    struct bh_recorded_faults *recorded;
};

/* The whole of a log's file, plain, gzip or xz, with a NUL behind it; the caller frees. Which kind it is shows in its bytes,
 * not in its name. Refused: what cannot be read, is damaged or truncated, and more than `most_bytes` of text. */
char *bh_text_file_read(const char *path, size_t most_bytes, size_t *length, struct bh_error *err);

struct bh_log_reading;
struct bh_recorded_logs;
struct bh_recorded_logs *bh_recorded_logs_create(void);
void bh_recorded_logs_destroy(struct bh_recorded_logs *logs);

/* The log of a file, read when it is asked for first, by `reading` (taken over, also on failure; NULL: nothing is said of it).
 * Lives as long as the logs. Fails with the place of `at`, or, where
 * the log's text is wrong, with its file and line. */
const struct bh_recorded_log *bh_recorded_logs_get(struct bh_recorded_logs *logs, const char *file,
                                                   const struct bh_recorded_choice *choice,
                                                   struct bh_log_reading *reading, const struct bh_node *at,
                                                   struct bh_error *err);
