/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of checkpoint levels, and what is asked of it. */
#include "sim/setup/levels/levels.h"

#include "models/words/scope.h"

#define ROW(row, ...) &row,
static const struct bh_level_rule *const rules[BH_LEVELS] = {BH_CHECKPOINT_LEVELS(ROW)};

const struct bh_level_rule *bh_level_rule(enum bh_level level)
{
    return rules[level];
}

bool bh_level_survives(enum bh_level level, struct bh_level_loss loss)
{
    return bh_scope_within(loss.scope, rules[level]->survives) &&
           (!loss.node_is_gone || rules[level]->survives_its_node);
}
