/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How errors behave on a node under one policy: rates, channels, guards and dispositions per zone instance. */
#pragma once

#include "models/base/error.h"
#include "models/node/zone_set.h"
#include "models/node/zone_tree.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_catalog;
struct bh_mechanism;
struct bh_policy;

/* The ending of a live copy: total rate mu, split into shares. */
struct bh_copy_ending {
    double rate; /* mu, per second */
    double masked, signalled, silent, hang;
};

/* A channel with the guard that is on. */
struct bh_crossing {
    size_t from, to;
    enum bh_boundary boundary;
    double probability[BH_ERROR_KINDS]; /* p: crossed before the end, if alone and unguarded */
    const struct bh_guard_level *guard; /* NULL where the boundary has none, or the channel goes around it */
    double blocks;                      /* b of the guard, 0 without one */
    bool detects;
    double corrupts; /* P(the crossing leaves an error in `to`); else ... */
    double degrades; /* ... it leaves `to` degraded with this, or nothing */
};

/* One try to take down: what it needs, and what then goes beside what the disposition says: the subtree of `top` (-1: nothing
 * more). */
struct bh_rung {
    const struct bh_mechanism *mechanism; /* NULL: none is needed, or none is there */
    double holds;                         /* P(it succeeds); 1 on the last rung */
    double time_s;
    int top;
};
enum { BH_RUNGS = 5 }; /* guests deeper within each other than this allows go with their node */
struct bh_ladder {
    size_t count;
    struct bh_rung rung[BH_RUNGS];
};

struct bh_node_model {
    struct bh_zone_tree *tree;                       /* owned */
    struct bh_copy_ending (*ending)[BH_ERROR_KINDS]; /* per zone */
    bool tells_software;                             /* some end or cross unlike hardware's of the same kind */
    bool tells_flow;                                 /* some in instructions that change flow or operation likewise */
    double flow_share[2]; /* P(an error in instructions changes the flow), of hardware and software; NAN: not said */
    double *residual;     /* per zone */
    double again;         /* P(an error enters a zone again that its copy there has left) */
    enum bh_scope *disposition;                        /* per zone: what a signalled error takes down */
    struct bh_ladder *ladder;                          /* per zone: and by which tries (models/node/takedown.h) */
    struct bh_crossing *crossings;                     /* parallel to tree->channels */
    const struct bh_guard_level *guard[BH_BOUNDARIES]; /* the level that is on; NULL: not offered here */
    /* Per tenant: the levels that are on around its own zones; those above unless it has a policy of its own. */
    const struct bh_guard_level *(*tenant_guard)[BH_BOUNDARIES];
};

/* Chooses the guard level of each boundary that the policy asks for while it protects. Fails with BH_ERROR_INPUT at the
 * policy's guards when it names a level that the system does not offer. */
int bh_choose_guards(const struct bh_system *system, const struct bh_policy *policy,
                     const struct bh_guard_level *guard[BH_BOUNDARIES], struct bh_error *err);
/* The same while it does not protect; for a policy that always does, the levels above. A level stronger than the
 * protected one is BH_ERROR_INPUT too. */
int bh_choose_unprotected(const struct bh_system *system, const struct bh_policy *policy,
                          const struct bh_guard_level *guard[BH_BOUNDARIES], struct bh_error *err);

/* The least and the most that a node's operating system (Node OS) lets an enclave have; NULL: it dictates nothing. */
struct bh_guard_limits {
    const struct bh_guard_level *least[BH_BOUNDARIES], *most[BH_BOUNDARIES];
    struct bh_place place;
};
/* Replaces each requested level outside the limits by the nearest offered one within, and marks where it did. Fails with
 * BH_ERROR_INPUT at the limits where the system offers none within. */
int bh_clip_guards(const struct bh_system *system, const struct bh_guard_limits *limits,
                   const struct bh_guard_level *guard[BH_BOUNDARIES], bool clipped[BH_BOUNDARIES],
                   struct bh_error *err);

/* Puts other guards in place around a tenant's own zones (-1: around what all share): what its policy has while it does
 * not protect, or what is left of a request. */
void bh_node_model_set_guards(struct bh_node_model *model, int tenant,
                              const struct bh_guard_level *const guard[BH_BOUNDARIES]);
/* Opens the channels of compositions between tenants of the node; none: closes them. */
void bh_node_model_compose(struct bh_node_model *model, const struct bh_tenant_link *links, size_t links_count);

/* Fails with BH_ERROR_INPUT when a disposition contradicts the tree: a zone in user mode cannot go on after a signalled
 * error, so its disposition takes down at least its subtree; or when it needs a part of a mechanism that the system says it has
 * not. */
int bh_check_dispositions(const struct bh_system *system, const struct bh_policy *policy, struct bh_error *err);

struct bh_node_model *bh_node_model_create(const struct bh_catalog *catalog, const struct bh_system *system,
                                           const struct bh_policy *policy, const struct bh_tenant *tenants,
                                           size_t tenants_count, struct bh_error *err);
/* The same with a policy for each tenant's own zones; what all share follows `policy`. Where a channel joins zones of
 * two tenants, the stronger of their levels stands in between. */
struct bh_node_model *bh_node_model_create_tailored(const struct bh_catalog *catalog, const struct bh_system *system,
                                                    const struct bh_policy *policy, const struct bh_tenant *tenants,
                                                    const struct bh_policy *const *own, size_t tenants_count,
                                                    struct bh_error *err);
void bh_node_model_destroy(struct bh_node_model *model);

/* Whether any channel leaves zones degraded. */
bool bh_node_model_degrades(const struct bh_node_model *model);

/* The kind that an error counts as: one of hardware where software's fare alike, one in instructions where what it changes makes
 * no difference. */
enum bh_error_kind bh_kind_told(const struct bh_node_model *model, enum bh_error_kind kind);

/* Whether errors in instructions of a fault model are told apart, by the share that changes the flow. */
bool bh_flow_is_told(const struct bh_node_model *model, bool is_software);

/* Whether a channel is crossed by some kind of error. */
bool bh_crossing_is_open(const struct bh_crossing *crossing);
/* Rate at which a live copy of `kind` attempts the channel: c = mu p / (1 - p); INFINITY for p = 1. */
double bh_attempt_rate(const struct bh_node_model *model, size_t channel, enum bh_error_kind kind);
