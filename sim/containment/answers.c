/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the answers say: which one is the better, and whether they agree. */
#include "sim/containment/answers.h"

#include "sim/scenario/scenario.h"

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
