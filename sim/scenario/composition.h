/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which enclaves of a scenario are composed: what the file asks for, and the single compositions that come of it. */
#pragma once

#include "models/base/error.h"
#include "models/node/zone_tree.h"
#include "models/policy/composition.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_scenario;

enum bh_composition_medium { BH_OVER_SHARED_MEMORY, BH_OVER_NETWORK };
extern const char *const bh_composition_media[]; /* shared-memory network */
extern const char *const bh_coupling_names[];    /* loose tight */
extern const char *const bh_pairing_names[];     /* neighbours random */

/* What tight partners do when one of them has gone back to a checkpoint: they go on once it is up, while it does its lost
 * work again beside them; they wait until it has done that; or all go back. */
enum bh_restart_rule { BH_RESTART_BESIDE, BH_RESTART_ALONE, BH_RESTART_TOGETHER };
extern const char *const bh_restart_names[]; /* beside alone together */

/* Sets of ties between composed enclaves. */
enum bh_tie {
    BH_TIE_LOOSE = 1,
    BH_TIE_BESIDE = 2,
    BH_TIE_ALONE = 4,
    BH_TIE_TOGETHER = 8,
    BH_TIES_TIGHT = BH_TIE_BESIDE | BH_TIE_ALONE | BH_TIE_TOGETHER,
    BH_TIES = BH_TIE_LOOSE | BH_TIES_TIGHT
};

/* An entry of the scenario's list. */
struct bh_composition_spec {
    const char *name;
    enum bh_composition_medium over;
    struct bh_composition_law law; /* its windows are owned */
    double volume_bytes, period_s; /* each node sends so much to its partners, once a period; 0: nothing is sent */
    bool is_tight;
    enum bh_restart_rule restart;          /* of tight partners */
    const struct bh_channel_type *channel; /* by which errors cross */
    size_t first, count;                   /* of the compositions that it makes */
    struct bh_place place;
};

/* One composition: it has a timeline of its own. */
struct bh_composed {
    size_t spec;
    uint64_t identity; /* keys its timeline, by name */
    size_t members_count;
    size_t *member; /* numbers of enclaves, ascending; owned */
};

struct bh_compositions {
    size_t specs_count;
    struct bh_composition_spec *specs;
    size_t count;
    struct bh_composed *composed;
    /* Per enclave: the numbers of those it is a member of, at of[first_of[e]] .. of[first_of[e + 1] - 1]. */
    size_t *first_of, *of;
};

void bh_compositions_clear(struct bh_compositions *compositions);

enum bh_tie bh_composition_tie(const struct bh_composition_spec *spec);

/* Whether an enclave is a member of any, be it ever on or not. */
bool bh_compositions_include(const struct bh_compositions *compositions, size_t enclave);
/* Whether any enclave that a tenant of a partition class stands for is. */
bool bh_compositions_include_tenant(const struct bh_scenario *scenario, size_t class, size_t tenant);
/* The composition by that entry that both are members of; SIZE_MAX if there is none. */
size_t bh_compositions_find(const struct bh_compositions *compositions, size_t spec, size_t one, size_t other);
/* When an enclave computes if nothing holds it up: from its start for as long as its work takes natively, at most until it
 * leaves. What windows cover is a share of that, whenever the run would be given up. */
struct bh_enclave_spec;
struct bh_composition_window bh_enclave_span(const struct bh_enclave_spec *enclave);
/* Share of that time that an enclave is composed at all, compositions at random taken as independent. */
double bh_compositions_degree(const struct bh_scenario *scenario, size_t enclave);

/* The channels between tenants of a class's nodes: link l of the zone tree is by entry spec[l]. Free both. */
struct bh_tenant_link *bh_compositions_links(const struct bh_scenario *scenario, size_t class, size_t **spec,
                                             size_t *count);
