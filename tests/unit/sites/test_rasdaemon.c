/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* rasdaemon's database: what each table says, what older versions lack, and files that are damaged or were made to harm. */
#include "models/base/error.h"
#include "models/sites/site_log.h"
#include "tests/support/helper.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* A database as a file would hold it; free with sqlite3_free. */
static unsigned char *make(const char *statements, size_t *size)
{
    sqlite3 *database = NULL;
    char *why = NULL;
    sqlite3_int64 bytes = 0;
    assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
    if (sqlite3_exec(database, statements, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    unsigned char *file = sqlite3_serialize(database, "main", &bytes, 0);
    assert_non_null(file);
    sqlite3_close(database);
    *size = (size_t)bytes;
    return file;
}

static struct bh_failure_log *read_bytes(const unsigned char *file, size_t size, struct bh_error *err)
{
    return bh_site_log_parse((const char *)file, size, "logs/n17.db", NULL, err);
}

static struct bh_failure_log *read_made(const char *statements, struct bh_error *err)
{
    size_t size;
    unsigned char *file = make(statements, &size);
    struct bh_failure_log *log = read_bytes(file, size, err);
    sqlite3_free(file);
    return log;
}

static void assert_failure(const struct bh_failure_log *log, size_t i, const char *cause, double start_s)
{
    const struct bh_failure *failure = &log->failures[i];
    assert_string_equal(bh_name_list_text(log->node_names, failure->node), "n17");
    assert_string_equal(bh_name_list_text(log->cause_names, failure->cause), cause);
    assert_int_equal(bh_failure_log_zone(log, failure), 1);
    assert_close(failure->start_s, start_s, 0);
}

static bool has_note(const struct bh_failure_log *log, const char *part)
{
    for (uint32_t n = 0; n < bh_name_list_count(log->notes); n++)
        if (strstr(bh_name_list_text(log->notes, n), part) != NULL)
            return true;
    return false;
}

static const char memory[] =
    "CREATE TABLE mc_event (id INTEGER PRIMARY KEY, timestamp TEXT, err_count INTEGER, err_type TEXT, err_msg TEXT, "
    "label TEXT);"
    "INSERT INTO mc_event VALUES (1, '2026-03-01 01:02:03 +0100', 1, 'Corrected', 'read error', 'DIMM_A1'),"
    "(2, '2026-03-02 01:02:03 +0100', 1, 'Uncorrected', 'read error', 'DIMM_A1');";

/* Every table, with a failure in each, in any order of times. */
static const char everything[] =
    "CREATE TABLE aer_event (id INTEGER PRIMARY KEY, timestamp TEXT, err_type TEXT, err_msg TEXT);" /* no dev_name */
    "INSERT INTO aer_event VALUES (1, '2026-03-05 01:02:03 +0100', 'Uncorrected (Fatal)', 'Malformed TLP'),"
    "(2, '2026-03-04 01:02:03 +0100', 'Uncorrected (Non-Fatal)', 'Completion Timeout');"
    "CREATE TABLE extlog_event (id INTEGER PRIMARY KEY, timestamp TEXT, etype INTEGER, severity INTEGER);"
    "INSERT INTO extlog_event VALUES (1, '2026-03-06 01:02:03 +0100', 4, 1), (2, '2026-03-06 11:02:03 +0100', 4, 2);"
    "CREATE TABLE memory_failure_event (id INTEGER PRIMARY KEY, timestamp TEXT, pfn TEXT, page_type TEXT, "
    "action_result TEXT);"
    "INSERT INTO memory_failure_event VALUES (1, '2026-03-07 01:02:03 +0100', '1', 'dirty LRU page', 'Failed'),"
    "(2, '2026-03-07 11:02:03 +0100', '2', 'dirty LRU page', 'Recovered');"
    "CREATE TABLE mce_record (id INTEGER PRIMARY KEY, timestamp TEXT, mcgstatus_msg TEXT, mcistatus_msg TEXT, "
    "error_msg TEXT);"
    "INSERT INTO mce_record VALUES (1, '2026-03-08 01:02:03 +0100', '0', 'Uncorrected_error', 'MEMORY CONTROLLER'),"
    "(2, '2026-03-08 11:02:03 +0100', '0', 'Corrected_error', 'MEMORY CONTROLLER');"
    "CREATE TABLE of_somebody_else (x);";

BH_TEST(test_tables)
{
    struct bh_error err = {0};
    char *statements = bh_print_text("%s%s", memory, everything);
    struct bh_failure_log *log = read_made(statements, &err);
    free(statements);
    assert_non_null(log);
    assert_string_equal(log->format, "rasdaemon's database");
    assert_int_equal(log->records, 10);
    assert_int_equal(log->failures_count, 5);
    const double day_s = 86400.0, first_s = 1772409723.0; /* 2026-03-02 00:02:03 UTC */
    assert_failure(log, 0, "memory, uncorrected", first_s);
    assert_failure(log, 1, "PCIe, fatal", first_s + 3 * day_s);
    assert_failure(log, 2, "machine check", first_s + 4 * day_s);
    assert_failure(log, 3, "memory, uncorrected", first_s + 5 * day_s);
    assert_failure(log, 4, "machine check", first_s + 6 * day_s);
    assert_true(has_note(log, "5 lines of corrected errors"));
    assert_true(!has_note(log, "without a time"));
    bh_failure_log_destroy(log);
}

/* A text that has lines of its own is still one event. */
BH_TEST(test_lines_in_a_cell)
{
    struct bh_error err = {0};
    char *statements = bh_print_text("%s%s", memory,
                                     "INSERT INTO mc_event VALUES (3, '2026-03-03 01:02:03 +0100', 1, 'Corrected', 'x' "
                                     "|| char(10) || '4 2026-03-04 01:02:03 +0100 1 Uncorrected error(s): y', '');");
    struct bh_failure_log *log = read_made(statements, &err);
    free(statements);
    assert_non_null(log);
    assert_int_equal(log->records, 3);
    bh_failure_log_destroy(log);
}

BH_TEST(test_written_ahead)
{
    struct bh_error err = {0};
    size_t size;
    unsigned char *file = make(memory, &size);
    file[18] = file[19] = 2;
    struct bh_failure_log *log = read_bytes(file, size, &err);
    assert_non_null(log);
    assert_int_equal(log->failures_count, 1);
    assert_true(has_note(log, "n17.db-wal beside it is not read"));
    bh_failure_log_destroy(log);
    sqlite3_free(file);
}

BH_TEST(test_refused)
{
    static const struct {
        const char *statements, *message;
    } rows[] = {
        {"CREATE TABLE jobs (id);", "n17.db: found a database of SQLite without any of rasdaemon's tables"},
        /* A view that never ends is not begun. */
        {"CREATE VIEW mc_event AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS timestamp "
         "FROM n;",
         "without any of rasdaemon's tables"},
        {"CREATE TABLE mc_event (id INTEGER PRIMARY KEY, timestamp TEXT, err_type TEXT);",
         "n17.db: rasdaemon's database: found no failure in 0 records"},
        {"CREATE TABLE mc_event (id INTEGER PRIMARY KEY, err_type TEXT);"
         "INSERT INTO mc_event VALUES (1, 'Uncorrected');",
         "found no failure in 0 records"},
        /* A cell that would be a gigabyte. */
        {"CREATE TABLE mc_event (id INTEGER PRIMARY KEY, timestamp TEXT, err_type TEXT AS (hex(zeroblob(id))));"
         "INSERT INTO mc_event (id, timestamp) VALUES (1000000, '2026-03-01 01:02:03 +0100');"
         "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, '(id)', '(400 * id)');",
         "cannot be read: string or blob too big"},
    };
    for (size_t r = 0; r < BH_COUNT(rows); r++) {
        struct bh_error err = {0};
        assert_null(read_made(rows[r].statements, &err));
        if (strstr(err.text, rows[r].message) == NULL)
            fail_msg("row %zu: %s", r, err.text);
        assert_int_equal(err.code, BH_ERROR_INPUT);
    }
}

/* Cut anywhere, or with any byte turned: a log or one message. */
BH_TEST(test_damaged)
{
    size_t size, refused = 0;
    unsigned char *file = make(memory, &size);
    for (size_t kept = 0; kept < size; kept += 101) {
        struct bh_error err = {0};
        struct bh_failure_log *log = read_bytes(file, kept, &err);
        assert_true((log == NULL) == (err.code == BH_ERROR_INPUT));
        bh_failure_log_destroy(log);
    }
    for (size_t at = 16; at < size; at++) {
        struct bh_error err = {0};
        if (file[at] == 0 && at > 100 && at % 37 != 0)
            continue; /* mostly unused */
        file[at] ^= 0x55;
        struct bh_failure_log *log = read_bytes(file, size, &err);
        refused += log == NULL;
        assert_true((log == NULL) == (err.code == BH_ERROR_INPUT));
        bh_failure_log_destroy(log);
        file[at] ^= 0x55;
    }
    assert_true(refused > 20);
    sqlite3_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),  cmocka_unit_test(test_lines_in_a_cell), cmocka_unit_test(test_written_ahead),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
