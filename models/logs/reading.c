/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lists of NAME=VALUE, as options have them. */
#include "models/logs/reading.h"

#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "models/logs/name_list.h"
#include "models/logs/time_zone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const bh_log_role_names[] = {"time",   "node",       "class",     "detail",  "downtime", "end",
                                         "system", "node-class", "installed", "retired", "date",     NULL};

struct bh_log_reading *bh_log_reading_create(void)
{
    struct bh_log_reading *reading = bh_allocate(1, sizeof *reading);
    reading->ignored = bh_name_list_create();
    reading->window_s = 300.0;
    reading->dates = BH_DATE_ORDER_UNKNOWN;
    reading->decimal = BH_DECIMAL_UNKNOWN;
    reading->time_unit_s = reading->down_unit_s = reading->pair_s = NAN;
    return reading;
}

void bh_log_reading_destroy(struct bh_log_reading *reading)
{
    if (reading == NULL)
        return;
    for (int r = 0; r < BH_LOG_ROLES; r++)
        free(reading->column[r]);
    bh_name_list_destroy(reading->ignored);
    free(reading->timezone);
    free(reading);
}

static bool is_same_text(const char *left, const char *right)
{
    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

static bool is_same_number(double left, double right)
{
    return left == right || (isnan(left) && isnan(right));
}

bool bh_log_reading_is_same(const struct bh_log_reading *left, const struct bh_log_reading *right)
{
    for (int r = 0; r < BH_LOG_ROLES; r++)
        if (!is_same_text(left->column[r], right->column[r]))
            return false;
    if (bh_name_list_count(left->ignored) != bh_name_list_count(right->ignored))
        return false;
    for (uint32_t n = 0; n < bh_name_list_count(left->ignored); n++)
        if (bh_name_list_find(right->ignored, bh_name_list_text(left->ignored, n)) == BH_NO_NAME)
            return false;
    return left->dates == right->dates && left->decimal == right->decimal && left->year == right->year &&
           is_same_number(left->time_unit_s, right->time_unit_s) &&
           is_same_number(left->down_unit_s, right->down_unit_s) && is_same_number(left->pair_s, right->pair_s) &&
           left->window_s == right->window_s && is_same_text(left->timezone, right->timezone);
}

/* The role that a text begins with, up to its `=`; BH_LOG_ROLES: none. */
static enum bh_log_role role_of(const char *text, const char **value)
{
    size_t length = strcspn(text, "=,");
    *value = text + length + 1;
    if (text[length] != '=')
        return BH_LOG_ROLES;
    if (length == 5 && strncmp(text, "cause", 5) == 0)
        return BH_ROLE_CAUSE;
    for (int r = 0; r < BH_LOG_ROLES; r++)
        if (strlen(bh_log_role_names[r]) == length && strncmp(text, bh_log_role_names[r], length) == 0)
            return (enum bh_log_role)r;
    return BH_LOG_ROLES;
}

static int fail_role(const char *text, const char *option, struct bh_error *err)
{
    char *word = bh_print_text("%.*s", (int)strcspn(text, "=,"), text);
    char *hint = bh_nearest_hint(word, bh_log_role_names, BH_LOG_ROLES, '\'');
    bh_fail(err, BH_ERROR_INPUT,
            "%s: found '%.60s'; expected WHAT=%s, WHAT one of time, node, class, detail, downtime, end, system, "
            "node-class, installed, retired, date%s",
            option, text, strcmp(option, "--unit") == 0 ? "UNIT" : "NAME", hint);
    free(hint);
    free(word);
    return -1;
}

int bh_log_reading_set_columns(struct bh_log_reading *reading, const char *text, struct bh_error *err)
{
    while (*text != '\0') {
        const char *value, *next, *after;
        enum bh_log_role role = role_of(text, &value);
        if (role == BH_LOG_ROLES || *value == '\0')
            return fail_role(text, "--column", err);
        /* Names may hold commas: one ends a name only where another WHAT= follows. */
        for (next = value + strcspn(value, ","); *next != '\0' && role_of(next + 1, &after) == BH_LOG_ROLES;)
            next += 1 + strcspn(next + 1, ",");
        free(reading->column[role]);
        reading->column[role] = bh_print_text("%.*s", (int)(next - value), value);
        text = *next != '\0' ? next + 1 : next;
    }
    return 0;
}

int bh_log_reading_ignore(struct bh_log_reading *reading, const char *text, struct bh_error *err)
{
    if (*text == '\0')
        return bh_fail(err, BH_ERROR_INPUT, "--ignore: found nothing; expected names of columns");
    bh_name_list_number(reading->ignored, text); /* a name with commas */
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        char *name = bh_print_text("%.*s", (int)length, text);
        bh_name_list_number(reading->ignored, name);
        free(name);
        text += length + (text[length] != '\0');
    }
    return 0;
}

int bh_log_reading_set_units(struct bh_log_reading *reading, const char *text, struct bh_error *err)
{
    while (*text != '\0') {
        const char *value;
        enum bh_log_role role = role_of(text, &value);
        if (role != BH_ROLE_TIME && role != BH_ROLE_DOWN_TIME)
            return bh_fail(err, BH_ERROR_INPUT, "--unit: found '%.60s'; expected time=UNIT or downtime=UNIT", text);
        size_t length = strcspn(value, ",");
        double unit_s = bh_unit_of_time(value, length);
        bool hours = length == 4 && strncmp(value, "h:mm", length) == 0,
             minutes = length == 5 && strncmp(value, "mm:ss", length) == 0;
        if (role == BH_ROLE_DOWN_TIME && (hours || minutes))
            reading->pair_s = hours ? 3600.0 : 60.0;
        else if (isnan(unit_s))
            return bh_fail(err, BH_ERROR_INPUT, "--unit: found the unit '%.*s'; expected ns, us, ms, s, min, h or d%s",
                           (int)length, value, role == BH_ROLE_DOWN_TIME ? ", or h:mm or mm:ss" : "");
        else if (role == BH_ROLE_TIME)
            reading->time_unit_s = unit_s;
        else
            reading->down_unit_s = unit_s;
        text = value + length + (value[length] != '\0');
    }
    return 0;
}

int bh_log_reading_set_timezone(struct bh_log_reading *reading, const char *text, struct bh_error *err)
{
    struct bh_time_zone *zone = bh_time_zone_open(text, err);
    if (zone == NULL)
        return -1;
    bh_time_zone_close(zone);
    free(reading->timezone);
    reading->timezone = bh_copy_text(text);
    return 0;
}
