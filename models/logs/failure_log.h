/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A machine's recorded failures: which node failed when, for how long and why, and when each node was watched. */
#pragma once

#include "models/logs/name_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The cause of a failure whose reader finds it out later, and makes the remark if there is none. */
enum { BH_CAUSE_LATER = UINT32_MAX - 1 };

/* One failure of one node. Times are seconds from any origin that all records share, on a clock without time zones. */
struct bh_failure {
    double start_s;
    double down_s; /* NAN: not recorded */
    /* Numbers in the log's lists. Cause and detail (what of it: a processor, a DIMM) may be BH_NO_NAME. */
    uint32_t node, cause, detail;
    uint32_t line; /* in the file */
};

/* A node, and when it was watched: a failure between `from_s` and `to_s` would be in the log. NAN while not known;
 * bh_failure_log_finish puts the first and last record of its system there. */
struct bh_failure_node {
    bool is_unnamed;        /* stands for all records of its system that do not say which node */
    bool is_left_out;       /* by a selection: never there */
    bool is_retired;        /* `to_s` is when it went out of service, by the log's word */
    uint32_t system, class; /* class may be BH_NO_NAME */
    double from_s, to_s;
    double born_s;       /* when it went into service, no later than from_s; NAN: not known */
    size_t first, count; /* its failures */
};

struct bh_failure_system {
    uint64_t nodes_said; /* nodes that it has by the log's own word, 0: it says nothing */
    uint64_t nodes;      /* nodes named in the log */
    uint64_t failures;
    double from_s, to_s; /* over its nodes; first and last record where nothing else is known */
    double born_s;       /* earliest of its nodes, NAN if none is known */
};

/* The error zone that a cause (and detail, or BH_NO_NAME) takes down: 1 the host's kernel and all on it, 2 a VMM process, 3
 * a guest's kernel, 4 a process. */
enum { BH_ERROR_ZONES = 5 };
struct bh_cause_zone {
    uint32_t cause, detail;
    int zone;
};

/* A job that ran, where a log has them. */
struct bh_log_job {
    double start_s, end_s;
    uint64_t nodes;
    bool is_interrupted; /* a node or its boot failed under it */
};

/* What was met on reading that a reader should know. */
enum bh_log_remark {
    BH_LOG_NO_TIME,            /* left out: no start */
    BH_LOG_BAD_TIME,           /* left out: a start that cannot be read */
    BH_LOG_NO_NODE,            /* kept, but in no node's up times */
    BH_LOG_NO_DOWN_TIME,       /* kept, with its down time unknown */
    BH_LOG_BAD_DOWN_TIME,      /* kept, with its down time unknown: it cannot be read */
    BH_LOG_NEGATIVE_DOWN_TIME, /* kept, with its down time unknown */
    BH_LOG_ZERO_DOWN_TIME,     /* kept */
    BH_LOG_NO_CAUSE,           /* kept */
    BH_LOG_OVERLAP,            /* kept: began while the same node was still down */
    BH_LOG_UNSORTED,           /* kept: stood behind a later one */
    BH_LOG_CLOCK_CHANGE,       /* kept: summer time began or ended in that hour */
    BH_LOG_REMARKS
};
extern const char *const bh_log_remark_texts[];

struct bh_failure_log {
    const char *format; /* "FTA event_trace", "CFDR", "CSV" */
    uint64_t records;   /* met, left out or not */
    /* It was kept from when its first node was installed; else that may be long before the log was begun. */
    bool is_kept_from_install;
    uint64_t remarks[BH_LOG_REMARKS];
    unsigned remark_line[BH_LOG_REMARKS];  /* where each was met first */
    char remark_value[BH_LOG_REMARKS][48]; /* what could not be read there; else empty */
    struct bh_name_list *notes; /* how it was read, where that was found out or is doubtful: a sentence each */
    struct bh_name_list *node_names, *system_names, *class_names, *cause_names, *detail_names;
    size_t zones_count, nodes_room, systems_room, failures_room;
    struct bh_cause_zone *zones;   /* of causes whose error zone is known */
    struct bh_failure_node *nodes; /* one per node name */
    size_t systems_count;
    struct bh_failure_system *systems; /* one per system name */
    size_t failures_count;
    struct bh_failure *failures; /* once finished: by node, then by start */
    double first_s, last_s;      /* earliest and latest start */
    size_t jobs_count, jobs_room;
    struct bh_log_job *jobs; /* in the order of the file */
};

struct bh_failure_log *bh_failure_log_create(const char *format);
void bh_failure_log_destroy(struct bh_failure_log *log);

/* The node of a system; two systems may have nodes of the same name. Either name may be empty. */
struct bh_failure_node *bh_failure_log_node(struct bh_failure_log *log, const char *system, const char *node);
void bh_failure_log_add(struct bh_failure_log *log, struct bh_failure failure);
void bh_failure_log_add_job(struct bh_failure_log *log, struct bh_log_job job);
void bh_failure_log_remark(struct bh_failure_log *log, enum bh_log_remark remark, unsigned line);
/* What the first remark of this kind was about. */
void bh_failure_log_remark_value(struct bh_failure_log *log, enum bh_log_remark remark, const char *value);
/* Adds a note, as printf. */
void bh_failure_log_note(struct bh_failure_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Counts anew what failures have been left of nodes and systems. */
void bh_failure_log_count(struct bh_failure_log *log);
/* A node's name without that of its system. */
const char *bh_failure_log_own_name(const struct bh_failure_log *log, uint32_t node);
/* The log's nodes numbered from 0 in the order of their names, numbers in names as numbers: those of a system (BH_NO_NAME:
 * of all) that have a name; BH_NO_NAME for the others. The caller frees. */
uint32_t *bh_failure_log_number_nodes(const struct bh_failure_log *log, uint32_t system);
/* Notes the zone of a cause, and finds that of a failure; 0: it is not known. */
void bh_failure_log_set_zone(struct bh_failure_log *log, uint32_t cause, uint32_t detail, int zone);
int bh_failure_log_zone(const struct bh_failure_log *log, const struct bh_failure *failure);

/* Sorts, counts, finds overlaps, and works out what was watched where the log does not say. */
void bh_failure_log_finish(struct bh_failure_log *log);

/* Per system, how many of its failures start in the same minute as another one of it. The caller frees. */
uint64_t *bh_failure_log_bursts(const struct bh_failure_log *log);
/* All failures by system, then by start; the caller frees. */
struct bh_failure *bh_failure_log_by_system(const struct bh_failure_log *log);
