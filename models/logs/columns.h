/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which column of a table holds what, by its name: the user's word first, else one of many in use. */
#pragma once

#include "models/logs/reading.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_csv;
struct bh_failure_log;

/* A name as it is compared: lower case, words and numbers parted by one blank. What stands in brackets goes to `aside`. */
enum { BH_COLUMN_NAME_SIZE = 80 };
void bh_column_fold(const char *name, char folded[BH_COLUMN_NAME_SIZE], char aside[BH_COLUMN_NAME_SIZE]);

struct bh_log_columns {
    size_t column[BH_LOG_ROLES]; /* SIZE_MAX: none */
    double unit_s[BH_LOG_ROLES]; /* by the name, "downtime (min)"; NAN: the name does not say */
    double pair_s;               /* by the name, "downtime (h:mm)" */
    enum bh_date_order order;    /* by the name, "Prob Started (mm/dd/yy hh:mm)" */
};

/* The names in use for a role, NULL-terminated: the first that a table has is taken. */
const char *const *bh_log_role_words(enum bh_log_role role);

/* Whether a row of cells is that of the names: one of them is that of times. */
bool bh_log_are_names(const void *reading, const char *const *cells, size_t count);

/* Finds columns; those without a meaning go to the log's notes. Fails if there is none for times, or one that the user
 * named is not there, or one that is nearly named like what is missing. */
int bh_log_columns_find(const struct bh_csv *csv, const struct bh_log_reading *reading, struct bh_failure_log *log,
                        struct bh_log_columns *columns, struct bh_error *err);

/* The first column whose folded name is this; SIZE_MAX: none. */
size_t bh_column_find_folded(const struct bh_csv *csv, const char *folded);

/* Whether a cell says that it says nothing: "", "?", "NULL"; where it is to be a number or a time, "NA" and "unknown"
 * too, which may be names. */
bool bh_log_is_no_name(const char *text);
bool bh_log_is_missing(const char *text);
