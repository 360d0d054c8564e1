/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lines of syslog, journalctl, dmesg -T and libvirt's logs of guests: events, and what failures they make. */
#include "models/sites/line_causes.h"
#include "models/sites/line_head.h"
#include "models/sites/parts.h"

#include "models/base/error.h"
#include "models/logs/failure_log.h"
#include "models/logs/moments.h"
#include "models/logs/reading.h"
#include "models/logs/time_zone.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MOST = 4096, HALF_YEAR_D = 183, QUIET_S = 10 };

/* --- Lines ---------------------------------------------------------------------------------------------------------- */

/* The next line, cut to what is looked at; where it ends. A byte that no text holds ends with a message. */
static size_t next_line(const char *text, size_t length, size_t at, char line[LINE_MOST])
{
    const char *end = memchr(text + at, '\n', length - at);
    size_t whole = end != NULL ? (size_t)(end - text) - at : length - at,
           kept = whole < LINE_MOST ? whole : LINE_MOST - 1;
    memcpy(line, text + at, kept);
    while (kept > 0 && line[kept - 1] == '\r')
        kept--;
    line[kept] = '\0';
    return at + whole + (end != NULL);
}

bool bh_site_is_lines(const char *text, size_t length)
{
    enum { LOOKED_AT = 60 };
    char buffer[LINE_MOST];
    struct bh_line_head line;
    unsigned lines = 0, read = 0;
    for (size_t at = 0; at < length && lines < LOOKED_AT;) {
        at = next_line(text, length, at, buffer);
        if (*buffer == '\0' || bh_line_is_ras_heading(buffer))
            continue;
        lines++;
        read += bh_line_head_read(buffer, &line) ? strpbrk(line.message, " :") != NULL : bh_line_is_since_boot(buffer);
    }
    return lines > 0 && 10 * read >= 3 * lines;
}

/* --- Events --------------------------------------------------------------------------------------------------------- */

struct event {
    double at_s, up_s; /* when the host was up again; NAN: that is not known */
    uint32_t node, cause, detail, line;
    int rank;
};

/* What was last seen of a host. The lines of a boot's first seconds come before the one that says so. */
struct host {
    double last_s, before_s; /* the last line, and the last one that stood QUIET_S before its successor */
    bool is_ending;          /* somebody asked for it */
};

struct lines {
    struct bh_failure_log *log;
    const struct bh_log_reading *reading;
    struct bh_time_zone *zone;
    struct bh_moment_form form;
    int year;
    double last_s; /* of the file */
    size_t events_count, events_room;
    struct event *events;
    size_t hosts_room;
    struct host *hosts; /* by node */
    uint64_t without_time, since_boot, planned, corrected;
    unsigned number;
};

/* A time without a year is in that of the one before, or in the next if it would be half a year back. */
static double seconds_of(struct lines *lines, const struct bh_moment *moment)
{
    struct bh_moment_form form = lines->form;
    if (moment->fields == 3 && moment->named < 3 && moment->field_digits[2] == 4) /* "Oct  6 2020", "6 Oct 2020" */
        form.order = moment->named == 0 ? BH_MONTH_FIRST : BH_DAY_FIRST;
    double at_s = bh_moment_seconds(moment, &form, lines->year);
    if (moment->fields == 2 && at_s < lines->last_s - 86400.0 * HALF_YEAR_D)
        at_s = bh_moment_seconds(moment, &lines->form, ++lines->year);
    if (!isnan(at_s) && lines->zone != NULL && !moment->has_offset) {
        bool is_doubtful;
        at_s = bh_time_zone_to_utc(lines->zone, at_s, NAN, &is_doubtful);
        if (is_doubtful)
            bh_failure_log_remark(lines->log, BH_LOG_CLOCK_CHANGE, lines->number);
    }
    if (!isnan(at_s))
        lines->last_s = at_s;
    return at_s;
}

static struct host *host_of(struct lines *lines, uint32_t node)
{
    while (node >= lines->hosts_room) {
        size_t before = lines->hosts_room;
        lines->hosts_room = 2 * before + 64;
        lines->hosts = bh_reallocate(lines->hosts, lines->hosts_room, sizeof *lines->hosts);
        for (size_t h = before; h < lines->hosts_room; h++)
            lines->hosts[h] = (struct host){NAN, NAN, false};
    }
    return &lines->hosts[node];
}

static void add_event(struct lines *lines, struct event event)
{
    if (lines->events_count == lines->events_room) {
        lines->events_room = 2 * lines->events_room + 256;
        lines->events = bh_reallocate(lines->events, lines->events_room, sizeof *lines->events);
    }
    lines->events[lines->events_count++] = event;
}

static void take_event(struct lines *lines, uint32_t node, double at_s, const struct bh_line_cause *found)
{
    struct host *host = host_of(lines, node);
    struct event event = {.at_s = at_s, .up_s = NAN, .node = node, .line = lines->number, .rank = found->rank};
    bool is_failure = found->kind == BH_LINE_FAILURE;
    switch (found->kind) {
    case BH_LINE_NOTHING:
    case BH_LINE_FAILURE:
        break;
    case BH_LINE_PLANNED:
        host->is_ending = true;
        break;
    case BH_LINE_CORRECTED:
        lines->corrected++;
        break;
    case BH_LINE_BOOT:
        /* Nobody asked for it: the host was gone after its last line. */
        if (host->is_ending)
            lines->planned++;
        else if (at_s - host->last_s > QUIET_S || !isnan(host->before_s)) {
            is_failure = true;
            event.at_s = at_s - host->last_s > QUIET_S ? host->last_s : host->before_s;
            event.up_s = at_s;
        }
        host->is_ending = false;
        break;
    }
    if (!is_failure)
        return;
    event.cause = bh_name_list_number(lines->log->cause_names, found->cause);
    event.detail = bh_name_list_number(lines->log->detail_names, found->detail);
    bh_failure_log_set_zone(lines->log, event.cause, event.detail, found->zone);
    add_event(lines, event);
}

static int take_line(struct lines *lines, const char *text, const char *guest, const char *name, struct bh_error *err)
{
    struct bh_line_head line;
    if (*text == '\0' || bh_line_is_ras_heading(text))
        return 0;
    if (!bh_line_head_read(text, &line)) {
        lines->since_boot += bh_line_is_since_boot(text);
        lines->without_time++;
        return 0;
    }
    lines->log->records++;
    if (line.at.fields == 2 && lines->year == 0)
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s:%u: found a time without a year; expected `--year`, that of the first line", name,
                       lines->number);
    double at_s = seconds_of(lines, &line.at);
    if (isnan(at_s)) {
        bh_failure_log_remark(lines->log, BH_LOG_BAD_TIME, lines->number);
        return 0;
    }
    struct bh_failure_node *node = bh_failure_log_node(lines->log, "", *line.host != '\0' ? line.host : guest);
    uint32_t number = (uint32_t)(node - lines->log->nodes);
    node->from_s = fmin(node->from_s, at_s);
    node->to_s = fmax(node->to_s, at_s);
    struct bh_line_cause found = bh_line_cause_of(line.message);
    take_event(lines, number, at_s, &found);
    struct host *host = host_of(lines, number);
    if (at_s - host->last_s > QUIET_S)
        host->before_s = host->last_s;
    host->last_s = at_s;
    return 0;
}

/* --- Failures ------------------------------------------------------------------------------------------------------- */

static int by_node_and_time(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->at_s != b->at_s)
        return a->at_s < b->at_s ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

/* Where the failure that begins with event `first` ends: each event follows within the window of the one before. */
static size_t end_of(const struct lines *lines, size_t first, double window_s)
{
    size_t end = first + 1;
    while (end < lines->events_count && lines->events[end].node == lines->events[first].node &&
           lines->events[end].at_s - lines->events[end - 1].at_s <= window_s)
        end++;
    return end;
}

static size_t count_failures(const struct lines *lines, double window_s)
{
    size_t count = 0;
    for (size_t i = 0; i < lines->events_count; i = end_of(lines, i, window_s))
        count++;
    return count;
}

static void add_failures(struct lines *lines, double window_s)
{
    for (size_t i = 0, end; i < lines->events_count; i = end) {
        end = end_of(lines, i, window_s);
        struct event worst = lines->events[i];
        double up_s = NAN;
        for (size_t e = i; e < end; e++) {
            if (lines->events[e].rank < worst.rank)
                worst = lines->events[e];
            if (!isnan(lines->events[e].up_s))
                up_s = lines->events[e].up_s;
        }
        bh_failure_log_add(lines->log,
                           (struct bh_failure){lines->events[i].at_s, up_s - lines->events[i].at_s, worst.node,
                                               worst.cause, worst.detail, lines->events[i].line});
    }
}

static int by_time(const void *left, const void *right)
{
    const struct bh_failure *a = left, *b = right;
    return (a->start_s > b->start_s) - (a->start_s < b->start_s);
}

/* In space: failures of one cause on any hosts, each within the window of the one before. `failures` are in order of time. */
static size_t count_over_hosts(const struct bh_failure *failures, size_t count, size_t causes, double window_s)
{
    double *last_s = bh_allocate(causes + 1, sizeof *last_s);
    size_t events = 0;
    for (size_t c = 0; c < causes; c++)
        last_s[c] = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        events += failures[i].start_s - last_s[failures[i].cause] > window_s;
        last_s[failures[i].cause] = failures[i].start_s;
    }
    free(last_s);
    return events;
}

static const double windows_s[] = {0.0, 60.0, 300.0, 1200.0, 3600.0};

static void note_over_hosts(const struct lines *lines)
{
    const struct bh_failure_log *log = lines->log;
    struct bh_failure *failures = bh_allocate(log->failures_count + 1, sizeof *failures);
    char list[160];
    size_t used = 0, causes = bh_name_list_count(log->cause_names);
    memcpy(failures, log->failures, log->failures_count * sizeof *failures);
    qsort(failures, log->failures_count, sizeof *failures, by_time);
    for (size_t w = 0; w < BH_COUNT(windows_s); w++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%zu within %g min", w > 0 ? ", " : "",
                                 count_over_hosts(failures, log->failures_count, causes, windows_s[w]),
                                 windows_s[w] / 60.0);
    free(failures);
    bh_failure_log_note(lines->log, "over hosts, failures of one cause that follow each other are so many events: %s",
                        list);
}

static void note(const struct lines *lines, double window_s)
{
    char list[160];
    size_t used = 0;
    for (size_t w = 0; w < BH_COUNT(windows_s); w++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%zu within %g min", w > 0 ? ", " : "",
                                 count_failures(lines, windows_s[w]), windows_s[w] / 60.0);
    bh_failure_log_note(lines->log,
                        "%zu lines of failures are one failure of a host if each follows the one before within %g min "
                        "(--window): %zu; %s",
                        lines->events_count, window_s / 60.0, count_failures(lines, window_s), list);
    if (bh_name_list_count(lines->log->node_names) > 1)
        note_over_hosts(lines);
    if (lines->planned > 0)
        bh_failure_log_note(lines->log, "%" PRIu64 " boots behind a shutdown that was asked for are no failures",
                            lines->planned);
    if (lines->corrected > 0)
        bh_failure_log_note(lines->log, "%" PRIu64 " lines of corrected errors are no failures", lines->corrected);
    if (lines->without_time > 0)
        bh_failure_log_note(lines->log, "%" PRIu64 " lines without a time were passed over", lines->without_time);
}

/* libvirt's logs of guests are named by them. */
static char *guest_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    char *guest = bh_copy_text(slash != NULL ? slash + 1 : name);
    guest[strcspn(guest, ".")] = '\0';
    return guest;
}

int bh_site_read_lines(struct bh_failure_log *log, const char *text, size_t length, const char *name,
                       const struct bh_log_reading *reading, struct bh_error *err)
{
    struct lines lines = {
        .log = log,
        .reading = reading,
        .form = {.order = reading->dates < BH_DATE_ORDERS ? reading->dates : BH_YEAR_FIRST, .unit_s = 1.0},
        .year = reading->year,
        .last_s = NAN};
    char buffer[LINE_MOST], *guest = guest_of(name);
    int status = 0;
    if (reading->timezone != NULL && (lines.zone = bh_time_zone_open(reading->timezone, err)) == NULL)
        status = -1;
    for (size_t at = 0; at < length && status == 0;) {
        size_t next = next_line(text, length, at, buffer);
        lines.number++;
        if (memchr(text + at, '\0', next - at) != NULL)
            status =
                bh_fail(err, BH_ERROR_INPUT, "%s:%u: found the byte 0x00; expected a log as text", name, lines.number);
        else
            status = take_line(&lines, buffer, guest, name, err);
        at = next;
    }
    bh_time_zone_close(lines.zone);
    if (status == 0 && log->records == 0 && lines.since_boot > 0)
        status =
            bh_fail(err, BH_ERROR_INPUT,
                    "%s: found times since the boot alone; expected what `dmesg -T` or `journalctl -k` prints", name);
    if (status == 0 && lines.events_count > 0) {
        qsort(lines.events, lines.events_count, sizeof *lines.events, by_node_and_time);
        add_failures(&lines, reading->window_s);
        note(&lines, reading->window_s);
    }
    free(guest);
    free(lines.hosts);
    free(lines.events);
    return status;
}
