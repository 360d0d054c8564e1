/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Times as logs spell them. What one of them means (which number is the day, what a number counts) is decided by the
 * whole column. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which field of a date is which. */
enum bh_date_order { BH_DAY_FIRST, BH_MONTH_FIRST, BH_YEAR_FIRST, BH_DATE_ORDERS, BH_DATE_ORDER_UNKNOWN };
extern const char *const bh_date_order_names[]; /* "day-first", ..., NULL-terminated */

enum bh_moment_kind { BH_MOMENT_NONE, BH_MOMENT_NUMBER, BH_MOMENT_DATE };

/* What a text says by itself. */
struct bh_moment {
    enum bh_moment_kind kind;
    double number;        /* BH_MOMENT_NUMBER */
    unsigned char digits; /* of a whole number without a sign, else 0 */
    /* BH_MOMENT_DATE: three fields in the order of the text, or two if it has no year; the one that is a month's name is
     * `named`, else 3. */
    unsigned char fields, named, field_digits[3];
    char separator;
    int field[3];
    double of_day_s;
    bool has_offset;
    double offset_s; /* east of Greenwich */
};

/* Understood are numbers; dates with fields parted by - / . or blanks, months also by English names, weekdays passed
 * over; times of day with or without seconds and fractions, AM and PM, before or behind the date; Z, UTC, GMT, +hh:mm
 * and the like, and the zone names of RFC 5322. Kind BH_MOMENT_NONE: anything else. */
struct bh_moment bh_moment_scan(const char *text);
/* A time of day alone, "14:05:22" or "2:05 PM"; NAN for anything else. */
double bh_moment_time_of_day(const char *text);

/* How the texts of a log's columns are to be read. */
struct bh_moment_form {
    enum bh_date_order order;
    double unit_s;   /* of numbers */
    bool is_compact; /* numbers are YYYYMMDD or YYYYMMDDhhmmss */
    bool has_order, has_numbers;
};

/* What has been seen of texts that are read in the same way. */
struct bh_moment_evidence {
    uint64_t texts, dates, numbers;
    struct {
        uint64_t right, wrong; /* dates that there are, and are not, if it is this order */
        double from_s, to_s;   /* of those that there are */
        char text[40];         /* the first that is wrong, and where it stands */
        unsigned row;
    } orders[BH_DATE_ORDERS];
    uint64_t differing; /* dates that are right by more than one order, and not the same */
    char differing_text[40];
    unsigned differing_row;
    uint64_t with_offset, with_dots;
    uint64_t compact;  /* numbers that are dates in 8 or 14 digits */
    uint64_t large[3]; /* numbers that in seconds lie beyond 1e11, 1e14, 1e17 */
};
void bh_moment_evidence_add(struct bh_moment_evidence *evidence, const struct bh_moment *moment, const char *text,
                            unsigned row);

/* Decides by the whole: the order with the fewest dates that there are not. `wanted` is what the user or the format says,
 * or BH_DATE_ORDER_UNKNOWN, and counts where more than one is left; unit_s is that of numbers, NAN if nothing says. */
enum bh_moment_verdict { BH_MOMENTS_CLEAR, BH_MOMENTS_EITHER_ORDER };
enum bh_moment_verdict bh_moment_form_decide(const struct bh_moment_evidence *evidence, enum bh_date_order wanted,
                                             double unit_s, struct bh_moment_form *form);

/* Seconds since 1970 (or whatever numbers count from); NAN where the date is none, or beyond the years 1900 to 2200, or a
 * number is beyond 1e11 s. Texts without an offset are on a clock of their own; `year` is for texts without one. */
double bh_moment_seconds(const struct bh_moment *moment, const struct bh_moment_form *form, int year);
/* Whether it stands for "never": a date of the year 9000 or later. */
bool bh_moment_is_never(const struct bh_moment *moment);

/* Days from 1970-01-01. */
double bh_days_to(int year, int month, int day);

/* The month of a name of three letters or more, 1 to 12; 0: none. */
int bh_month_of(const char *name, size_t length);
