/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where errors begin on a node, and how often: the fault streams, unfolded over zones and kinds. */
#pragma once

#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "models/spread/spread.h"

#include <stdbool.h>
#include <stddef.h>

/* An origin with the rate at which errors begin there, per second and node. */
struct bh_weighted_origin {
    struct bh_origin origin; /* the first of the zones that are alike */
    bool repairs;            /* a node that goes down with such an error goes to repair */
    double rate;
    double software_rate; /* the part of it that software's faults make */
};

struct bh_origins {
    size_t count;
    struct bh_weighted_origin *entry; /* owned */
    double error_rate;                /* of all, losses of nodes and of the system included */
    /* Hardware that takes a whole scope, whatever the policy; a node's share of it. */
    double loss_rate[BH_SCOPES];
    double loss_event_rate[BH_SCOPES]; /* of such losses, those of one event counted once: struct bh_fault_stream */
    double repair_rate;                /* the part of these that leaves a node to be repaired */
};

/* Of all losses by hardware. */
double bh_origins_loss_rate(const struct bh_origins *origins);

/* Whether errors of both fare alike: same template, owner, kind and forced ending, both with or without a copy in the
 * host kernel. */
bool bh_origins_alike(const struct bh_zone_tree *tree, const struct bh_origin *left, const struct bh_origin *right);

/* Origins that are alike share one entry; entries have a rate above 0. Free with bh_origins_free. */
struct bh_origins bh_origins_of(const struct bh_node_model *model, const struct bh_fault_streams *streams);
void bh_origins_free(struct bh_origins *origins);

/* Every kind of hardware's error in every zone, alike ones once, whether or not faults begin there: by zone, data before
 * instruction errors, then those of software, the shared bugs and the errors signalled at once that have a rate. Entries that
 * differ in `repairs` alone are one. */
struct bh_origins bh_origins_of_all_zones(const struct bh_node_model *model, const struct bh_fault_streams *streams);
