/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the tests of replay share: a log, and classes of faults that replay it. */
#pragma once

#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/document/document_read.h"
#include "models/logs/formats.h"
#include "tests/support/helper.h"

#include "models/document/document.h"
#include "models/faults/arrivals.h"
#include "models/faults/replay.h"

#include <string.h>

enum { SEED = 11, CLASSES_MOST = 3 };

static inline struct bh_recorded_faults *record(const char *text, struct bh_recorded_choice choice)
{
    struct bh_error err = {0};
    struct bh_failure_log *log = bh_failure_log_parse(text, strlen(text), "log", NULL, &err);
    struct bh_recorded_faults *recorded = log != NULL ? bh_recorded_faults_create(log, &choice, &err) : NULL;
    if (recorded == NULL)
        fail_msg("%s", err.text);
    return recorded;
}

struct play {
    struct bh_fault_class classes[CLASSES_MOST];
    struct bh_document *causes[CLASSES_MOST];
    struct bh_catalog catalog;
    struct bh_replay *replay;
    struct bh_fault_stream streams[CLASSES_MOST];
};

/* Classes that lose nodes, each with its list of causes ("[a, b]"), NULL for all the rest. */
static inline struct play *begin(const struct bh_recorded_faults *recorded, struct bh_replay_manner manner,
                                 const char *const *causes, size_t count, struct bh_error *err)
{
    static const char *const names[] = {"first", "second", "third"};
    struct play *play = bh_allocate(1, sizeof *play);
    play->catalog.faults = play->classes;
    play->catalog.faults_count = count;
    for (size_t c = 0; c < count; c++) {
        struct bh_fault_class *class = &play->classes[c];
        *class = (struct bh_fault_class){.name = names[c], .landing = BH_LANDING_NODE, .mend = BH_MEND_REPAIR};
        class->recorded.is_given = true;
        if (causes[c] == NULL)
            continue;
        play->causes[c] = bh_document_parse(causes[c], strlen(causes[c]), "causes", err);
        class->recorded.causes = bh_document_root(play->causes[c]);
    }
    play->replay = bh_replay_create(recorded, manner, &play->catalog, (struct bh_place){.file = "here"}, err);
    for (size_t c = 0; c < count && play->replay != NULL; c++)
        play->streams[c] = bh_fault_stream_of(&play->classes[c], manner.machine_nodes);
    return play;
}

static inline struct play *play_all(const struct bh_recorded_faults *recorded, struct bh_replay_manner manner)
{
    struct bh_error err = {0};
    const char *const all[] = {NULL};
    struct play *play = begin(recorded, manner, all, 1, &err);
    if (play->replay == NULL)
        fail_msg("%s", err.text);
    return play;
}

static inline void end(struct play *play)
{
    for (size_t c = 0; c < CLASSES_MOST; c++)
        bh_document_destroy(play->causes[c]);
    bh_replay_destroy(play->replay);
    free(play);
}

/* Times, names, causes and down times as they come: out of order, missing, of one moment. */
static const char by_hand[] = "time,node,class,downtime\n"
                              "100,n2,hardware,5\n" /* first: time 0 */
                              "130,n10,software,\n"
                              "130,n2,power,8\n"
                              "130,n10,power,9\n"
                              "120,n1,hardware,0\n"
                              ",n1,hardware,1\n"
                              "150,,hardware,3\n"
                              "200,n1,software,7\n";

struct strike {
    double time_s;
    uint64_t node;
    double down_s; /* NAN */
};
