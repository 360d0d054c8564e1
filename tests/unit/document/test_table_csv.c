/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables as text: what is read, and every way in which one can be broken. */
#include "models/document/csv_values.h"
#include "tests/support/helper.h"

#include <string.h>

/* The cells as "a|b\nc|d\n". */
static void assert_table(const char *text, const char *expected)
{
    struct bh_error err = {0};
    struct bh_csv *csv = bh_csv_parse(text, strlen(text), "t.csv", &err);
    if (csv == NULL)
        print_error("%s\n", err.text);
    assert_non_null(csv);
    char found[256];
    size_t used = 0;
    for (size_t r = 0; r <= bh_csv_rows(csv); r++)
        for (size_t c = 0; c < bh_csv_columns(csv); c++)
            used += (size_t)snprintf(found + used, sizeof found - used, "%s%s",
                                     r == 0 ? bh_csv_name(csv, c) : bh_csv_cell(csv, r - 1, c),
                                     c + 1 < bh_csv_columns(csv) ? "|" : "\n");
    assert_string_equal(found, expected);
    bh_csv_destroy(csv);
}

BH_TEST(test_what_is_read)
{
    assert_table("a,b\n1,2\n", "a|b\n1|2\n");
    assert_table("a,b\n1,2", "a|b\n1|2\n");
    assert_table("a,b\r\n1,2\r\n3,4\r\n", "a|b\n1|2\n3|4\n");
    assert_table("a,b\r1,2\r", "a|b\n1|2\n");
    assert_table("\xEF\xBB\xBF"
                 "a,b\n1,2\n",
                 "a|b\n1|2\n");
    assert_table("# made by hand\n\n  \na,b\n# in between\n1,2\n,\n\n", "a|b\n1|2\n");
    assert_table(" a , b c \n 1 , 2 3 \n", "a|b c\n1|2 3\n");
    assert_table("a,b\n\"1,5\",\"say \"\"yes\"\"\"\n", "a|b\n1,5|say \"yes\"\n");
    assert_table("\"a\nb\",c\n\"1\n2\" , 3\n", "a\nb|c\n1\n2|3\n");
    assert_table("a,b\n5\" disk,\"\"\n", "a|b\n5\" disk|\n");
    assert_table("a;b\n1,5;2\n", "a|b\n1,5|2\n");
    assert_table("a\tb\tc\n1\t\t3\n", "a|b|c\n1||3\n");
    assert_table("\"a;b\",c\n1,2\n", "a;b|c\n1|2\n");
    assert_table("a\n", "a\n");
    assert_table("a,#b\n1,#2\n", "a|#b\n1|#2\n");
}

BH_TEST(test_what_is_refused)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "t.csv: found no row; expected names of columns and rows below them"},
        {"# nothing\n\n", "t.csv: found no row; expected names of columns and rows below them"},
        {"a,,b\n", "t.csv:1:3: found no name; expected the name of column 2"},
        {"a,b,a\n", "t.csv:1:5: the column `a` is there twice"},
        {"a,b\n1,2\n1,2,3\n", "t.csv:3:1: found 3 cells; expected 2, one for each name in the first row"},
        {"a,b\n1,2\n\n# one\r\n1\n", "t.csv:5:1: found 1 cells; expected 2, one for each name in the first row"},
        {"a,b\n1,\"2\n3,4\n", "t.csv:2:3: found a quote that does not end; expected a closing `\"`"},
        {"a,b\n\"1\"x,2\n", "t.csv:2:4: found text behind the end of a quote; expected the next cell"},
        {"a,b\n1,\x01\n", "t.csv:2:3: found the byte 0x01; expected a table as text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error err = {0};
        assert_null(bh_csv_parse(cases[i].text, strlen(cases[i].text), "t.csv", &err));
        assert_int_equal(err.code, BH_ERROR_INPUT);
        if (strncmp(err.text, cases[i].message, strlen(cases[i].message)) != 0)
            print_error("%s\n", err.text);
        assert_memory_equal(err.text, cases[i].message, strlen(cases[i].message));
    }
    struct bh_error err = {0};
    assert_null(bh_csv_parse("a\0b\n", 4, "t.csv", &err));
    assert_non_null(strstr(err.text, "1:2: found the byte 0x00"));
    err = (struct bh_error){0};
    assert_null(bh_csv_read("/nowhere/t.csv", &err));
    assert_non_null(strstr(err.text, "/nowhere/t.csv: cannot read the table: No such file"));
}

static void assert_message(struct bh_error *err, const char *part)
{
    assert_int_equal(err->code, BH_ERROR_INPUT);
    if (strstr(err->text, part) == NULL)
        print_error("found: %s\nexpected: %s\n", err->text, part);
    assert_non_null(strstr(err->text, part));
    *err = (struct bh_error){0};
}

BH_TEST(test_cells)
{
    static const char text[] = "system,trials,time\nkvm,200,1.5e3\nkmv,-1,1e999\nqemu,99999999999999999999,x\n";
    static const char *const systems[] = {"kvm", "qemu", NULL}, *const some[] = {"system", "trial", "time", NULL};
    struct bh_error err = {0};
    struct bh_csv *csv = bh_csv_parse(text, strlen(text), "t.csv", &err);
    assert_non_null(csv);
    size_t column;
    uint64_t count;
    double number;
    assert_int_equal(bh_csv_find(csv, "time"), 2);
    assert_true(bh_csv_find(csv, "Time") == SIZE_MAX);
    assert_int_equal(bh_csv_need(csv, "trials", &column, &err), 0);
    assert_int_equal(column, 1);
    assert_int_equal(bh_csv_need(csv, "systems", &column, &err), -1);
    assert_message(&err, "t.csv:1:1: the column `systems` is missing; found `system`");
    assert_int_equal(bh_csv_check_names(csv, some, &err), -1);
    assert_message(&err, "t.csv:1:8: found the unknown column `trials`; did you mean `trial`?");
    assert_int_equal(bh_csv_count(csv, 0, 1, 1000, &count, &err), 0);
    assert_int_equal(count, 200);
    assert_int_equal(bh_csv_number(csv, 0, 2, &number, &err), 0);
    assert_close(number, 1500, 0);
    assert_int_equal(bh_csv_choice(csv, 0, 0, systems, "system", &err), 0);
    assert_int_equal(bh_csv_choice(csv, 1, 0, systems, "system", &err), -1);
    assert_message(&err, "t.csv:3:1: system: found the unknown system `kmv`; did you mean `kvm`?");
    assert_int_equal(bh_csv_count(csv, 1, 1, 1000, &count, &err), -1);
    assert_message(&err, "t.csv:3:5: trials: found `-1`; expected a whole number from 0 to 1000");
    assert_int_equal(bh_csv_count(csv, 2, 1, UINT64_MAX, &count, &err), -1);
    assert_message(&err, "found `99999999999999999999`; expected a whole number from 0 to 18446744073709551615");
    assert_int_equal(bh_csv_number(csv, 1, 2, &number, &err), -1);
    assert_message(&err, "t.csv:3:8: time: found `1e999`; expected a number");
    assert_int_equal(bh_csv_number(csv, 2, 2, &number, &err), -1);
    assert_message(&err, "found `x`; expected a number");
    bh_csv_destroy(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
