/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where one error ends on an otherwise healthy node: the exact answer, from the jump chain of its live copies. */
#pragma once

#include "models/base/error.h"
#include "models/node/node_model.h"
#include "models/spread/effect.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stdbool.h>

/* Where an error begins. */
struct bh_origin {
    size_t zone;
    enum bh_error_kind kind;
    bool also_host_kernel; /* a shared bug: the same trigger strikes the host kernel (zone 0) too */
    /* By script: how the copy in `zone` ends when it first ends of itself; channels compete with that as ever. By the
     * fault's class: at once. */
    enum bh_forced_ending ending;
};

/* Probabilities over all endings of one error. `loss` has tenants_count rows of BH_SCOPES and is owned by the caller,
 * who zeroes it. */
/* Hops are told apart up to this many less one. */
enum { BH_DEPTHS = 16 };

struct bh_spread {
    double extent[BH_SCOPES];     /* P(system extent = s); sums to 1 - unresolved */
    double beyond[BH_BOUNDARIES]; /* P(effect beyond the boundary); 0 where the origin is not inside */
    bool inside[BH_BOUNDARIES];
    double silent;           /* P(any copy became silent) */
    double seen[BH_SEEN];    /* P(an observer sees this), as bh_effect_seen has it */
    double unresolved;       /* probability mass not followed to its end: a bound on the error of all the above */
    double time_s;           /* mean time until nothing is live, hangs counted to their beginning */
    double depth[BH_DEPTHS]; /* P(most hops of any copy = d), the last: d or more; see bh_spread_exact_depth */
    double stops[BH_STOPS];  /* P(enclaves are stopped so), as bh_effect_stops has it */
    double *loss;            /* P(tenant t loses scope s), at [t * BH_SCOPES + s] */
};

/* The exact chain. Its state is the live set with the channels used, the cumulative failed and
 * affected sets, the zones that a copy has left, and the silent flag. The used channels are needed because an error
 * attempts each channel at most once, blocked or not, also when it enters a zone again. A state whose mass is below `least_mass` is left
 * unresolved. Fails with BH_ERROR_NUMERIC when more than `most_states` states would have to be held at once. */
int bh_spread_exact(const struct bh_node_model *model, struct bh_origin origin, double least_mass, size_t most_states,
                    struct bh_spread *spread, struct bh_error *err);
/* The same with spread->depth, which takes more states: a state then holds how deep each live copy is. Without it all
 * mass is at depth 0. */
int bh_spread_exact_depth(const struct bh_node_model *model, struct bh_origin origin, double least_mass,
                          size_t most_states, struct bh_spread *spread, struct bh_error *err);
