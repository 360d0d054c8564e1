/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the readers of failure logs share; nobody else includes this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bh_csv;
struct bh_error;
struct bh_failure_log;
struct bh_log_reading;

/* Each fills a log that is empty; the caller finishes it. */
int bh_log_read_fta(struct bh_failure_log *log, const char *text, size_t length, const char *name,
                    struct bh_error *err);
int bh_log_read_cfdr(struct bh_failure_log *log, const struct bh_csv *csv, const struct bh_log_reading *reading,
                     struct bh_error *err);
int bh_log_read_table(struct bh_failure_log *log, const struct bh_csv *csv, const struct bh_log_reading *reading,
                      struct bh_error *err);

/* Whether the text begins as an FTA event_trace does. */
bool bh_log_is_fta(const char *text, size_t length);

/* Remarks of tables carry numbers of rows until these are made lines: 1 is the row of names. */
static inline unsigned bh_log_row_number(size_t row)
{
    return (unsigned)row + 1;
}
