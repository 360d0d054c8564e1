/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of scopes. */
#include "models/words/scope.h"

#include <stddef.h>

#define NAME(scope, name, ...) name,
const char *const bh_scope_names[] = {BH_SCOPE_ROWS(NAME) NULL};

#define RULE(scope, name, on_node, reach, comeback) [scope] = {on_node, reach, comeback},
const struct bh_scope_rule bh_scope_rules[BH_SCOPES] = {BH_SCOPE_ROWS(RULE)};
