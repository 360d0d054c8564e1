/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where errors end on nodes whose compositions and guards come and go: a mixture of the states that they are in. */
#include "sim/setup/node_states.h"

#include "models/catalog/policy.h"
#include "models/containment/isolation_cache.h"
#include "sim/setup/node_setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More states than this, and the mixture is not worked out. */
enum { STATES_MOST = 256 };

/* Compositions that tenants of the class take part in. */
struct entry {
    size_t spec;
    double share;               /* of the class's partitions that have them */
    double degree;              /* share of time on, times that */
    struct bh_zone_set tenants; /* by their numbers, of which there are no more than zones */
};
/* What a node is in for a share of time: which entries' channels are open, and which tenants are composed. */
struct state {
    double weight;
    struct bh_zone_set composed;
    bool *open; /* per entry; owned */
};
struct states {
    const struct bh_scenario *scenario;
    struct bh_node_setup *node;
    size_t class;
    size_t entries_count;
    struct entry *entries;
    double length_s; /* of the time that shares are of */
    size_t count;
    struct state *state;
    bool are_too_many;
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

/* When any enclave on the class's nodes computes; partitions of a class are alike. */
static struct bh_composition_window span_of(const struct states *states)
{
    const struct bh_partition_class *class = &states->scenario->partitions.class[states->class];
    struct bh_composition_window span = {INFINITY, 0.0};
    for (size_t t = 0; t < class->tenants_count; t++) {
        struct bh_composition_window own = bh_enclave_span(&states->scenario->enclaves[class->enclave[t]]);
        span.from_s = fmin(span.from_s, own.from_s);
        span.until_s = fmax(span.until_s, own.until_s);
    }
    return span;
}

static void list_entries(struct states *states)
{
    const struct bh_scenario *scenario = states->scenario;
    size_t tenants = scenario->partitions.class[states->class].tenants_count;
    struct bh_composition_window span = span_of(states);
    states->entries = bh_allocate(scenario->compositions.specs_count, sizeof *states->entries);
    for (size_t s = 0; s < scenario->compositions.specs_count; s++) {
        const struct bh_composition_spec *spec = &scenario->compositions.specs[s];
        struct entry entry = {.spec = s};
        for (size_t t = 0; t < tenants; t++) {
            double here = share_of(states, s, t);
            if (here > 0.0)
                bh_zone_set_add(&entry.tenants, t);
            entry.share = fmax(entry.share, here);
        }
        entry.degree = entry.share * bh_composition_degree(&spec->law, span.from_s, span.until_s);
        if (bh_zone_set_is_empty(&entry.tenants))
            continue;
        states->node->is_exact = states->node->is_exact && (spec->over == BH_OVER_SHARED_MEMORY || entry.degree <= 0.0);
        states->entries[states->entries_count++] = entry;
    }
}

/* --- Which states, and for how long -------------------------------------------------------------------------------- */

static void clear_states(struct states *states)
{
    for (size_t i = 0; i < states->count; i++)
        free(states->state[i].open);
    states->count = 0;
}

static bool are_alike(const struct states *states, const struct state *left, const struct state *right)
{
    return memcmp(&left->composed, &right->composed, sizeof left->composed) == 0 &&
           memcmp(left->open, right->open, states->entries_count * sizeof *left->open) == 0;
}

/* Makes one of those from `first` on that are alike. */
static void merge(struct states *states, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < states->count; i++) {
        size_t known = first;
        while (known < kept && !are_alike(states, &states->state[known], &states->state[i]))
            known++;
        if (known == kept) {
            struct state moved = states->state[i];
            states->state[i] = states->state[kept];
            states->state[kept++] = moved;
        } else
            states->state[known].weight += states->state[i].weight;
    }
    for (size_t i = kept; i < states->count; i++)
        free(states->state[i].open);
    states->count = kept;
}

static void turn_on(const struct states *states, struct state *state, size_t e)
{
    const struct entry *entry = &states->entries[e];
    /* What is composed over the network has no channel within the node. */
    state->open[e] = states->scenario->compositions.specs[entry->spec].over == BH_OVER_SHARED_MEMORY;
    bh_zone_set_join(&state->composed, &entry->tenants);
}

/* Splits every state from `first` on in two, with the entry off and on; false when those are too many, even without those
 * that are alike. */
static bool split(struct states *states, size_t first, size_t e, double degree)
{
    if (degree >= 1.0)
        for (size_t i = first; i < states->count; i++)
            turn_on(states, &states->state[i], e);
    if (degree <= 0.0 || degree >= 1.0)
        return true;
    if (2 * (states->count - first) > STATES_MOST)
        merge(states, first);
    size_t count = states->count;
    if (2 * (count - first) > STATES_MOST)
        return false;
    for (size_t i = first; i < count; i++) {
        struct state *off = &states->state[i], *on = &states->state[states->count++];
        *on = *off;
        on->open = bh_allocate(states->entries_count, sizeof *on->open);
        memcpy(on->open, off->open, states->entries_count * sizeof *on->open);
        turn_on(states, on, e);
        on->weight *= degree;
        off->weight *= 1.0 - degree;
    }
    return true;
}

/* The states of a time in which windows do not turn. */
static void add_piece(void *context, double seconds, const bool *is_on)
{
    struct states *states = context;
    size_t first = states->count;
    if (states->are_too_many)
        return;
    struct state *start = &states->state[states->count++];
    *start = (struct state){.weight = seconds / states->length_s,
                            .open = bh_allocate(states->entries_count, sizeof *start->open)};
    for (size_t e = 0; e < states->entries_count && !states->are_too_many; e++) {
        const struct entry *entry = &states->entries[e];
        bool is_timed = states->scenario->compositions.specs[entry->spec].law.rule == BH_COMPOSED_IN_WINDOWS;
        double degree = !is_timed ? entry->degree : is_on[e] ? entry->share : 0.0;
        states->are_too_many = !split(states, first, e, degree);
    }
    if (first > 0)
        merge(states, 0);
    states->are_too_many = states->are_too_many || states->count > STATES_MOST;
}

/* With too many there is one, in which nothing is composed. */
static void list_states(struct states *states)
{
    struct bh_composition_window span = span_of(states);
    const struct bh_composition_law **laws = bh_allocate(states->entries_count, sizeof *laws);
    for (size_t e = 0; e < states->entries_count; e++)
        laws[e] = &states->scenario->compositions.specs[states->entries[e].spec].law;
    states->length_s = span.until_s - span.from_s;
    states->state = bh_allocate(2 * STATES_MOST, sizeof *states->state);
    bh_compositions_cut(laws, states->entries_count, span.from_s, span.until_s, add_piece, states);
    free(laws);
    if (!states->are_too_many && states->count > 0)
        return;
    clear_states(states);
    states->count = 1;
    states->state[0] = (struct state){.weight = 1.0, .open = bh_allocate(states->entries_count, sizeof(bool))};
    states->node->is_exact = states->node->is_exact && !states->are_too_many;
}

/* --- Each state ----------------------------------------------------------------------------------------------------- */

static bool is_protected(const struct states *states, size_t tenant, const struct state *state)
{
    const struct bh_protection_rule *rule = &states->node->stack.own[tenant]->protect;
    const struct bh_partition_class *class = &states->scenario->partitions.class[states->class];
    if (!states->node->has_two_levels[tenant])
        return true;
    switch (rule->when) {
    case BH_PROTECT_COMPOSED:
        return bh_zone_set_has(&state->composed, tenant);
    case BH_PROTECT_DEGREE:
        return bh_protection_by_degree(rule, bh_compositions_degree(states->scenario, class->enclave[tenant]));
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
static void enter(const struct states *states, const struct state *state, struct bh_tenant_link *links)
{
    const struct bh_node_setup *node = states->node;
    size_t count = 0;
    for (size_t l = 0; l < node->links_count; l++)
        for (size_t e = 0; e < states->entries_count; e++)
            if (states->entries[e].spec == node->link_spec[l] && state->open[e])
                links[count++] = node->links[l];
    bool any = false;
    for (size_t t = 0; t < node->model->tree->tenants_count; t++) {
        bool is_on = is_protected(states, t, state);
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
    if (one->why_not != NULL && all->why_not == NULL)
        all->why_not = bh_copy_text(one->why_not);
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
        all->software_rate[t] += weight * one->software_rate[t];
    for (size_t t = 0; t < all->tenants_count; t++)
        all->silent_rate[t] += weight * one->silent_rate[t];
}

/* Where errors cross to other nodes or guards follow them, rates are those of enclaves that are apart, good enough to choose
 * checkpoints by; where the chain is too large, those of trials. Neither is called exact. */
static const struct bh_isolation *follow_state(struct bh_node_setup *node, struct bh_isolation_cache *cache)
{
    if (!node->is_exact && node->links_count > 0)
        bh_node_model_compose(node->model, NULL, 0);
    return bh_isolation_cache_find(cache, node->model, node->streams);
}

static void follow_states(const struct states *states, struct bh_isolation_cache *cache)
{
    struct bh_node_setup *node = states->node;
    struct bh_tenant_link *links = bh_allocate(node->links_count + 1, sizeof *links);
    bool is_too_large = false, only_why = bh_isolation_cache_is_of_reasons(cache);
    for (size_t n = 0; n < states->count; n++) {
        /* Who asks only for a reason has it from one state: later ones have more that is composed. */
        size_t i = only_why ? states->count - 1 - n : n;
        double weight = states->state[i].weight;
        if (only_why && is_too_large)
            break;
        enter(states, &states->state[i], links);
        for (size_t t = 0; t < node->model->tree->tenants_count && !states->are_too_many; t++)
            node->protected_share[t] += is_protected(states, t, &states->state[i]) ? weight : 0.0;
        const struct bh_isolation *one = follow_state(node, cache);
        is_too_large = is_too_large || one->why_not != NULL;
        if (weight >= 1.0) /* as it is, to the last bit */
            node->isolation = one;
        else
            mix(node->mixture, one, weight);
    }
    node->is_exact = node->is_exact && !is_too_large;
    free(links);
}

/* Where states are too many, what they would have added up to. */
static double protected_share(const struct states *states, size_t tenant)
{
    const struct bh_partition_class *class = &states->scenario->partitions.class[states->class];
    double share = 0.0;
    if (!states->node->has_two_levels[tenant] || states->node->stack.own[tenant]->protect.when != BH_PROTECT_COMPOSED)
        return is_protected(states, tenant, &states->state[0]);
    for (size_t n = 0; n < class->count; n++)
        share += bh_compositions_degree(states->scenario, class->enclave[n * class->tenants_count + tenant]);
    return share / (double)class->count;
}

void bh_node_setup_mix(struct bh_node_setup *node, const struct bh_scenario *scenario, size_t class,
                       struct bh_isolation_cache *cache)
{
    struct states states = {.scenario = scenario, .node = node, .class = class};
    size_t tenants = node->model->tree->tenants_count;
    node->is_exact = true;
    node->protected_share = bh_allocate(tenants, sizeof *node->protected_share);
    node->mixture = bh_allocate(1, sizeof *node->mixture);
    node->mixture->tenants_count = tenants;
    bh_isolation_add_rates(node->mixture);
    if (scenario->compositions.count > 0)
        list_entries(&states);
    list_states(&states);
    for (size_t t = 0; t < tenants && states.are_too_many; t++)
        node->protected_share[t] = protected_share(&states, t);
    for (size_t t = 0; t < tenants; t++)
        node->is_exact =
            node->is_exact && !(node->has_two_levels[t] && node->stack.own[t]->protect.when == BH_PROTECT_ERRORS);
    follow_states(&states, cache);
    clear_states(&states);
    free(states.state);
    free(states.entries);
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
}
