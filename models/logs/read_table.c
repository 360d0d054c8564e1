/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables with a row per failure, whatever their columns are called. */
#include "models/logs/columns.h"
#include "models/logs/failure_log.h"
#include "models/logs/log_clock.h"
#include "models/logs/parts.h"

#include "models/base/error.h"
#include "models/document/csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static const char expected_times[] =
    "a number, or a date such as 2021-03-13 14:05, 13/03/2021 14:05, 03/13/21 2:05 PM or 13 Mar 2021 (`--dates`, "
    "`--unit time=ms` and `--column time=NAME` say more)";
static const char expected_downs[] =
    "a length of time such as 5780, 5780 s, 96.3 min, 1:36:20 or 1d 2h (`--unit downtime=min`, h:mm or mm:ss and "
    "`--decimal` say more)";

/* How a table is being read. */
struct table {
    const struct bh_csv *csv;
    struct bh_failure_log *log;
    struct bh_log_columns columns;
    struct bh_log_clock clock;
    enum bh_decimal decimal;
    double down_unit_s, pair_s;
    struct bh_log_tries downs;
    uint64_t watched; /* rows of nodes that did not fail */
};

static const char *cell(const struct table *table, size_t row, enum bh_log_role role)
{
    size_t column = table->columns.column[role];
    const char *text = column != SIZE_MAX ? bh_csv_cell(table->csv, row, column) : "";
    return bh_log_is_no_name(text) ? "" : text;
}

/* --- Down times ----------------------------------------------------------------------------------------------------- */

static int find_decimal(struct table *table, const struct bh_log_reading *reading, struct bh_error *err)
{
    size_t column = table->columns.column[BH_ROLE_DOWN_TIME];
    struct bh_decimal_evidence evidence = {.plain = 0};
    const char *culprit;
    unsigned row;
    table->decimal = reading->decimal;
    if (column == SIZE_MAX || reading->decimal != BH_DECIMAL_UNKNOWN)
        return 0;
    for (size_t r = 0; r < bh_csv_rows(table->csv); r++)
        bh_decimal_evidence_add(&evidence, cell(table, r, BH_ROLE_DOWN_TIME), (unsigned)r);
    table->decimal = bh_decimal_decide(&evidence, &culprit, &row);
    if (table->decimal == BH_DECIMAL_UNKNOWN)
        return bh_fail_at(err, bh_csv_place(table->csv, row, column),
                          "found `%.30s`, which may be thousands or a fraction, as may all others; expected `--decimal "
                          "point` or `--decimal comma`",
                          culprit);
    bool has_thousands = evidence.proof[0] + evidence.proof[1] == 0 && evidence.either[1] > 0;
    if (table->decimal == BH_DECIMAL_COMMA || has_thousands)
        bh_failure_log_note(table->log, "commas in down times %s (--decimal)",
                            has_thousands ? "part thousands" : "are decimal commas");
    return 0;
}

/* The length of a failure, or the time from its start to its end; NAN: not known. */
static double down_time(struct table *table, size_t row, double start_s)
{
    const char *text = cell(table, row, BH_ROLE_DOWN_TIME);
    double end_s;
    if (!bh_log_is_missing(text)) {
        double down_s = bh_duration_scan(text, table->decimal, table->down_unit_s, table->pair_s);
        bh_log_try(&table->downs, isnan(down_s), row, table->columns.column[BH_ROLE_DOWN_TIME]);
        if (isnan(down_s))
            bh_failure_log_remark(table->log, BH_LOG_BAD_DOWN_TIME, bh_log_row_number(row));
        return down_s;
    }
    switch (bh_log_clock_read(&table->clock, row, table->columns.column[BH_ROLE_END], &end_s)) {
    case BH_LOG_TEXT_READ:
        return end_s - start_s;
    case BH_LOG_TEXT_BAD:
        bh_failure_log_remark(table->log, BH_LOG_BAD_DOWN_TIME, bh_log_row_number(row));
        break;
    case BH_LOG_TEXT_MISSING:
    case BH_LOG_TEXT_NEVER:
        break;
    }
    return NAN;
}

/* --- Rows ----------------------------------------------------------------------------------------------------------- */

/* What a row says of its node's service. */
static bool read_service(struct table *table, size_t row, struct bh_failure_node *node)
{
    double born_s, retired_s;
    enum bh_log_text born = bh_log_clock_read(&table->clock, row, table->columns.column[BH_ROLE_INSTALLED], &born_s);
    enum bh_log_text retired =
        bh_log_clock_read(&table->clock, row, table->columns.column[BH_ROLE_RETIRED], &retired_s);
    if (born == BH_LOG_TEXT_READ)
        node->born_s = born_s;
    if (retired == BH_LOG_TEXT_READ) {
        node->to_s = retired_s;
        node->is_retired = true;
    } else if (retired == BH_LOG_TEXT_NEVER)
        node->to_s = INFINITY;
    const char *class = cell(table, row, BH_ROLE_CLASS);
    if (*class != '\0')
        node->class = bh_name_list_number(table->log->class_names, class);
    return born == BH_LOG_TEXT_READ || retired == BH_LOG_TEXT_READ || retired == BH_LOG_TEXT_NEVER;
}

/* A row without a time tells of a node that was there and did not fail, if it says since or until when. */
static void read_without_time(struct table *table, size_t row)
{
    struct bh_failure_log *log = table->log;
    const char *name = cell(table, row, BH_ROLE_NODE);
    bool says = *cell(table, row, BH_ROLE_INSTALLED) != '\0' || *cell(table, row, BH_ROLE_RETIRED) != '\0';
    if (*name != '\0' && says &&
        read_service(table, row, bh_failure_log_node(log, cell(table, row, BH_ROLE_SYSTEM), name))) {
        table->watched++;
        return;
    }
    log->records++;
    bh_failure_log_remark(log, BH_LOG_NO_TIME, bh_log_row_number(row));
}

static void read_row(struct table *table, size_t row)
{
    struct bh_failure_log *log = table->log;
    double start_s;
    switch (bh_log_clock_read(&table->clock, row, table->columns.column[BH_ROLE_TIME], &start_s)) {
    case BH_LOG_TEXT_MISSING:
        read_without_time(table, row);
        return;
    case BH_LOG_TEXT_BAD:
    case BH_LOG_TEXT_NEVER:
        log->records++;
        bh_failure_log_remark(log, BH_LOG_BAD_TIME, bh_log_row_number(row));
        return;
    case BH_LOG_TEXT_READ:
        break;
    }
    log->records++;
    struct bh_failure_node *node =
        bh_failure_log_node(log, cell(table, row, BH_ROLE_SYSTEM), cell(table, row, BH_ROLE_NODE));
    read_service(table, row, node);
    uint32_t cause = bh_name_list_number(log->cause_names, cell(table, row, BH_ROLE_CAUSE));
    uint32_t detail = bh_name_list_number(log->detail_names, cell(table, row, BH_ROLE_DETAIL));
    bh_failure_log_add(log, (struct bh_failure){start_s, down_time(table, row, start_s), (uint32_t)(node - log->nodes),
                                                cause, detail, bh_log_row_number(row)});
}

/* Where a date has its own column, the column of times has times of day. */
static int check_date(struct table *table, struct bh_error *err)
{
    size_t date = table->columns.column[BH_ROLE_DATE], time = table->columns.column[BH_ROLE_TIME];
    if (date == SIZE_MAX || bh_csv_rows(table->csv) == 0)
        return 0;
    const char *text = "";
    for (size_t row = 0; row < bh_csv_rows(table->csv) && *text == '\0'; row++)
        text = cell(table, row, BH_ROLE_TIME);
    if (*text == '\0' || !isnan(bh_moment_time_of_day(text)))
        return 0;
    if (bh_moment_scan(text).kind == BH_MOMENT_NONE)
        return bh_fail_at(err, bh_csv_place(table->csv, 0, time),
                          "found `%.40s` beside a column of dates; expected a time of day, such as 14:05", text);
    table->columns.column[BH_ROLE_DATE] = SIZE_MAX; /* times are whole: the date says nothing more */
    return 0;
}

static void say_first(const struct table *table, const struct bh_log_tries *tries, enum bh_log_remark remark)
{
    if (tries->failed > 0)
        bh_failure_log_remark_value(table->log, remark, bh_csv_cell(table->csv, tries->row, tries->column));
}

static int check_tries(const struct table *table, struct bh_error *err)
{
    if (bh_log_tries_check(&table->clock.tries[0], table->csv, expected_times, err) != 0 ||
        bh_log_tries_check(&table->clock.tries[1], table->csv, expected_times, err) != 0)
        return -1;
    return bh_log_tries_check(&table->downs, table->csv, expected_downs, err);
}

int bh_log_read_table(struct bh_failure_log *log, const struct bh_csv *csv, const struct bh_log_reading *reading,
                      struct bh_error *err)
{
    struct table table = {.csv = csv, .log = log};
    const size_t *column = table.columns.column;
    if (bh_log_columns_find(csv, reading, log, &table.columns, err) != 0 || check_date(&table, err) != 0 ||
        find_decimal(&table, reading, err) != 0)
        return -1;
    double unit_s = table.columns.unit_s[BH_ROLE_DOWN_TIME];
    table.down_unit_s = !isnan(reading->down_unit_s) ? reading->down_unit_s : isnan(unit_s) ? 1.0 : unit_s;
    table.pair_s = isnan(reading->pair_s) ? table.columns.pair_s : reading->pair_s;
    struct bh_log_clock_columns columns = {column[BH_ROLE_TIME],    column[BH_ROLE_END],
                                           column[BH_ROLE_DATE],    column[BH_ROLE_INSTALLED],
                                           column[BH_ROLE_RETIRED], table.columns.unit_s[BH_ROLE_TIME],
                                           table.columns.order};
    if (bh_log_clock_open(&table.clock, csv, log, reading, &columns, err) != 0)
        return -1;
    log->is_kept_from_install = true;
    for (size_t row = 0; row < bh_csv_rows(csv); row++)
        read_row(&table, row);
    bh_log_clock_close(&table.clock);
    if (table.watched > 0)
        bh_failure_log_note(log, "%" PRIu64 " row%s without a failure: nodes that were in service all the while",
                            table.watched, table.watched == 1 ? "" : "s");
    if (column[BH_ROLE_NODE] == SIZE_MAX)
        bh_failure_log_note(log, "no column says which node (--column node=NAME): no times between a node's failures, "
                                 "only --clock system");
    say_first(&table, &table.clock.tries[0], BH_LOG_BAD_TIME);
    say_first(&table, &table.downs, BH_LOG_BAD_DOWN_TIME);
    return check_tries(&table, err);
}
