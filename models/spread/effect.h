/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What one error did to its node, whoever computed it. */
#pragma once

#include "models/node/zone_set.h"
#include "models/node/zone_tree.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

/* What an error did, whoever computed it. `affected`: zones failed, reached through a channel, left degraded, or with
 * silent errors. */
struct bh_effect {
    struct bh_zone_set affected;
    struct bh_zone_set failed;
    enum bh_scope beyond_node; /* NONE, or the largest disposition above `node` that was applied */
    bool silent;
    struct bh_zone_set degraded; /* by a channel, whether or not they failed after that */
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
 * the I/O alone, or the progress; and whether there are several. And whether it leaves a zone degraded that is not down:
 * affected, nothing down. */
enum bh_stops { BH_STOPS_IO, BH_STOPS_PROGRESS, BH_STOPS_SEVERAL, BH_STOPS_DEGRADED, BH_STOPS };
extern const char *const bh_stops_names[]; /* io, progress, several, degraded; NULL-terminated */
void bh_effect_stops(const struct bh_zone_tree *tree, const struct bh_effect *effect, bool stops[BH_STOPS]);
