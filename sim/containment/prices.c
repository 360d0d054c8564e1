/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What each step of protection costs, and what it buys: the policies of each system, the weakest first. */
#include "sim/containment/prices.h"

#include "models/catalog/system.h"
#include "models/containment/isolation.h"
#include "models/containment/isolation_cache.h"
#include "sim/containment/answers.h"
#include "sim/runs/probe.h"
#include "sim/setup/setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whatever shares the node goes with it, so that any enclave tells whether it is down. */
static double node_down_of(const double *loss)
{
    double sum = 0.0;
    for (enum bh_scope scope = BH_SCOPE_NONE; scope != BH_SCOPES; scope++)
        if (bh_scope_within(BH_SCOPE_NODE, scope))
            sum += loss[scope];
    return sum;
}

static void find_probabilities(const struct bh_contain_policy *policy, struct bh_contain_price *price)
{
    const struct bh_zone_tree *tree = policy->model->tree;
    struct bh_spread spread = {.loss = bh_allocate(tree->tenants_count * BH_SCOPES, sizeof *spread.loss)};
    struct bh_error too_large = {0};
    double weights = 0.0;
    for (size_t i = 0; i < policy->origins.count; i++) {
        const struct bh_weighted_origin *entry = &policy->origins.entry[i];
        const struct bh_zone *zone = &tree->zones[entry->origin.zone];
        double weight = bh_contain_has_rates(policy) ? entry->rate : 1.0;
        if (zone->kind != BH_GUEST_KERNEL || entry->origin.also_host_kernel || weight <= 0.0)
            continue;
        if (weights == 0.0) {
            const struct bh_ladder *ladder = &policy->model->ladder[entry->origin.zone];
            price->takes = policy->model->disposition[entry->origin.zone];
            price->rung = ladder->count > 1 ? &ladder->rung[0] : NULL;
        }
        weights += weight;
        if (bh_isolation_spread(policy->model, entry->origin, &spread, &too_large) != 0) {
            price->node_down = price->beyond_guest = price->degraded = NAN;
            break;
        }
        price->node_down += weight * node_down_of(&spread.loss[(size_t)zone->enclave * BH_SCOPES]);
        price->beyond_guest += weight * spread.beyond[BH_GUEST_HOST];
        price->degraded += weight * spread.stops[BH_STOPS_DEGRADED];
    }
    free(spread.loss);
    price->node_down /= weights; /* NaN where no guest's kernel is struck */
    price->beyond_guest /= weights;
    price->degraded /= weights;
}

static int find_overhead(const struct bh_contain *contain, struct bh_contain_price *price,
                         const struct bh_platform_facts *facts, struct bh_isolation_cache *cache, struct bh_error *err)
{
    size_t line = (size_t)(price->policy->spec - contain->scenario->policies);
    struct bh_setup *setup = bh_setup_create(contain->scenario, line, facts, cache, err);
    if (setup == NULL)
        return -1;
    const struct bh_enclave_setup *enclave = &setup->enclaves[contain->wish.enclave];
    price->overhead = enclave->wall_per_work / enclave->pace[0].slowdown.compute - 1.0;
    bh_setup_destroy(setup);
    return 0;
}

static int by_system_then_strength(const void *left, const void *right)
{
    const struct bh_contain_price *a = left, *b = right;
    int system = strcmp(a->system->name, b->system->name);
    if (system != 0)
        return system;
    double down = b->node_down - a->node_down, beyond = b->beyond_guest - a->beyond_guest,
           overhead = a->overhead - b->overhead;
    double first = fabs(down) > 1e-12 ? down : fabs(beyond) > 1e-12 ? beyond : overhead;
    return first < 0.0 ? -1 : first > 0.0 ? 1 : a->policy < b->policy ? -1 : 1;
}

static void order(struct bh_contain_prices *prices)
{
    qsort(prices->price, prices->count, sizeof *prices->price, by_system_then_strength);
    for (size_t i = 0; i < prices->count; i++) {
        double cheapest = INFINITY;
        for (size_t j = 0; j < prices->count; j++)
            if (prices->price[j].system == prices->price[i].system)
                cheapest = fmin(cheapest, prices->price[j].overhead);
        prices->price[i].added = prices->price[i].overhead - cheapest;
    }
}

struct bh_contain_prices *bh_contain_prices_create(const struct bh_contain *contain, struct bh_error *err)
{
    struct bh_contain_prices *prices = bh_allocate(1, sizeof *prices);
    prices->price = bh_allocate(contain->policies_count, sizeof *prices->price);
    struct bh_platform_facts facts = {0};
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    int status = bh_probe_platform(contain->scenario, &facts, err);
    for (size_t p = 0; p < contain->policies_count && status == 0; p++) {
        if (!contain->policies[p].model->tree->has_guests)
            continue;
        struct bh_contain_price *price = &prices->price[prices->count++];
        price->policy = &contain->policies[p];
        price->system = price->policy->spec->system;
        find_probabilities(price->policy, price);
        status = find_overhead(contain, price, &facts, cache, err);
    }
    bh_isolation_cache_destroy(cache);
    if (status == 0) {
        order(prices);
        return prices;
    }
    bh_contain_prices_destroy(prices);
    return NULL;
}

void bh_contain_prices_destroy(struct bh_contain_prices *prices)
{
    if (prices == NULL)
        return;
    free(prices->price);
    free(prices);
}
