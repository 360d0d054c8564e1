/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Weighs what an observer sees of each error by the rate at which it begins. */
#include "models/containment/expectations.h"

#include "models/containment/isolation.h"
#include "models/words/scope.h"

#include <stdlib.h>
#include <string.h>

int bh_expectations_of(const struct bh_node_model *model, const struct bh_origins *origins,
                       struct bh_expectations *expectations, struct bh_error *err)
{
    *expectations = (struct bh_expectations){0};
    for (size_t s = 0; s < BH_SCOPES; s++) {
        int begins = bh_scope_rules[s].reach == BH_REACH_MACHINE ? BH_BEGINS_IN_MACHINE : BH_BEGINS_IN_NODE;
        expectations->rate[begins][s] += origins->loss_rate[s];
        expectations->all[begins] += origins->loss_rate[s];
    }
    struct bh_spread spread = {.loss = bh_allocate(model->tree->tenants_count * BH_SCOPES, sizeof(double))};
    int status = 0;
    for (size_t i = 0; i < origins->count && status == 0; i++) {
        const struct bh_weighted_origin *entry = &origins->entry[i];
        enum bh_zone_kind kind = model->tree->zones[entry->origin.zone].kind;
        status = bh_isolation_spread(model, entry->origin, &spread, err);
        expectations->all[kind] += entry->rate;
        for (int seen = 0; seen < BH_SEEN && status == 0; seen++)
            expectations->rate[kind][seen] += entry->rate * spread.seen[seen];
    }
    free(spread.loss);
    return status;
}
