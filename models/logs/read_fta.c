/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* FTA event_trace: nine words a line, times of service and of failure of each node. */
#include "models/logs/failure_log.h"
#include "models/logs/parts.h"

#include "models/base/error.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static double number_or_nan(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(value) ? value : NAN;
}

enum { FTA_COLUMNS = 9, FTA_NODE = 2, FTA_PLATFORM = 3, FTA_TYPE = 5, FTA_START, FTA_STOP, FTA_REASON };

/* Cuts a line into words, of which at most FTA_COLUMNS are kept; returns how many there are. */
static size_t cut_words(char *line, char *word[FTA_COLUMNS])
{
    size_t count = 0;
    for (char *at = line + strspn(line, " \t"); *at != '\0'; at += strspn(at, " \t")) {
        if (count < FTA_COLUMNS)
            word[count] = at;
        count++;
        at += strcspn(at, " \t");
        if (*at != '\0')
            *at++ = '\0';
    }
    return count;
}

/* The end of a node's time of service, and why it ended: the cause of the failure that begins then. */
struct service_end {
    uint32_t node, reason;
    double at_s;
};

struct fta {
    struct bh_failure_log *log;
    const char *name;
    unsigned line;
    size_t ends_count, ends_room;
    struct service_end *ends;
};

static void keep_end(struct fta *fta, uint32_t node, double at_s, const char *reason)
{
    if (isnan(at_s) || strcasecmp(reason, "NULL") == 0)
        return;
    if (fta->ends_count == fta->ends_room) {
        fta->ends_room = 2 * fta->ends_room + 1024;
        fta->ends = bh_reallocate(fta->ends, fta->ends_room, sizeof *fta->ends);
    }
    fta->ends[fta->ends_count++] = (struct service_end){node, bh_name_list_number(fta->log->cause_names, reason), at_s};
}

static int by_node_and_time(const void *left, const void *right)
{
    const struct service_end *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->at_s != b->at_s)
        return a->at_s < b->at_s ? -1 : 1;
    return (a->reason > b->reason) - (a->reason < b->reason);
}

/* Lines may stand in any order: which time of service a failure ended is known once all are read. */
static void give_causes(struct fta *fta)
{
    struct bh_failure_log *log = fta->log;
    if (fta->ends_count > 0)
        qsort(fta->ends, fta->ends_count, sizeof *fta->ends, by_node_and_time);
    for (size_t i = 0; i < log->failures_count; i++) {
        struct bh_failure *failure = &log->failures[i];
        size_t low = 0, high = fta->ends_count;
        while (low < high) {
            size_t middle = (low + high) / 2;
            const struct service_end *end = &fta->ends[middle];
            if (end->node < failure->node || (end->node == failure->node && end->at_s < failure->start_s))
                low = middle + 1;
            else
                high = middle;
        }
        if (low < fta->ends_count && fta->ends[low].node == failure->node && fta->ends[low].at_s == failure->start_s)
            failure->cause = fta->ends[low].reason;
        else
            bh_failure_log_remark(log, BH_LOG_NO_CAUSE, failure->line);
    }
}

static int read_event(struct fta *fta, char *const *word, struct bh_error *err)
{
    struct bh_failure_log *log = fta->log;
    double start_s = number_or_nan(word[FTA_START]), stop_s = number_or_nan(word[FTA_STOP]);
    bool is_up = strcmp(word[FTA_TYPE], "1") == 0;
    if (!is_up && strcmp(word[FTA_TYPE], "0") != 0)
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s:%u: found the event_type `%.20s`; expected 0 (unavailable) or 1 (available)", fta->name,
                       fta->line, word[FTA_TYPE]);
    log->records += !is_up;
    if (isnan(start_s)) {
        bh_failure_log_remark(log, BH_LOG_NO_TIME, fta->line);
        return 0;
    }
    struct bh_failure_node *node = bh_failure_log_node(log, word[FTA_PLATFORM], word[FTA_NODE]);
    uint32_t number = (uint32_t)(node - log->nodes);
    node->from_s = fmin(node->from_s, start_s);
    node->to_s = fmax(node->to_s, isnan(stop_s) ? start_s : stop_s);
    if (is_up)
        keep_end(fta, number, stop_s, word[FTA_REASON]);
    else
        bh_failure_log_add(
            log, (struct bh_failure){start_s, stop_s - start_s, number, BH_CAUSE_LATER, BH_NO_NAME, fta->line});
    return 0;
}

static int read_line(struct fta *fta, char *text, struct bh_error *err)
{
    char *word[FTA_COLUMNS] = {NULL};
    for (const char *c = text; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) && *c != '\t')
            return bh_fail(err, BH_ERROR_INPUT, "%s:%u: found the byte 0x%02x; expected a log as text", fta->name,
                           fta->line, (unsigned char)*c);
    size_t count = cut_words(text, word);
    if (count == 0 || *word[0] == '#' || strcmp(word[0], "event_id") == 0)
        return 0;
    /* A reason that was not recorded may be left out. */
    static char none[] = "NULL";
    if (count == FTA_COLUMNS - 1)
        word[FTA_REASON] = none;
    else if (count != FTA_COLUMNS)
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s:%u: found %zu columns; expected 9: event_id component_id node_id platform_id node_name "
                       "event_type event_start_time event_stop_time event_end_reason",
                       fta->name, fta->line, count);
    return read_event(fta, word, err);
}

int bh_log_read_fta(struct bh_failure_log *log, const char *text, size_t length, const char *name, struct bh_error *err)
{
    struct fta fta = {.log = log, .name = name, .line = 1};
    char *copy = bh_allocate(length + 1, 1);
    int status = 0;
    memcpy(copy, text, length);
    for (size_t at = 0; at < length && status == 0; fta.line++) {
        char *end = memchr(copy + at, '\n', length - at);
        size_t next = end != NULL ? (size_t)(end - copy) + 1 : length, stop = end != NULL ? next - 1 : length;
        if (stop > at && copy[stop - 1] == '\r')
            stop--;
        if (memchr(copy + at, '\0', stop - at) != NULL)
            status = bh_fail(err, BH_ERROR_INPUT, "%s:%u: found the byte 0x00; expected a log as text", name, fta.line);
        copy[stop] = '\0';
        if (status == 0)
            status = read_line(&fta, copy + at, err);
        at = next;
    }
    free(copy);
    if (status == 0)
        give_causes(&fta);
    free(fta.ends);
    return status;
}

/* --- Which form ---------------------------------------------------------------------------------------------------- */

/* The name of FTA's first column, or, without a line of names, nine words of which the first is a number. */
bool bh_log_is_fta(const char *text, size_t length)
{
    char line[512];
    size_t at = 0;
    while (at < length && (text[at] == '#' || isspace((unsigned char)text[at]))) {
        const char *end = memchr(text + at, '\n', length - at);
        if (text[at] != '#')
            at++;
        else if (end == NULL)
            return false;
        else
            at = (size_t)(end - text) + 1;
    }
    size_t count = 0;
    while (at + count < length && count < sizeof line - 1 && text[at + count] != '\n' && text[at + count] != '\0')
        count++;
    memcpy(line, text + at, count);
    line[count] = '\0';
    if (strchr(line, ',') != NULL || strchr(line, ';') != NULL)
        return false;
    char *word[FTA_COLUMNS];
    return strncmp(line, "event_id", 8) == 0 ||
           (cut_words(line, word) >= FTA_COLUMNS - 1 && !isnan(number_or_nan(word[0])));
}
