/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the answers say: which one is the better, and whether they agree. */
#include "sim/containment/answers.h"

#include "models/base/error.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>

/* Joint test of exact against simulated. */
static const double family_level = 1e-4;

const struct bh_enclave_spec *bh_contain_enclave(const struct bh_contain *contain, int tenant)
{
    const struct bh_scenario *scenario = contain->scenario;
    return &scenario->enclaves[scenario->partitions.partition[contain->partition].enclave[tenant]];
}

size_t bh_contain_tenants(const struct bh_contain *contain)
{
    return contain->scenario->partitions.class[contain->class].tenants_count;
}

bool bh_contain_disagrees(const struct bh_contain *contain)
{
    return contain->agreement.outcomes > 0 &&
           contain->agreement.least_level < family_level / (double)contain->agreement.outcomes;
}

const struct bh_containment *bh_contain_row_answer(const struct bh_contain_row *row)
{
    return row->has_exact ? &row->exact : &row->simulated;
}

const struct bh_containment *bh_contain_mix_answer(const struct bh_contain_policy *policy)
{
    return policy->exact_count == policy->origins.count ? &policy->exact_mix : &policy->simulated_mix;
}

bool bh_contain_has_rates(const struct bh_contain_policy *policy)
{
    return policy->origins.error_rate > 0.0;
}

struct bh_zone_three bh_contain_zone_three(const struct bh_contain_policy *policy)
{
    struct bh_zone_errors *errors = bh_allocate(policy->origins.count + 1, sizeof *errors);
    size_t count = 0;
    for (size_t i = 0; i < policy->origins.count; i++) {
        const struct bh_weighted_origin *entry = &policy->origins.entry[i];
        if (!entry->origin.also_host_kernel)
            errors[count++] = (struct bh_zone_errors){policy->model->tree->zones[entry->origin.zone].kind,
                                                      bh_contain_has_rates(policy) ? entry->rate : 1.0,
                                                      bh_contain_row_answer(&policy->rows[i])};
    }
    struct bh_zone_three three = bh_find_zone_three(errors, count);
    free(errors);
    return three;
}
