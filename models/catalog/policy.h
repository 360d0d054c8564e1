/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Policies, as written. */
#pragma once

#include "models/base/error.h"
#include "models/policy/protection.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_zone_template;

/* A choice of guard levels, as written: for each boundary the weakest or the strongest that a system offers, or one by
 * name. */
enum bh_guard_rule { BH_GUARDS_WEAKEST, BH_GUARDS_STRONGEST, BH_GUARDS_NAMED };

struct bh_guard_choice {
    enum bh_guard_rule rule;
    const char *name[BH_BOUNDARIES]; /* for BH_GUARDS_NAMED; NULL: as `others` says */
    enum bh_guard_rule others;       /* for BH_GUARDS_NAMED: weakest or strongest */
    struct bh_place place;
};

/* What a policy disposes of a zone by its name, whatever it does of the others of its kind. */
struct bh_named_disposition {
    const char *zone;
    enum bh_scope disposition;
    struct bh_place place;
};

/* Dispositions and guards, as written (models/data/policies.yaml). `guards` are on while the enclave is protected, and
 * `protect` says when that is; else `unprotected` are. */
struct bh_policy {
    const char *name;
    const char *description;
    const char *colour; /* in figures, "#rrggbb"; NULL: any that is free */
    const char *mark;   /* see bh_mark_number; NULL: any that is free */
    enum bh_scope disposition[BH_ZONE_KINDS];
    size_t named_count;
    struct bh_named_disposition *named; /* zones that are disposed of otherwise, in the systems that have them; owned */
    struct bh_guard_choice guards, unprotected;
    struct bh_protection_rule protect;
    bool opens; /* channels that systems open for speed */
    struct bh_place place;
    struct bh_place disposition_place[BH_ZONE_KINDS];
};

/* What the policy disposes of errors in a zone of a system, and where it says so: by the zone's name, else by its kind. */
enum bh_scope bh_policy_disposition(const struct bh_policy *policy, const struct bh_zone_template *zone);
struct bh_place bh_policy_disposition_place(const struct bh_policy *policy, const struct bh_zone_template *zone);
