/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where errors end on nodes whose compositions and guards come and go: a mixture of the states that they are in. */
#include "sim/node_setup.h"

#include <math.h>
#include <stdlib.h>

/* More entries of compositions than this on one class, and the mixture is not worked out. */
enum { ENTRIES_MOST = 8 };

/* Compositions that tenants of the class take part in, each on or off with its degree. */
struct entry {
    size_t spec;
    double degree;
    uint64_t tenants; /* bit per tenant */
};
struct states {
    const struct bh_scenario *scenario;
    struct bh_node_setup *node;
    size_t class;
    size_t count;
    struct entry entries[ENTRIES_MOST];
};

/* Share of the class's partitions on which a tenant takes part in an entry's compositions. */
static double share_of(const struct states *states, size_t spec, size_t tenant)
{
    const struct bh_partition_class *class = &states->scenario->partitions.class[states->class];
    const struct bh_compositions *compositions = &states->scenario->compositions;
    size_t found = 0;
    for (size_t n = 0; n < class->count; n++) {
        size_t enclave = class->enclave[n * class->tenants_count + tenant];
        bool is_in = false;
        for (size_t i = compositions->first_of[enclave]; i < compositions->first_of[enclave + 1]; i++)
            is_in = is_in || compositions->composed[compositions->of[i]].spec == spec;
        found += is_in;
    }
    return (double)found / (double)class->count;
}

/* False when there are too many. */
static bool list_entries(struct states *states)
{
    const struct bh_scenario *scenario = states->scenario;
    size_t tenants = scenario->partitions.class[states->class].tenants_count;
    for (size_t s = 0; s < scenario->compositions.specs_count; s++) {
        const struct bh_composition_spec *spec = &scenario->compositions.specs[s];
        struct entry entry = {.spec = s};
        double share = 0.0;
        for (size_t t = 0; t < tenants && t < 64; t++) {
            double here = share_of(states, s, t);
            entry.tenants |= here > 0.0 ? UINT64_C(1) << t : 0;
            share = fmax(share, here);
        }
        entry.degree = share * bh_composition_degree(&spec->law, scenario->horizon_s);
        if (entry.tenants == 0)
            continue;
        if (states->count == ENTRIES_MOST)
            return false;
        states->node->is_exact = states->node->is_exact && (spec->over == BH_OVER_SHARED_MEMORY || entry.degree <= 0.0);
        states->entries[states->count++] = entry;
    }
    return true;
}

static bool is_protected(const struct states *states, size_t tenant, size_t on)
{
    const struct bh_protection_rule *rule = &states->node->stack.own[tenant]->protect;
    const struct bh_partition_class *class = &states->scenario->partitions.class[states->class];
    bool composed = false;
    if (!states->node->has_two_levels[tenant])
        return true;
    switch (rule->when) {
    case BH_PROTECT_COMPOSED:
        for (size_t e = 0; e < states->count; e++)
            composed = composed || (((on >> e) & 1) && ((states->entries[e].tenants >> tenant) & 1));
        return composed;
    case BH_PROTECT_DEGREE:
        return bh_compositions_degree(states->scenario, class->enclave[tenant]) >= rule->degree;
    case BH_PROTECT_ERRORS: /* when it is on depends on what happened */
        return false;
    case BH_PROTECT_ALWAYS:
    case BH_PROTECT_NEVER:
    case BH_PROTECTION_WHENS:
        break;
    }
    return true;
}

/* Puts the node into a state; `links` has room for all. */
static void enter(const struct states *states, size_t on, struct bh_tenant_link *links)
{
    const struct bh_node_setup *node = states->node;
    size_t count = 0;
    for (size_t l = 0; l < node->links_count; l++)
        for (size_t e = 0; e < states->count; e++)
            if (states->entries[e].spec == node->link_spec[l] && ((on >> e) & 1))
                links[count++] = node->links[l];
    bool any = false;
    for (size_t t = 0; t < node->model->tree->tenants_count; t++) {
        bool is_on = is_protected(states, t, on);
        any = any || is_on;
        bh_node_model_set_guards(node->model, (int)t, is_on ? node->guarded[t] : node->bare[t]);
    }
    size_t shared = node->model->tree->tenants_count;
    bh_node_model_set_guards(node->model, -1, any ? node->guarded[shared] : node->bare[shared]);
    bh_node_model_compose(node->model, links, count);
}

/* Adds a state's isolation; shares enter by what they are shares of. */
static void mix(struct bh_isolation *all, const struct bh_isolation *one, double weight)
{
    all->error_rate += weight * one->error_rate;
    all->unchangeable_rate += weight * one->unchangeable_rate;
    all->unresolved = fmax(all->unresolved, one->unresolved);
    for (int s = 0; s < BH_SCOPES; s++)
        all->coverage[s] += weight * one->coverage[s]; /* the rate of errors is the same in all states */
    for (int s = 0; s < BH_STOPS; s++)
        all->stops[s] += weight * one->stops[s];
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (one->exposed_rate[b] > 0.0) {
            all->exposed_rate[b] += weight * one->exposed_rate[b];
            all->escape[b] += weight * one->exposed_rate[b] * one->escape[b];
        }
    for (size_t c = 0; c < all->tenants_count * BH_SCOPES; c++)
        all->loss_rate[c] += weight * one->loss_rate[c];
    for (size_t t = 0; t < all->tenants_count; t++)
        all->repair_rate[t] += weight * one->repair_rate[t];
    for (size_t t = 0; t < all->tenants_count; t++)
        all->silent_rate[t] += weight * one->silent_rate[t];
}

static double weight_of(const struct states *states, size_t on)
{
    double weight = 1.0;
    for (size_t e = 0; e < states->count; e++)
        weight *= (on >> e) & 1 ? states->entries[e].degree : 1.0 - states->entries[e].degree;
    return weight;
}

/* Many processes that all reach each other are more than the exact chain can hold: then rates are those of enclaves that
 * are apart, good enough to choose checkpoints by, and nothing is called exact. */
static const struct bh_isolation *follow_state(struct bh_node_setup *node, struct bh_isolation_cache *cache,
                                               struct bh_error *err)
{
    struct bh_error own = {0};
    const struct bh_isolation *one =
        node->is_exact ? bh_isolation_cache_find(cache, node->model, node->streams, &own) : NULL;
    if (one != NULL)
        return one;
    if (node->links_count == 0)
        return bh_isolation_cache_find(cache, node->model, node->streams, err);
    node->is_exact = false;
    bh_node_model_compose(node->model, NULL, 0);
    return bh_isolation_cache_find(cache, node->model, node->streams, err);
}

static int follow_states(const struct states *states, struct bh_isolation_cache *cache, struct bh_error *err)
{
    struct bh_node_setup *node = states->node;
    struct bh_tenant_link *links = bh_allocate(node->links_count + 1, sizeof *links);
    int status = 0;
    for (size_t on = 0; on < (size_t)1 << states->count && status == 0; on++) {
        double weight = weight_of(states, on);
        if (weight <= 0.0)
            continue;
        enter(states, on, links);
        for (size_t t = 0; t < node->model->tree->tenants_count; t++)
            node->protected_share[t] += is_protected(states, t, on) ? weight : 0.0;
        const struct bh_isolation *one = follow_state(node, cache, err);
        status = one != NULL ? 0 : -1;
        if (status != 0)
            break;
        if (weight >= 1.0) /* as it is, to the last bit */
            node->isolation = one;
        else
            mix(node->mixture, one, weight);
    }
    free(links);
    return status;
}

int bh_node_setup_mix(struct bh_node_setup *node, const struct bh_scenario *scenario, size_t class,
                      struct bh_isolation_cache *cache, struct bh_error *err)
{
    struct states states = {.scenario = scenario, .node = node, .class = class};
    size_t tenants = node->model->tree->tenants_count;
    node->is_exact = true;
    node->protected_share = bh_allocate(tenants, sizeof *node->protected_share);
    node->mixture = bh_allocate(1, sizeof *node->mixture);
    node->mixture->tenants_count = tenants;
    node->mixture->loss_rate = bh_allocate(tenants * BH_SCOPES, sizeof(double));
    node->mixture->repair_rate = bh_allocate(tenants, sizeof(double));
    node->mixture->silent_rate = bh_allocate(tenants, sizeof(double));
    if (scenario->compositions.count > 0 && !list_entries(&states))
        return bh_fail_at(err, scenario->compositions.specs[0].place,
                          "compositions: found more than %d entries that enclaves on the same nodes take part in; "
                          "expected fewer",
                          ENTRIES_MOST);
    for (size_t t = 0; t < tenants; t++)
        node->is_exact =
            node->is_exact && !(node->has_two_levels[t] && node->stack.own[t]->protect.when == BH_PROTECT_ERRORS);
    if (follow_states(&states, cache, err) != 0)
        return -1;
    if (node->isolation == NULL) {
        for (int b = 0; b < BH_BOUNDARIES; b++)
            node->mixture->escape[b] =
                node->mixture->exposed_rate[b] > 0.0 ? node->mixture->escape[b] / node->mixture->exposed_rate[b] : NAN;
        node->isolation = node->mixture;
    }
    /* From here on: all channels there, and the guards of protection; what is open and on is the simulator's affair. */
    for (size_t t = 0; t < tenants; t++)
        bh_node_model_set_guards(node->model, (int)t, node->guarded[t]);
    bh_node_model_set_guards(node->model, -1, node->guarded[tenants]);
    bh_node_model_compose(node->model, node->links, node->links_count);
    return 0;
}
