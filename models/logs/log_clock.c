/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Two passes over the columns of times: what they mean, then their values. */
#include "models/logs/log_clock.h"

#include "models/base/error.h"
#include "models/document/csv.h"
#include "models/logs/columns.h"
#include "models/logs/failure_log.h"
#include "models/logs/parts.h"
#include "models/logs/time_zone.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 128, HALF_YEAR_D = 183 };

/* The text of a time; where dates have a column of their own, both. NULL: there is none. */
static const char *text_of(const struct bh_log_clock *clock, size_t row, size_t column, char *buffer)
{
    const char *text = bh_csv_cell(clock->csv, row, column);
    if (column != clock->columns.time || clock->columns.date == SIZE_MAX)
        return bh_log_is_missing(text) ? NULL : text;
    const char *date = bh_csv_cell(clock->csv, row, clock->columns.date);
    if (bh_log_is_missing(date))
        return NULL;
    snprintf(buffer, TEXT_SIZE, "%s %s", date, bh_log_is_missing(text) ? "" : text);
    return buffer;
}

/* --- What the texts mean -------------------------------------------------------------------------------------------- */

struct survey {
    struct bh_moment_evidence evidence;
    uint64_t without_year, with_day; /* dates */
    size_t without_year_row, without_offset_row;
};

static void look_at(struct bh_log_clock *clock, size_t column, bool with_numbers, struct survey *survey)
{
    char buffer[TEXT_SIZE];
    for (size_t row = 0; column != SIZE_MAX && row < bh_csv_rows(clock->csv); row++) {
        const char *text = text_of(clock, row, column, buffer);
        if (text == NULL)
            continue;
        struct bh_moment moment = bh_moment_scan(text);
        if (bh_moment_is_never(&moment) || (moment.kind == BH_MOMENT_NUMBER && !with_numbers))
            continue;
        if (moment.kind == BH_MOMENT_DATE && moment.fields == 2 && survey->without_year++ == 0)
            survey->without_year_row = row;
        if (moment.kind == BH_MOMENT_DATE && !moment.has_offset && survey->with_day++ == 0)
            survey->without_offset_row = row;
        bh_moment_evidence_add(&survey->evidence, &moment, text, (unsigned)row);
    }
}

static struct bh_place place_of(const struct bh_log_clock *clock, size_t row)
{
    return bh_csv_place(clock->csv, row, clock->columns.time);
}

static int fail_order(const struct bh_log_clock *clock, const struct bh_moment_evidence *evidence, struct bh_error *err)
{
    return bh_fail_at(err, place_of(clock, evidence->differing_row),
                      "found `%s`, of which day, month and year can be told apart neither here nor by any other time; "
                      "expected `--dates day-first`, `month-first` or `year-first`",
                      evidence->differing_text);
}

static int check_order(const struct bh_log_clock *clock, const struct bh_moment_evidence *evidence,
                       enum bh_date_order said, struct bh_error *err)
{
    if (evidence->dates == 0 || said >= BH_DATE_ORDERS || clock->form.order == said)
        return 0;
    return bh_fail_at(
        err, place_of(clock, evidence->orders[said].row),
        "found `%s`, which is no date with --dates %s, as are %" PRIu64 " of %" PRIu64 "; %s fits all but %" PRIu64,
        evidence->orders[said].text, bh_date_order_names[said], evidence->orders[said].wrong, evidence->dates,
        bh_date_order_names[clock->form.order], evidence->orders[clock->form.order].wrong);
}

static void note_form(const struct bh_log_clock *clock, const struct bh_log_reading *reading,
                      const struct survey *survey)
{
    static const char *const units[] = {"milliseconds", "microseconds", "nanoseconds"};
    const struct bh_moment_evidence *evidence = &survey->evidence;
    const struct bh_moment_form *form = &clock->form;
    if (evidence->differing > 0 && reading->dates == BH_DATE_ORDER_UNKNOWN)
        bh_failure_log_note(clock->log, "dates are %s%s", bh_date_order_names[form->order],
                            evidence->orders[form->order].wrong > 0 ? ", which nearly all of them allow"
                                                                    : ": no other order fits all of them as well");
    for (int l = 0; l < 3; l++)
        if (isnan(clock->columns.unit_s) && evidence->numbers > 0 && evidence->large[l] == evidence->numbers &&
            !form->is_compact && (l == 2 || evidence->large[l + 1] < evidence->numbers))
            bh_failure_log_note(clock->log,
                                "times are taken as %s since 1970: in seconds they would lie thousands of years ahead "
                                "(--unit time=s keeps seconds)",
                                units[l]);
    if (form->is_compact)
        bh_failure_log_note(clock->log, "times are taken as digits of dates, YYYYMMDD or YYYYMMDDhhmmss "
                                        "(--unit time=s keeps seconds)");
    if (evidence->with_offset > 0)
        bh_failure_log_note(clock->log, "times have offsets, and are told in UTC");
    else if (clock->zone != NULL)
        bh_failure_log_note(clock->log, "times are local times of %s, and are told in UTC", reading->timezone);
}

static int check_survey(struct bh_log_clock *clock, const struct bh_log_reading *reading, const struct survey *survey,
                        enum bh_moment_verdict verdict, struct bh_error *err)
{
    const struct bh_moment_evidence *evidence = &survey->evidence;
    if (verdict == BH_MOMENTS_EITHER_ORDER)
        return fail_order(clock, evidence, err);
    if (check_order(clock, evidence, reading->dates, err) != 0)
        return -1;
    if (survey->without_year > 0 && reading->year == 0)
        return bh_fail_at(err, place_of(clock, survey->without_year_row),
                          "found a time without a year; expected `--year`, that of the first record");
    if (evidence->with_offset > 0 && survey->with_day > 0 && reading->timezone == NULL)
        return bh_fail_at(err, place_of(clock, survey->without_offset_row),
                          "found a time without an offset, where %" PRIu64 " others have one; expected `--timezone`, "
                          "which says what it is",
                          evidence->with_offset);
    return 0;
}

int bh_log_clock_open(struct bh_log_clock *clock, const struct bh_csv *csv, struct bh_failure_log *log,
                      const struct bh_log_reading *reading, const struct bh_log_clock_columns *columns,
                      struct bh_error *err)
{
    struct survey survey = {.without_year = 0};
    *clock = (struct bh_log_clock){
        .csv = csv, .log = log, .columns = *columns, .year = reading->year, .last_s = NAN, .last_without_year_s = NAN};
    if (!isnan(reading->time_unit_s))
        clock->columns.unit_s = reading->time_unit_s;
    look_at(clock, columns->time, true, &survey);
    look_at(clock, columns->end, true, &survey);
    look_at(clock, columns->installed, false, &survey);
    look_at(clock, columns->retired, false, &survey);
    enum bh_date_order wanted = reading->dates != BH_DATE_ORDER_UNKNOWN ? reading->dates : columns->wanted;
    enum bh_moment_verdict verdict =
        bh_moment_form_decide(&survey.evidence, wanted, clock->columns.unit_s, &clock->form);
    if (check_survey(clock, reading, &survey, verdict, err) != 0)
        return -1;
    if (reading->timezone != NULL && (clock->zone = bh_time_zone_open(reading->timezone, err)) == NULL)
        return -1;
    note_form(clock, reading, &survey);
    return 0;
}

void bh_log_clock_close(struct bh_log_clock *clock)
{
    bh_time_zone_close(clock->zone);
    clock->zone = NULL;
}

/* --- Values --------------------------------------------------------------------------------------------------------- */

/* Times without a year follow each other: one that is half a year back is in the next year. */
static double seconds_of(struct bh_log_clock *clock, const struct bh_moment *moment)
{
    double at_s = bh_moment_seconds(moment, &clock->form, clock->year);
    if (moment->kind != BH_MOMENT_DATE || moment->fields != 2)
        return at_s;
    const double half_s = 86400.0 * HALF_YEAR_D;
    if (at_s < clock->last_without_year_s - half_s)
        at_s = bh_moment_seconds(moment, &clock->form, ++clock->year);
    else if (at_s > clock->last_without_year_s + half_s) /* a straggler of the year before */
        return bh_moment_seconds(moment, &clock->form, clock->year - 1);
    if (!isnan(at_s))
        clock->last_without_year_s = at_s;
    return at_s;
}

enum bh_log_text bh_log_clock_read(struct bh_log_clock *clock, size_t row, size_t column, double *at_s)
{
    char buffer[TEXT_SIZE];
    *at_s = NAN;
    const char *text = column != SIZE_MAX ? text_of(clock, row, column, buffer) : NULL;
    if (text == NULL)
        return BH_LOG_TEXT_MISSING;
    struct bh_moment moment = bh_moment_scan(text);
    bool is_start = column == clock->columns.time;
    if (!is_start && bh_moment_is_never(&moment))
        return BH_LOG_TEXT_NEVER;
    /* A machine's own numbers, say of installation, count as its times do. */
    *at_s = seconds_of(clock, &moment);
    bool failed = isnan(*at_s) || (moment.kind == BH_MOMENT_NUMBER && clock->form.has_order && is_start);
    bh_log_try(&clock->tries[!is_start], failed, row, column);
    if (failed) {
        *at_s = NAN;
        return BH_LOG_TEXT_BAD;
    }
    if (clock->zone != NULL && moment.kind == BH_MOMENT_DATE && !moment.has_offset) {
        bool is_doubtful;
        *at_s = bh_time_zone_to_utc(clock->zone, *at_s, is_start ? clock->last_s : NAN, &is_doubtful);
        if (is_doubtful)
            bh_failure_log_remark(clock->log, BH_LOG_CLOCK_CHANGE, bh_log_row_number(row));
    }
    if (is_start)
        clock->last_s = *at_s;
    return BH_LOG_TEXT_READ;
}

/* --- What could not be read ----------------------------------------------------------------------------------------- */

void bh_log_try(struct bh_log_tries *tries, bool failed, size_t row, size_t column)
{
    tries->tried++;
    if (failed && tries->failed++ == 0) {
        tries->row = row;
        tries->column = column;
    }
}

int bh_log_tries_check(const struct bh_log_tries *tries, const struct bh_csv *csv, const char *expected,
                       struct bh_error *err)
{
    if (100 * tries->failed <= BH_LOG_SHARE_MOST_PERCENT * tries->tried)
        return 0;
    struct bh_place place = bh_csv_place(csv, tries->row, tries->column);
    const char *text = bh_csv_cell(csv, tries->row, tries->column);
    char more[64] = "";
    if (tries->failed > 1)
        snprintf(more, sizeof more, ", and %" PRIu64 " more of %" PRIu64 " that cannot be read", tries->failed - 1,
                 tries->tried);
    return bh_fail_at(err, place, "found `%.60s`%s; expected %s", text, more, expected);
}
