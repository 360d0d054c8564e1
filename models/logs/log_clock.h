/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The columns of times of one table, read by one form, which all their texts decide. */
#pragma once

#include "models/logs/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_csv;
struct bh_error;
struct bh_failure_log;

enum { BH_LOG_SHARE_MOST_PERCENT = 5 }; /* of texts that cannot be read; more is an error */

/* Texts of one kind that were tried, and those that cannot be read. */
struct bh_log_tries {
    uint64_t tried, failed;
    size_t row, column; /* of the first that failed */
};

/* Columns that are there: times of failures and their ends, and those that may hold other numbers than they do. */
struct bh_log_clock_columns {
    size_t time, end, date, installed, retired; /* SIZE_MAX: none */
    double unit_s;                              /* of numbers; NAN: nothing says */
    enum bh_date_order wanted;                  /* by the form or the names of columns, where the texts leave it open */
};

struct bh_log_clock {
    const struct bh_csv *csv;
    struct bh_failure_log *log;
    struct bh_log_clock_columns columns;
    struct bh_moment_form form;
    struct bh_time_zone *zone; /* of texts without an offset; NULL: a clock without one */
    int year;
    double last_s, last_without_year_s;
    struct bh_log_tries tries[2]; /* times of failures; all others */
};

enum bh_log_text { BH_LOG_TEXT_READ, BH_LOG_TEXT_MISSING, BH_LOG_TEXT_NEVER, BH_LOG_TEXT_BAD };

/* Looks at all texts and decides; what it found out goes to the log's notes. Fails if days and months cannot be told
 * apart, if the user's order is not that of the texts, or if some texts have offsets, or none has a year, and nothing
 * says what they are. */
int bh_log_clock_open(struct bh_log_clock *clock, const struct bh_csv *csv, struct bh_failure_log *log,
                      const struct bh_log_reading *reading, const struct bh_log_clock_columns *columns,
                      struct bh_error *err);
/* Seconds; NAN unless BH_LOG_TEXT_READ. */
enum bh_log_text bh_log_clock_read(struct bh_log_clock *clock, size_t row, size_t column, double *at_s);
void bh_log_clock_close(struct bh_log_clock *clock);

void bh_log_try(struct bh_log_tries *tries, bool failed, size_t row, size_t column);
/* Fails if too many could not be read: "FILE:LINE:COLUMN: found `x`, and 43 of 72 like it; expected ...". */
int bh_log_tries_check(const struct bh_log_tries *tries, const struct bh_csv *csv, const char *expected,
                       struct bh_error *err);
