/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A failure log made ready to be replayed: what failed when, in order of time, on nodes that are numbered. */
#pragma once

#include "models/base/error.h"
#include "models/logs/failure_log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One record. The window of time is a circle for those that replay it beyond its end. */
struct bh_record {
    double at_s;   /* from the beginning of the window */
    double down_s; /* NAN: not recorded */
    uint32_t node; /* number among the recorded nodes */
    uint32_t cause, detail;
    uint32_t next; /* record of the same node, round the circle: its own number if it has but one */
};

/* A moment of the log: by its own clock, or so long after its beginning. */
struct bh_log_moment {
    bool is_given, is_offset;
    double s;
};

/* What of a log is replayed. */
struct bh_recorded_choice {
    const char *system;                /* its records alone; NULL: all */
    struct bh_log_moment begin, until; /* not given: as long as the log was kept */
    uint64_t nodes;                    /* that the recorded machine had, failed or not; 0: what the log knows */
};

struct bh_recorded_faults {
    /* As met on reading: see struct bh_failure_log. */
    const char *format;
    uint64_t met, remarks[BH_LOG_REMARKS];
    unsigned remark_line[BH_LOG_REMARKS];
    struct bh_name_list *notes;
    /* Of these left out of the replay: of other systems, outside the window, on a node that is not said. */
    uint64_t elsewhere, outside, nowhere;
    double from_s, length_s; /* the window, by the log's clock; longer than 0 */
    uint64_t nodes;          /* the recorded machine's */
    uint32_t named_nodes;    /* of these, the ones that the log names, numbered from 0 in the order of their names */
    size_t count;
    struct bh_record *record; /* in order of time, then of nodes; at least one */
    struct bh_name_list *cause_names, *detail_names;
};

/* Takes over the log, also on failure: a system that it has not, a window without records, fewer nodes than it names.
 * Messages have no place. */
struct bh_recorded_faults *bh_recorded_faults_create(struct bh_failure_log *log,
                                                     const struct bh_recorded_choice *choice, struct bh_error *err);
void bh_recorded_faults_destroy(struct bh_recorded_faults *recorded);

/* How long record `to` comes after record `from`, round the circle; the whole window after itself. */
static inline double bh_recorded_gap_s(const struct bh_recorded_faults *recorded, size_t from, size_t to)
{
    double gap_s = recorded->record[to].at_s - recorded->record[from].at_s;
    return to > from ? gap_s : gap_s + recorded->length_s;
}
