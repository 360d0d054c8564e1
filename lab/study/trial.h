/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One injection: drawn from its number and the study's seed alone. */
#pragma once

#include "lab/node/snapshot.h"
#include "lab/plugin/marks.h"
#include "lab/study/mutation.h"
#include "lab/study/outcome.h"
#include "lab/study/study_file.h"

/* The run without fault: what it says, and how many instructions each zone executes. */
struct bh_golden {
    struct bh_run run;
    uint64_t instructions, in_zone[BH_LAB_ZONES], exits[BH_LAB_ENCLAVES];
    struct bh_lab_code *codes; /* where faults of software may be; NULL: it was not asked */
    size_t codes_count;
};

/* Runs it, and has it say its code if the study has faults of software; fails where it does not end well, or the plugin refuses this QEMU. */
int bh_golden_run(const struct bh_snapshot *snapshot, const struct bh_lab_study *study, struct bh_golden *golden,
                  struct bh_error *err);
void bh_golden_free(struct bh_golden *golden);

/* Of a bit of memory that is followed: what is done first to its byte once its time has come. */
enum bh_lab_next {
    BH_LAB_NOT_FOLLOWED,
    BH_LAB_READ,
    BH_LAB_EXECUTED,
    BH_LAB_OVERWRITTEN,
    BH_LAB_UNTOUCHED, /* nothing until the machine has said all */
    BH_LAB_NEXTS
};
extern const char *const bh_lab_next_names[]; /* ends with NULL */

struct bh_lab_trial {
    uint64_t number;
    struct bh_lab_cell cell;
    unsigned hit; /* the zone that the fault comes to: the cell's, or the one that uses the bit of memory first */
    enum bh_lab_next next; /* BH_LAB_NOT_FOLLOWED: to be learnt (next_read.h), or there is nothing to follow */
    uint64_t until;        /* instructions from its time to that use */
    uint64_t
        at; /* of the zone's instructions, the one before which it strikes; or of its exits, the one at which it does */
    uint64_t index; /* which register, or field of the control block */
    uint64_t bit;
    uint64_t address; /* in memory, or in QEMU's own code */
    uint64_t after;   /* in QEMU's own process: so many of its instructions after `at` */
    size_t size;      /* of what is planted there; 0: nothing */
    unsigned char planted[BH_MUTATION_BYTES];
};

/* Refuses a zone that executes nothing, or nothing that such a fault could be in. */
int bh_lab_trial_draw(const struct bh_lab_study *study, const struct bh_golden *golden, uint64_t number,
                      struct bh_lab_trial *trial, struct bh_error *err);
/* Instructions after which a run is stopped. */
uint64_t bh_lab_limit(const struct bh_lab_study *study, const struct bh_golden *golden);
/* The plugin's arguments for it; the caller frees. */
char *bh_lab_trial_arguments(const struct bh_lab_trial *trial, const struct bh_lab_study *study,
                             const struct bh_golden *golden);
