/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Failure logs as text: every form, what is left out and counted, what is refused; and the times that are cut out of
 * them, by hand. */
#include "models/base/error.h"
#include "models/logs/formats.h"
#include "tests/support/helper.h"

#include "models/logs/failure_log.h"
#include "models/logs/up_and_down_times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bh_failure_log *parse(const char *text)
{
    struct bh_error err = {0};
    struct bh_failure_log *log = bh_failure_log_parse(text, strlen(text), "log", NULL, &err);
    if (log == NULL)
        fail_msg("%s", err.text);
    return log;
}

/* The message with which a text is refused. */
static void refuse(const char *text, size_t length, const char *part)
{
    struct bh_error err = {0};
    struct bh_failure_log *log = bh_failure_log_parse(text, length, "log", NULL, &err);
    assert_null(log);
    assert_int_equal(err.code, BH_ERROR_INPUT);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected `%s` in: %s", part, err.text);
    assert_null(memchr(err.text, '\r', strlen(err.text)));
}

BH_TEST(test_times)
{
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {{"1970-01-01", 0},
                 {"1970-01-02 00:00", 86400},
                 {"2000-03-01 00:00:00", 951868800},
                 {"2000-02-29T12:30:15", 951827415},
                 {"2000-02-29T12:30:15.5Z", 951827415.5},
                 {"6/21/2005 10:54", 1119351240},
                 {"12/31/1996 23:59", 852076740},
                 {"1099755300", 1099755300},
                 {"-3.5e2", -350}};
    static const char *const none[] = {
        "",    "soon",  "2005-13-01", "2005-02-32",         "6/21/2005x", "2005-01-01 25:00", "2005-01-01 10:61",
        "nan", "1e999", "12:30",      "2005-01-01 10:30:99"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_close(bh_failure_log_time(cases[i].text), cases[i].seconds, 1e-15);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (!isnan(bh_failure_log_time(none[i])))
            fail_msg("`%s` was read as a time", none[i]);
}

/* What users' files are like: DOS line ends, quotes, missing fields, unsorted, overlapping, down times of 0. */
/* Dates, and numbers that no calendar or integer holds; a sanitizer sees what is converted before it is looked at. */
BH_TEST(test_times_printed)
{
    static const struct {
        double at_s;
        const char *text;
    } cases[] = {{951868800, "2000-03-01"}, {1e8, "1973-03-03"},   {0, "0 s"},          {-350, "-350 s"},
                 {1e300, "1e+300 s"},       {-1e300, "-1e+300 s"}, {INFINITY, "inf s"}, {NAN, "nan s"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[64];
        assert_string_equal(bh_failure_log_print_time(cases[i].at_s, buffer, sizeof buffer), cases[i].text);
    }
}

BH_TEST(test_plain_csv)
{
    struct bh_failure_log *log = parse("# a comment\r\n"
                                       "node,time,downtime_min,class\r\n"
                                       "\"a, left\",1000,10,disk\r\n"
                                       "b,500,0,\r\n"
                                       "\"a, left\",1300,5,disk\r\n" /* within the first one's down time */
                                       "\r\n"
                                       "b,,5,fan\r\n"
                                       ",700,1,fan\r\n"
                                       "b,400,-2,fan\r\n"
                                       "b,900,?,fan\r\n");
    assert_string_equal(log->format, "CSV");
    assert_int_equal(log->records, 7);
    assert_int_equal(log->failures_count, 6);
    assert_int_equal(log->remarks[BH_LOG_NO_TIME], 1);
    assert_int_equal(log->remark_line[BH_LOG_NO_TIME], 7);
    assert_int_equal(log->remarks[BH_LOG_NO_NODE], 1);
    assert_int_equal(log->remark_line[BH_LOG_NO_NODE], 8);
    assert_int_equal(log->remarks[BH_LOG_ZERO_DOWN_TIME], 1);
    assert_int_equal(log->remarks[BH_LOG_NEGATIVE_DOWN_TIME], 1);
    assert_int_equal(log->remarks[BH_LOG_NO_DOWN_TIME], 1);
    assert_int_equal(log->remarks[BH_LOG_NO_CAUSE], 1);
    assert_int_equal(log->remarks[BH_LOG_OVERLAP], 1);
    assert_int_equal(log->remark_line[BH_LOG_OVERLAP], 5);
    assert_int_equal(log->remarks[BH_LOG_UNSORTED], 1);
    assert_string_equal(bh_name_list_text(log->node_names, 0), "a, left");
    assert_close(log->first_s, 400, 0);
    assert_close(log->last_s, 1300, 0);
    bh_failure_log_destroy(log);
}

/* A node that is installed before the log begins, one that comes later, one that retires. */
BH_TEST(test_up_times_by_hand)
{
    struct bh_failure_log *log = parse("time,node,downtime,installed,retired\n"
                                       "100,old,10,20,\n"
                                       "400,old,10,20,\n"
                                       "405,old,20,20,\n" /* prolongs the outage to 425 */
                                       "500,old,0,20,\n"
                                       "300,new,50,200,\n"
                                       "250,short,1,,260\n"
                                       "900,unknown,5,,\n");
    struct bh_sample_rule rule = {BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, false, false};
    struct bh_sample *up = bh_sample_up_times(log, &rule);
    static const struct bh_duration expected[] = {
        {80, 80, true, false, 0, 0}, /* enters at age 80 and fails at once: left out */
        {290, 0, true, true, 0, 0},  {75, 0, true, true, 0, 0},     {400, 0, false, false, 0, 0},
        {100, 0, true, false, 1, 0}, {550, 0, false, false, 1, 0},  {150, NAN, true, false, 2, 0},
        {9, 0, false, false, 2, 0},  {800, NAN, true, false, 3, 0},
    };
    assert_int_equal(up->count, 8);
    assert_int_equal(up->units, 4);
    assert_int_equal(up->ended, 5);
    for (size_t i = 0; i < up->count; i++) {
        const struct bh_duration *found = &up->durations[i], *wanted = &expected[i + 1];
        assert_close(found->until_s, wanted->until_s, 0);
        assert_close(found->age_s, wanted->age_s, 0);
        assert_int_equal(found->ended, wanted->ended);
        assert_int_equal(found->between, wanted->between);
        assert_int_equal(found->unit, wanted->unit);
    }
    bh_sample_destroy(up);
    rule.complete_only = true;
    up = bh_sample_up_times(log, &rule);
    assert_int_equal(up->count, 2);
    bh_sample_destroy(up);
    rule = (struct bh_sample_rule){BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, true, false};
    up = bh_sample_up_times(log, &rule); /* 100 250 300 400 405 500 900 */
    assert_int_equal(up->ended, 6);
    assert_close(up->durations[3].until_s, 5, 0);
    bh_sample_destroy(up);
    struct bh_sample *down = bh_sample_down_times(log, &rule);
    assert_int_equal(down->count, 6);
    assert_int_equal(down->zero, 1);
    bh_sample_destroy(down);
    bh_failure_log_destroy(log);
}

BH_TEST(test_late_entry)
{
    struct bh_failure_log *log = parse("time,node,downtime,installed\n100,first,10,\n150,old,10,20\n300,old,10,20\n");
    struct bh_sample_rule rule = {BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, false, false};
    struct bh_sample *up = bh_sample_up_times(log, &rule);
    /* Of `first` only that it was up from 110 on; `old` was 80 when the log began. */
    assert_int_equal(up->count, 3);
    assert_close(up->durations[1].age_s, 80, 0);
    assert_close(up->durations[1].until_s, 130, 0);
    bh_sample_destroy(up);
    bh_failure_log_destroy(log);
}

BH_TEST(test_fta)
{
    struct bh_failure_log *log =
        parse("event_id component_id node_id platform_id node_name event_type event_start_time event_stop_time "
              "event_end_reason\r\n"
              "0 0 7 3 n.7 1 1000 2000 1005\r\n1 0 7 3 n.7 0 2000 2600 8000\r\n2 0 7 3 n.7 1 2600 9000\r\n"
              "0 0 8 3 n.8 0 1500 1500 8000\n\n# and so on\n1 0 8 3 n.8 1 1500 NULL NULL\n");
    assert_string_equal(log->format, "FTA event_trace");
    assert_int_equal(log->failures_count, 2);
    assert_int_equal(log->remarks[BH_LOG_ZERO_DOWN_TIME], 1);
    assert_string_equal(bh_name_list_text(log->cause_names, log->failures[0].cause), "1005");
    assert_int_equal(log->failures[1].cause, BH_NO_NAME);
    struct bh_sample_rule rule = {BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, false, false};
    struct bh_sample *up = bh_sample_up_times(log, &rule);
    assert_int_equal(up->count, 2);
    assert_close(up->durations[0].until_s, 1000, 0);
    assert_true(isnan(up->durations[0].age_s));
    assert_close(up->durations[1].until_s, 6400, 0);
    assert_false(up->durations[1].ended);
    bh_sample_destroy(up);
    bh_failure_log_destroy(log);
}

BH_TEST(test_refused)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "log"},
        {"time,node,downtime\n", "no failure"},
        {"when,node\n1,2\n",
         "log:1:1: found no column of times among when, node; expected `time`, or `--column time=NAME`"},
        {"time,node,end\n1,a,2\n2,a,5\n3,a,soon\n", "log:4:5: found `soon`; expected a number, or a date"},
        {"time,node,downtme\n1,2,3\n", "`downtime`"},
        {"time,node,downtime\n1,a,3\n2,b", "log:3:"},
        {"time,node\n1,\"a\n", "log:2:3"},
        {"0 0 7 3 n.7 0 1000 2000 8000\n0 0 7 3 n.7 1 20", "log:2: found 7 columns"},
        {"0 0 7 3 n.7 2 1000 2000 8000\n", "log:1: found the event_type `2`"},
        {"0 0 7 3 n.7 0 1000 2000 8000\n\x01\x02\x03\n", "log:2: found the byte 0x01"},
        {"System,Prob Started (mm/dd/yy hh:mm)\n1,1/1/2000 10:00\n", "nodenum"},
        {"\x7f"
         "ELF",
         "log:1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse(cases[i].text, strlen(cases[i].text), cases[i].part);
    refuse("0 0 7 3 n.7 0 1000 2000 8000\na\0b\n", 33, "log:2: found the byte 0x00");
}

/* Names that would move a cursor are shown as question marks. */
BH_TEST(test_hostile_names)
{
    struct bh_failure_log *log = parse("time,node,class\n1,\xff\xfe,a\xc2\x9b\n2,b,c\n");
    assert_string_equal(bh_name_list_text(log->node_names, 0), "??");
    assert_string_equal(bh_name_list_text(log->cause_names, 0), "a??");
    bh_failure_log_destroy(log);
}

/* A log of which too much cannot be read, or whose dates can be read in two ways, is no log. */
BH_TEST(test_dates_refused)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"time,node\n03/04/2021 10:00,a\n05/06/2021 10:00,b\n", "log:2:1: found `03/04/2021 10:00`, of which day"},
        {"time,node\n03/04/05 10:00,a\n05/06/07 10:00,b\n", "--dates day-first"},
        {"time,node\n13/04/2021,a\n04/13/2021,b\n", "log:3:1: found `04/13/2021`; expected"},
        {"time,node\n13/04/2021,a\n14/04/2021,b\n04/15/2021,b\n", "log:4:1: found `04/15/2021`; expected"},
        {"time,node\n2021-03-04,a\nsoon,b\nlater,c\n", "log:3:1: found `soon`, and 1 more of 3 that cannot be read"},
        {"time,node\n9999-12-31,a\n1,b\n", "log:2:1: found `9999-12-31`"},
        {"time,node\n1614599131,a\n253402300799,b\n", "log:3:1: found `253402300799`"},
        {"time,node\nMar 13 10:00,a\n", "log:2:1: found a time without a year; expected `--year`"},
        {"time,node\n2021-03-13T10:00Z,a\n2021-03-13T11:00,b\n", "log:3:1: found a time without an offset"},
        {"time,node,downtime\n1,a,\"1,047\"\n2,b,\"5,780\"\n",
         "log:2:5: found `1,047`, which may be thousands or a fraction"},
        {"time,node,downtime\n1,a,5.780\n2,b,47\n", "log:2:5: found `5.780`, which may be thousands or a fraction"},
        {"time,node,downtime\n1,a,1:36\n2,b,0:12\n", "log:2:5: found `1:36`, and 1 more of 2"},
        {"time,node,downtime\n1,a,5 parsecs\n", "log:2:5: found `5 parsecs`"},
        {"time,node,downtme\n1,a,2\n", "`--column downtime=downtme` or `--ignore downtme`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse(cases[i].text, strlen(cases[i].text), cases[i].part);
}

/* One bad row in many is left out and told. */
BH_TEST(test_few_bad)
{
    char text[2000] = "time,node,downtime\n", *at = text + strlen(text);
    for (int i = 1; i <= 40; i++)
        at += sprintf(at,
                      i == 7   ? "2021-02-30,n%d,%d\n"
                      : i == 9 ? "2021-03-01,n%d,x%d\n"
                               : "2021-03-01,n%d,%d\n",
                      i, i);
    struct bh_failure_log *log = parse(text);
    assert_int_equal(log->failures_count, 39);
    assert_int_equal(log->remarks[BH_LOG_BAD_TIME], 1);
    assert_int_equal(log->remark_line[BH_LOG_BAD_TIME], 8);
    assert_string_equal(log->remark_value[BH_LOG_BAD_TIME], "2021-02-30");
    assert_int_equal(log->remarks[BH_LOG_BAD_DOWN_TIME], 1);
    assert_string_equal(log->remark_value[BH_LOG_BAD_DOWN_TIME], "x9");
    bh_failure_log_destroy(log);
}

/* The order of a column follows from one date that only one order has, wherever it stands; from dots; from a name. */
BH_TEST(test_order_of_dates)
{
    static const struct {
        const char *text;
        double last_s;
    } cases[] = {{"time,node\n03/04/2021,a\n13/04/2021,b\n03/05/2021,c\n", 1620000000},
                 {"time,node\n03/04/2021,a\n04/13/2021,b\n05/03/2021,c\n", 1620000000},
                 {"time,node\n03.04.2021,a\n03.05.2021,b\n", 1620000000},
                 {"time (dd/mm/yyyy),node\n03/04/2021,a\n03/05/2021,b\n", 1620000000},
                 {"time,node\n03/03/2021,a\n05/05/2021,b\n", 1620172800},
                 {"time,node,installed\n03/04/2021,a,13/12/2020\n03/05/2021,b,\n", 1620000000},
                 {"time,node\n21/04/03,a\n21/04/30,b\n21/05/03,c\n", 1620000000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_failure_log *log = parse(cases[i].text);
        assert_close(log->last_s, cases[i].last_s, 0);
        bh_failure_log_destroy(log);
    }
}

/* Local times: summer time begins (an hour is skipped) and ends (an hour is there twice, told apart by the order). */
BH_TEST(test_timezone)
{
    static const char text[] = "time,node\n2021-03-28 01:30,a\n2021-03-28 02:30,b\n2021-03-28 03:30,c\n"
                               "2021-10-31 02:10,d\n2021-10-31 02:50,e\n2021-10-31 02:10,f\n2021-10-31 03:10,g\n";
    static const double expected[] = {1616891400, 1616895000, 1616895000, 1635639000,
                                      1635641400, 1635642600, 1635646200};
    struct bh_error err = {0};
    struct bh_log_reading *reading = bh_log_reading_create();
    if (bh_log_reading_set_timezone(reading, "Europe/Berlin", &err) != 0) { /* no database of zones */
        bh_log_reading_destroy(reading);
        return;
    }
    const char *before = getenv("TZ");
    struct bh_failure_log *log = bh_failure_log_parse(text, strlen(text), "log", reading, &err);
    assert_non_null(log);
    assert_ptr_equal(getenv("TZ"), before);
    for (size_t i = 0; i < 7; i++)
        assert_close(log->failures[i].start_s, expected[i], 0);
    assert_int_equal(log->remarks[BH_LOG_CLOCK_CHANGE], 4);
    bh_failure_log_destroy(log);
    assert_int_equal(bh_log_reading_set_timezone(reading, "Europe/Berlinn", &err), -1);
    assert_int_equal(bh_log_reading_set_timezone(reading, "+05:30", &err), 0);
    log = bh_failure_log_parse("time,node\n1970-01-02 05:30,a\n", 29, "log", reading, &err);
    assert_close(log->first_s, 86400, 0);
    bh_failure_log_destroy(log);
    bh_log_reading_destroy(reading);
}

/* Rows without a time but with times of service are nodes that did not fail; who is never retired is still there. */
BH_TEST(test_survivors)
{
    struct bh_failure_log *log =
        parse("time,node,installed,retired\n10,a,0,12\n,b,0,50\n,c,0,9999-12-31\n30,d,0,\n,,0,9\n");
    assert_int_equal(log->failures_count, 2);
    assert_int_equal(log->systems[0].nodes, 4);
    assert_int_equal(log->remarks[BH_LOG_NO_TIME], 1);
    struct bh_sample_rule rule = {BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, false, false};
    struct bh_sample *up = bh_sample_up_times(log, &rule);
    size_t open = 0;
    for (size_t i = 0; i < up->count; i++)
        if (up->durations[i].unit != 0 && !up->durations[i].ended) {
            static const double until_s[] = {50, 30};
            assert_close(up->durations[i].until_s, until_s[open++], 0);
        }
    assert_int_equal(open, 2);
    bh_sample_destroy(up);
    bh_failure_log_destroy(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_plain_csv),
        cmocka_unit_test(test_up_times_by_hand),
        cmocka_unit_test(test_late_entry),
        cmocka_unit_test(test_fta),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_times_printed),
        cmocka_unit_test(test_dates_refused),
        cmocka_unit_test(test_few_bad),
        cmocka_unit_test(test_order_of_dates),
        cmocka_unit_test(test_timezone),
        cmocka_unit_test(test_survivors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
