/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Chooses the records of a log that are replayed, numbers their nodes, and puts them in order of time. */
#include "models/logs/recorded_faults.h"

#include "models/base/nearest_name.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_time(const void *left, const void *right)
{
    const struct bh_record *a = left, *b = right;
    if (a->at_s != b->at_s)
        return a->at_s < b->at_s ? -1 : 1;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return a->next < b->next ? -1 : 1; /* while sorting: position in the log */
}

static int find_system(const struct bh_failure_log *log, const char *name, uint32_t *system, struct bh_error *err)
{
    *system = BH_NO_NAME;
    if (name == NULL || (*system = bh_name_list_find(log->system_names, name)) != BH_NO_NAME)
        return 0;
    const char **names = bh_allocate(log->systems_count + 1, sizeof *names);
    for (uint32_t s = 0; s < log->systems_count; s++)
        names[s] = bh_name_list_text(log->system_names, s);
    const char *nearest = bh_nearest_name(name, names, log->systems_count);
    free(names);
    return bh_fail(err, BH_ERROR_INPUT, "found the system `%.60s`; expected one of the log's %zu%s%s%s", name,
                   log->systems_count, nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

static double moment_s(const struct bh_log_moment *moment, double begin_s, double otherwise_s)
{
    return !moment->is_given ? otherwise_s : moment->is_offset ? begin_s + moment->s : moment->s;
}

/* When the first node of the systems chosen was installed, where the log was kept from then on; INFINITY: it tells of none. */
static double first_install_s(const struct bh_failure_log *log, uint32_t system)
{
    double first_s = INFINITY;
    for (size_t n = 0; n < bh_name_list_count(log->node_names) && log->is_kept_from_install; n++)
        if (system == BH_NO_NAME || log->nodes[n].system == system)
            first_s = fmin(first_s, log->nodes[n].born_s); /* NAN, where it says nothing, is none */
    return first_s;
}

/* Nodes and window of the systems chosen. A log was kept from its first record to its last, or longer where it says
 * so. */
static int find_frame(struct bh_recorded_faults *recorded, const struct bh_failure_log *log, uint32_t system,
                      const struct bh_recorded_choice *choice, struct bh_error *err)
{
    double begin_s = INFINITY, end_s = -INFINITY;
    uint64_t named = 0;
    for (uint32_t s = 0; s < log->systems_count; s++) {
        const struct bh_failure_system *one = &log->systems[s];
        if (system != BH_NO_NAME && s != system)
            continue;
        begin_s = fmin(begin_s, one->from_s);
        end_s = fmax(end_s, one->to_s);
        named += one->nodes;
        recorded->nodes += one->nodes_said > one->nodes ? one->nodes_said : one->nodes;
    }
    begin_s = fmin(begin_s, first_install_s(log, system));
    if (choice->nodes > 0 && choice->nodes < named)
        return bh_fail(err, BH_ERROR_INPUT, "found %llu nodes; expected at least the %llu that the log names",
                       (unsigned long long)choice->nodes, (unsigned long long)named);
    recorded->nodes = choice->nodes > 0 ? choice->nodes : recorded->nodes;
    recorded->named_nodes = (uint32_t)named;
    recorded->from_s = moment_s(&choice->begin, begin_s, begin_s);
    recorded->length_s = moment_s(&choice->until, begin_s, end_s) - recorded->from_s;
    if (!(recorded->length_s > 0.0))
        return bh_fail(err, BH_ERROR_INPUT,
                       "found a log of %g s, cut to what lies between its `begin` and `until`; expected more than 0 s",
                       end_s - begin_s);
    return 0;
}

static void take_records(struct bh_recorded_faults *recorded, const struct bh_failure_log *log, uint32_t system)
{
    uint32_t *number = bh_failure_log_number_nodes(log, system);
    recorded->record = bh_allocate(log->failures_count + 1, sizeof *recorded->record);
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        double at_s = failure->start_s - recorded->from_s;
        if (system != BH_NO_NAME && log->nodes[failure->node].system != system)
            recorded->elsewhere++;
        else if (number[failure->node] == BH_NO_NAME)
            recorded->nowhere++;
        else if (!(at_s >= 0.0 && at_s <= recorded->length_s))
            recorded->outside++;
        else {
            size_t position = recorded->count++;
            recorded->record[position] = (struct bh_record){at_s,           failure->down_s, number[failure->node],
                                                            failure->cause, failure->detail, (uint32_t)position};
        }
    }
    free(number);
}

/* From the last record to the first, twice round: what comes next on a node is known before it is asked for. */
static void link_nodes(struct bh_recorded_faults *recorded)
{
    uint32_t *next = bh_allocate(recorded->named_nodes + 1, sizeof *next);
    for (int round = 0; round < 2; round++)
        for (size_t i = recorded->count; i-- > 0;) {
            recorded->record[i].next = next[recorded->record[i].node];
            next[recorded->record[i].node] = (uint32_t)i;
        }
    free(next);
}

struct bh_recorded_faults *bh_recorded_faults_create(struct bh_failure_log *log,
                                                     const struct bh_recorded_choice *choice, struct bh_error *err)
{
    struct bh_recorded_faults *recorded = bh_allocate(1, sizeof *recorded);
    uint32_t system;
    int status = find_system(log, choice->system, &system, err);
    recorded->format = log->format;
    recorded->met = log->records;
    memcpy(recorded->remarks, log->remarks, sizeof recorded->remarks);
    recorded->notes = log->notes;
    log->notes = NULL;
    memcpy(recorded->remark_line, log->remark_line, sizeof recorded->remark_line);
    if (status == 0)
        status = find_frame(recorded, log, system, choice, err);
    if (status == 0)
        take_records(recorded, log, system);
    if (status == 0 && recorded->count == 0)
        status = bh_fail(err, BH_ERROR_INPUT,
                         "found no record to replay; expected one that says its node and lies within the window");
    if (status == 0) {
        recorded->record = bh_reallocate(recorded->record, recorded->count, sizeof *recorded->record);
        qsort(recorded->record, recorded->count, sizeof *recorded->record, by_time);
        link_nodes(recorded);
        recorded->cause_names = log->cause_names;
        recorded->detail_names = log->detail_names;
        log->cause_names = log->detail_names = NULL;
    }
    bh_failure_log_destroy(log);
    if (status == 0)
        return recorded;
    bh_recorded_faults_destroy(recorded);
    return NULL;
}

void bh_recorded_faults_destroy(struct bh_recorded_faults *recorded)
{
    if (recorded == NULL)
        return;
    bh_name_list_destroy(recorded->cause_names);
    bh_name_list_destroy(recorded->detail_names);
    bh_name_list_destroy(recorded->notes);
    free(recorded->record);
    free(recorded);
}
