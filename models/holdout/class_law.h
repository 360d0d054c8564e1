/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A fault class fitted to a part of a system's time, and how much each piece of that part says of it. */
#pragma once

#include "models/fit/fit.h"
#include "models/holdout/windows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_history;

enum { BH_LAW_FREE_MOST = 2 * BH_FIT_PHASES_MOST - 1, BH_PIECES = BH_TIME_BLOCKS + BH_NODE_GROUPS };

/* What a class of a history is from one moment to another. Up times are from the end of a node's failure of the class to the
 * next; of a burst only its first failure ends one. A pieces' first BH_TIME_BLOCKS are blocks of time, the others groups of
 * neighbouring nodes. */
struct bh_class_law {
    bool is_fitted; /* false: no failure */
    struct bh_fit up, down;
    bool has_down;           /* else nothing could be fitted to how long */
    const char *passed_over; /* a law that fits better, but whose mean is not that of the log; NULL: none */
    double passed_over_mean_s, time_per_failure_s;
    size_t failures, firsts, bursts, others; /* others: struck in bursts, besides their firsts */
    uint32_t domain;                         /* nodes that a burst may take, its first included */
    double probability, reach;               /* of a burst; for each other node of the domain in it */
    size_t free;
    double influence[BH_PIECES][BH_LAW_FREE_MOST]; /* of a piece on the law's free numbers, by Newton's step */
    double burst_influence[BH_PIECES][2];          /* on probability and reach */
};

/* `domain`: nodes of a cabinet, or 0 for the whole system where bursts do not keep to them. */
void bh_class_law_fit(const struct bh_history *history, uint32_t class, double from_s, double to_s, uint32_t cabinet,
                      struct bh_class_law *law);

/* Cumulative hazard of the first event that takes a node of a run of `size` neighbours, within length_s of a moment of long
 * running: P(none) = exp(-this). A node's clock has residual hazard r; events of the other nodes of its domain count with
 * the probability that they take one of the run:
 *     (size + (domain - size) probability (1 - (1 - reach)^size)) r(length_s)
 * `influence` (NULL, or BH_PIECES numbers): what each piece of the fitted part adds to its logarithm. */
double bh_class_law_hazard(const struct bh_class_law *law, uint32_t size, double length_s, double *influence);
