/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What becomes of one silent error in a job that nothing else disturbs: which verification finds it and when, to which
 * checkpoint the job goes back, and how many ranks it has tainted by then. */
#pragma once

#include "models/silent/taint.h"
#include "models/words/checkpoint_levels.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a job goes back to: a checkpoint that is older than the error. */
enum bh_return {
    BH_RETURN_NEWEST,    /* the newest checkpoint there is, of any level */
    BH_RETURN_OLDER,     /* an older one of a level before storage */
    BH_RETURN_STORAGE,   /* one on storage, since all kept nearer are tainted */
    BH_RETURN_BEGINNING, /* none kept is older than the error */
    BH_RETURNS,
};

/* A level of checkpoints. */
struct bh_course_level {
    double write_s; /* to write one */
    uint64_t every; /* n: every n-th checkpoint goes here; 0: none does */
    uint64_t keep;  /* newest complete checkpoints that are kept, at least 1 */
};

/* Times are wall-clock seconds; work is counted in wall-clock seconds of useful computing. The job computes, and after
 * each `interval_s` of work writes a checkpoint: every n-th to each level, one after the other. None is written at the
 * end of the work. A verification at the same place as a checkpoint comes before it. */
struct bh_silent_course {
    double work_s;
    double interval_s; /* INFINITY: no checkpoints */
    struct bh_course_level level[BH_LEVELS];
    double verify_every_s; /* of work; INFINITY: never; the checkpoint interval: before each checkpoint */
    bool verifies_at_end;  /* one at the end of the work too; the job ends when its verdict is known */
    double verify_s;       /* the computing waits for it */
    double latency_s;      /* until its verdict is known; meanwhile the job goes on */
    double recall;         /* P(it finds a silent error that is there), independent from one to the next */
    double step_s;         /* of work, for taint */
    struct bh_taint taint;
};

/* Shares and means. `found` and what follows hold for errors that were found before the job ended; without any they are
 * NaN. Errors are those of the means and shares, 0 in the exact answer. */
struct bh_silent_outcome {
    double found;
    double corrupted;                /* the rest: still there when the job ended, silent data corruption */
    double delay_s;                  /* from silent to the verdict */
    double delay_half_s, delay_95_s; /* quantiles */
    double back[BH_RETURNS];         /* sums to 1 */
    double lost_work_s;              /* from the state that it goes back to, to the verdict */
    double ranks;                    /* tainted at the verdict */
    uint64_t trials;                 /* 0: exact */
    double delay_error_s, lost_work_error_s, ranks_error; /* standard errors of the means */
};
