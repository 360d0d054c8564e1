/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a policy disposes of errors in a zone. */
#include "models/catalog/policy.h"

#include "models/catalog/system.h"

#include <string.h>

static const struct bh_named_disposition *find_named(const struct bh_policy *policy,
                                                     const struct bh_zone_template *zone)
{
    for (size_t i = 0; i < policy->named_count; i++)
        if (strcmp(policy->named[i].zone, zone->name) == 0)
            return &policy->named[i];
    return NULL;
}

enum bh_scope bh_policy_disposition(const struct bh_policy *policy, const struct bh_zone_template *zone)
{
    const struct bh_named_disposition *named = find_named(policy, zone);
    return named ? named->disposition : policy->disposition[zone->kind];
}

struct bh_place bh_policy_disposition_place(const struct bh_policy *policy, const struct bh_zone_template *zone)
{
    const struct bh_named_disposition *named = find_named(policy, zone);
    return named ? named->place : policy->disposition_place[zone->kind];
}
