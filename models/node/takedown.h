/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a signalled error takes down on its node. A disposition below the node is a ladder: on its first rung what it says is
 * taken down, if the system's mechanism succeeds; if not, the guest around that is, by its own mechanism, and so on, up to the
 * node, which takes none. */
#pragma once

#include "models/node/node_model.h"
#include "models/node/zone_set.h"

#include <stdbool.h>
#include <stddef.h>

/* The rung on which a takedown ends for a uniform draw: the first that holds. The more a mechanism can do, the fewer draws lead
 * above it. */
size_t bh_rung_at(const struct bh_ladder *ladder, double u);
/* Whether it is the same for all draws. */
bool bh_ladder_is_certain(const struct bh_ladder *ladder);
/* P(it ends on that rung): prod over those below of (1 - holds), times holds. */
double bh_rung_probability(const struct bh_ladder *ladder, size_t rung);
/* What its mechanism and those tried before it take. */
double bh_rung_time_s(const struct bh_ladder *ladder, size_t rung);

/* What that is called: the disposition's scope, or what failed upward to. */
enum bh_scope bh_rung_scope(const struct bh_node_model *model, size_t zone, size_t rung);

/* What a signalled error in `zone` takes down on its node, on a rung of its ladder, given a uniform draw for the victim of a
 * disposition smaller than the zone. `*beyond_node` says whether it takes down more than this node (enclave, composition,
 * system). The zone itself goes on if it is not in the answer; only kernels do. */
struct bh_zone_set bh_taken_down(const struct bh_node_model *model, size_t zone, size_t rung, double u,
                                 bool *beyond_node);

/* Number of equally likely victims that the draw above chooses from (1 where there is no choice). */
size_t bh_victims_count(const struct bh_node_model *model, size_t zone);

/* What the mechanisms that a policy relies on cost a tenant, as a slowdown of computing: those of its own zones' ladders and of
 * the zones that all share, each once. */
double bh_mechanisms_cost(const struct bh_node_model *model, size_t tenant);

/* Fills the ladder of a zone whose disposition is known; for models/node/node_model.c. */
void bh_ladder_fill(const struct bh_node_model *model, size_t zone, struct bh_ladder *ladder);
