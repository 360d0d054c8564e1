/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where one error ends on an otherwise healthy node: the exact answer, from the jump chain of its live copies. */
#ifndef BH_MODELS_SPREAD_SPREAD_H
#define BH_MODELS_SPREAD_SPREAD_H

#include "models/base/error.h"
#include "models/node/node_model.h"

#include <stdbool.h>

/* An ending that is not drawn. At once: signalled before anything else can happen, no channel is tried. */
enum bh_forced_ending {
    BH_ENDING_DRAWN,
    BH_ENDING_MASKED,
    BH_ENDING_SIGNALLED,
    BH_ENDING_SILENT,
    BH_ENDING_SIGNALLED_AT_ONCE
};

/* Where an error begins. */
struct bh_origin {
    size_t zone;
    enum bh_error_kind kind;
    bool also_host_kernel; /* a shared bug: the same trigger strikes the host kernel (zone 0) too */
    /* By script: how the copy in `zone` ends when it first ends of itself; channels compete with that as ever. By the
     * fault's class: at once. */
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

/* What an observer sees of an error who knows no channels: the extent of what failed; if nothing did, whether data is
 * silently wrong; else BH_SCOPE_NONE, masked. */
enum { BH_SEEN_SILENT = BH_SCOPES, BH_SEEN };
int bh_effect_seen(const struct bh_zone_tree *tree, const struct bh_effect *effect);

/* What a tenant loses: none, process, guest or node. A shared zone that fails takes those along whose zones it holds;
 * those that it does not hold lose nothing. */
enum bh_scope bh_effect_loss(const struct bh_zone_tree *tree, const struct bh_effect *effect, size_t tenant);

/* Whom an error stops without taking anything of theirs: whether, of the enclaves on its node that lose nothing, it stops
 * the I/O alone, or the progress; and whether there are several. */
enum bh_stops { BH_STOPS_IO, BH_STOPS_PROGRESS, BH_STOPS_SEVERAL, BH_STOPS };
extern const char *const bh_stops_names[]; /* io, progress, several; NULL-terminated */
void bh_effect_stops(const struct bh_zone_tree *tree, const struct bh_effect *effect, bool stops[BH_STOPS]);

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

/* The exact chain. Its state is the live set with the channels each live copy has used, the cumulative failed and
 * affected sets, and the silent flag. The design's state lacks the used channels; they are needed because each copy
 * attempts each channel at most once, blocked or not. A state whose mass is below `least_mass` is left
 * unresolved. Fails with BH_ERROR_NUMERIC when more than `most_states` states would have to be held at once. */
int bh_spread_exact(const struct bh_node_model *model, struct bh_origin origin, double least_mass, size_t most_states,
                    struct bh_spread *spread, struct bh_error *err);
/* The same with spread->depth, which takes more states: a state then holds how deep each live copy is. Without it all
 * mass is at depth 0. */
int bh_spread_exact_depth(const struct bh_node_model *model, struct bh_origin origin, double least_mass,
                          size_t most_states, struct bh_spread *spread, struct bh_error *err);

/* The same by linear algebra over all states at once, B = (I - Q)^-1 R and t = (I - Q)^-1 tau: nothing is left
 * unfollowed, and `unresolved` is the sum of the residuals and what rounding lost, 1e-15 or so. Without `tracks_depth`
 * all mass is at depth 0. spread->loss is zeroed by the caller. Fails with BH_ERROR_NUMERIC when there are more than
 * `most_states` states in all. */
int bh_spread_solve(const struct bh_node_model *model, struct bh_origin origin, bool tracks_depth, size_t most_states,
                    struct bh_spread *spread, struct bh_error *err);

/* --- Derivatives ---------------------------------------------------------------------------------------------------- */

/* The numbers of a node model: those of each zone and kind, of each zone, of each channel. */
enum bh_number {
    BH_NUMBER_RATE, /* mu */
    BH_NUMBER_MASKED,
    BH_NUMBER_SIGNALLED,
    BH_NUMBER_SILENT,
    BH_NUMBER_RESIDUAL,
    BH_NUMBER_PROBABILITY, /* p of a channel */
    BH_NUMBER_BLOCKS,      /* b of the guard on it */
};
/* Position of a number in an array of all; `index` is a zone or a channel, `kind` matters to the first four. */
size_t bh_spread_number(const struct bh_zone_tree *tree, enum bh_number what, size_t index, enum bh_error_kind kind);
size_t bh_spread_numbers(const struct bh_zone_tree *tree);

/* What is differentiated: extents, then the rest. */
enum bh_outcome {
    BH_OUTCOME_BEYOND = BH_SCOPES,
    BH_OUTCOME_SILENT = BH_OUTCOME_BEYOND + BH_BOUNDARIES,
    BH_OUTCOME_TIME,
    BH_OUTCOMES
};

/* As bh_spread_exact, with the derivative of each outcome by each number, at slope[number * BH_OUTCOMES + outcome],
 * which the caller owns. A share is moved alone: that masked, signalled and silent sum to 1 is the caller's to keep. A
 * number that is 0 or 1 has derivatives only where its factor is not 0 there. */
int bh_spread_slopes(const struct bh_node_model *model, struct bh_origin origin, double least_mass, size_t most_states,
                     struct bh_spread *spread, double *slope, struct bh_error *err);

#endif
