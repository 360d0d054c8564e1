/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which form a failure log has, and its reader. */
#include "models/logs/formats.h"

#include "models/base/error.h"
#include "models/document/csv.h"
#include "models/logs/columns.h"
#include "models/logs/failure_log.h"
#include "models/logs/parts.h"

#include <iconv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- Times --------------------------------------------------------------------------------------------------------- */

double bh_failure_log_time(const char *text)
{
    struct bh_moment moment = bh_moment_scan(text);
    struct bh_moment_form form = {.order = moment.field_digits[0] == 4 ? BH_YEAR_FIRST : BH_MONTH_FIRST, .unit_s = 1.0};
    return bh_moment_seconds(&moment, &form, 0);
}

char *bh_failure_log_print_time(double at_s, char *buffer, size_t size)
{
    bool is_date = at_s >= 1e8 && at_s <= 1e11;
    time_t seconds = is_date ? (time_t)at_s : 0;
    struct tm parts;
    if (!is_date || gmtime_r(&seconds, &parts) == NULL || strftime(buffer, size, "%Y-%m-%d", &parts) == 0)
        snprintf(buffer, size, "%.6g s", at_s);
    return buffer;
}

/* --- Tables --------------------------------------------------------------------------------------------------------- */

static void find_lines(struct bh_failure_log *log, const struct bh_csv *csv)
{
    for (int r = 0; r < BH_LOG_REMARKS; r++)
        if (log->remarks[r] > 0)
            log->remark_line[r] = bh_csv_place(csv, log->remark_line[r] - 1, 0).line;
}

static struct bh_failure_log *parse_csv(const char *text, size_t length, const char *name,
                                        const struct bh_log_reading *reading, struct bh_error *err)
{
    const char *time = reading->column[BH_ROLE_TIME];
    struct bh_csv_manner manner = {.is_loose = true,
                                   .has_no_names = time != NULL && *time == '#',
                                   .is_names = bh_log_are_names,
                                   .context = reading};
    struct bh_csv *csv = bh_csv_parse_as(text, length, name, &manner, err);
    if (csv == NULL)
        return NULL;
    bool is_cfdr = time == NULL && bh_column_find_folded(csv, "prob started") != SIZE_MAX;
    struct bh_failure_log *log = bh_failure_log_create(is_cfdr ? "CFDR" : "CSV");
    if ((is_cfdr ? bh_log_read_cfdr : bh_log_read_table)(log, csv, reading, err) == 0) {
        bh_failure_log_finish(log);
        find_lines(log, csv);
    } else {
        bh_failure_log_destroy(log);
        log = NULL;
    }
    bh_csv_destroy(csv);
    return log;
}

/* --- All forms ------------------------------------------------------------------------------------------------------ */

static struct bh_failure_log *parse_fta(const char *text, size_t length, const char *name, struct bh_error *err)
{
    struct bh_failure_log *log = bh_failure_log_create("FTA event_trace");
    if (bh_log_read_fta(log, text, length, name, err) == 0) {
        bh_failure_log_finish(log);
        return log;
    }
    bh_failure_log_destroy(log);
    return NULL;
}

/* Text that begins with the mark of UTF-16, which some spreadsheets and shells write, as UTF-8; NULL: it does not, or is
 * not well-formed. The caller frees. */
static char *from_utf16(const char *text, size_t *length)
{
    bool is_little = *length >= 2 && memcmp(text, "\xFF\xFE", 2) == 0;
    if (!is_little && !(*length >= 2 && memcmp(text, "\xFE\xFF", 2) == 0))
        return NULL;
    iconv_t converter = iconv_open("UTF-8", is_little ? "UTF-16LE" : "UTF-16BE");
    if (converter == (iconv_t)-1)
        return NULL;
    size_t in_left = *length - 2, out_left = in_left / 2 * 3;
    char *in = bh_allocate(in_left + 1, 1), *from = in, *out = bh_allocate(out_left + 1, 1), *to = out;
    memcpy(in, text + 2, in_left);
    bool is_fine = iconv(converter, &from, &in_left, &to, &out_left) != (size_t)-1 && in_left == 0;
    iconv_close(converter);
    free(in);
    if (!is_fine) {
        free(out);
        return NULL;
    }
    *length = (size_t)(to - out);
    return out;
}

static struct bh_failure_log *parse(const char *text, size_t length, const char *name,
                                    const struct bh_log_reading *reading, struct bh_error *err)
{
    char *converted = from_utf16(text, &length);
    text = converted != NULL ? converted : text;
    size_t mark = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    struct bh_failure_log *log = bh_log_is_fta(text + mark, length - mark)
                                     ? parse_fta(text + mark, length - mark, name, err)
                                     : parse_csv(text, length, name, reading, err);
    free(converted);
    return log;
}

struct bh_failure_log *bh_failure_log_parse(const char *text, size_t length, const char *name,
                                            const struct bh_log_reading *reading, struct bh_error *err)
{
    struct bh_log_reading *guessed = reading == NULL ? bh_log_reading_create() : NULL;
    struct bh_failure_log *log = parse(text, length, name, reading != NULL ? reading : guessed, err);
    bh_log_reading_destroy(guessed);
    if (log == NULL)
        return NULL;
    if (log->failures_count == 0) {
        bh_fail(err, BH_ERROR_INPUT, "%s: found no failure that could be used, in %llu records", name,
                (unsigned long long)log->records);
        bh_failure_log_destroy(log);
        return NULL;
    }
    return log;
}
