/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* rasdaemon's own file, a database of SQLite: its rows as the lines that `ras-mc-ctl --errors` prints of them, so that a
 * host's events mean the same either way. */
#include "models/sites/parts.h"

#include "models/base/error.h"
#include "models/logs/failure_log.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAGIC_SIZE = 16,
    /* Of the file's first bytes, which versions of the format may write and read it: 2 is with a log written ahead. */
    WRITE_VERSION_AT = 18,
    READ_VERSION_AT = 19,
    HEADER_SIZE = 100,
    CELL_BYTES_MOST = 1 << 20,
    COLUMNS_MOST = 100,
};

/* What is said of a row; {column} is its cell, empty if the version of rasdaemon that wrote the file had no such column. */
static const struct {
    const char *table, *words;
} tables[] = {
    {"mc_event", "{err_count} {err_type} error(s): {err_msg} at {label}"},
    {"aer_event", "{dev_name} {err_type} error: {err_msg}"},
    {"extlog_event", "error: severity={severity}"},
    {"memory_failure_event", "error: page_type={page_type}, action_result={action_result}"},
    {"mce_record", "error: {error_msg}, mcgstatus={mcgstatus_msg}, mci {mcistatus_msg}"},
};

bool bh_site_is_rasdaemon(const char *text, size_t length)
{
    return length >= HEADER_SIZE && memcmp(text, "SQLite format 3", MAGIC_SIZE) == 0;
}

/* --- Opening what a stranger made ----------------------------------------------------------------------------------- */

static int refuse(sqlite3 *database, const char *name, struct bh_error *err)
{
    return bh_fail(err, BH_ERROR_INPUT, "%s: found a database of SQLite that cannot be read: %s; expected rasdaemon's",
                   name, database != NULL ? sqlite3_errmsg(database) : "no memory");
}

/* The text as a database in memory, which nothing writes to. Its schema is only data: no function in it is called, and
 * views are not looked at. SQLite frees the copy. */
static int open_copy(sqlite3 **database, const char *text, size_t length, const char *name, struct bh_error *err)
{
    *database = NULL;
    if (sqlite3_open_v2(":memory:", database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return refuse(*database, name, err);
    sqlite3_db_config(*database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(*database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(*database, SQLITE_LIMIT_LENGTH, CELL_BYTES_MOST);
    sqlite3_limit(*database, SQLITE_LIMIT_COLUMN, COLUMNS_MOST);
    unsigned char *copy = sqlite3_malloc64(length);
    if (copy == NULL)
        return refuse(NULL, name, err);
    memcpy(copy, text, length);
    /* What is not yet in the file itself is not here: there is nothing to wait for. */
    copy[WRITE_VERSION_AT] = copy[READ_VERSION_AT] = 1;
    if (sqlite3_deserialize(*database, "main", copy, (sqlite3_int64)length, (sqlite3_int64)length,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY) != SQLITE_OK ||
        sqlite3_exec(*database, "PRAGMA cell_size_check=ON", NULL, NULL, NULL) != SQLITE_OK)
        return refuse(*database, name, err);
    return 0;
}

/* --- Rows as lines -------------------------------------------------------------------------------------------------- */

static int column_of(sqlite3_stmt *rows, const char *column, size_t length)
{
    for (int c = 0; c < sqlite3_column_count(rows); c++) {
        const char *found = sqlite3_column_name(rows, c);
        if (found != NULL && strlen(found) == length && memcmp(found, column, length) == 0)
            return c;
    }
    return -1;
}

/* A cell in one line, whatever is in it. */
static void print_cell(sqlite3_stmt *rows, const char *column, size_t length, FILE *lines)
{
    int at = column_of(rows, column, length);
    const unsigned char *text = at >= 0 ? sqlite3_column_text(rows, at) : NULL;
    for (; text != NULL && *text != '\0'; text++)
        fputc(*text < ' ' ? ' ' : *text, lines);
}

static void print_row(sqlite3_stmt *rows, const char *words, unsigned number, FILE *lines)
{
    fprintf(lines, "%u ", number);
    print_cell(rows, "timestamp", strlen("timestamp"), lines);
    fputc(' ', lines);
    while (*words != '\0') {
        size_t plain = strcspn(words, "{");
        fwrite(words, 1, plain, lines);
        words += plain;
        if (*words == '{') {
            size_t inner = strcspn(words, "}") - 1;
            print_cell(rows, words + 1, inner, lines);
            words += inner + 2;
        }
    }
    fputc('\n', lines);
}

/* Tables alone: a view or a virtual table of such a name has no root page, and could be made to do anything. */
static int is_table(sqlite3 *database, const char *table, const char *name, struct bh_error *err)
{
    static const char query[] = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 AND rootpage > 0";
    sqlite3_stmt *found = NULL;
    if (sqlite3_prepare_v2(database, query, -1, &found, NULL) != SQLITE_OK)
        return refuse(database, name, err);
    sqlite3_bind_text(found, 1, table, -1, SQLITE_STATIC);
    int step = sqlite3_step(found);
    sqlite3_finalize(found);
    return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : refuse(database, name, err);
}

static int print_table(sqlite3 *database, size_t t, unsigned *number, FILE *lines, const char *name,
                       struct bh_error *err)
{
    char query[64];
    sqlite3_stmt *rows = NULL;
    snprintf(query, sizeof query, "SELECT * FROM %s ORDER BY rowid", tables[t].table);
    if (sqlite3_prepare_v2(database, query, -1, &rows, NULL) != SQLITE_OK)
        return refuse(database, name, err);
    int step;
    while ((step = sqlite3_step(rows)) == SQLITE_ROW && *number < INT_MAX)
        print_row(rows, tables[t].words, ++*number, lines);
    sqlite3_finalize(rows);
    return step == SQLITE_DONE ? 0 : refuse(database, name, err);
}

static int print_tables(sqlite3 *database, FILE *lines, const char *name, struct bh_error *err)
{
    unsigned number = 0, known = 0;
    for (size_t t = 0; t < BH_COUNT(tables); t++) {
        int is_there = is_table(database, tables[t].table, name, err);
        if (is_there < 0 || (is_there && print_table(database, t, &number, lines, name, err) != 0))
            return -1;
        known += (unsigned)is_there;
    }
    if (known == 0)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "%s: found a database of SQLite without any of rasdaemon's tables; expected mc_event, aer_event, "
            "extlog_event, memory_failure_event or mce_record",
            name);
    return 0;
}

int bh_site_read_rasdaemon(struct bh_failure_log *log, const char *text, size_t length, const char *name,
                           const struct bh_log_reading *reading, struct bh_error *err)
{
    char *lines = NULL;
    size_t size = 0;
    sqlite3 *database;
    bool is_ahead = text[READ_VERSION_AT] == 2;
    int status = open_copy(&database, text, length, name, err);
    if (status == 0) {
        FILE *stream = open_memstream(&lines, &size);
        BH_BUG_ASSERT(stream != NULL);
        status = print_tables(database, stream, name, err);
        fclose(stream);
    }
    sqlite3_close(database);
    if (status == 0 && is_ahead)
        bh_failure_log_note(log, "the database is written ahead: what stood in a file %s-wal beside it is not read",
                            name);
    if (status == 0)
        status = bh_site_read_lines(log, lines, size, name, reading, err);
    free(lines);
    return status;
}
