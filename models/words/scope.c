/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scopes and what they mean. */
#include "models/words/scope.h"

#include <stddef.h>

const char *const bh_scope_names[] = {"none", "process", "guest", "node", "enclave", "composition", "system", NULL};
_Static_assert(sizeof bh_scope_names / sizeof *bh_scope_names == BH_SCOPES + 1, "a name for each scope");

struct bh_scope_rule bh_scope_rule_of(enum bh_scope scope)
{
    switch (scope) {
    case BH_SCOPE_PROCESS:
        return (struct bh_scope_rule){BH_REACH_NODE, BH_BACK_RELAUNCH};
    case BH_SCOPE_GUEST:
        return (struct bh_scope_rule){BH_REACH_NODE, BH_BACK_GUEST_BOOT};
    case BH_SCOPE_NODE:
        return (struct bh_scope_rule){BH_REACH_NODE, BH_BACK_NODE_REBOOT};
    case BH_SCOPE_ENCLAVE:
        return (struct bh_scope_rule){BH_REACH_ENCLAVE, BH_BACK_UNKNOWN};
    case BH_SCOPE_COMPOSITION:
        return (struct bh_scope_rule){BH_REACH_COMPOSED, BH_BACK_UNKNOWN};
    case BH_SCOPE_SYSTEM:
        return (struct bh_scope_rule){BH_REACH_MACHINE, BH_BACK_SYSTEM_RESTART};
    case BH_SCOPE_NONE:
    case BH_SCOPES:
        break;
    }
    return (struct bh_scope_rule){BH_REACH_NODE, BH_BACK_UNKNOWN};
}
