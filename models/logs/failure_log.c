/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Collects the records of a failure log and puts them in order. */
#include "models/logs/failure_log.h"

#include "models/base/error.h"
#include "models/base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bh_log_remark_texts[] = {
    "left out: no time",
    "left out: time cannot be read",
    "without a node: in no node's up times",
    "without a down time",
    "with a down time that cannot be read, taken as not recorded",
    "with a negative down time, taken as not recorded",
    "with a down time of 0",
    "without a cause",
    "began while the same node was still down",
    "stood behind a later one",
    "in an hour that the clock repeats or skips when summer time changes",
};

/* --- The log ------------------------------------------------------------------------------------------------------- */

struct bh_failure_log *bh_failure_log_create(const char *format)
{
    struct bh_failure_log *log = bh_allocate(1, sizeof *log);
    log->format = format;
    log->node_names = bh_name_list_create();
    log->system_names = bh_name_list_create();
    log->class_names = bh_name_list_create();
    log->cause_names = bh_name_list_create();
    log->detail_names = bh_name_list_create();
    log->notes = bh_name_list_create();
    return log;
}

void bh_failure_log_destroy(struct bh_failure_log *log)
{
    if (log == NULL)
        return;
    bh_name_list_destroy(log->node_names);
    bh_name_list_destroy(log->system_names);
    bh_name_list_destroy(log->class_names);
    bh_name_list_destroy(log->cause_names);
    bh_name_list_destroy(log->detail_names);
    bh_name_list_destroy(log->notes);
    free(log->zones);
    free(log->nodes);
    free(log->systems);
    free(log->failures);
    free(log->jobs);
    free(log);
}

static uint32_t system_number(struct bh_failure_log *log, const char *name)
{
    uint32_t number = bh_name_list_number(log->system_names, *name != '\0' ? name : "-");
    if (number < log->systems_count)
        return number;
    if (log->systems_count == log->systems_room) {
        log->systems_room = 2 * log->systems_room + 8;
        log->systems = bh_reallocate(log->systems, log->systems_room, sizeof *log->systems);
    }
    log->systems[log->systems_count++] =
        (struct bh_failure_system){.from_s = INFINITY, .to_s = -INFINITY, .born_s = NAN};
    return number;
}

struct bh_failure_node *bh_failure_log_node(struct bh_failure_log *log, const char *system, const char *node)
{
    uint32_t of = system_number(log, system);
    bool is_unnamed = *node == '\0';
    node = is_unnamed ? "?" : node;
    char *name = *system != '\0' ? bh_print_text("%s.%s", system, node) : bh_copy_text(node);
    size_t known = bh_name_list_count(log->node_names);
    uint32_t number = bh_name_list_number(log->node_names, name);
    free(name);
    if (number < known)
        return &log->nodes[number];
    if (known == log->nodes_room) {
        log->nodes_room = 2 * log->nodes_room + 64;
        log->nodes = bh_reallocate(log->nodes, log->nodes_room, sizeof *log->nodes);
    }
    log->systems[of].nodes += !is_unnamed;
    log->nodes[number] = (struct bh_failure_node){
        .is_unnamed = is_unnamed, .system = of, .class = BH_NO_NAME, .from_s = NAN, .to_s = NAN, .born_s = NAN};
    return &log->nodes[number];
}

void bh_failure_log_remark(struct bh_failure_log *log, enum bh_log_remark remark, unsigned line)
{
    if (log->remarks[remark]++ == 0)
        log->remark_line[remark] = line;
}

void bh_failure_log_set_zone(struct bh_failure_log *log, uint32_t cause, uint32_t detail, int zone)
{
    for (size_t z = 0; z < log->zones_count; z++)
        if (log->zones[z].cause == cause && log->zones[z].detail == detail)
            return;
    log->zones = bh_reallocate(log->zones, log->zones_count + 1, sizeof *log->zones);
    log->zones[log->zones_count++] = (struct bh_cause_zone){cause, detail, zone};
}

const char *bh_failure_log_own_name(const struct bh_failure_log *log, uint32_t node)
{
    const char *name = bh_name_list_text(log->node_names, node),
               *system = bh_name_list_text(log->system_names, log->nodes[node].system);
    size_t length = strlen(system);
    return strncmp(name, system, length) == 0 && name[length] == '.' ? name + length + 1 : name;
}

struct named_node {
    const char *name;
    uint32_t in_log;
};

static int by_name(const void *left, const void *right)
{
    return strverscmp(((const struct named_node *)left)->name, ((const struct named_node *)right)->name);
}

uint32_t *bh_failure_log_number_nodes(const struct bh_failure_log *log, uint32_t system)
{
    size_t all = bh_name_list_count(log->node_names), count = 0;
    uint32_t *number = bh_allocate(all + 1, sizeof *number);
    struct named_node *named = bh_allocate(all + 1, sizeof *named);
    for (uint32_t n = 0; n < all; n++) {
        number[n] = BH_NO_NAME;
        if (!log->nodes[n].is_unnamed && (system == BH_NO_NAME || log->nodes[n].system == system))
            named[count++] = (struct named_node){bh_name_list_text(log->node_names, n), n};
    }
    if (count > 0)
        qsort(named, count, sizeof *named, by_name);
    for (uint32_t i = 0; i < count; i++)
        number[named[i].in_log] = i;
    free(named);
    return number;
}

int bh_failure_log_zone(const struct bh_failure_log *log, const struct bh_failure *failure)
{
    for (size_t z = 0; z < log->zones_count; z++)
        if (log->zones[z].cause == failure->cause && log->zones[z].detail == failure->detail)
            return log->zones[z].zone;
    return 0;
}

void bh_failure_log_remark_value(struct bh_failure_log *log, enum bh_log_remark remark, const char *value)
{
    if (bh_utf8_is_printable(value))
        snprintf(log->remark_value[remark], sizeof log->remark_value[remark], "%.40s", value);
}

void bh_failure_log_note(struct bh_failure_log *log, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = bh_print_text_v(format, arguments);
    va_end(arguments);
    bh_name_list_number(log->notes, text);
    free(text);
}

void bh_failure_log_add(struct bh_failure_log *log, struct bh_failure failure)
{
    unsigned line = failure.line;
    if (log->nodes[failure.node].is_unnamed)
        bh_failure_log_remark(log, BH_LOG_NO_NODE, line);
    if (failure.down_s < 0.0) {
        bh_failure_log_remark(log, BH_LOG_NEGATIVE_DOWN_TIME, line);
        failure.down_s = NAN;
    } else if (isnan(failure.down_s)) {
        bh_failure_log_remark(log, BH_LOG_NO_DOWN_TIME, line);
    } else if (failure.down_s == 0.0) {
        bh_failure_log_remark(log, BH_LOG_ZERO_DOWN_TIME, line);
    }
    if (failure.cause == BH_NO_NAME)
        bh_failure_log_remark(log, BH_LOG_NO_CAUSE, line);
    if (failure.cause == BH_CAUSE_LATER)
        failure.cause = BH_NO_NAME;
    struct bh_failure_node *node = &log->nodes[failure.node];
    /* While collecting, `first` is the node's newest record. */
    if (node->count > 0 && failure.start_s < log->failures[node->first].start_s)
        bh_failure_log_remark(log, BH_LOG_UNSORTED, line);
    node->first = log->failures_count;
    node->count++;
    if (log->failures_count == log->failures_room) {
        log->failures_room = 2 * log->failures_room + 1024;
        log->failures = bh_reallocate(log->failures, log->failures_room, sizeof *log->failures);
    }
    log->failures[log->failures_count++] = failure;
}

void bh_failure_log_add_job(struct bh_failure_log *log, struct bh_log_job job)
{
    if (log->jobs_count == log->jobs_room) {
        log->jobs_room = 2 * log->jobs_room + 1024;
        log->jobs = bh_reallocate(log->jobs, log->jobs_room, sizeof *log->jobs);
    }
    log->jobs[log->jobs_count++] = job;
}

static int by_node_and_start(const void *left, const void *right)
{
    const struct bh_failure *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->start_s != b->start_s)
        return a->start_s < b->start_s ? -1 : 1;
    double x = isnan(a->down_s) ? -1.0 : a->down_s, y = isnan(b->down_s) ? -1.0 : b->down_s;
    if (x != y)
        return x < y ? -1 : 1;
    return (a->cause > b->cause) - (a->cause < b->cause);
}

static double end_of(const struct bh_failure *failure)
{
    return isnan(failure->down_s) ? failure->start_s : failure->start_s + failure->down_s;
}

void bh_failure_log_count(struct bh_failure_log *log)
{
    for (size_t n = 0; n < bh_name_list_count(log->node_names); n++)
        log->nodes[n].count = 0;
    for (size_t s = 0; s < log->systems_count; s++)
        log->systems[s].failures = 0;
    log->first_s = INFINITY;
    log->last_s = -INFINITY;
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        struct bh_failure_node *node = &log->nodes[failure->node];
        if (node->count++ == 0)
            node->first = i;
        log->systems[node->system].failures++;
        log->first_s = fmin(log->first_s, failure->start_s);
        log->last_s = fmax(log->last_s, failure->start_s);
    }
}

/* What failures say of each other and of their system. */
static void look_at_failures(struct bh_failure_log *log)
{
    double down_until_s = 0.0;
    bh_failure_log_count(log);
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        const struct bh_failure_node *node = &log->nodes[failure->node];
        struct bh_failure_system *system = &log->systems[node->system];
        bool is_first = node->first == i;
        if (!is_first && failure->start_s < down_until_s && !node->is_unnamed)
            bh_failure_log_remark(log, BH_LOG_OVERLAP, failure->line);
        down_until_s = is_first ? end_of(failure) : fmax(down_until_s, end_of(failure));
        system->from_s = fmin(system->from_s, failure->start_s);
        system->to_s = fmax(system->to_s, failure->start_s);
    }
}

/* A node was watched from when it was known to be, else from its system's first record; and no later than its own
 * first record, no less long than to its last. */
static void watch(struct bh_failure_log *log, struct bh_failure_node *node)
{
    const struct bh_failure_system *system = &log->systems[node->system];
    if (isnan(node->from_s))
        node->from_s = isnan(node->born_s) ? system->from_s : fmax(node->born_s, log->first_s);
    if (isnan(node->to_s))
        node->to_s = system->to_s;
    if (isinf(node->to_s)) /* still in service */
        node->to_s = log->last_s;
    for (size_t i = node->first; i < node->first + node->count; i++) {
        if (log->failures[i].start_s < node->from_s) {
            node->from_s = log->failures[i].start_s;
            node->born_s = NAN;
        }
        node->to_s = fmax(node->to_s, log->failures[i].start_s);
    }
}

void bh_failure_log_finish(struct bh_failure_log *log)
{
    if (log->failures_count > 0)
        qsort(log->failures, log->failures_count, sizeof *log->failures, by_node_and_start);
    look_at_failures(log);
    for (size_t n = 0; n < bh_name_list_count(log->node_names); n++)
        watch(log, &log->nodes[n]);
    for (size_t n = 0; n < bh_name_list_count(log->node_names); n++) {
        const struct bh_failure_node *node = &log->nodes[n];
        struct bh_failure_system *system = &log->systems[node->system];
        system->from_s = fmin(system->from_s, node->from_s);
        system->to_s = fmax(system->to_s, node->to_s);
        system->born_s = isnan(system->born_s) ? node->born_s : fmin(system->born_s, node->born_s);
    }
    /* Nodes of which no birth is known may have been there before. */
    for (size_t s = 0; s < log->systems_count; s++)
        if (log->systems[s].born_s > log->systems[s].from_s)
            log->systems[s].born_s = NAN;
}

/* While sorting, `line` holds the system. */
static int by_system_and_start(const void *left, const void *right)
{
    const struct bh_failure *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->start_s < b->start_s ? -1 : a->start_s > b->start_s ? 1 : by_node_and_start(left, right);
}

struct bh_failure *bh_failure_log_by_system(const struct bh_failure_log *log)
{
    struct bh_failure *failures = bh_allocate(log->failures_count + 1, sizeof *failures);
    memcpy(failures, log->failures, log->failures_count * sizeof *failures);
    for (size_t i = 0; i < log->failures_count; i++)
        failures[i].line = log->nodes[failures[i].node].system;
    qsort(failures, log->failures_count, sizeof *failures, by_system_and_start);
    return failures;
}

uint64_t *bh_failure_log_bursts(const struct bh_failure_log *log)
{
    uint64_t *in_bursts = bh_allocate(log->systems_count + 1, sizeof *in_bursts);
    struct bh_failure *failures = bh_failure_log_by_system(log);
    for (size_t i = 0, end; i < log->failures_count; i = end) {
        uint32_t system = failures[i].line;
        double minute = floor(failures[i].start_s / 60.0);
        for (end = i + 1; end < log->failures_count && failures[end].line == system &&
                          floor(failures[end].start_s / 60.0) == minute;)
            end++;
        in_bursts[system] += end - i > 1 ? end - i : 0;
    }
    free(failures);
    return in_bursts;
}
