/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A system's laws fitted to the first two thirds of its time, and held against the last. */
#pragma once

#include "models/holdout/class_law.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_history;

enum {
    BH_HOLDOUT_LEAST_BEFORE = 40, /* failures (bursts are one) in the first two thirds, for anything to be fitted */
    BH_HOLDOUT_LEAST_AFTER = 10   /* in the last third, for anything to be compared */
};

/* A ratio, and its 95 % interval by block bootstrap. */
struct bh_ratio {
    double value, low, high;
};

/* Why a cell is outside. Each is a factor on what was predicted, and the first that brings the cell inside is taken; drift
 * whose interval holds 1 only if nothing else does. */
enum bh_miss {
    BH_MISS_NONE,      /* it is inside */
    BH_MISS_DRIFT,     /* failures came more or less often than before */
    BH_MISS_UNEQUAL,   /* nodes fail unequally often: some runs nearly always, others never */
    BH_MISS_BOTH,      /* these two together */
    BH_MISS_LAW,       /* the fit does not give back the part that it is from */
    BH_MISS_LAW_DRIFT, /* that, and drift */
    BH_MISS_UNKNOWN,   /* none of these */
    BH_MISSES
};

/* Jobs of one size and length. */
struct bh_cell {
    uint32_t size;
    double length_s;
    double predicted, low, high; /* P(interrupted), and where 95 % of what the last third shows is to lie */
    double observed;             /* in the last third */
    double before;               /* in the part that was fitted: the same count as `observed` */
    double without_spread;       /* predicted, were nodes as unlike as they were before: see BH_MISS_UNEQUAL */
    bool is_inside;
    enum bh_miss miss;
};

struct bh_holdout {
    const struct bh_history *history; /* borrowed */
    double split_s;
    size_t before, after; /* failures, bursts being one */
    const char *reason;   /* why nothing is compared; NULL: it is */
    size_t classes_count;
    struct bh_class_law *law;     /* from the first two thirds, as the history's classes */
    double third_rate[3];         /* failures (bursts are one) per second and node watched */
    struct bh_ratio drift;        /* of the last third to those before */
    struct bh_ratio *class_drift; /* NAN: too few */
    size_t cells_count;
    struct bh_cell *cells;
};

/* Sizes are 1, 4, 16, ... of which at least two runs fit; lengths 1 h to 16 d of which a block of the last third holds three.
 * Left out are cells whose prediction is below 0.1 or above 95 %.
 *
 * Intervals: ln(-ln(1 - P)) of observed and predicted differ by chance of the last third and of the fit. Blocks of time are
 * drawn anew, for both apart; and groups of nodes, for both together, since nodes stay who they are. The wider of the two
 * spreads makes the interval, by Student's t with as many degrees of freedom as blocks less one. What a block does to the
 * fit is Newton's step by its share of the likelihood. Draws are keyed by seed. */
struct bh_holdout *bh_holdout_create(const struct bh_history *history, uint32_t cabinet, uint64_t seed);
void bh_holdout_destroy(struct bh_holdout *holdout);

/* P(a job is interrupted) by the laws. */
double bh_holdout_predict(const struct bh_holdout *holdout, uint32_t size, double length_s);
