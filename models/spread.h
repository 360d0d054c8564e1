/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where one error ends on an otherwise healthy node: the exact answer, from the jump chain of its live copies. */
#ifndef BH_MODELS_SPREAD_H
#define BH_MODELS_SPREAD_H

#include "models/base/error.h"
#include "models/node_model.h"

#include <stdbool.h>

/* An ending that is not drawn. */
enum bh_forced_ending { BH_ENDING_DRAWN, BH_ENDING_MASKED, BH_ENDING_SIGNALLED, BH_ENDING_SILENT };

/* Where an error begins. */
struct bh_origin {
    size_t zone;
    enum bh_error_kind kind;
    bool also_host_kernel; /* a shared bug: the same trigger strikes the host kernel (zone 0) too */
    /* By script: how the copy in `zone` ends when it first ends of itself. Channels compete with that as ever. */
    enum bh_forced_ending ending;
};

/* What an error did, whoever computed it. `affected`: zones failed, reached through a channel, or left with silent
 * errors. */
struct bh_effect {
    struct bh_zone_set affected;
    struct bh_zone_set failed;
    enum bh_scope beyond_node; /* NONE, or the largest disposition above `node` that was applied */
    bool silent;
};

/* System extent of an effect: none to system. */
enum bh_scope bh_effect_extent(const struct bh_zone_tree *tree, const struct bh_effect *effect);

/* For each boundary: whether the origin lies inside it (only then does it count) and whether the effect left it.
 * process/kernel: beyond the origin's process; guest/host: beyond its guest (a system without guests: its process);
 * enclave/enclave: more than one tenant hit, whatever the origin; node/node: beyond the node. */
void bh_effect_boundaries(const struct bh_zone_tree *tree, size_t origin, const struct bh_effect *effect,
                          bool inside[BH_BOUNDARIES], bool beyond[BH_BOUNDARIES]);

/* What a tenant loses: none, process, guest or node. */
enum bh_scope bh_effect_loss(const struct bh_zone_tree *tree, const struct bh_effect *effect, size_t tenant);

/* Probabilities over all endings of one error. `loss` has tenants_count rows of BH_SCOPES and is owned by the caller,
 * who zeroes it. */
/* Hops are told apart up to this many less one. */
enum { BH_DEPTHS = 16 };

struct bh_spread {
    double extent[BH_SCOPES];     /* P(system extent = s); sums to 1 - unresolved */
    double beyond[BH_BOUNDARIES]; /* P(effect beyond the boundary); 0 where the origin is not inside */
    bool inside[BH_BOUNDARIES];
    double silent;                /* P(any copy became silent) */
    double unresolved;            /* probability mass not followed to its end: a bound on the error of all the above */
    double *loss;                 /* P(tenant t loses scope s), at [t * BH_SCOPES + s] */
};

/* The exact chain. Its state is the live set with the channels each live copy has used, the cumulative failed and
 * affected sets, and the silent flag. The design's state lacks the used channels; they are needed because each copy
 * attempts each channel at most once, blocked or not. A state whose mass is below `least_mass` is left
 * unresolved. Fails with BH_ERROR_NUMERIC when more than `most_states` states would have to be held at once. */
int bh_spread_exact(const struct bh_node_model *model, struct bh_origin origin, double least_mass,
                    size_t most_states, struct bh_spread *spread, struct bh_error *err);

#endif
