/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where errors end, by where they begin: exactly or by chance, one origin at a time or weighed by the fault rates. */
#pragma once

#include "models/base/error.h"
#include "models/containment/origins.h"
#include "models/node/node_model.h"
#include "models/spread/effect.h"
#include "models/spread/spread.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of an error; every word as in models/spread/spread.h. Monte Carlo fills the second part too. */
struct bh_containment {
    double extent[BH_SCOPES];     /* P(largest extent = s) */
    double beyond[BH_BOUNDARIES]; /* P(beyond the boundary) */
    bool inside[BH_BOUNDARIES];   /* whether the origin lies inside it */
    double escape[BH_BOUNDARIES]; /* P(beyond | inside, not masked at its origin); NaN: no such boundary or error */
    double silent;                /* P(any copy became silent) */
    bool has_needs;               /* whether zones here need others; else nothing is ever stopped */
    bool degrades;                /* whether a channel here leaves zones degraded */
    double stops[BH_STOPS];       /* P(enclaves are stopped so), and P(affected, nothing down) */
    double depth[BH_DEPTHS];      /* P(most hops of any copy = d); the last: d or more */
    double depth_mean;
    double time_s;           /* mean time until nothing is live, without the watchdog's wait for hangs */
    double unresolved;       /* exact: bound on the error of the probabilities above */
    double depth_unresolved; /* and of those of depths */

    uint64_t trials;                /* 0: exact */
    double depth_error, time_error; /* standard errors of the two means */
    double longest_s;               /* the longest mean lifetime of any error in any zone */
};

/* The exact chain. Fails with BH_ERROR_NUMERIC, saying how large it is, when it is too large. */
int bh_containment_exact(const struct bh_node_model *model, struct bh_origin origin, struct bh_containment *containment,
                         struct bh_error *err);

/* How trials are played: 0 threads means one per core. Answers depend on seed and trials alone. */
struct bh_trials {
    uint64_t seed, trials;
    unsigned threads;
};

/* P(beyond a boundary) where it is rare: importance sampling over channel crossings, until the standard error is
 * `relative_error` of the estimate or the trials are used up. */
struct bh_rare_event {
    double probability;
    double error;    /* standard error */
    uint64_t trials; /* played */
    uint64_t hits;   /* of those, beyond the boundary */
};

/* All origins together, each weighed by its rate: `part` holds one containment per entry of `origins`. Hardware that
 * takes a whole node counts in the extents, not in the escapes, as in bh_isolation: no boundary could stop it. */
struct bh_containment bh_containment_mix(const struct bh_origins *origins, const struct bh_containment *part);

/* Whether what was simulated agrees with the exact answer: the least level over all outcomes, each outcome's level
 * being the probability of so large a deviation (binomial for probabilities, normal for the mean time, unless the time that is missing may be
 * that of long lives so rare that none was played; the exact answer
 * anywhere within its `unresolved`). To be compared with the family's level divided by `*outcomes`, to which the number
 * of outcomes is added. */
struct bh_agreement {
    double least_level;
    size_t outcomes;
    const char *worst; /* which outcome has the least level; static text */
};
/* Start from {1.0, 0, NULL}. */
void bh_containment_compare(const struct bh_containment *exact, const struct bh_containment *simulated,
                            struct bh_agreement *agreement);
