/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A recorded log replayed on a machine: which of its nodes follows which recorded one, and where in the log it starts. */
#pragma once

#include "models/base/error.h"
#include "models/logs/recorded_faults.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_catalog;

/* Names: as-recorded (node i follows recorded node i, those beyond fail never), copies (the machine is as many copies of
 * the recorded one as it has nodes for, one after the other, the last one cut), resampled (each node follows a recorded
 * one drawn at random). */
enum bh_replay_nodes { BH_REPLAY_AS_RECORDED, BH_REPLAY_COPIES, BH_REPLAY_RESAMPLED };
extern const char *const bh_replay_nodes_names[];

/* Where in the window the work begins. Names: begin (at its beginning), random (at a point drawn per replica), apart (at
 * a point of its own for each copy, or each resampled node); or replica r at r times a period. */
enum bh_replay_start { BH_REPLAY_BEGIN, BH_REPLAY_RANDOM, BH_REPLAY_APART, BH_REPLAY_EVERY };
extern const char *const bh_replay_start_names[]; /* without the last */

struct bh_replay_manner {
    enum bh_replay_nodes nodes;
    enum bh_replay_start start; /* BH_REPLAY_APART: with copies or resampled only, and not with `stops` */
    double every_s;             /* BH_REPLAY_EVERY */
    bool stops;                 /* at the end of the window; else it begins again */
    uint64_t machine_nodes;     /* spares included; copies and as recorded: no fewer than recorded */
};

/* What a class replays. */
struct bh_replay_class {
    struct bh_fault_class *class;
    uint64_t records;
    size_t downs_count; /* records with a down time */
    double *down_s;     /* those of the records that have one */
};

/* The time since the record before, of the same node (resampled) or of any (copies). */
struct bh_replay_gap {
    double gap_s, before_s; /* `before_s`: the sum of all shorter ones */
    uint32_t record;
};

struct bh_replay {
    const struct bh_recorded_faults *recorded; /* borrowed */
    struct bh_replay_manner manner;
    size_t classes_count;
    struct bh_replay_class *classes;
    size_t *by_cause, *by_detail, rest; /* classes by number, BH_NO_CLASS for none */
    uint64_t unclaimed;                 /* records that no class takes */
    struct bh_replay_gap *gaps;         /* BH_REPLAY_APART: of all records, shortest first */
};
#define BH_NO_CLASS SIZE_MAX

/* Gives all classes of the catalog with `arrival: recorded` their records: a record belongs to the class that names its
 * detail, else to the one that names its cause, else to the one that names none; and their rates. Both must live as long
 * as the replay. Fails if there is no such class, if two take the same records, if the log lacks a name, if the down
 * times that a class needs are not recorded, and if the machine is too small: at `place`, or that of the class. */
struct bh_replay *bh_replay_create(const struct bh_recorded_faults *recorded, struct bh_replay_manner manner,
                                   struct bh_catalog *catalog, struct bh_place place, struct bh_error *err);
void bh_replay_destroy(struct bh_replay *replay);

/* The number of the class that takes a record. */
size_t bh_replay_class_of(const struct bh_replay *replay, const struct bh_record *record);
/* One of the down times that records of the class have, by u in (0, 1). */
double bh_replay_other_down_s(const struct bh_replay *replay, size_t number, double u);
/* Copies of the recorded machine, the cut one included. */
uint64_t bh_replay_copies(const struct bh_replay *replay);
