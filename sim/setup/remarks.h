/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is allowed in a scenario and seldom meant: told before it is simulated. */
#pragma once

#include "sim/scenario/scenario.h"

#include <stddef.h>

struct bh_remarks {
    size_t count;
    char **text; /* one sentence or two each, without a line break */
};
/* Faults that are counted twice, lines of policies that come to the same, and checkpoints that are all lost to a silent
 * error. The caller frees. */
struct bh_remarks bh_remarks_of(const struct bh_scenario *scenario);
void bh_remarks_free(struct bh_remarks *remarks);
