/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units: text to SI and back, the same in every locale. */
#include "models/base/quantity.h"

#include "models/base/nearest_name.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Julian year, as astronomers and failure rates use it. */
#define HOUR 3600.0
#define DAY  (24 * HOUR)
#define YEAR (365.25 * DAY)

/* What a unit measures. The percent sign is a unit that suits two dimensions. */
enum measure { MEASURES_TIME, MEASURES_RATE, MEASURES_BYTES, MEASURES_BANDWIDTH, MEASURES_SPEED, MEASURES_SHARE };

/* SI value = number * multiply / divide. One of the two is always 1, so that "7 %" is the double nearest to 0.07. */
struct unit {
    const char *name;
    enum measure measure;
    double multiply, divide;
};

static const struct unit units[] = {
    {"ns", MEASURES_TIME, 1, 1e9},
    {"us", MEASURES_TIME, 1, 1e6},
    {"ms", MEASURES_TIME, 1, 1e3},
    {"s", MEASURES_TIME, 1, 1},
    {"min", MEASURES_TIME, 60, 1},
    {"h", MEASURES_TIME, HOUR, 1},
    {"d", MEASURES_TIME, DAY, 1},
    {"week", MEASURES_TIME, 7 * DAY, 1},
    {"year", MEASURES_TIME, YEAR, 1},
    {"1/s", MEASURES_RATE, 1, 1},
    {"1/min", MEASURES_RATE, 1, 60},
    {"1/h", MEASURES_RATE, 1, HOUR},
    {"1/d", MEASURES_RATE, 1, DAY},
    {"1/year", MEASURES_RATE, 1, YEAR},
    {"FIT", MEASURES_RATE, 1, 1e9 * HOUR},
    {"B", MEASURES_BYTES, 1, 1},
    {"kB", MEASURES_BYTES, 1e3, 1},
    {"MB", MEASURES_BYTES, 1e6, 1},
    {"GB", MEASURES_BYTES, 1e9, 1},
    {"TB", MEASURES_BYTES, 1e12, 1},
    {"PB", MEASURES_BYTES, 1e15, 1},
    {"EB", MEASURES_BYTES, 1e18, 1},
    {"KiB", MEASURES_BYTES, 0x1p10, 1},
    {"MiB", MEASURES_BYTES, 0x1p20, 1},
    {"GiB", MEASURES_BYTES, 0x1p30, 1},
    {"TiB", MEASURES_BYTES, 0x1p40, 1},
    {"PiB", MEASURES_BYTES, 0x1p50, 1},
    {"EiB", MEASURES_BYTES, 0x1p60, 1},
    {"B/s", MEASURES_BANDWIDTH, 1, 1},
    {"kB/s", MEASURES_BANDWIDTH, 1e3, 1},
    {"MB/s", MEASURES_BANDWIDTH, 1e6, 1},
    {"GB/s", MEASURES_BANDWIDTH, 1e9, 1},
    {"TB/s", MEASURES_BANDWIDTH, 1e12, 1},
    {"PB/s", MEASURES_BANDWIDTH, 1e15, 1},
    {"EB/s", MEASURES_BANDWIDTH, 1e18, 1},
    {"KiB/s", MEASURES_BANDWIDTH, 0x1p10, 1},
    {"MiB/s", MEASURES_BANDWIDTH, 0x1p20, 1},
    {"GiB/s", MEASURES_BANDWIDTH, 0x1p30, 1},
    {"TiB/s", MEASURES_BANDWIDTH, 0x1p40, 1},
    {"PiB/s", MEASURES_BANDWIDTH, 0x1p50, 1},
    {"EiB/s", MEASURES_BANDWIDTH, 0x1p60, 1},
    {"flop/s", MEASURES_SPEED, 1, 1},
    {"Mflop/s", MEASURES_SPEED, 1e6, 1},
    {"Gflop/s", MEASURES_SPEED, 1e9, 1},
    {"Tflop/s", MEASURES_SPEED, 1e12, 1},
    {"Pflop/s", MEASURES_SPEED, 1e15, 1},
    {"Eflop/s", MEASURES_SPEED, 1e18, 1},
    {"%", MEASURES_SHARE, 1, 100},
};
enum { UNITS = BH_COUNT(units) };

static const char *const measure_names[] = {
    [MEASURES_TIME] = "a time",           [MEASURES_RATE] = "a rate",   [MEASURES_BYTES] = "a number of bytes",
    [MEASURES_BANDWIDTH] = "a bandwidth", [MEASURES_SPEED] = "a speed", [MEASURES_SHARE] = "a percentage",
};

struct dimension {
    const char *name, *unit;
    const char *noun, *example;
    int measure; /* of the units accepted, -1: none */
    bool needs_unit;
    double least, most;
    const char *range; /* completes "... must be ..." */
};

static const struct dimension dimensions[] = {
    [BH_DIMENSION_TIME] = {"time", "s", "a time", "10 s or 24 h", MEASURES_TIME, true, 0, DBL_MAX, "0 or more"},
    [BH_DIMENSION_RATE] = {"rate", "1/s", "a rate", "0.2 1/year or 500 FIT", MEASURES_RATE, true, 0, DBL_MAX,
                           "0 or more"},
    [BH_DIMENSION_BYTES] = {"bytes", "B", "a number of bytes", "512 MB or 16 GiB", MEASURES_BYTES, true, 0, DBL_MAX,
                            "0 or more"},
    [BH_DIMENSION_BANDWIDTH] = {"bandwidth", "B/s", "a bandwidth", "2 GB/s", MEASURES_BANDWIDTH, true, 0, DBL_MAX,
                                "0 or more"},
    [BH_DIMENSION_SPEED] = {"speed", "flop/s", "a speed", "200 Tflop/s", MEASURES_SPEED, true, 0, DBL_MAX, "0 or more"},
    [BH_DIMENSION_PROBABILITY] = {"probability", "1", "a probability", "0.05 or 5 %", MEASURES_SHARE, false, 0, 1,
                                  "from 0 to 1"},
    /* The least is the double next to -1, which itself is excluded. */
    [BH_DIMENSION_FRACTION] = {"fraction", "1", "a fraction", "0.05 or -3 %", MEASURES_SHARE, false,
                               -1 + DBL_EPSILON / 2, DBL_MAX, "above -1"},
    [BH_DIMENSION_FACTOR] = {"factor", "1", "a number without unit", "1.5", -1, false, 0, DBL_MAX, "0 or more"},
};

const char *bh_dimension_name(enum bh_dimension dimension)
{
    return dimensions[dimension].name;
}

const char *bh_dimension_noun(enum bh_dimension dimension)
{
    return dimensions[dimension].noun;
}

const char *bh_dimension_unit(enum bh_dimension dimension)
{
    return dimensions[dimension].unit;
}

size_t bh_dimension_units(enum bh_dimension dimension, const char **names, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < UNITS && count < room; i++)
        if ((int)units[i].measure == dimensions[dimension].measure)
            names[count++] = units[i].name;
    return count;
}

double bh_dimension_least(enum bh_dimension dimension)
{
    return dimensions[dimension].least;
}

double bh_dimension_most(enum bh_dimension dimension)
{
    return dimensions[dimension].most;
}

/* --- Text to SI --------------------------------------------------------------------------------------------------- */

/* Messages show at most this many bytes of what was found. */
enum { SHOWN = 60 };
#define SHORT(text) (int)SHOWN, (text), strlen(text) > SHOWN ? "..." : ""

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* Length of the decimal number at the start of `text`, 0 if there is none. Narrower than strtod on purpose: no
 * hexadecimal, no "inf" or "nan", no thousands separators, no decimal commas. */
static size_t number_length(const char *text)
{
    size_t length = *text == '+' || *text == '-';
    size_t whole = count_digits(text + length), part = 0;
    length += whole;
    if (text[length] == '.') {
        part = count_digits(text + length + 1);
        length += 1 + part;
    }
    if (whole + part == 0)
        return 0;
    if (text[length] == 'e' || text[length] == 'E') {
        size_t sign = text[length + 1] == '+' || text[length + 1] == '-';
        size_t exponent = count_digits(text + length + 1 + sign);
        if (exponent > 0)
            length += 1 + sign + exponent;
    }
    return length;
}

/* Numbers have decimal points whatever the locale of the program; the caller restores the locale returned. */
static locale_t use_plain_locale(void)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    BH_BUG_ASSERT(plain != (locale_t)0);
    return uselocale(plain);
}

static void restore_locale(locale_t previous)
{
    freelocale(uselocale(previous));
}

static double read_number(const char *text)
{
    locale_t previous = use_plain_locale();
    double number = strtod(text, NULL);
    restore_locale(previous);
    return number;
}

static const struct unit *find_unit(const char *name)
{
    for (size_t i = 0; i < UNITS; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

/* bh_fail with the text found, what is wrong with it, and what was expected. */
static int fail_found(const char *text, const char *wrong, const struct dimension *wanted, struct bh_error *err)
{
    return bh_fail(err, BH_ERROR_INPUT, "`%.*s%s` %s; expected %s, such as %s", SHORT(text), wrong, wanted->noun,
                   wanted->example);
}

/* The unit that `word` probably meant: "hours" and "hr" begin with one, "Gib" is near one. NULL if neither. */
static const char *guess_unit(const char *word, const char *const *names, size_t count)
{
    const char *guess = NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(word, names[i], strlen(names[i])) == 0 && (!guess || strlen(names[i]) > strlen(guess)))
            guess = names[i];
    return guess && !strpbrk(word, " \t") ? guess : bh_nearest_name(word, names, count);
}

/* What to say of a word that is no unit: the probable one, and all of the dimension. */
static int fail_unknown_unit(const char *text, const char *word, const struct dimension *wanted, struct bh_error *err)
{
    const char *names[UNITS];
    char list[256] = "", question[64] = "";
    size_t count = 0, used = 0;
    for (size_t i = 0; i < UNITS; i++) {
        if ((int)units[i].measure != wanted->measure)
            continue;
        names[count++] = units[i].name;
        used += (size_t)snprintf(list + used, sizeof list - used, " %s", units[i].name);
    }
    if (count == 0)
        return bh_fail(err, BH_ERROR_INPUT, "`%.*s%s` goes on with `%.*s%s` after the number; expected %s, such as %s",
                       SHORT(text), SHORT(word), wanted->noun, wanted->example);
    const char *guess = guess_unit(word, names, count);
    if (guess)
        snprintf(question, sizeof question, "did you mean `%s`? ", guess);
    return bh_fail(err, BH_ERROR_INPUT, "`%.*s%s` has the unknown unit `%.*s%s`; %sexpected %s in one of:%s",
                   SHORT(text), SHORT(word), question, wanted->noun, list);
}

/* Finds the unit called `word` and checks that it suits the dimension. */
static const struct unit *need_unit(const char *text, const char *word, bool is_separate,
                                    const struct dimension *wanted, struct bh_error *err)
{
    const struct unit *unit = find_unit(word);
    if (!unit) {
        fail_unknown_unit(text, word, wanted, err);
        return NULL;
    }
    if ((int)unit->measure != wanted->measure) {
        char wrong[128];
        if (is_separate)
            snprintf(wrong, sizeof wrong, "with unit `%s` is %s", word, measure_names[unit->measure]);
        else
            snprintf(wrong, sizeof wrong, "is %s", measure_names[unit->measure]);
        fail_found(text, wrong, wanted, err);
        return NULL;
    }
    return unit;
}

/* The unit that applies: the text's own or the one given with it; two must agree. *unit is NULL if there is none. */
static int choose_unit(const char *text, const char *word, const char *given, const struct dimension *wanted,
                       const struct unit **unit, struct bh_error *err)
{
    const struct unit *separate = NULL;
    *unit = NULL;
    if (*word && !(*unit = need_unit(text, word, false, wanted, err)))
        return -1;
    if (given && *given && !(separate = need_unit(text, given, true, wanted, err)))
        return -1;
    if (*unit && separate && *unit != separate)
        return bh_fail(err, BH_ERROR_INPUT, "`%.*s%s` carries the unit `%s`, but the unit given with it is `%s`",
                       SHORT(text), (*unit)->name, separate->name);
    if (!*unit)
        *unit = separate;
    return 0;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* Whether the digits before the exponent are all 0: the number is 0 as written, not by underflow. */
static bool is_zero_text(const char *number, size_t length)
{
    size_t zeros = strspn(number, "+-0.");
    return zeros >= length || number[zeros] == 'e' || number[zeros] == 'E';
}

int bh_quantity_parse(const char *text, const char *unit, enum bh_dimension dimension, double *value,
                      struct bh_error *err)
{
    const struct dimension *wanted = &dimensions[dimension];
    const struct unit *found;
    const char *start = skip_blanks(text);
    if (*start == '\0')
        return bh_fail(err, BH_ERROR_INPUT, "no value; expected %s, such as %s", wanted->noun, wanted->example);
    size_t length = number_length(start);
    if (length == 0)
        return fail_found(text, "is not a number", wanted, err);

    char word[32];
    const char *rest = skip_blanks(start + length);
    size_t word_length = strlen(rest);
    while (word_length > 0 && strchr(" \t", rest[word_length - 1]))
        word_length--;
    if (word_length >= sizeof word)
        return fail_unknown_unit(text, rest, wanted, err);
    memcpy(word, rest, word_length);
    word[word_length] = '\0';
    if (choose_unit(text, word, unit, wanted, &found, err) != 0)
        return -1;

    double number = read_number(start);
    bool is_zero = is_zero_text(start, length);
    if (!found && wanted->needs_unit && !is_zero)
        return fail_found(text, "has no unit", wanted, err);
    double result = found ? number * found->multiply / found->divide : number;
    if (!isfinite(result))
        return fail_found(text, "is too large", wanted, err);
    if (result == 0 && !is_zero)
        return fail_found(text, "is too small to be told from 0", wanted, err);
    if (result < wanted->least || result > wanted->most)
        return bh_fail(err, BH_ERROR_INPUT, "`%.*s%s` is out of range: %s must be %s", SHORT(text), wanted->noun,
                       wanted->range);
    *value = result + 0.0; /* -0 becomes 0 */
    return 0;
}

/* --- SI to text --------------------------------------------------------------------------------------------------- */

/* Units to print in, largest first; the first in which the number is at least 1 is taken, else the last. */
static const char *const time_units[] = {"year", "d", "h", "min", "s", "ms", "us", "ns", NULL};
static const char *const rate_units[] = {"1/s", "1/h", "1/d", "1/year", NULL};
static const char *const binary_units[] = {"EiB", "PiB", "TiB", "GiB", "MiB", "KiB", "B", NULL};
static const char *const decimal_units[] = {"EB", "PB", "TB", "GB", "MB", "kB", "B", NULL};
static const char *const speed_units[] = {"Eflop/s", "Pflop/s", "Tflop/s", "Gflop/s", "Mflop/s", "flop/s", NULL};
static const char *const bandwidth_units[] = {"EB/s", "PB/s", "TB/s", "GB/s", "MB/s", "kB/s", "B/s", NULL};
static const char *const share_units[] = {"%", NULL};

static const struct unit *readable_unit(double value, const char *const *names)
{
    const struct unit *unit = NULL;
    for (size_t i = 0; names[i]; i++) {
        unit = find_unit(names[i]);
        if (fabs(value) * unit->divide / unit->multiply >= 1)
            break;
    }
    return unit;
}

/* Four significant digits, whole numbers up to ten million in full, exponents without padding ("2.1e-3"). */
static void print_number(double number, char *buffer, size_t size)
{
    double magnitude = fabs(number);
    bool is_plain = number == 0 || (magnitude >= 0.01 && magnitude < 1e7) || !isfinite(number);
    locale_t previous = use_plain_locale();
    if (is_plain && (magnitude >= 1000 || number == rint(number)))
        snprintf(buffer, size, "%.0f", number);
    else if (is_plain)
        snprintf(buffer, size, "%.4g", number);
    else
        snprintf(buffer, size, "%.3e", number);
    restore_locale(previous);

    char *exponent = is_plain ? NULL : strchr(buffer, 'e');
    if (!exponent)
        return;
    int power = atoi(exponent + 1);
    while (exponent[-1] == '0')
        exponent--;
    if (exponent[-1] == '.')
        exponent--;
    snprintf(exponent, size - (size_t)(exponent - buffer), "e%d", power);
}

static bool is_exact(double value, const struct unit *unit)
{
    double thousandths = value * unit->divide / unit->multiply * 1000;
    return thousandths < 1e7 && thousandths == rint(thousandths);
}

char *bh_quantity_print(double value, enum bh_dimension dimension, char *buffer, size_t size)
{
    const struct unit *unit = NULL;
    char number[64];
    switch (dimension) {
    case BH_DIMENSION_TIME:
        unit = readable_unit(value, time_units);
        /* "36 h" and "1.5 h" say more than "1.5 d"; days begin at two. */
        if (strcmp(unit->name, "d") == 0 && value < 2 * DAY)
            unit = find_unit("h");
        break;
    case BH_DIMENSION_RATE:
        unit = readable_unit(value, rate_units);
        break;
    case BH_DIMENSION_BYTES:
        /* As it was probably written: powers of 1000 where they are exact and powers of 1024 are not. */
        unit = readable_unit(value, binary_units);
        if (!is_exact(value, unit) && is_exact(value, readable_unit(value, decimal_units)))
            unit = readable_unit(value, decimal_units);
        break;
    case BH_DIMENSION_BANDWIDTH:
        unit = readable_unit(value, bandwidth_units);
        break;
    case BH_DIMENSION_SPEED:
        unit = readable_unit(value, speed_units);
        break;
    case BH_DIMENSION_FRACTION:
        unit = readable_unit(value, share_units);
        break;
    case BH_DIMENSION_PROBABILITY:
    case BH_DIMENSION_FACTOR:
        break;
    }
    if (value == 0 && unit) /* in the SI unit rather than the smallest: "0 s" */
        unit = find_unit(unit->measure == MEASURES_SHARE ? "%" : dimensions[dimension].unit);
    print_number(unit ? value * unit->divide / unit->multiply : value, number, sizeof number);
    snprintf(buffer, size, unit ? "%s %s" : "%s", number, unit ? unit->name : "");
    return buffer;
}
