/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a user says of how a log is to be read, where the log itself does not. */
#pragma once

#include "models/logs/durations.h"
#include "models/logs/moments.h"

#include <stdbool.h>

struct bh_error;

/* What a column of a table holds. */
enum bh_log_role {
    BH_ROLE_TIME,
    BH_ROLE_NODE,
    BH_ROLE_CAUSE,
    BH_ROLE_DETAIL,
    BH_ROLE_DOWN_TIME,
    BH_ROLE_END,
    BH_ROLE_SYSTEM,
    BH_ROLE_CLASS,
    BH_ROLE_INSTALLED,
    BH_ROLE_RETIRED,
    BH_ROLE_DATE, /* the day, where the time column has times of day alone */
    BH_LOG_ROLES
};
extern const char *const bh_log_role_names[]; /* "time", "node", "class", ...; NULL-terminated */

struct bh_log_reading {
    char *column[BH_LOG_ROLES]; /* the header's name, or "#3" for the third one; NULL: it is guessed */
    struct bh_name_list *ignored;
    enum bh_date_order dates;        /* BH_DATE_ORDER_UNKNOWN: it is found out */
    enum bh_decimal decimal;         /* likewise */
    double time_unit_s, down_unit_s; /* NAN: it is found out */
    double pair_s;                   /* what the first of "1:36" is: 3600 or 60; NAN: that cannot be read */
    int year;                        /* of times that have none; 0: not said */
    double window_s;                 /* lines of a log within it of each other are one failure */
    char *timezone;                  /* of times that have no offset; NULL: a clock without one */
};

struct bh_log_reading *bh_log_reading_create(void);
void bh_log_reading_destroy(struct bh_log_reading *reading);
/* Whether two say the same. */
bool bh_log_reading_is_same(const struct bh_log_reading *left, const struct bh_log_reading *right);

/* "time=Start,node=Host name": adds to what was said before. */
int bh_log_reading_set_columns(struct bh_log_reading *reading, const char *text, struct bh_error *err);
/* "Ticket,Remark" */
int bh_log_reading_ignore(struct bh_log_reading *reading, const char *text, struct bh_error *err);
/* "time=ms,downtime=min"; a downtime may be h:mm or mm:ss too. */
int bh_log_reading_set_units(struct bh_log_reading *reading, const char *text, struct bh_error *err);
/* A name of the system's database, "Europe/Berlin", or an offset, "+01:00". */
int bh_log_reading_set_timezone(struct bh_log_reading *reading, const char *text, struct bh_error *err);
