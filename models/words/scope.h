/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scopes: how far something reaches, and all that is asked of that. Nobody else compares scopes by their order. */
#ifndef BH_MODELS_WORDS_SCOPE_H
#define BH_MODELS_WORDS_SCOPE_H

#include <stdbool.h>

/* How far something reaches; also what a disposition takes down (all but NONE): on the node as bh_taken_down has it,
 * beyond it and back again as its row says. From the nearest to the farthest. Names as in the design. */
enum bh_scope {
    BH_SCOPE_NONE,
    BH_SCOPE_PROCESS,
    BH_SCOPE_GUEST,
    BH_SCOPE_NODE,
    BH_SCOPE_ENCLAVE,
    BH_SCOPE_COMPOSITION,
    BH_SCOPE_SYSTEM,
    BH_SCOPES
};
extern const char *const bh_scope_names[]; /* NULL-terminated */

/* Whom a scope takes beyond the node that is struck: nobody; the enclaves that lose something there; those composed with
 * them, too; all on the machine. */
enum bh_reach { BH_REACH_NODE, BH_REACH_ENCLAVE, BH_REACH_COMPOSED, BH_REACH_MACHINE };
/* What brings an enclave back that lost a scope, beside the relaunch of its processes. BH_BACK_UNKNOWN: nothing that can be
 * told beforehand. */
enum bh_comeback { BH_BACK_UNKNOWN, BH_BACK_RELAUNCH, BH_BACK_GUEST_BOOT, BH_BACK_NODE_REBOOT, BH_BACK_SYSTEM_RESTART };

struct bh_scope_rule {
    enum bh_reach reach;
    enum bh_comeback comeback;
};
struct bh_scope_rule bh_scope_rule_of(enum bh_scope scope);

static inline bool bh_scope_within(enum bh_scope scope, enum bh_scope other)
{
    return scope <= other;
}

static inline enum bh_scope bh_scope_wider(enum bh_scope scope, enum bh_scope other)
{
    return bh_scope_within(scope, other) ? other : scope;
}

static inline bool bh_scope_reaches_beyond_node(enum bh_scope scope)
{
    return !bh_scope_within(scope, BH_SCOPE_NODE);
}

#endif
