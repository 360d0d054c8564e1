/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers with thousands parted, and durations made of them. */
#include "models/logs/durations.h"

#include "models/base/error.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const bh_decimal_names[] = {"point", "comma", NULL};
static const char marks[] = {'.', ','};

double bh_unit_of_time(const char *word, unsigned long length)
{
    static const struct {
        const char *name;
        double unit_s;
    } units[] = {
        {"s", 1.0},          {"sec", 1.0},           {"secs", 1.0},     {"second", 1.0},      {"seconds", 1.0},
        {"m", 60.0},         {"min", 60.0},          {"mins", 60.0},    {"minute", 60.0},     {"minutes", 60.0},
        {"h", 3600.0},       {"hr", 3600.0},         {"hrs", 3600.0},   {"hour", 3600.0},     {"hours", 3600.0},
        {"d", 86400.0},      {"day", 86400.0},       {"days", 86400.0}, {"w", 604800.0},      {"week", 604800.0},
        {"weeks", 604800.0}, {"ms", 1e-3},           {"msec", 1e-3},    {"millis", 1e-3},     {"milliseconds", 1e-3},
        {"us", 1e-6},        {"microseconds", 1e-6}, {"ns", 1e-9},      {"nanoseconds", 1e-9}};
    for (size_t u = 0; u < BH_COUNT(units); u++)
        if (strlen(units[u].name) == length && strncasecmp(word, units[u].name, length) == 0)
            return units[u].unit_s;
    return NAN;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What parts thousands besides points and commas: an apostrophe, an underscore, a blank, a no-break or thin space.
 * Returns its bytes. */
static size_t other_mark(const char *text)
{
    static const char *const others[] = {"'", "_", " ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89", "\xE2\x80\x99"};
    for (size_t o = 0; o < BH_COUNT(others); o++)
        if (strncmp(text, others[o], strlen(others[o])) == 0)
            return strlen(others[o]);
    return 0;
}

static size_t count_digits(const char *text)
{
    size_t count = 0;
    while (is_digit(text[count]))
        count++;
    return count;
}

/* --- Points and commas ---------------------------------------------------------------------------------------------- */

/* The first number of a text: digits before its first mark, how often it has each mark, digits behind the last. */
struct number_shape {
    size_t before, behind, count[2];
    int last;
    bool begins_with_zero, ends_in_zero;
};

static struct number_shape shape_of(const char *text)
{
    struct number_shape shape = {.last = 0};
    text += strcspn(text, "0123456789.,");
    shape.before = count_digits(text);
    shape.begins_with_zero = *text == '0' && shape.before > 0;
    for (const char *at = text + shape.before; (*at == '.' || *at == ',') && is_digit(at[1]);) {
        shape.last = *at == ',';
        shape.count[shape.last]++;
        shape.behind = count_digits(at + 1);
        at += 1 + shape.behind;
        shape.ends_in_zero = at[-1] == '0';
    }
    return shape;
}

void bh_decimal_evidence_add(struct bh_decimal_evidence *evidence, const char *text, unsigned row)
{
    if (strchr(text, ':') != NULL || strpbrk(text, "0123456789") == NULL)
        return;
    struct number_shape shape = shape_of(text);
    size_t all = shape.count[0] + shape.count[1];
    int other = 1 - shape.last;
    if (all == 0) {
        evidence->plain++;
    } else if (shape.count[other] > 0) { /* both: the last is the decimal one */
        evidence->proof[shape.last]++;
    } else if (all > 1) {
        evidence->proof[other]++;
    } else if (shape.behind != 3 || shape.before == 0 || shape.before > 3 || shape.begins_with_zero) {
        evidence->proof[shape.last]++;
    } else {
        evidence->either_with_zero += shape.last == 0 && shape.ends_in_zero;
        if (evidence->either[shape.last]++ == 0) {
            snprintf(evidence->either_text[shape.last], sizeof evidence->either_text[0], "%s", text);
            evidence->either_row[shape.last] = row;
        }
    }
}

enum bh_decimal bh_decimal_decide(const struct bh_decimal_evidence *evidence, const char **culprit, unsigned *row)
{
    if (evidence->proof[0] != evidence->proof[1])
        return evidence->proof[0] > evidence->proof[1] ? BH_DECIMAL_POINT : BH_DECIMAL_COMMA;
    /* Who writes three decimals writes them everywhere; who parts thousands has numbers below them. */
    bool comma = evidence->either[1] > 0 && evidence->plain == 0,
         point = evidence->either[0] > 0 && evidence->plain > 0 && evidence->either_with_zero > 0;
    if (!comma && !point)
        return BH_DECIMAL_POINT;
    *culprit = evidence->either_text[comma];
    *row = evidence->either_row[comma];
    return BH_DECIMAL_UNKNOWN;
}

/* A number with a decimal mark and groups of three digits; returns where it ends, NULL if it is none. */
static const char *take_number(const char *text, enum bh_decimal decimal, double *value)
{
    char digits[48], thousands = marks[decimal == BH_DECIMAL_COMMA ? 0 : 1],
                     point = marks[decimal == BH_DECIMAL_COMMA ? 1 : 0];
    size_t used = 0, group = count_digits(text);
    bool is_grouped = false;
    const char *at = text;
    if (group == 0 && *at != point)
        return NULL;
    for (;;) {
        if (used + group > 40)
            return NULL;
        memcpy(digits + used, at, group);
        used += group;
        at += group;
        size_t mark = *at == thousands ? 1 : other_mark(at);
        if (mark == 0 || count_digits(at + mark) != 3 || (!is_grouped && (group > 3 || group == 0)))
            break;
        is_grouped = true;
        at += mark;
        group = 3;
    }
    if (*at == thousands)
        return NULL;
    if (*at == point) {
        group = count_digits(at + 1);
        digits[used++] = '.';
        for (size_t i = 0; i < group && used < 44; i++)
            digits[used++] = at[1 + i];
        at += 1 + group;
    }
    digits[used] = '\0';
    *value = strtod(digits, NULL);
    if ((*at == 'e' || *at == 'E') && !is_grouped &&
        (is_digit(at[1]) || ((at[1] == '-' || at[1] == '+') && is_digit(at[2])))) {
        char *end;
        long exponent = strtol(at + 1, &end, 10);
        *value *= pow(10.0, (double)exponent);
        at = end;
    }
    return at;
}

/* --- Durations ------------------------------------------------------------------------------------------------------ */

/* "h:mm:ss", "h:mm" or "mm:ss", with a fraction of seconds; NULL if it is none. */
static const char *take_clock(const char *text, double pair_s, double *seconds)
{
    double part[3] = {0.0, 0.0, 0.0};
    int parts = 0;
    const char *at = text;
    for (; parts < 3; parts++) {
        size_t digits = count_digits(at);
        if (digits == 0 || digits > 9 || (parts > 0 && digits != 2))
            return NULL;
        for (size_t i = 0; i < digits; i++)
            part[parts] = 10.0 * part[parts] + (*at++ - '0');
        if (parts > 0 && part[parts] >= 60.0)
            return NULL;
        if (*at != ':')
            break;
        at++;
    }
    if (parts == 3 || parts == 0)
        return NULL;
    if ((*at == '.' || *at == ',') && is_digit(at[1])) {
        double place = 0.1;
        for (at++; is_digit(*at); at++, place /= 10.0)
            part[parts] += place * (*at - '0');
    }
    *seconds = parts == 2 ? 3600.0 * part[0] + 60.0 * part[1] + part[2] : pair_s * (part[0] + part[1] / 60.0);
    return isnan(*seconds) ? NULL : at;
}

/* ISO 8601: PnDTnHnMnS, PnW. */
static double iso_duration(const char *text)
{
    double sum = 0.0, value;
    bool is_time = false, has_part = false;
    for (text++; *text != '\0';) {
        if (*text == 'T') {
            is_time = true;
            text++;
            continue;
        }
        char *end;
        if (!is_digit(*text))
            return NAN;
        value = strtod(text, &end);
        const char *unit = strchr(is_time ? "HMS" : "DW", *end);
        if (*end == '\0' || unit == NULL)
            return NAN;
        sum += value * (*unit == 'H'   ? 3600.0
                        : *unit == 'M' ? 60.0
                        : *unit == 'S' ? 1.0
                        : *unit == 'D' ? 86400.0
                                       : 604800.0);
        has_part = true;
        text = end + 1;
    }
    return has_part ? sum : NAN;
}

static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

/* Numbers with units, one behind the other, of which the last may be a clock: "1d 2h", "2 days, 3:04:05", "1-02:03:04". */
static double sum_parts(const char *text, enum bh_decimal decimal, double unit_s, double pair_s)
{
    double sum = 0.0, value;
    for (int parts = 0; *text != '\0'; parts++) {
        const char *end = take_clock(text, pair_s, &value);
        if (end != NULL)
            return *skip_blanks(end) == '\0' ? sum + value : NAN;
        if ((end = take_number(text, decimal, &value)) == NULL)
            return NAN;
        if (*end == '-' && parts == 0 && (end = take_clock(end + 1, pair_s, &sum)) != NULL)
            return *end == '\0' ? 86400.0 * value + sum : NAN;
        if (end == NULL)
            return NAN;
        text = skip_blanks(end);
        size_t length = 0;
        while (isalpha((unsigned char)text[length]))
            length++;
        if (length == 0)
            return *text == '\0' && parts == 0 ? unit_s * value : NAN;
        double unit = bh_unit_of_time(text, length);
        sum += unit * value;
        text = skip_blanks(text + length);
        if (*text == ',')
            text = skip_blanks(text + 1);
        else if (*text == '.') /* "min." */
            text = skip_blanks(text + 1);
    }
    return sum;
}

double bh_duration_scan(const char *text, enum bh_decimal decimal, double unit_s, double pair_s)
{
    double sign = 1.0;
    text = skip_blanks(text);
    if (*text == 'P')
        return iso_duration(text);
    if (*text == '-' || *text == '+')
        sign = *text++ == '-' ? -1.0 : 1.0;
    if (*text == '\0')
        return NAN;
    double value = sign * sum_parts(text, decimal, unit_s, pair_s);
    return isfinite(value) ? value : NAN;
}
