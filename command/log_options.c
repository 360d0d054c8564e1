/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How a failure log is to be read, from the command line. */
#include "command/log_options.h"

#include "command/options.h"
#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/logs/reading.h"

/* Each row below fills this, which is made for the first. */
static struct bh_log_reading *reading_of(void *arguments)
{
    struct bh_options *options = arguments;
    if (options->reading == NULL)
        options->reading = bh_log_reading_create();
    return options->reading;
}

static int take_columns(void *arguments, char *text, struct bh_error *err)
{
    return bh_log_reading_set_columns(reading_of(arguments), text, err);
}

static int take_ignored(void *arguments, char *text, struct bh_error *err)
{
    return bh_log_reading_ignore(reading_of(arguments), text, err);
}

static int take_dates(void *arguments, char *text, struct bh_error *err)
{
    return bh_options_choice(text, "--dates", bh_date_order_names, &reading_of(arguments)->dates, err);
}

static int take_units(void *arguments, char *text, struct bh_error *err)
{
    return bh_log_reading_set_units(reading_of(arguments), text, err);
}

static int take_decimal(void *arguments, char *text, struct bh_error *err)
{
    return bh_options_choice(text, "--decimal", bh_decimal_names, &reading_of(arguments)->decimal, err);
}

static int take_year(void *arguments, char *text, struct bh_error *err)
{
    uint64_t year;
    int status = bh_options_count(text, "--year", 1900, 2200, &year, err);
    reading_of(arguments)->year = (int)year;
    return status;
}

static int take_window(void *arguments, char *text, struct bh_error *err)
{
    return bh_quantity_parse(text, NULL, BH_DIMENSION_TIME, &reading_of(arguments)->window_s, err);
}

static int take_timezone(void *arguments, char *text, struct bh_error *err)
{
    return bh_log_reading_set_timezone(reading_of(arguments), text, err);
}

const struct bh_option bh_options_log[] = {
    {"column", 0, "WHAT=NAME,...",
     "Take time, node, class, detail, downtime, end, system, node-class, installed, retired or date from the column "
     "NAME, or #3 for the third one of a table without names (default: names in use are known)",
     2, BH_BY(take_columns)},
    {"ignore", 0, "NAME,...", "Pass over these columns", 2, BH_BY(take_ignored)},
    {"dates", 0, "ORDER", "day-first, month-first or year-first (default: what all dates allow)", 2, BH_BY(take_dates)},
    {"unit", 0, "WHAT=UNIT,...",
     "Units of numbers in time and downtime: ns to d; downtime=h:mm or mm:ss for such as 1:36", 2, BH_BY(take_units)},
    {"decimal", 0, "MARK", "point or comma in down times (default: what all of them allow)", 2, BH_BY(take_decimal)},
    {"year", 0, "YEAR", "Of the first record, where times have no year", 2, BH_BY(take_year)},
    {"window", 0, "TIME",
     "Lines of a system log that follow each other within TIME on a host are one failure (default: 5 min)", 2,
     BH_BY(take_window)},
    {"timezone", 0, "ZONE", "Europe/Berlin or +01:00: times without an offset are local times there", 2,
     BH_BY(take_timezone)},
    {0},
};
