/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Names in use, and how they are told apart. */
#include "models/logs/columns.h"

#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "models/document/csv.h"
#include "models/logs/failure_log.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WORDS_MOST = 26 };

/* The first of a role's words that a table has is taken. */
static const char *const words[BH_LOG_ROLES][WORDS_MOST] = {
    [BH_ROLE_TIME] = {"time",       "start",     "start time",      "time start", "starttime",    "started",
                      "started at", "begin",     "begin time",      "time begin", "failure time", "fail time",
                      "failed",     "failed at", "time of failure", "event time", "eventtime",    "timestamp",
                      "datetime",   "date time", "date and time",   "occurred",   "occurred at",  "time stamp"},
    [BH_ROLE_NODE] = {"node", "node name", "nodename", "node id", "nodeid", "nodenum", "host", "host name", "hostname",
                      "server", "machine", "machine name", "compute node", "computer"},
    [BH_ROLE_CAUSE] = {"class", "cause", "root cause", "failure class", "failure cause", "failure type", "reason",
                       "category", "error type", "event type", "type"},
    [BH_ROLE_DETAIL] = {"detail", "component", "subcause", "sub cause", "subcategory"},
    [BH_ROLE_DOWN_TIME] = {"downtime", "down time", "time down", "outage duration", "outage time", "repair time",
                           "repair duration", "time to repair", "ttr", "duration", "outage length", "outage"},
    [BH_ROLE_END] = {"end", "end time", "time end", "endtime", "ended", "ended at", "stop", "stop time", "fixed",
                     "fixed at", "repaired", "repaired at", "resolved", "resolved at", "restored", "recovered",
                     "up again", "back up"},
    [BH_ROLE_SYSTEM] = {"system", "cluster", "system name", "cluster name", "system id"},
    [BH_ROLE_CLASS] = {"node class", "node type", "nodetype", "machine type", "partition"},
    [BH_ROLE_INSTALLED] = {"installed", "installed at", "install date", "installation", "in service since",
                           "commissioned"},
    [BH_ROLE_RETIRED] = {"retired", "retired at", "decommissioned", "decommission date", "removed", "out of service"},
    [BH_ROLE_DATE] = {"date", "day", "start date", "failure date", "event date"},
};

const char *const *bh_log_role_words(enum bh_log_role role)
{
    return words[role];
}

void bh_column_fold(const char *name, char folded[BH_COLUMN_NAME_SIZE], char aside[BH_COLUMN_NAME_SIZE])
{
    size_t used = 0, beside = 0;
    bool is_aside = false, parted = false;
    for (; *name != '\0'; name++) {
        if (strchr("()[]{}", *name) != NULL) {
            is_aside = strchr("([{", *name) != NULL;
            parted = true;
        } else if (is_aside) {
            if (beside + 1 < BH_COLUMN_NAME_SIZE)
                aside[beside++] = (char)tolower((unsigned char)*name);
        } else if (isalnum((unsigned char)*name) || (unsigned char)*name >= 0x80) {
            if (parted && used > 0 && used + 1 < BH_COLUMN_NAME_SIZE)
                folded[used++] = ' ';
            if (used + 1 < BH_COLUMN_NAME_SIZE)
                folded[used++] = (char)tolower((unsigned char)*name);
            parted = false;
        } else {
            parted = true;
        }
    }
    folded[used] = '\0';
    aside[beside] = '\0';
}

/* A unit in brackets, or as the last word of the folded name, which is then cut off. */
static double take_unit(char *folded, const char *aside)
{
    double unit_s = bh_unit_of_time(aside, strlen(aside));
    char *last = strrchr(folded, ' ');
    if (!isnan(unit_s) || last == NULL)
        return unit_s;
    unit_s = bh_unit_of_time(last + 1, strlen(last + 1));
    if (!isnan(unit_s)) {
        *last = '\0';
        size_t length = strlen(folded);
        if (length > 3 && strcmp(folded + length - 3, " in") == 0)
            folded[length - 3] = '\0';
    }
    return unit_s;
}

/* What a name says of the order of dates: "(mm/dd/yy hh:mm)". */
static enum bh_date_order order_of(const char *aside)
{
    const char *day = strstr(aside, "dd"), *month = strstr(aside, "mm"), *year = strstr(aside, "yy");
    if (day == NULL || month == NULL || year == NULL)
        return BH_DATE_ORDER_UNKNOWN;
    return year < month ? BH_YEAR_FIRST : day < month ? BH_DAY_FIRST : BH_MONTH_FIRST;
}

/* How soon a name stands among a role's words, 0 the first; -1: it does not. */
static int rank_of(enum bh_log_role role, const char *name, double *unit_s, char aside[BH_COLUMN_NAME_SIZE])
{
    char folded[BH_COLUMN_NAME_SIZE];
    bh_column_fold(name, folded, aside);
    for (int with_unit = 0; with_unit < 2; with_unit++) {
        *unit_s = with_unit ? take_unit(folded, aside) : NAN;
        for (int w = 0; w < WORDS_MOST && words[role][w] != NULL; w++)
            if (strcmp(words[role][w], folded) == 0) {
                if (!with_unit)
                    *unit_s = bh_unit_of_time(aside, strlen(aside));
                return w;
            }
        if (isnan(*unit_s) && with_unit)
            break;
    }
    return -1;
}

/* "#3": the third column; SIZE_MAX: no such text. */
static size_t by_number(const char *text)
{
    char *end;
    if (*text != '#' || !isdigit((unsigned char)text[1]))
        return SIZE_MAX;
    unsigned long number = strtoul(text + 1, &end, 10);
    return *end == '\0' && number > 0 ? number - 1 : SIZE_MAX;
}

bool bh_log_are_names(const void *context, const char *const *cells, size_t count)
{
    const struct bh_log_reading *reading = context;
    double unit_s;
    char aside[BH_COLUMN_NAME_SIZE], folded[BH_COLUMN_NAME_SIZE];
    const char *named = reading->column[BH_ROLE_TIME];
    for (size_t c = 0; c < count; c++) {
        if (named != NULL && (strcmp(cells[c], named) == 0 || by_number(named) != SIZE_MAX))
            return true;
        if (named == NULL && (rank_of(BH_ROLE_TIME, cells[c], &unit_s, aside) >= 0 ||
                              (count > 1 && rank_of(BH_ROLE_DATE, cells[c], &unit_s, aside) >= 0)))
            return true;
        bh_column_fold(cells[c], folded, aside);
        if (strcmp(folded, "prob started") == 0)
            return true;
    }
    return false;
}

size_t bh_column_find_folded(const struct bh_csv *csv, const char *folded)
{
    char name[BH_COLUMN_NAME_SIZE], aside[BH_COLUMN_NAME_SIZE];
    for (size_t c = 0; c < bh_csv_columns(csv); c++) {
        bh_column_fold(bh_csv_name(csv, c), name, aside);
        if (strcmp(name, folded) == 0)
            return c;
    }
    return SIZE_MAX;
}

static bool is_ignored(const struct bh_csv *csv, const struct bh_log_reading *reading, size_t column)
{
    return bh_name_list_find(reading->ignored, bh_csv_name(csv, column)) != BH_NO_NAME;
}

/* The column that the user named. */
static int find_named(const struct bh_csv *csv, const struct bh_log_reading *reading, enum bh_log_role role,
                      size_t *column, struct bh_error *err)
{
    const char *name = reading->column[role];
    char folded[BH_COLUMN_NAME_SIZE], aside[BH_COLUMN_NAME_SIZE];
    *column = by_number(name);
    if (*column == SIZE_MAX)
        *column = bh_csv_find(csv, name);
    bh_column_fold(name, folded, aside);
    if (*column == SIZE_MAX && *folded != '\0')
        *column = bh_column_find_folded(csv, folded);
    if (*column < bh_csv_columns(csv))
        return 0;
    if (by_number(name) != SIZE_MAX)
        return bh_fail(err, BH_ERROR_INPUT, "%s: --column %s=%s: found %zu columns", bh_csv_file(csv),
                       bh_log_role_names[role], name, bh_csv_columns(csv));
    struct bh_error own = {0};
    bh_csv_need(csv, name, column, &own);
    return bh_fail(
        err, BH_ERROR_INPUT, "%s: --column %s=%.60s%s", bh_csv_file(csv), bh_log_role_names[role], name,
        own.text + (strncmp(own.text, bh_csv_file(csv), strlen(bh_csv_file(csv))) == 0 ? strlen(bh_csv_file(csv)) : 0));
}

/* One that is meant to be another one's, or nobody's. */
static bool is_taken(const struct bh_log_columns *columns, size_t column)
{
    for (int r = 0; r < BH_LOG_ROLES; r++)
        if (columns->column[r] == column)
            return true;
    return false;
}

static void find_by_words(const struct bh_csv *csv, const struct bh_log_reading *reading, enum bh_log_role role,
                          struct bh_log_columns *columns)
{
    int best = WORDS_MOST;
    size_t found = SIZE_MAX;
    for (size_t c = 0; c < bh_csv_columns(csv); c++) {
        double unit_s;
        char aside[BH_COLUMN_NAME_SIZE];
        int rank = rank_of(role, bh_csv_name(csv, c), &unit_s, aside);
        if (rank < 0 || rank >= best || is_taken(columns, c) || is_ignored(csv, reading, c))
            continue;
        best = rank;
        found = c;
    }
    columns->column[role] = found;
}

static void read_name(const struct bh_csv *csv, enum bh_log_role role, struct bh_log_columns *columns)
{
    char folded[BH_COLUMN_NAME_SIZE], aside[BH_COLUMN_NAME_SIZE];
    bh_column_fold(bh_csv_name(csv, columns->column[role]), folded, aside);
    columns->unit_s[role] = take_unit(folded, aside);
    if (columns->order == BH_DATE_ORDER_UNKNOWN)
        columns->order = order_of(aside);
    if (role == BH_ROLE_DOWN_TIME && (strcmp(aside, "h:mm") == 0 || strcmp(aside, "hh:mm") == 0))
        columns->pair_s = 3600.0;
    if (role == BH_ROLE_DOWN_TIME && (strcmp(aside, "mm:ss") == 0 || strcmp(aside, "m:ss") == 0))
        columns->pair_s = 60.0;
}

/* A slip of one letter would lose what is looked for, and not be seen among what is passed over. */
static int note_others(const struct bh_csv *csv, const struct bh_log_reading *reading, struct bh_failure_log *log,
                       const struct bh_log_columns *columns, struct bh_error *err)
{
    char list[200] = "";
    size_t used = 0, others = 0;
    const char *missing[BH_LOG_ROLES];
    size_t missing_count = 0;
    for (int r = 0; r < BH_LOG_ROLES; r++)
        if (columns->column[r] == SIZE_MAX && r != BH_ROLE_DATE)
            missing[missing_count++] = bh_log_role_names[r];
    for (size_t c = 0; c < bh_csv_columns(csv); c++) {
        const char *name = bh_csv_name(csv, c);
        if (is_taken(columns, c) || is_ignored(csv, reading, c))
            continue;
        const char *nearest = strlen(name) >= 5 ? bh_nearest_name(name, missing, missing_count) : NULL;
        size_t length = nearest != NULL ? strlen(nearest) : 0;
        if (nearest != NULL && (strlen(name) + 1 == length || strlen(name) == length || strlen(name) == length + 1))
            return bh_fail(
                err, BH_ERROR_INPUT,
                "%s: found the column `%s`, and none for `%s`; expected one of that name, `--column %s=%s` or "
                "`--ignore %s`",
                bh_csv_file(csv), name, nearest, nearest, name, name);
        if (used < 120)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%.40s", others > 0 ? ", " : "",
                                     *name != '\0' ? name : "one without a name");
        others++;
    }
    if (others > 0)
        bh_failure_log_note(log, "%zu column%s not used: %s%s", others, others == 1 ? "" : "s", list,
                            used >= 120 ? ", ..." : "");
    return 0;
}

static int fail_time(const struct bh_csv *csv, struct bh_error *err)
{
    char list[240] = "";
    size_t used = 0;
    for (size_t c = 0; c < bh_csv_columns(csv) && used < 160; c++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.40s", c > 0 ? ", " : "", bh_csv_name(csv, c));
    return bh_fail_at(err, bh_csv_name_place(csv, 0),
                      "found no column of times among %s%s; expected `time`, or `--column time=NAME`", list,
                      used >= 160 ? ", ..." : "");
}

int bh_log_columns_find(const struct bh_csv *csv, const struct bh_log_reading *reading, struct bh_failure_log *log,
                        struct bh_log_columns *columns, struct bh_error *err)
{
    columns->order = BH_DATE_ORDER_UNKNOWN;
    columns->pair_s = NAN;
    for (int r = 0; r < BH_LOG_ROLES; r++) {
        columns->column[r] = SIZE_MAX;
        columns->unit_s[r] = NAN;
    }
    for (enum bh_log_role r = 0; r < BH_LOG_ROLES; r++)
        if (reading->column[r] != NULL && find_named(csv, reading, r, &columns->column[r], err) != 0)
            return -1;
    for (enum bh_log_role r = 0; r < BH_LOG_ROLES; r++)
        if (columns->column[r] == SIZE_MAX)
            find_by_words(csv, reading, r, columns);
    if (columns->column[BH_ROLE_TIME] == SIZE_MAX) { /* a date alone is a time */
        columns->column[BH_ROLE_TIME] = columns->column[BH_ROLE_DATE];
        columns->column[BH_ROLE_DATE] = SIZE_MAX;
    }
    if (columns->column[BH_ROLE_TIME] == SIZE_MAX)
        return fail_time(csv, err);
    for (enum bh_log_role r = 0; r < BH_LOG_ROLES; r++)
        if (columns->column[r] != SIZE_MAX)
            read_name(csv, r, columns);
    return note_others(csv, reading, log, columns, err);
}

/* --- Cells that say nothing ----------------------------------------------------------------------------------------- */

static bool is_one_of(const char *text, const char *const *none)
{
    for (; *none != NULL; none++)
        if (strcasecmp(text, *none) == 0)
            return true;
    return false;
}

bool bh_log_is_missing(const char *text)
{
    static const char *const none[] = {"--", "na", "nan", "nat", "none", "unknown", "nil", NULL};
    return bh_log_is_no_name(text) || is_one_of(text, none);
}

bool bh_log_is_no_name(const char *text)
{
    static const char *const none[] = {"-", "?", "n/a", "null", NULL};
    return *text == '\0' || is_one_of(text, none);
}
