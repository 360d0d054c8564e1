/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Slurm's tables: events of nodes, and jobs with what ended them. */
#include "models/sites/parts.h"

#include "models/base/error.h"
#include "models/document/csv.h"
#include "models/logs/columns.h"
#include "models/logs/failure_log.h"
#include "models/logs/log_clock.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZES = 24 };

enum bh_slurm_form bh_site_slurm_form(const char *text, size_t length)
{
    char line[512];
    size_t first = 0;
    while (first < length && isspace((unsigned char)text[first]))
        first++;
    size_t end = first;
    while (end < length && text[end] != '\n' && text[end] != '\0' && end - first + 1 < sizeof line) {
        line[end - first] = (char)tolower((unsigned char)text[end]);
        end++;
    }
    line[end - first] = '\0';
    if (strchr(line, '|') == NULL || strstr(line, "state") == NULL)
        return BH_SLURM_NONE;
    if (strstr(line, "nodename|") != NULL && (strstr(line, "timestart") != NULL || strstr(line, "|start") != NULL))
        return BH_SLURM_EVENTS;
    return strstr(line, "jobid") != NULL && strstr(line, "start") != NULL && strstr(line, "end") != NULL
               ? BH_SLURM_JOBS
               : BH_SLURM_NONE;
}

/* A table and its columns; SIZE_MAX: none. */
struct slurm {
    const struct bh_csv *csv;
    struct bh_failure_log *log;
    struct bh_log_clock clock;
    size_t cluster, node, start, end, state, reason, job, nodes, elapsed;
};

static const char *cell(const struct slurm *slurm, size_t row, size_t column)
{
    return column != SIZE_MAX ? bh_csv_cell(slurm->csv, row, column) : "";
}

static size_t find(const struct bh_csv *csv, const char *one, const char *other)
{
    size_t column = bh_column_find_folded(csv, one);
    return column != SIZE_MAX ? column : bh_column_find_folded(csv, other);
}

/* Whether a text holds one of the words, in any case. */
static bool holds(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcasestr(text, *words) != NULL)
            return true;
    return false;
}

/* --- Events --------------------------------------------------------------------------------------------------------- */

static const char *const planned_words[] = {"maint",       "reserv",    "upgrade", "update", "install",
                                            "reboot asap", "scheduled", "planned", "test",   "benchmark",
                                            "retire",      "move",      NULL};
static const char *const failed_words[] = {
    "not responding", "unexpected", "crash",    "panic",     "fail",   "error", "ecc",
    "dimm",           "memory",     "gpu",      "xid",       "nvlink", "disk",  "hang",
    "hung",           "dead",       "broken",   "power",     "psu",    "ib ",   "infiniband",
    "link",           "hw",         "hardware", "kill task", "oom",    "lost",  NULL};

/* Turned off to save energy, which Slurm's states tell: DOWN+POWERED_DOWN, POWERING_DOWN. */
static bool is_saving(const char *state, const char *reason)
{
    static const char *const states[] = {"powered_down", "powering_", "power_down", "power_up", "power_save", NULL};
    static const char *const words[] = {"power down", "power up", "power save", "power saving",
                                        "suspend",    "idle",     NULL};
    return holds(state, states) && (holds(reason, words) || !holds(reason, failed_words));
}

/* Down by itself, or taken out for what had broken; a drain that does not say so is no failure. */
static bool is_failure(const char *state, const char *reason)
{
    static const char *const down[] = {"down", "fail", "error", "not_resp", NULL};
    if (is_saving(state, reason))
        return false;
    if (holds(reason, planned_words) && !holds(reason, failed_words))
        return false;
    return holds(state, down) || holds(reason, failed_words);
}

/* Slurm puts who set a reason and when behind it, in brackets; a cause is its first words. */
static uint32_t cause_of(const struct slurm *slurm, const char *reason, const char *state)
{
    char *text = bh_print_text("%.60s", *reason != '\0' ? reason : state);
    size_t length = strcspn(text, "[(:;");
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    for (char *c = text; *c != '\0'; c++)
        *c = isdigit((unsigned char)*c) ? '#' : (char)tolower((unsigned char)*c);
    uint32_t cause = bh_name_list_number(slurm->log->cause_names, text);
    free(text);
    return cause;
}

struct event {
    uint32_t node;
    double start_s, end_s; /* NAN: still so */
    size_t row;
};

static int by_node_and_start(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->start_s != b->start_s)
        return a->start_s < b->start_s ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Rows of a node that follow each other without a pause are one outage: down, then drained for it. It is a failure if one
 * of them is, and its cause is that one's. */
static void add_outages(struct slurm *slurm, struct event *events, size_t count)
{
    uint64_t planned = 0, joined = 0;
    if (count > 0)
        qsort(events, count, sizeof *events, by_node_and_start);
    for (size_t i = 0, end; i < count; i = end) {
        double end_s = events[i].end_s;
        size_t failed = SIZE_MAX;
        for (end = i; end < count && events[end].node == events[i].node &&
                      (end == i || isnan(end_s) || events[end].start_s <= end_s + 1.0);
             end++) {
            const char *state = cell(slurm, events[end].row, slurm->state),
                       *reason = cell(slurm, events[end].row, slurm->reason);
            if (failed == SIZE_MAX && is_failure(state, reason))
                failed = end;
            end_s = end == i || isnan(events[end].end_s) ? events[end].end_s : fmax(end_s, events[end].end_s);
        }
        joined += end - i - 1;
        if (failed == SIZE_MAX) {
            planned++;
            continue;
        }
        size_t row = events[failed].row;
        uint32_t cause = cause_of(slurm, cell(slurm, row, slurm->reason), cell(slurm, row, slurm->state));
        bh_failure_log_set_zone(slurm->log, cause, BH_NO_NAME, 1);
        bh_failure_log_add(slurm->log, (struct bh_failure){events[failed].start_s, end_s - events[failed].start_s,
                                                           events[i].node, cause, BH_NO_NAME, (uint32_t)row + 2});
    }
    if (planned > 0)
        bh_failure_log_note(
            slurm->log, "%" PRIu64 " outages were planned, or drains whose reason names no failure: left out", planned);
    if (joined > 0)
        bh_failure_log_note(slurm->log, "%" PRIu64 " rows prolong the outage of the row before", joined);
}

static int read_events(struct slurm *slurm, struct bh_error *err)
{
    size_t rows = bh_csv_rows(slurm->csv), count = 0;
    uint64_t of_cluster = 0;
    struct event *events = bh_allocate(rows + 1, sizeof *events);
    for (size_t row = 0; row < rows; row++) {
        double start_s, end_s;
        const char *name = cell(slurm, row, slurm->node);
        if (*name == '\0') {
            of_cluster++;
            continue;
        }
        slurm->log->records++;
        if (bh_log_clock_read(&slurm->clock, row, slurm->start, &start_s) != BH_LOG_TEXT_READ) {
            bh_failure_log_remark(slurm->log, BH_LOG_BAD_TIME, (unsigned)row + 2);
            continue;
        }
        struct bh_failure_node *node = bh_failure_log_node(slurm->log, cell(slurm, row, slurm->cluster), name);
        bh_log_clock_read(&slurm->clock, row, slurm->end, &end_s);
        events[count++] = (struct event){(uint32_t)(node - slurm->log->nodes), start_s, end_s, row};
    }
    add_outages(slurm, events, count);
    free(events);
    if (of_cluster > 0)
        bh_failure_log_note(slurm->log, "%" PRIu64 " rows of no node, but of the cluster, were passed over",
                            of_cluster);
    return bh_log_tries_check(&slurm->clock.tries[0], slurm->csv, "a time such as 2026-03-01T10:00:00", err);
}

/* --- Jobs ----------------------------------------------------------------------------------------------------------- */

/* Jobs of so many nodes, from a power of two up to twice that. */
struct size {
    uint64_t jobs, interrupted;
    double node_h;
};

static void note_sizes(const struct slurm *slurm, const struct size *sizes)
{
    for (int s = 0; s < SIZES; s++)
        if (sizes[s].jobs > 0)
            bh_failure_log_note(slurm->log,
                                "jobs of %llu to %llu nodes: %" PRIu64 ", %" PRIu64
                                " interrupted (%.3g %%), %.3g in 1000 node-hours",
                                1ULL << s, (2ULL << s) - 1, sizes[s].jobs, sizes[s].interrupted,
                                100.0 * (double)sizes[s].interrupted / (double)sizes[s].jobs,
                                sizes[s].node_h > 0.0 ? 1e3 * (double)sizes[s].interrupted / sizes[s].node_h : 0.0);
}

static int read_jobs(struct slurm *slurm, struct bh_error *err)
{
    static const char *const interrupted[] = {"NODE_FAIL", "BOOT_FAIL", NULL};
    struct size sizes[SIZES] = {{0}};
    uint64_t steps = 0, unstarted = 0, requeued = 0;
    for (size_t row = 0; row < bh_csv_rows(slurm->csv); row++) {
        double start_s, end_s;
        const char *state = cell(slurm, row, slurm->state);
        if (strchr(cell(slurm, row, slurm->job), '.') != NULL) {
            steps++;
            continue;
        }
        slurm->log->records++;
        if (bh_log_clock_read(&slurm->clock, row, slurm->start, &start_s) != BH_LOG_TEXT_READ) {
            unstarted++;
            continue;
        }
        bool has_ended = bh_log_clock_read(&slurm->clock, row, slurm->end, &end_s) == BH_LOG_TEXT_READ;
        double nodes = fmax(1.0, fmin(atof(cell(slurm, row, slurm->nodes)), 1e6));
        struct size *size = &sizes[(int)fmin(log2(nodes), SIZES - 1)];
        size->jobs++;
        size->node_h += has_ended ? nodes * fmax(0.0, end_s - start_s) / 3600.0 : 0.0;
        requeued += strcasestr(state, "REQUEUED") != NULL;
        if (has_ended && end_s > start_s)
            bh_failure_log_add_job(slurm->log,
                                   (struct bh_log_job){start_s, end_s, (uint64_t)nodes, holds(state, interrupted)});
        if (!holds(state, interrupted) || !has_ended)
            continue;
        size->interrupted++;
        const char *list = cell(slurm, row, slurm->node);
        bool is_one = nodes < 2.0 && strpbrk(list, "[,") == NULL;
        struct bh_failure_node *node =
            bh_failure_log_node(slurm->log, cell(slurm, row, slurm->cluster), is_one ? list : "");
        uint32_t cause =
            bh_name_list_number(slurm->log->cause_names, holds(state, interrupted + 1) ? "BOOT_FAIL" : "NODE_FAIL");
        bh_failure_log_set_zone(slurm->log, cause, BH_NO_NAME, 1);
        bh_failure_log_add(slurm->log, (struct bh_failure){end_s, NAN, (uint32_t)(node - slurm->log->nodes), cause,
                                                           BH_NO_NAME, (uint32_t)row + 2});
    }
    note_sizes(slurm, sizes);
    bh_failure_log_note(slurm->log,
                        "%" PRIu64 " steps, %" PRIu64 " jobs that never began and %" PRIu64
                        " requeued ones among them; what failed is jobs, times between it are those of the "
                        "machine (--clock system)",
                        steps, unstarted, requeued);
    return bh_log_tries_check(&slurm->clock.tries[0], slurm->csv, "a time such as 2026-03-01T10:00:00", err);
}

/* --- Both ----------------------------------------------------------------------------------------------------------- */

int bh_site_read_slurm(struct bh_failure_log *log, const char *text, size_t length, const char *name,
                       const struct bh_log_reading *reading, struct bh_error *err)
{
    struct bh_csv *csv = bh_csv_parse_as(text, length, name, &(struct bh_csv_manner){.is_loose = true}, err);
    if (csv == NULL)
        return -1;
    struct slurm slurm = {csv,
                          log,
                          {0},
                          find(csv, "cluster", "cluster"),
                          find(csv, "nodename", "nodelist"),
                          find(csv, "timestart", "start"),
                          find(csv, "timeend", "end"),
                          find(csv, "state", "state"),
                          find(csv, "reason", "reason"),
                          find(csv, "jobid", "jobidraw"),
                          find(csv, "nnodes", "allocnodes"),
                          find(csv, "elapsed", "elapsedraw")};
    int status = -1;
    struct bh_log_clock_columns columns = {slurm.start, slurm.end, SIZE_MAX, SIZE_MAX, SIZE_MAX, 1.0, BH_YEAR_FIRST};
    if (slurm.start == SIZE_MAX || slurm.state == SIZE_MAX)
        bh_fail_at(err, bh_csv_name_place(csv, 0), "found no column of starts or states; expected those of Slurm");
    else if (bh_log_clock_open(&slurm.clock, csv, log, reading, &columns, err) == 0) {
        bool is_jobs = slurm.job != SIZE_MAX;
        status = is_jobs ? read_jobs(&slurm, err) : read_events(&slurm, err);
        bh_log_clock_close(&slurm.clock);
    }
    bh_csv_destroy(csv);
    return status;
}
