/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether errors that meet outages and each other end otherwise than single errors do, over all policies at a point. */
#pragma once

#include "analysis/reader/view.h"

#include <stddef.h>

struct bh_interaction {
    size_t
        comparisons; /* containment at each scope and escape over each boundary, of each policy; 0: nothing to tell */
    size_t beyond;   /* how many differ by more than chance allows */
    double least_level;  /* of all comparisons */
    double chance_level; /* below which one is beyond chance: 1 % for all of them together */
};
struct bh_interaction bh_interaction_at(const struct bh_view *view, size_t point);
