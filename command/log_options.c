/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How a failure log is to be read, from the command line. */
#include "command/log_options.h"

#include "command/options.h"
#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/logs/reading.h"

enum option_key {
    KEY_COLUMN = 0x400,
    KEY_IGNORE,
    KEY_DATES,
    KEY_UNIT,
    KEY_DECIMAL,
    KEY_YEAR,
    KEY_WINDOW,
    KEY_TIMEZONE
};

static const struct argp_option options[] = {
    {"column", KEY_COLUMN, "WHAT=NAME,...", 0,
     "Take time, node, class, detail, downtime, end, system, node-class, installed, retired or date from the column "
     "NAME, or #3 for the third one of a table without names (default: names in use are known)",
     2},
    {"ignore", KEY_IGNORE, "NAME,...", 0, "Pass over these columns", 2},
    {"dates", KEY_DATES, "ORDER", 0, "day-first, month-first or year-first (default: what all dates allow)", 2},
    {"unit", KEY_UNIT, "WHAT=UNIT,...", 0,
     "Units of numbers in time and downtime: ns to d; downtime=h:mm or mm:ss for such as 1:36", 2},
    {"decimal", KEY_DECIMAL, "MARK", 0, "point or comma in down times (default: what all of them allow)", 2},
    {"year", KEY_YEAR, "YEAR", 0, "Of the first record, where times have no year", 2},
    {"window", KEY_WINDOW, "TIME", 0,
     "Lines of a system log that follow each other within TIME on a host are one failure (default: 5 min)", 2},
    {"timezone", KEY_TIMEZONE, "ZONE", 0, "Europe/Berlin or +01:00: times without an offset are local times there", 2},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct bh_options *to = state->input;
    struct bh_error err = {0};
    if (key < KEY_COLUMN || key > KEY_TIMEZONE)
        return ARGP_ERR_UNKNOWN;
    if (to->reading == NULL)
        to->reading = bh_log_reading_create();
    struct bh_log_reading *reading = to->reading;
    if (key == KEY_COLUMN)
        bh_options_refuse_if(bh_log_reading_set_columns(reading, text, &err), &err, state);
    else if (key == KEY_IGNORE)
        bh_options_refuse_if(bh_log_reading_ignore(reading, text, &err), &err, state);
    else if (key == KEY_DATES)
        reading->dates = (enum bh_date_order)bh_options_choice(text, "--dates", bh_date_order_names,
                                                               "day-first, month-first or year-first", state);
    else if (key == KEY_UNIT)
        bh_options_refuse_if(bh_log_reading_set_units(reading, text, &err), &err, state);
    else if (key == KEY_DECIMAL)
        reading->decimal =
            (enum bh_decimal)bh_options_choice(text, "--decimal", bh_decimal_names, "point or comma", state);
    else if (key == KEY_WINDOW)
        bh_options_refuse_if(bh_quantity_parse(text, NULL, BH_DIMENSION_TIME, &reading->window_s, &err), &err, state);
    else if (key == KEY_YEAR)
        reading->year = (int)bh_options_count(text, "--year", 1900, 2200, state);
    else
        bh_options_refuse_if(bh_log_reading_set_timezone(reading, text, &err), &err, state);
    return 0;
}

const struct argp bh_options_log = {.options = options, .parser = parse};
