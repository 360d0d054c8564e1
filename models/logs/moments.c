/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts to fields of times, and fields to seconds. */
#include "models/logs/moments.h"

#include "models/base/error.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const bh_date_order_names[] = {"day-first", "month-first", "year-first", NULL};

enum { DIGITS_MOST = 18 };
static const double longest_s = 1e11; /* 3,170 years */

/* --- The calendar --------------------------------------------------------------------------------------------------- */

/* Years are counted from March, so that leap days come last. */
double bh_days_to(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    int leaps = y / 4 - y / 100 + y / 400;
    return 365.0 * y + leaps + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool is_day(int year, int month, int day)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return year >= 1900 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 && day <= lengths[month - 1] &&
           (month != 2 || day < 29 || is_leap);
}

int bh_month_of(const char *name, size_t length)
{
    static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december"};
    for (int m = 0; m < 12 && length >= 3; m++)
        if (length <= strlen(months[m]) && strncasecmp(name, months[m], length) == 0)
            return m + 1;
    return length == 4 && strncasecmp(name, "sept", 4) == 0 ? 9 : 0;
}

static bool is_weekday(const char *name, size_t length)
{
    static const char *const days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    for (int d = 0; d < 7 && length >= 3; d++)
        if (length <= strlen(days[d]) && strncasecmp(name, days[d], length) == 0)
            return true;
    return false;
}

/* --- Scanning ------------------------------------------------------------------------------------------------------- */

/* Where a text is being read. */
struct scan {
    const char *at;
    struct bh_moment *moment;
    bool has_time;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *text)
{
    size_t count = 0;
    while (is_digit(text[count]))
        count++;
    return count;
}

static size_t count_letters(const char *text)
{
    size_t count = 0;
    while (isalpha((unsigned char)text[count]))
        count++;
    return count;
}

static int take_number(struct scan *scan, size_t digits)
{
    int value = 0;
    for (; digits > 0; digits--)
        value = 10 * value + (*scan->at++ - '0');
    return value;
}

static void skip_blanks(struct scan *scan)
{
    while (*scan->at == ' ' || *scan->at == '\t')
        scan->at++;
}

/* AM or PM; hours are then 1 to 12. */
static bool take_half(struct scan *scan, int *hour)
{
    const char *from = scan->at;
    skip_blanks(scan);
    char half = (char)tolower((unsigned char)*scan->at);
    size_t length = 0;
    if (half == 'a' || half == 'p')
        length = strncasecmp(scan->at + 1, "m", 1) == 0 ? 2 : strncasecmp(scan->at + 1, ".m.", 3) == 0 ? 4 : 0;
    if (length == 0 || isalnum((unsigned char)scan->at[length])) {
        scan->at = from;
        return true;
    }
    scan->at += length;
    if (*hour < 1 || *hour > 12)
        return false;
    *hour = *hour % 12 + (half == 'p' ? 12 : 0);
    return true;
}

/* hh:mm, hh:mm:ss, with a fraction behind a point or a comma. */
static bool take_time(struct scan *scan)
{
    size_t digits = count_digits(scan->at);
    if (digits < 1 || digits > 2 || scan->at[digits] != ':')
        return false;
    int hour = take_number(scan, digits), minute;
    double second = 0.0;
    scan->at++;
    if (count_digits(scan->at) != 2)
        return false;
    minute = take_number(scan, 2);
    if (*scan->at == ':') {
        scan->at++;
        if ((digits = count_digits(scan->at)) < 1 || digits > 2)
            return false;
        second = take_number(scan, digits);
        if ((*scan->at == '.' || *scan->at == ',') && is_digit(scan->at[1])) {
            double place = 0.1;
            for (scan->at++; is_digit(*scan->at); scan->at++, place /= 10.0)
                second += place * (*scan->at - '0');
        }
    }
    bool has_half = take_half(scan, &hour);
    scan->has_time = true;
    scan->moment->of_day_s = 3600.0 * hour + 60.0 * minute + second;
    return has_half && hour <= 24 && minute < 60 && second < 61.0;
}

/* +hh:mm, +hhmm, +hh, Z, or a name; nothing there is fine too. */
static bool take_offset(struct scan *scan)
{
    static const struct {
        const char *name;
        double hours;
    } zones[] = {{"Z", 0},    {"UTC", 0},  {"GMT", 0},  {"UT", 0},   {"EST", -5}, {"EDT", -4},
                 {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7},
                 {"WET", 0},  {"WEST", 1}, {"CET", 1},  {"CEST", 2}, {"EET", 2},  {"EEST", 3}};
    struct bh_moment *moment = scan->moment;
    const char *from = scan->at;
    skip_blanks(scan);
    size_t letters = count_letters(scan->at);
    for (size_t z = 0; letters > 0 && z < BH_COUNT(zones); z++)
        if (letters == strlen(zones[z].name) && strncasecmp(scan->at, zones[z].name, letters) == 0) {
            scan->at += letters;
            moment->has_offset = true;
            moment->offset_s = 3600.0 * zones[z].hours;
            /* "UTC+1" and the like are read neither way round. */
            return *scan->at != '+' && *scan->at != '-';
        }
    if (*scan->at != '+' && *scan->at != '-') {
        scan->at = from;
        return true;
    }
    double sign = *scan->at++ == '-' ? -1.0 : 1.0;
    size_t digits = count_digits(scan->at);
    if (digits != 2 && digits != 4)
        return false;
    int hour = take_number(scan, 2), minute = 0;
    if (digits == 4)
        minute = take_number(scan, 2);
    else if (*scan->at == ':' && count_digits(scan->at + 1) == 2) {
        scan->at++;
        minute = take_number(scan, 2);
    }
    moment->has_offset = true;
    moment->offset_s = sign * (3600.0 * hour + 60.0 * minute);
    return hour <= 15 && minute < 60;
}

static bool is_separator(char c)
{
    return c == '-' || c == '/' || c == '.' || c == ' ' || c == ',' || c == '\t';
}

/* Numbers and names of months; the fields end where no further one follows, or a time of day does. */
static bool take_fields(struct scan *scan)
{
    struct bh_moment *moment = scan->moment;
    while (moment->fields < 3) {
        size_t digits = count_digits(scan->at), letters = digits > 0 ? 0 : count_letters(scan->at);
        if (digits > 0 && scan->at[digits] == ':')
            break;
        int month = letters > 0 ? bh_month_of(scan->at, letters) : 0;
        if (month == 0 && (digits < 1 || (digits > 2 && digits != 4)))
            break;
        if (month > 0 && moment->named < 3)
            return false;
        if (month > 0)
            moment->named = moment->fields;
        moment->field_digits[moment->fields] = (unsigned char)digits;
        moment->field[moment->fields++] = month > 0 ? month : take_number(scan, digits);
        scan->at += letters;
        const char *end = scan->at;
        char separator = *scan->at;
        /* "Mar 13, 2021", "13. March 2021" */
        while (is_separator(*scan->at) && moment->fields < 3)
            scan->at++;
        if (scan->at == end)
            break;
        if (moment->separator == '\0')
            moment->separator = separator;
        if (!isalnum((unsigned char)*scan->at))
            return false;
    }
    return true;
}

/* "20210313T140522", the basic form of ISO 8601. */
static bool take_basic(struct scan *scan)
{
    struct bh_moment *moment = scan->moment;
    if (count_digits(scan->at) != 8 || scan->at[8] != 'T')
        return false;
    size_t digits = count_digits(scan->at + 9);
    if (digits != 4 && digits != 6)
        return false;
    moment->field[0] = take_number(scan, 4);
    moment->field[1] = take_number(scan, 2);
    moment->field[2] = take_number(scan, 2);
    moment->fields = 3;
    memcpy(moment->field_digits, (unsigned char[]){4, 2, 2}, 3);
    scan->at++;
    int hour = take_number(scan, 2), minute = take_number(scan, 2), second = digits == 6 ? take_number(scan, 2) : 0;
    moment->of_day_s = 3600.0 * hour + 60.0 * minute + second;
    scan->has_time = true;
    return hour <= 24 && minute < 60 && second <= 60;
}

/* Both a date, and what may stand around it. */
static bool take_all(struct scan *scan)
{
    struct bh_moment *moment = scan->moment;
    size_t letters = count_letters(scan->at);
    if (letters > 0 && is_weekday(scan->at, letters)) {
        scan->at += letters;
        while (*scan->at == ',' || *scan->at == '.' || *scan->at == ' ')
            scan->at++;
    }
    if (take_basic(scan))
        return take_offset(scan);
    if (scan->has_time || moment->fields > 0)
        return false;
    if (take_time(scan))
        skip_blanks(scan);
    else if (scan->has_time)
        return false;
    if (!take_fields(scan) || moment->fields < 2)
        return false;
    if (!scan->has_time && *scan->at != '\0') {
        if ((*scan->at == 'T' || *scan->at == 't' || *scan->at == '_') && is_digit(scan->at[1]))
            scan->at++;
        while (*scan->at == ' ' || *scan->at == ',' || *scan->at == '\t')
            scan->at++;
        if (is_digit(*scan->at) && !take_time(scan))
            return false;
    }
    if (!take_offset(scan))
        return false;
    skip_blanks(scan);
    /* date(1) and ctime have the year behind the time of day */
    if (moment->fields == 2 && count_digits(scan->at) == 4) {
        moment->field_digits[2] = 4;
        moment->field[2] = take_number(scan, 4);
        moment->fields = 3;
    }
    skip_blanks(scan);
    return moment->fields == 3 || moment->named < 3;
}

static bool scan_number(const char *text, struct bh_moment *moment)
{
    size_t digits = count_digits(text);
    if (digits > 0 && digits <= DIGITS_MOST && text[digits] == '\0') {
        uint64_t value = 0;
        for (size_t i = 0; i < digits; i++)
            value = 10 * value + (uint64_t)(text[i] - '0');
        moment->number = (double)value;
        moment->digits = (unsigned char)digits;
        return true;
    }
    if (digits == 0 && *text != '-' && *text != '+' && *text != '.')
        return false;
    char *end;
    double value = strtod(text, &end);
    moment->number = value;
    /* strtod knows hexadecimal numbers and names of what is no number. */
    return end != text && *end == '\0' && isfinite(value) && text[strspn(text, "0123456789+-.eE")] == '\0';
}

struct bh_moment bh_moment_scan(const char *text)
{
    struct bh_moment moment = {.named = 3};
    while (*text == ' ' || *text == '\t')
        text++;
    if (scan_number(text, &moment)) {
        moment.kind = BH_MOMENT_NUMBER;
        return moment;
    }
    struct scan scan = {text, &moment, false};
    if (take_all(&scan) && *scan.at == '\0')
        moment.kind = BH_MOMENT_DATE;
    return moment;
}

double bh_moment_time_of_day(const char *text)
{
    struct bh_moment moment = {.named = 3};
    struct scan scan = {text, &moment, false};
    skip_blanks(&scan);
    return take_time(&scan) && *scan.at == '\0' ? moment.of_day_s : NAN;
}

/* --- Meaning -------------------------------------------------------------------------------------------------------- */

/* Midnight of a date by one order of its fields; NAN if there is no such day. A date without a year has `year`. */
static double day_of(const struct bh_moment *moment, enum bh_date_order order, int year)
{
    static const unsigned char places[BH_DATE_ORDERS][3] = {{2, 1, 0}, {2, 0, 1}, {0, 1, 2}}; /* year, month, day */
    const int *field = moment->field;
    if (moment->fields == 2) {
        int month = field[moment->named], day = field[1 - moment->named];
        return year > 0 && is_day(year, month, day) ? 86400.0 * bh_days_to(year, month, day) : NAN;
    }
    const unsigned char *place = places[order];
    int in_year = field[place[0]];
    bool is_short = moment->field_digits[place[0]] <= 2;
    if (moment->field_digits[place[1]] > 2 || moment->field_digits[place[2]] > 2 || moment->named == place[0] ||
        moment->named == place[2] || (is_short && moment->field_digits[place[0]] != 2))
        return NAN;
    if (is_short)
        in_year += in_year < 70 ? 2000 : 1900;
    return is_day(in_year, field[place[1]], field[place[2]])
               ? 86400.0 * bh_days_to(in_year, field[place[1]], field[place[2]])
               : NAN;
}

static double compact_s(const struct bh_moment *moment)
{
    if (moment->digits != 8 && moment->digits != 14)
        return NAN;
    double of_day = moment->digits == 14 ? fmod(moment->number, 1e6) : 0.0;
    int day = (int)(moment->digits == 14 ? floor(moment->number / 1e6) : moment->number), clock = (int)of_day;
    int hour = clock / 10000, minute = clock / 100 % 100, second = clock % 100;
    if (day < 19700101 || !is_day(day / 10000, day / 100 % 100, day % 100) || hour > 23 || minute > 59 || second > 60)
        return NAN;
    return 86400.0 * bh_days_to(day / 10000, day / 100 % 100, day % 100) + 3600.0 * hour + 60.0 * minute + second;
}

double bh_moment_seconds(const struct bh_moment *moment, const struct bh_moment_form *form, int year)
{
    double value = NAN;
    if (moment->kind == BH_MOMENT_NUMBER)
        value = form->is_compact ? compact_s(moment) : form->unit_s * moment->number;
    else if (moment->kind == BH_MOMENT_DATE)
        value = day_of(moment, form->order, year) + moment->of_day_s - moment->offset_s;
    return fabs(value) <= longest_s ? value : NAN;
}

bool bh_moment_is_never(const struct bh_moment *moment)
{
    if (moment->kind == BH_MOMENT_DATE)
        for (int f = 0; f < moment->fields; f++)
            if (moment->field_digits[f] == 4 && moment->field[f] >= 9000)
                return true;
    /* Seconds since 1970 up to the end of the year 9999. */
    return moment->kind == BH_MOMENT_NUMBER && moment->number >= 221845392000.0 && moment->number <= 253402387200.0;
}

/* --- Evidence ------------------------------------------------------------------------------------------------------- */

static void keep(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text);
}

static void add_date(struct bh_moment_evidence *evidence, const struct bh_moment *moment, const char *text,
                     unsigned row)
{
    double day_s[BH_DATE_ORDERS];
    evidence->dates++;
    evidence->with_offset += moment->has_offset;
    evidence->with_dots += moment->separator == '.' && moment->named == 3;
    for (int o = 0; o < BH_DATE_ORDERS; o++) {
        day_s[o] = day_of(moment, (enum bh_date_order)o, 2000);
        if (isnan(day_s[o])) {
            if (evidence->orders[o].wrong++ == 0) {
                keep(evidence->orders[o].text, sizeof evidence->orders[o].text, text);
                evidence->orders[o].row = row;
            }
            continue;
        }
        bool is_first = evidence->orders[o].right++ == 0;
        evidence->orders[o].from_s = is_first ? day_s[o] : fmin(evidence->orders[o].from_s, day_s[o]);
        evidence->orders[o].to_s = is_first ? day_s[o] : fmax(evidence->orders[o].to_s, day_s[o]);
    }
    bool differs = day_s[BH_DAY_FIRST] < day_s[BH_MONTH_FIRST] || day_s[BH_DAY_FIRST] > day_s[BH_MONTH_FIRST] ||
                   day_s[BH_YEAR_FIRST] < day_s[BH_MONTH_FIRST] || day_s[BH_YEAR_FIRST] > day_s[BH_MONTH_FIRST];
    if (differs && evidence->differing++ == 0) {
        keep(evidence->differing_text, sizeof evidence->differing_text, text);
        evidence->differing_row = row;
    }
}

void bh_moment_evidence_add(struct bh_moment_evidence *evidence, const struct bh_moment *moment, const char *text,
                            unsigned row)
{
    evidence->texts++;
    if (moment->kind == BH_MOMENT_DATE)
        add_date(evidence, moment, text, row);
    if (moment->kind != BH_MOMENT_NUMBER)
        return;
    evidence->numbers++;
    evidence->compact += isnan(compact_s(moment)) ? 0 : 1;
    for (int l = 0; l < 3; l++)
        evidence->large[l] += fabs(moment->number) >= (double[]){1e11, 1e14, 1e17}[l];
}

/* Years last and years first can both be right only where years have two digits: the year is what varies least. */
static enum bh_moment_verdict decide_order(const struct bh_moment_evidence *evidence, enum bh_date_order wanted,
                                           enum bh_date_order *order)
{
    uint64_t least = UINT64_MAX;
    bool may_be[BH_DATE_ORDERS];
    for (int o = 0; o < BH_DATE_ORDERS; o++)
        least = evidence->orders[o].wrong < least ? evidence->orders[o].wrong : least;
    for (int o = 0; o < BH_DATE_ORDERS; o++)
        may_be[o] = evidence->orders[o].wrong == least;
    if (wanted < BH_DATE_ORDERS && may_be[wanted]) {
        *order = wanted;
        return BH_MOMENTS_CLEAR;
    }
    for (int o = 0; o < BH_YEAR_FIRST; o++)
        if (may_be[o] && may_be[BH_YEAR_FIRST]) {
            double last_s = evidence->orders[o].to_s - evidence->orders[o].from_s,
                   first_s = evidence->orders[BH_YEAR_FIRST].to_s - evidence->orders[BH_YEAR_FIRST].from_s;
            if (first_s >= 4.0 * last_s && first_s > 0.0)
                may_be[BH_YEAR_FIRST] = false;
            else if (last_s >= 4.0 * first_s && last_s > 0.0)
                may_be[o] = false;
        }
    /* Dots part days, months and years in that order wherever they are used. */
    if (may_be[BH_DAY_FIRST] && may_be[BH_MONTH_FIRST] && evidence->with_dots == evidence->dates)
        may_be[BH_MONTH_FIRST] = false;
    int count = 0;
    for (int o = BH_DATE_ORDERS - 1; o >= 0; o--)
        if (may_be[o]) {
            *order = (enum bh_date_order)o;
            count++;
        }
    return count == 1 || evidence->differing == 0 ? BH_MOMENTS_CLEAR : BH_MOMENTS_EITHER_ORDER;
}

enum bh_moment_verdict bh_moment_form_decide(const struct bh_moment_evidence *evidence, enum bh_date_order wanted,
                                             double unit_s, struct bh_moment_form *form)
{
    *form = (struct bh_moment_form){.order = BH_YEAR_FIRST,
                                    .unit_s = isnan(unit_s) ? 1.0 : unit_s,
                                    .has_order = evidence->dates > 0,
                                    .has_numbers = evidence->numbers > 0};
    if (isnan(unit_s) && evidence->numbers > 0) {
        form->is_compact = evidence->compact == evidence->numbers && evidence->numbers > 1;
        for (int l = 0; l < 3 && !form->is_compact; l++)
            if (evidence->large[l] == evidence->numbers)
                form->unit_s = pow(1e-3, l + 1);
    }
    return evidence->dates > 0 ? decide_order(evidence, wanted, &form->order) : BH_MOMENTS_CLEAR;
}
