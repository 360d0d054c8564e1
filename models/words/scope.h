/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scopes: how far something reaches, and all that is asked of that. Nobody else compares scopes by their order. */
#pragma once

#include <stdbool.h>

/* What a scope is of the node that is struck: nothing, a process, a guest, all of the tenants that the struck zone serves,
 * of those composed with them too, or the whole node. */
enum bh_on_node { BH_NOTHING, BH_A_PROCESS, BH_A_GUEST, BH_THE_SERVED, BH_THE_COMPOSED, BH_THE_NODE };
/* Whom a scope takes beyond the node that is struck: nobody; the enclaves that lose something there; those composed with
 * them, too; all on the machine. */
enum bh_reach { BH_REACH_NODE, BH_REACH_ENCLAVE, BH_REACH_COMPOSED, BH_REACH_MACHINE };
/* What brings an enclave back that lost a scope, beside the relaunch of its processes. BH_BACK_UNKNOWN: nothing that can be
 * told beforehand. */
enum bh_comeback { BH_BACK_UNKNOWN, BH_BACK_RELAUNCH, BH_BACK_GUEST_BOOT, BH_BACK_NODE_REBOOT, BH_BACK_SYSTEM_RESTART };

/* How far something reaches; also what a disposition takes down (all but NONE). From the nearest to the farthest, names as
 * in the design: enumerator, name in files, and the three above. */
#define BH_SCOPE_ROWS(ROW)                                                                                             \
    ROW(BH_SCOPE_NONE, "none", BH_NOTHING, BH_REACH_NODE, BH_BACK_UNKNOWN)                                             \
    ROW(BH_SCOPE_PROCESS, "process", BH_A_PROCESS, BH_REACH_NODE, BH_BACK_RELAUNCH)                                    \
    ROW(BH_SCOPE_GUEST, "guest", BH_A_GUEST, BH_REACH_NODE, BH_BACK_GUEST_BOOT)                                        \
    ROW(BH_SCOPE_NODE, "node", BH_THE_NODE, BH_REACH_NODE, BH_BACK_NODE_REBOOT)                                        \
    ROW(BH_SCOPE_ENCLAVE, "enclave", BH_THE_SERVED, BH_REACH_ENCLAVE, BH_BACK_UNKNOWN)                                 \
    ROW(BH_SCOPE_COMPOSITION, "composition", BH_THE_COMPOSED, BH_REACH_COMPOSED, BH_BACK_UNKNOWN)                      \
    ROW(BH_SCOPE_SYSTEM, "system", BH_THE_NODE, BH_REACH_MACHINE, BH_BACK_SYSTEM_RESTART)

enum bh_scope {
#define BH_SCOPE_ENUMERATOR(scope, ...) scope,
    BH_SCOPE_ROWS(BH_SCOPE_ENUMERATOR)
#undef BH_SCOPE_ENUMERATOR
        BH_SCOPES
};
extern const char *const bh_scope_names[]; /* NULL-terminated */

struct bh_scope_rule {
    enum bh_on_node on_node;
    enum bh_reach reach;
    enum bh_comeback comeback;
};
extern const struct bh_scope_rule bh_scope_rules[BH_SCOPES];

static inline bool bh_scope_within(enum bh_scope scope, enum bh_scope other)
{
    return scope <= other;
}

static inline enum bh_scope bh_scope_wider(enum bh_scope scope, enum bh_scope other)
{
    return bh_scope_within(scope, other) ? other : scope;
}

/* Where there are no guests, what ends a guest ends a process. */
static inline enum bh_scope bh_scope_without_guests(enum bh_scope scope)
{
    return bh_scope_rules[scope].on_node == BH_A_GUEST ? BH_SCOPE_PROCESS : scope;
}

static inline bool bh_scope_reaches_beyond_node(enum bh_scope scope)
{
    return !bh_scope_within(scope, BH_SCOPE_NODE);
}
