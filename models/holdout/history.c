/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Orders the nodes and failures of a system, finds bursts, and gives causes their classes. */
#include "models/holdout/history.h"

#include "models/base/error.h"
#include "models/logs/failure_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Nodes and failures --------------------------------------------------------------------------------------------- */

static int by_time(const void *left, const void *right)
{
    const struct bh_outage *a = left, *b = right;
    if (a->at_s != b->at_s)
        return a->at_s < b->at_s ? -1 : 1;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return (a->cause > b->cause) - (a->cause < b->cause);
}

/* Numbers of the log's nodes here; BH_NO_NAME: of another system. The caller frees. */
static uint32_t *take_nodes(struct bh_history *history, const struct bh_failure_log *log, uint32_t system)
{
    size_t all = bh_name_list_count(log->node_names), named = 0;
    const struct bh_failure_system *of = &log->systems[system];
    uint32_t *number = bh_failure_log_number_nodes(log, system);
    for (size_t n = 0; n < all; n++)
        named += number[n] != BH_NO_NAME;
    uint64_t silent = of->nodes_said > of->nodes ? of->nodes_said - of->nodes : 0;
    history->nodes = (uint32_t)(named + (silent < BH_HISTORY_NODES_MOST ? silent : BH_HISTORY_NODES_MOST));
    history->watch = bh_allocate((size_t)history->nodes + 1, sizeof *history->watch);
    for (size_t n = named; n < history->nodes; n++)
        history->watch[n] = (struct bh_watch){NULL, of->from_s, of->to_s, of->born_s};
    for (uint32_t n = 0; n < all; n++)
        if (number[n] != BH_NO_NAME)
            history->watch[number[n]] = (struct bh_watch){bh_failure_log_own_name(log, n), log->nodes[n].from_s,
                                                          log->nodes[n].to_s, log->nodes[n].born_s};
    return number;
}

static void take_failures(struct bh_history *history, const struct bh_failure_log *log, const uint32_t *number)
{
    history->outage = bh_allocate(log->failures_count + 1, sizeof *history->outage);
    history->from_s = INFINITY;
    history->to_s = -INFINITY;
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        if (number[failure->node] == BH_NO_NAME)
            continue;
        bool has_down = failure->down_s >= 0.0;
        history->outage[history->count++] =
            (struct bh_outage){.at_s = failure->start_s,
                               .up_s = failure->start_s + (has_down ? failure->down_s : 0.0),
                               .node = number[failure->node],
                               .cause = failure->cause,
                               .has_down = has_down};
        history->from_s = fmin(history->from_s, failure->start_s);
    }
    qsort(history->outage, history->count, sizeof *history->outage, by_time);
    for (uint32_t n = 0; n < history->nodes; n++)
        history->to_s = fmax(history->to_s, history->watch[n].to_s);
}

/* --- Classes -------------------------------------------------------------------------------------------------------- */

static int by_failures(const void *left, const void *right)
{
    const struct bh_history_class *a = left, *b = right;
    if (a->failures != b->failures)
        return a->failures > b->failures ? -1 : 1;
    return (a->cause > b->cause) - (a->cause < b->cause);
}

/* The zone that all failures of a class have, else 0. */
static void find_zones(struct bh_history *history, const struct bh_failure_log *log, uint32_t system)
{
    bool *has_one = bh_allocate(history->classes_count + 1, sizeof *has_one);
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        for (size_t c = 0; c < history->classes_count && log->nodes[failure->node].system == system; c++) {
            struct bh_history_class *class = &history->classes[c];
            if (class->cause != failure->cause || class->cause == BH_NO_NAME)
                continue;
            int zone = bh_failure_log_zone(log, failure);
            class->zone = !has_one[c] || class->zone == zone ? zone : 0;
            has_one[c] = true;
        }
    }
    free(has_one);
}

static void make_classes(struct bh_history *history, const struct bh_failure_log *log)
{
    size_t names = bh_name_list_count(log->cause_names), kept = 0, rest = 0;
    double split_s = bh_history_split_s(history);
    struct bh_history_class *all = bh_allocate(names + 2, sizeof *all);
    for (uint32_t c = 0; c < names; c++)
        all[c] = (struct bh_history_class){.name = bh_name_list_text(log->cause_names, c), .cause = c};
    for (size_t i = 0; i < history->count && history->outage[i].at_s < split_s; i++)
        if (history->outage[i].cause < names)
            all[history->outage[i].cause].failures++;
    qsort(all, names, sizeof *all, by_failures);
    while (kept < names && kept < BH_CLASSES_MOST && all[kept].failures >= BH_CLASS_LEAST)
        kept++;
    uint32_t *class_of = bh_allocate(names + 1, sizeof *class_of);
    for (size_t c = 0; c < names; c++)
        class_of[all[c].cause] = (uint32_t)(c < kept ? c : kept);
    for (size_t i = 0; i < history->count; i++) {
        struct bh_outage *outage = &history->outage[i];
        outage->class = outage->cause < names ? class_of[outage->cause] : (uint32_t)kept;
        rest += outage->class == kept;
    }
    if (rest > 0)
        all[kept] = (struct bh_history_class){.name = kept > 0 ? "other" : "all", .cause = BH_NO_NAME};
    history->classes = all;
    history->classes_count = kept + (rest > 0);
    free(class_of);
}

static void find_bursts(struct bh_history *history, double together_s)
{
    double *first_s = bh_allocate(history->classes_count + 1, sizeof *first_s);
    for (size_t c = 0; c < history->classes_count; c++)
        first_s[c] = -INFINITY;
    for (size_t i = 0; i < history->count; i++) {
        struct bh_outage *outage = &history->outage[i];
        outage->is_first = outage->at_s - first_s[outage->class] > together_s;
        if (outage->is_first)
            first_s[outage->class] = outage->at_s;
    }
    free(first_s);
}

struct bh_history *bh_history_create(const struct bh_failure_log *log, uint32_t system, double together_s)
{
    struct bh_history *history = bh_allocate(1, sizeof *history);
    uint32_t *number = take_nodes(history, log, system);
    take_failures(history, log, number);
    make_classes(history, log);
    find_zones(history, log, system);
    find_bursts(history, together_s);
    free(number);
    return history;
}

struct bh_history *bh_history_of(uint32_t nodes, double from_s, double to_s, struct bh_outage *outage, size_t count)
{
    struct bh_history *history = bh_allocate(1, sizeof *history);
    *history = (struct bh_history){.from_s = from_s, .to_s = to_s, .nodes = nodes, .outage = outage, .count = count};
    history->watch = bh_allocate((size_t)nodes + 1, sizeof *history->watch);
    for (uint32_t n = 0; n < nodes; n++)
        history->watch[n] = (struct bh_watch){NULL, from_s, to_s, NAN};
    if (count > 0)
        qsort(outage, count, sizeof *outage, by_time);
    return history;
}

void bh_history_destroy(struct bh_history *history)
{
    if (history == NULL)
        return;
    free(history->watch);
    free(history->outage);
    free(history->classes);
    free(history);
}

/* --- Questions ------------------------------------------------------------------------------------------------------ */

double bh_history_split_s(const struct bh_history *history)
{
    return history->from_s + 2.0 / 3.0 * (history->to_s - history->from_s);
}

double bh_history_watched_s(const struct bh_history *history, double from_s, double to_s)
{
    double sum_s = 0.0;
    for (uint32_t n = 0; n < history->nodes; n++)
        sum_s += fmax(0.0, fmin(to_s, history->watch[n].to_s) - fmax(from_s, history->watch[n].from_s));
    return sum_s;
}

size_t bh_history_runs(const struct bh_history *history, uint32_t size, size_t **first, uint32_t **order)
{
    size_t runs = history->nodes / size;
    *first = bh_allocate(runs + 2, sizeof **first);
    *order = bh_allocate(history->count + 1, sizeof **order);
    size_t *next = *first + 1;
    for (size_t i = 0; i < history->count; i++)
        if (history->outage[i].node / size < runs)
            next[history->outage[i].node / size]++;
    for (size_t r = 0; r < runs; r++)
        next[r] += (*first)[r];
    size_t *at = bh_allocate(runs + 1, sizeof *at);
    memcpy(at, *first, runs * sizeof *at);
    for (size_t i = 0; i < history->count; i++)
        if (history->outage[i].node / size < runs)
            (*order)[at[history->outage[i].node / size]++] = (uint32_t)i;
    free(at);
    return runs;
}
