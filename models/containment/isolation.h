/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Containment over all faults of a node: exact coverage, escape ratios and interruption rates of one policy. */
#pragma once

#include "models/base/error.h"
#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "models/spread/effect.h"
#include "models/spread/spread.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stddef.h>

/* Where the exact chain is too large for one of the origins, coverage, escape and unresolved are NaN, `why_not` says why,
 * and rates are estimates by trials (models/containment/isolation_chance.h). Rates are per second and node; each error is taken alone on a node that is otherwise up. */
struct bh_isolation {
    double error_rate;                  /* activated errors */
    double unchangeable_rate;           /* of those, the ones that no policy could change: hardware loss of the node */
    double coverage[BH_SCOPES];         /* P(system extent <= s | activated): cumulative */
    double escape[BH_BOUNDARIES];       /* P(beyond | begun inside, not masked at its origin); NaN: no such boundary */
    double exposed_rate[BH_BOUNDARIES]; /* rate of the errors that escape is a share of */
    double *loss_rate;                  /* rate at which tenant t loses scope s on a node, at [t * BH_SCOPES + s] */
    double *repair_rate;                /* the part of tenant t's node losses that need repair, at [t] */
    double *software_rate;  /* the part of them that software's errors cause: a reboot may not mend it, at [t] */
    double *silent_rate;    /* rate at which errors of tenant t's zones and of shared ones become silent, at
                                         [t]; with shared zones an upper bound */
    double stops[BH_STOPS]; /* P(enclaves are stopped so | activated), as bh_effect_stops has it */
    double unresolved;      /* bound on the probability left unfollowed, over all origins */
    char *why_not;          /* NULL: exact */
    size_t tenants_count;
};

/* Weighs bh_spread_exact over the streams. Origins that are alike (same template, kind and tenant) are followed once. A
 * chain that is too large is no failure. */
struct bh_isolation *bh_isolation_create(const struct bh_node_model *model, const struct bh_fault_streams *streams);
/* The same with the coarsest of the masses that states may have left aside, 1e-9, in a tenth of the time: for numbers that
 * are themselves drawn over wide ranges. `unresolved` says what that leaves out. */
struct bh_isolation *bh_isolation_create_coarse(const struct bh_node_model *model,
                                                const struct bh_fault_streams *streams);
/* Room for the rates of one whose tenants are counted. */
void bh_isolation_add_rates(struct bh_isolation *isolation);
/* Why that would not be exact, or NULL, at less cost: whether the chain can be had is decided where it is followed least far,
 * by the origins that take most first. Of several reasons it may be another than `why_not`. The caller frees. */
char *bh_isolation_why_not(const struct bh_node_model *model, const struct bh_fault_streams *streams);
void bh_isolation_destroy(struct bh_isolation *isolation);

/* bh_spread_exact with as little left unresolved as the number of states allows. `spread->loss` need not be zero. */
int bh_isolation_spread(const struct bh_node_model *model, struct bh_origin origin, struct bh_spread *spread,
                        struct bh_error *err);
