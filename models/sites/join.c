/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Joins logs node by node, and finds failures that several of them have. */
#include "models/sites/join.h"

#include "models/base/error.h"
#include "models/logs/failure_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The system that any log puts a node of this name into; "" if none does. */
struct where {
    struct bh_name_list *own;
    const char **system;
    size_t room;
};

static void learn(struct where *where, const struct bh_failure_log *log)
{
    for (uint32_t n = 0; n < bh_name_list_count(log->node_names); n++) {
        const char *system = bh_name_list_text(log->system_names, log->nodes[n].system);
        if (log->nodes[n].is_unnamed || strcmp(system, "-") == 0)
            continue;
        uint32_t number = bh_name_list_number(where->own, bh_failure_log_own_name(log, n));
        if (number >= where->room) {
            size_t before = where->room;
            where->room = 2 * before + 256;
            where->system = bh_reallocate(where->system, where->room, sizeof *where->system);
            memset(where->system + before, 0, (where->room - before) * sizeof *where->system);
        }
        if (where->system[number] == NULL)
            where->system[number] = system;
    }
}

static double least(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : fmin(a, b);
}

static double most(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : fmax(a, b);
}

static void add_log(struct bh_failure_log *to, const struct bh_failure_log *from, const struct where *where,
                    unsigned number)
{
    uint32_t nodes = (uint32_t)bh_name_list_count(from->node_names);
    uint32_t *there = bh_allocate((size_t)nodes + 1, sizeof *there);
    for (uint32_t n = 0; n < nodes; n++) {
        const struct bh_failure_node *node = &from->nodes[n];
        const char *own = bh_failure_log_own_name(from, n),
                   *system = bh_name_list_text(from->system_names, node->system);
        if (strcmp(system, "-") == 0) {
            uint32_t known = node->is_unnamed ? BH_NO_NAME : bh_name_list_find(where->own, own);
            system = known != BH_NO_NAME ? where->system[known] : "";
        }
        struct bh_failure_node *one = bh_failure_log_node(to, system, node->is_unnamed ? "" : own);
        there[n] = (uint32_t)(one - to->nodes);
        one->from_s = least(one->from_s, node->from_s);
        one->to_s = most(one->to_s, node->to_s);
        one->born_s = least(one->born_s, node->born_s);
        if (node->class != BH_NO_NAME && one->class == BH_NO_NAME)
            one->class = bh_name_list_number(to->class_names, bh_name_list_text(from->class_names, node->class));
        struct bh_failure_system *of = &to->systems[one->system];
        const struct bh_failure_system *said = &from->systems[node->system];
        of->nodes_said = of->nodes_said > said->nodes_said ? of->nodes_said : said->nodes_said;
    }
    for (size_t i = 0; i < from->failures_count; i++) {
        struct bh_failure failure = from->failures[i];
        int zone = bh_failure_log_zone(from, &failure);
        failure.node = there[failure.node];
        failure.cause = bh_name_list_number(to->cause_names, bh_name_list_text(from->cause_names, failure.cause));
        failure.detail = bh_name_list_number(to->detail_names, bh_name_list_text(from->detail_names, failure.detail));
        failure.line = number; /* whose it is, until they are joined */
        if (zone > 0)
            bh_failure_log_set_zone(to, failure.cause, failure.detail, zone);
        bh_failure_log_add(to, failure);
    }
    for (size_t j = 0; j < from->jobs_count; j++)
        bh_failure_log_add_job(to, from->jobs[j]);
    to->records += from->records;
    free(there);
}

/* Of failures of a node that two logs have, one is kept, in its place. */
static size_t drop_doubles(struct bh_failure_log *log, double window_s)
{
    size_t kept = 0, dropped = 0;
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *one = &log->failures[i];
        struct bh_failure *last = kept > 0 ? &log->failures[kept - 1] : NULL;
        double end_s = last != NULL ? last->start_s + fmax(window_s, isnan(last->down_s) ? 0.0 : last->down_s) : 0.0;
        if (last == NULL || last->node != one->node || last->line == one->line || log->nodes[one->node].is_unnamed ||
            one->start_s > end_s) {
            log->failures[kept++] = *one;
            continue;
        }
        bool takes_over = one->cause != BH_NO_NAME && (one->line < last->line || last->cause == BH_NO_NAME);
        if (takes_over) {
            last->cause = one->cause;
            last->detail = one->detail;
        }
        if (!isnan(one->down_s))
            last->down_s = fmax(isnan(last->down_s) ? 0.0 : last->down_s, one->start_s + one->down_s - last->start_s);
        last->line = takes_over ? one->line : last->line;
        dropped++;
    }
    log->failures_count = kept;
    return dropped;
}

struct bh_failure_log *bh_failure_logs_join(struct bh_failure_log *const *logs, size_t count, double window_s)
{
    struct bh_failure_log *log = bh_failure_log_create(count == 1 ? logs[0]->format : "several logs");
    struct where where = {bh_name_list_create(), NULL, 0};
    for (size_t l = 0; l < count; l++)
        learn(&where, logs[l]);
    for (size_t l = 0; l < count; l++)
        add_log(log, logs[l], &where, (unsigned)l);
    bh_failure_log_finish(log);
    size_t dropped = drop_doubles(log, window_s);
    bh_failure_log_count(log);
    if (dropped > 0)
        bh_failure_log_note(
            log,
            "%zu failures stand in several of the logs, within %g min or while the node was down: each is counted once",
            dropped, window_s / 60.0);
    bh_name_list_destroy(where.own);
    free(where.system);
    return log;
}
