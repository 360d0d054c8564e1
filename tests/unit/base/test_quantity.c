/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units: what is accepted, what is refused and with which words, and how values are printed. */
#include "models/base/quantity.h"
#include "tests/support/helper.h"

#include <locale.h>
#include <string.h>

#define TIME        BH_DIMENSION_TIME
#define RATE        BH_DIMENSION_RATE
#define BYTES       BH_DIMENSION_BYTES
#define BANDWIDTH   BH_DIMENSION_BANDWIDTH
#define SPEED       BH_DIMENSION_SPEED
#define PROBABILITY BH_DIMENSION_PROBABILITY
#define FRACTION    BH_DIMENSION_FRACTION
#define FACTOR      BH_DIMENSION_FACTOR

static const struct {
    const char *text, *unit;
    enum bh_dimension dimension;
    double expected; /* exact: conversions round once */
} accepted[] = {
    {"24 h", NULL, TIME, 86400},
    {"24h", NULL, TIME, 86400},
    {"  1.5\th ", NULL, TIME, 5400},
    {"+.5 s", NULL, TIME, 0.5},
    {"5. s", NULL, TIME, 5},
    {"1e3 s", NULL, TIME, 1000},
    {"1E+3 s", NULL, TIME, 1000},
    {"3 ns", NULL, TIME, 3e-9},
    {"7 us", NULL, TIME, 7e-6},
    {"7 ms", NULL, TIME, 7e-3},
    {"2 min", NULL, TIME, 120},
    {"60 d", NULL, TIME, 5184000},
    {"1 week", NULL, TIME, 604800},
    {"1 year", NULL, TIME, 31557600},
    {"5", "min", TIME, 300},
    {"5 min", "min", TIME, 300},
    {"5", "", FACTOR, 5},
    {"0", NULL, TIME, 0},
    {"-0", NULL, TIME, 0},
    {"0.00e7", NULL, BYTES, 0},
    {"0 week", NULL, TIME, 0},
    {"2 1/s", NULL, RATE, 2},
    {"1e-3 1/year", NULL, RATE, 1e-3 / 31557600},
    {"3 1/min", NULL, RATE, 3.0 / 60},
    {"3 1/h", NULL, RATE, 3.0 / 3600},
    {"3 1/d", NULL, RATE, 3.0 / 86400},
    {"500 FIT", NULL, RATE, 500 / 3.6e12},
    {"512 B", NULL, BYTES, 512},
    {"1 kB", NULL, BYTES, 1e3},
    {"2 MB", NULL, BYTES, 2e6},
    {"3 GB", NULL, BYTES, 3e9},
    {"4 TB", NULL, BYTES, 4e12},
    {"5 PB", NULL, BYTES, 5e15},
    {"6 EB", NULL, BYTES, 6e18},
    {"1 KiB", NULL, BYTES, 1024},
    {"16 GiB", NULL, BYTES, 17179869184.0},
    {"1 EiB", NULL, BYTES, 1152921504606846976.0},
    {"2.5 GB/s", NULL, BANDWIDTH, 2.5e9},
    {"1 MiB/s", NULL, BANDWIDTH, 1048576},
    {"2.0e+14", "flop/s", SPEED, 2e14},
    {"200 Tflop/s", NULL, SPEED, 200e12},
    {"0.3", NULL, PROBABILITY, 0.3},
    {"0.1 %", NULL, PROBABILITY, 0.001},
    {"7 %", NULL, PROBABILITY, 0.07},
    {"57%", NULL, PROBABILITY, 0.57},
    {"1", NULL, PROBABILITY, 1},
    {"30", "%", PROBABILITY, 0.3},
    {"1e-12", NULL, PROBABILITY, 1e-12},
    {"-3 %", NULL, FRACTION, -0.03},
    {"-0.5", NULL, FRACTION, -0.5},
    {"250 %", NULL, FRACTION, 2.5},
    {"1.7976931348623157e308", NULL, FACTOR, 1.7976931348623157e308},
    {"131072", NULL, FACTOR, 131072},
};

BH_TEST(test_accepted)
{
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct bh_error err = {0};
        double value = -7;
        int status = bh_quantity_parse(accepted[i].text, accepted[i].unit, accepted[i].dimension, &value, &err);
        if (status != 0)
            print_error("%s: %s\n", accepted[i].text, err.text);
        assert_int_equal(status, 0);
        assert_close(value, accepted[i].expected, 0);
        assert_false(signbit(value) && value == 0);
    }
}

static const struct {
    const char *text, *unit;
    enum bh_dimension dimension;
    const char *message; /* must be part of what is said */
} refused[] = {
    {"24 GB", NULL, TIME, "`24 GB` is a number of bytes; expected a time, such as 10 s or 24 h"},
    {"5 s", NULL, RATE, "`5 s` is a time; expected a rate"},
    {"5 GB", NULL, BANDWIDTH, "`5 GB` is a number of bytes; expected a bandwidth"},
    {"5 GB/s", NULL, BYTES, "`5 GB/s` is a bandwidth; expected a number of bytes"},
    {"5 GB/s", NULL, SPEED, "`5 GB/s` is a bandwidth; expected a speed"},
    {"5 1/h", NULL, PROBABILITY, "`5 1/h` is a rate; expected a probability"},
    {"5 %", NULL, FACTOR, "`5 %` is a percentage; expected a number without unit"},
    {"5 %", NULL, TIME, "`5 %` is a percentage; expected a time"},
    {"24", NULL, TIME, "`24` has no unit; expected a time"},
    {"5 sec", NULL, TIME, "did you mean `s`?"},
    {"5 hours", NULL, TIME, "did you mean `h`?"},
    {"5 minutes", NULL, TIME, "did you mean `min`?"},
    {"5 H", NULL, TIME, "did you mean `h`?"},
    {"5 gib", NULL, BYTES, "did you mean `GiB`?"},
    {"2/h", NULL, RATE, "did you mean `1/h`?"},
    {"5 parsec", NULL, TIME, "unknown unit `parsec`; expected a time in one of: ns us ms s min h d week year"},
    {"5 nodes", NULL, FACTOR, "goes on with `nodes` after the number"},
    {"24 h foo", NULL, TIME, "unknown unit `h foo`"},
    {"24 h 3", NULL, TIME, "unknown unit `h 3`"},
    {"1,5 h", NULL, TIME, "unknown unit `,5 h`"},
    {"1e s", NULL, TIME, "unknown unit `e s`"},
    {"1.2.3", NULL, FACTOR, "goes on with `.3`"},
    {"0x10", NULL, FACTOR, "goes on with `x10`"},
    {"0x1p3 s", NULL, TIME, "unknown unit `x1p3 s`"},
    {"inf", NULL, FACTOR, "`inf` is not a number"},
    {"-inf s", NULL, TIME, "is not a number"},
    {"infinity", NULL, FACTOR, "is not a number"},
    {"nan", NULL, PROBABILITY, "`nan` is not a number"},
    {"NAN(1)", NULL, FACTOR, "is not a number"},
    {"", NULL, TIME, "no value; expected a time"},
    {"   ", NULL, TIME, "no value"},
    {"h", NULL, TIME, "`h` is not a number"},
    {".", NULL, FACTOR, "is not a number"},
    {"-", NULL, FACTOR, "is not a number"},
    {"--5", NULL, FACTOR, "is not a number"},
    {"1e999 s", NULL, TIME, "`1e999 s` is too large"},
    {"1e308 year", NULL, TIME, "is too large"},
    {"1e-400 s", NULL, TIME, "is too small to be told from 0"},
    {"1e-320 FIT", NULL, RATE, "is too small to be told from 0"},
    {"-3 s", NULL, TIME, "`-3 s` is out of range: a time must be 0 or more"},
    {"-1 B", NULL, BYTES, "a number of bytes must be 0 or more"},
    {"-1 1/h", NULL, RATE, "a rate must be 0 or more"},
    {"-1e-300", NULL, FACTOR, "must be 0 or more"},
    {"1.0000001", NULL, PROBABILITY, "a probability must be from 0 to 1"},
    {"101 %", NULL, PROBABILITY, "a probability must be from 0 to 1"},
    {"-1e-9", NULL, PROBABILITY, "a probability must be from 0 to 1"},
    {"-1", NULL, FRACTION, "a fraction must be above -1"},
    {"-100 %", NULL, FRACTION, "a fraction must be above -1"},
    {"5 s", "min", TIME, "`5 s` carries the unit `s`, but the unit given with it is `min`"},
    {"5", "GB", TIME, "`5` with unit `GB` is a number of bytes; expected a time"},
    {"5", "fortnight", TIME, "unknown unit `fortnight`"},
    {"5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL, TIME,
     "aaaa...` has the unknown unit"},
};

BH_TEST(test_refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct bh_error err = {0};
        double value = -7;
        int status = bh_quantity_parse(refused[i].text, refused[i].unit, refused[i].dimension, &value, &err);
        if (status == 0 || !strstr(err.text, refused[i].message))
            print_error("`%s`: found \"%s\", expected \"%s\"\n", refused[i].text, err.text, refused[i].message);
        assert_int_equal(status, -1);
        assert_non_null(strstr(err.text, refused[i].message));
        assert_int_equal(err.code, BH_ERROR_INPUT);
        assert_close(value, -7, 0); /* untouched */
    }
}

BH_TEST(test_printed)
{
    static const struct {
        double value;
        enum bh_dimension dimension;
        const char *expected;
    } cases[] = {
        {5400, TIME, "1.5 h"},
        {86400, TIME, "24 h"},
        {129600, TIME, "36 h"},
        {5184000, TIME, "60 d"},
        {31557600, TIME, "1 year"},
        {90, TIME, "1.5 min"},
        {10, TIME, "10 s"},
        {0.25, TIME, "250 ms"},
        {1.6e-6, TIME, "1.6 us"},
        {7e-9, TIME, "7 ns"},
        {0, TIME, "0 s"},
        {2, RATE, "2 1/s"},
        {3.0 / 3600, RATE, "3 1/h"},
        {1e-3 / 31557600, RATE, "1e-3 1/year"},
        {17179869184.0, BYTES, "16 GiB"},
        {1e9, BYTES, "1 GB"},
        {1536, BYTES, "1.5 KiB"},
        {512, BYTES, "512 B"},
        {123456789, BYTES, "117.7 MiB"},
        {1152921504606846976.0, BYTES, "1 EiB"},
        {0, BYTES, "0 B"},
        {2.4e12, BANDWIDTH, "2.4 TB/s"},
        {2e14, SPEED, "200 Tflop/s"},
        {0.3, PROBABILITY, "0.3"},
        {1, PROBABILITY, "1"},
        {2.1e-3, PROBABILITY, "2.1e-3"},
        {1e-6, PROBABILITY, "1e-6"},
        {1.23456e-6, PROBABILITY, "1.235e-6"},
        {-0.03, FRACTION, "-3 %"},
        {0.125, FRACTION, "12.5 %"},
        {0, FRACTION, "0 %"},
        {131072, FACTOR, "131072"},
        {1048576.4, FACTOR, "1048576"},
        {3e10, FACTOR, "3e10"},
        {1.5, FACTOR, "1.5"},
        {NAN, FACTOR, "nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[64];
        assert_ptr_equal(bh_quantity_print(cases[i].value, cases[i].dimension, buffer, sizeof buffer), buffer);
        assert_string_equal(buffer, cases[i].expected);
    }
    char small[4];
    assert_string_equal(bh_quantity_print(5400, TIME, small, sizeof small), "1.5");
}

/* What is printed parses to the value, within the digits shown, over many orders of magnitude. */
BH_TEST(test_round_trip)
{
    for (int dimension = TIME; dimension <= FACTOR; dimension++) {
        for (double value = 1.2345e-15; value < 1e22; value *= 1.77) {
            char buffer[64];
            struct bh_error err = {0};
            double parsed = 0;
            if (value > bh_dimension_most(dimension))
                continue;
            bh_quantity_print(value, dimension, buffer, sizeof buffer);
            if (bh_quantity_parse(buffer, NULL, dimension, &parsed, &err) != 0)
                print_error("%s\n", err.text);
            assert_close(parsed, value, 6e-4);
        }
    }
}

BH_TEST(test_dimensions)
{
    assert_string_equal(bh_dimension_name(RATE), "rate");
    assert_string_equal(bh_dimension_noun(TIME), "a time");
    assert_string_equal(bh_dimension_unit(TIME), "s");
    assert_string_equal(bh_dimension_unit(BANDWIDTH), "B/s");
    assert_string_equal(bh_dimension_unit(FACTOR), "1");
    assert_close(bh_dimension_most(PROBABILITY), 1, 0);
    assert_true(bh_dimension_least(FRACTION) > -1 && bh_dimension_least(FRACTION) < -1 + 1e-15);
    assert_close(bh_dimension_least(TIME), 0, 0);
}

/* Decimal commas of the program's locale change neither reading nor printing. */
BH_TEST(test_locale)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "fr_FR", "de_DE.utf8", "fr_FR.utf8"};
    char buffer[64];
    double value = 0;
    size_t i = 0;
    while (i < sizeof names / sizeof *names && !setlocale(LC_ALL, names[i]))
        i++;
    if (i == sizeof names / sizeof *names)
        print_message("# no locale with decimal commas installed: tried in the present one\n");
    assert_int_equal(bh_quantity_parse("1.5 h", NULL, TIME, &value, NULL), 0);
    assert_close(value, 5400, 0);
    assert_int_equal(bh_quantity_parse("1,5 h", NULL, TIME, &value, NULL), -1);
    assert_string_equal(bh_quantity_print(5400, TIME, buffer, sizeof buffer), "1.5 h");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),   cmocka_unit_test(test_refused),    cmocka_unit_test(test_printed),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_dimensions), cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
