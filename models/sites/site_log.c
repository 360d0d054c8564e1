/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which form a log has. */
#include "models/sites/site_log.h"

#include "models/base/error.h"
#include "models/logs/formats.h"
#include "models/sites/parts.h"

#include <string.h>

static struct bh_failure_log *finish(struct bh_failure_log *log, int status, const char *name, struct bh_error *err)
{
    if (status == 0) {
        bh_failure_log_finish(log);
        if (log->failures_count > 0)
            return log;
        if (log->remarks[BH_LOG_BAD_TIME] > 0)
            bh_fail(
                err, BH_ERROR_INPUT,
                "%s:%u: %s: found a time that cannot be read, and %llu more of %llu; expected a date from 1900 to 2200",
                name, log->remark_line[BH_LOG_BAD_TIME], log->format,
                (unsigned long long)log->remarks[BH_LOG_BAD_TIME] - 1, (unsigned long long)log->records);
        else
            bh_fail(err, BH_ERROR_INPUT, "%s: %s: found no failure in %llu records", name, log->format,
                    (unsigned long long)log->records);
    }
    bh_failure_log_destroy(log);
    return NULL;
}

static bool is_json(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && strchr(" \t\r\n[", text[at]) != NULL && text[at] != '\0')
        at++;
    if (at == length || text[at] != '{')
        return false;
    for (at++; at < length && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0';)
        at++;
    return at < length && (text[at] == '"' || text[at] == '}');
}

struct bh_failure_log *bh_site_log_parse(const char *text, size_t length, const char *name,
                                         const struct bh_log_reading *reading, struct bh_error *err)
{
    struct bh_log_reading *guessed = reading == NULL ? bh_log_reading_create() : NULL;
    const struct bh_log_reading *used = reading != NULL ? reading : guessed;
    struct bh_failure_log *log = NULL;
    enum bh_slurm_form slurm = bh_site_slurm_form(text, length);
    if (is_json(text, length)) {
        bh_fail(err, BH_ERROR_INPUT,
                "%s: found JSON; expected a table, or lines as `journalctl -o short-iso` and `--parsable2` print them",
                name);
    } else if (bh_site_is_rasdaemon(text, length)) {
        log = bh_failure_log_create("rasdaemon's database");
        log = finish(log, bh_site_read_rasdaemon(log, text, length, name, used, err), name, err);
    } else if (slurm != BH_SLURM_NONE) {
        log = bh_failure_log_create(slurm == BH_SLURM_EVENTS ? "Slurm events" : "Slurm jobs");
        log = finish(log, bh_site_read_slurm(log, text, length, name, used, err), name, err);
    } else if (bh_site_is_lines(text, length)) {
        log = bh_failure_log_create("lines of a system log");
        log = finish(log, bh_site_read_lines(log, text, length, name, used, err), name, err);
    } else {
        log = bh_failure_log_parse(text, length, name, used, err);
    }
    bh_log_reading_destroy(guessed);
    return log;
}
