/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What one system of a log lived through: its nodes beside each other, its failures in order of time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_failure_log;

enum {
    BH_HISTORY_NODES_MOST = 1000000,
    BH_CLASS_LEAST = 20, /* failures of a cause before the last third that make a class of its own */
    BH_CLASSES_MOST = 10
};

struct bh_outage {
    double at_s, up_s; /* up_s = at_s: nothing says for how long */
    uint32_t node, class, cause;
    bool has_down;
    bool is_first; /* the first of a burst, or alone; others came with it */
};

/* A node: when it was watched, and since when it had run; NAN: nobody knows. */
struct bh_watch {
    const char *name; /* borrowed from the log, without the system's; NULL: the log knows but that it is there */
    double from_s, to_s, born_s;
};

/* Failures of one cause, or of all that are too rare for one. */
struct bh_history_class {
    const char *name; /* borrowed; "other" for the rest */
    uint32_t cause;   /* BH_NO_NAME for the rest */
    int zone;         /* 1 to 4; 0: the log does not say, or it differs */
    size_t failures;  /* before the last third; 0: of the rest */
};

struct bh_history {
    double from_s, to_s; /* first failure, and as long as anything was watched */
    uint32_t nodes;
    struct bh_watch *watch; /* in the order of their names, numbers in names as numbers */
    size_t count;
    struct bh_outage *outage; /* by time, then by node */
    size_t classes_count;
    struct bh_history_class *classes;
};

/* Of system number `system`; failures without a node are no part of it. Failures of one cause that begin within `together_s` of the first of
 * them are a burst. Causes with BH_CLASS_LEAST failures before two thirds of the time are classes, the most frequent
 * first. The log must outlive it. */
struct bh_history *bh_history_create(const struct bh_failure_log *log, uint32_t system, double together_s);
/* Of nodes that were watched throughout, with outages (taken over) in any order, of class 0. */
struct bh_history *bh_history_of(uint32_t nodes, double from_s, double to_s, struct bh_outage *outage, size_t count);
void bh_history_destroy(struct bh_history *history);

/* Where the last third begins. */
double bh_history_split_s(const struct bh_history *history);
/* Seconds in which nodes were watched between two moments, over all nodes. */
double bh_history_watched_s(const struct bh_history *history, double from_s, double to_s);

/* Outages of each run of `size` neighbours, in order of time: those of run r stand from first[r] to first[r + 1]. Nodes
 * behind the last whole run are left out. The caller frees both. */
size_t bh_history_runs(const struct bh_history *history, uint32_t size, size_t **first, uint32_t **order);
