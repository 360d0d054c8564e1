/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which uncertain numbers decide, and how far each may go before two policies swap. */
#include "sim/containment/sensitivity.h"

#include "models/catalog/catalog.h"
#include "models/catalog/worlds.h"
#include "models/containment/critical_values.h"
#include "sim/runs/progress.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"
#include "sim/scenario/scenario.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A derivative below this share of its outcome, per relative change of the number, is rounding. */
static const double effect_least = 1e-9;

static struct bh_stack stack_of(const struct bh_contain *contain, size_t p)
{
    const struct bh_scenario *scenario = contain->scenario;
    const struct bh_node_stack *stack = &contain->policies[p].stack;
    return (struct bh_stack){.catalog = scenario->catalog,
                             .system = stack->system,
                             .policy = stack->policy,
                             .host_kernel = stack->host_kernel,
                             .guest_kernel = stack->guest_kernel,
                             .tenants = contain->tenants,
                             .own = stack->own,
                             .tenants_count = scenario->partitions.class[contain->class].tenants_count,
                             .faults = bh_scenario_fault_choice(scenario)};
}

/* The outermost boundary that the scenario has. */
static enum bh_boundary choose_boundary(const struct bh_contain *contain)
{
    if (contain->scenario->partitions.class[contain->class].tenants_count > 1)
        return BH_ENCLAVE_ENCLAVE;
    for (size_t p = 0; p < contain->policies_count; p++)
        if (contain->policies[p].model->tree->has_guests)
            return BH_GUEST_HOST;
    return BH_PROCESS_KERNEL;
}

const struct bh_parameter *bh_contain_number(const struct bh_contain *contain, size_t number)
{
    const struct bh_catalog *catalog = contain->scenario->catalog;
    return catalog->parameters[number];
}

double bh_contain_effect(const struct bh_contain *contain, size_t policy, size_t number, int outcome)
{
    const struct bh_sensitivity *sensitivity = &contain->sensitivity->policies[policy];
    return sensitivity->slope[number * BH_OUTCOMES + (size_t)outcome] * bh_contain_number(contain, number)->value;
}

/* By the effect on the escape ratio; what does not touch that, by the largest effect on anything else. */
struct ranked {
    size_t number;
    double on_escape, on_any;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->on_escape != b->on_escape)
        return a->on_escape > b->on_escape ? -1 : 1;
    return a->on_any != b->on_any ? (a->on_any > b->on_any ? -1 : 1)
                                  : (a->number > b->number) - (a->number < b->number);
}

static void rank(struct bh_contain *contain, size_t p)
{
    struct bh_contain_sensitivity *all = contain->sensitivity;
    const struct bh_catalog *catalog = contain->scenario->catalog;
    const struct bh_sensitivity *own = &all->policies[p];
    struct ranked *ranked = bh_allocate(catalog->parameters_count, sizeof *ranked);
    size_t count = 0;
    for (size_t n = 0; n < own->numbers; n++) {
        struct ranked number = {.number = n};
        for (int o = 0; o < BH_OUTCOMES; o++) {
            double share = own->value[o] > 0.0 ? fabs(bh_contain_effect(contain, p, n, o)) / own->value[o] : 0.0;
            number.on_any = fmax(number.on_any, share);
            if (o == BH_OUTCOME_BEYOND + (int)all->boundary)
                number.on_escape = share;
        }
        if (bh_parameter_is_uncertain(catalog->parameters[n]) && number.on_any > effect_least)
            ranked[count++] = number;
    }
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < count; i++)
        all->order[p * catalog->parameters_count + i] = ranked[i].number;
    all->order_count[p] = count;
    free(ranked);
}

/* By pair of policies, then in the order of the catalog. */
static int compare_swaps(const void *left, const void *right)
{
    const struct bh_swap *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int find_swaps(struct bh_contain *contain, struct bh_error *err)
{
    struct bh_contain_sensitivity *all = contain->sensitivity;
    struct bh_catalog *catalog = contain->scenario->catalog;
    size_t count = contain->policies_count, numbers = catalog->parameters_count;
    unsigned threads = contain->wish.trials.threads;
    struct bh_stack *stacks = bh_allocate(count, sizeof *stacks);
    double *own = bh_allocate(count, sizeof *own);
    bool *chosen = bh_allocate(numbers, sizeof *chosen), *matters = bh_allocate(numbers * count, sizeof *matters);
    int status = 0;
    for (size_t p = 0; p < count && status == 0; p++) {
        stacks[p] = stack_of(contain, p);
        own[p] = NAN; /* level with everything, where the chain is too large */
        if (all->policies[p].numbers > 0)
            status = bh_stack_escape(&stacks[p], all->boundary, threads, &own[p], err);
        for (size_t i = 0; i < all->order_count[p]; i++) {
            size_t number = all->order[p * numbers + i];
            double effect = fabs(bh_contain_effect(contain, p, number, BH_OUTCOME_BEYOND + (int)all->boundary));
            if (effect > effect_least * own[p])
                chosen[number] = matters[number * count + p] = true;
        }
    }
    if (status == 0)
        status = bh_swaps_find(stacks, count, catalog, all->boundary, chosen, matters, own, threads, &all->swaps,
                               &all->swaps_count, err);
    if (status == 0 && all->swaps_count > 0)
        qsort(all->swaps, all->swaps_count, sizeof *all->swaps, compare_swaps);
    free(stacks);
    free(own);
    free(chosen);
    free(matters);
    return status;
}

static int find_derivatives(struct bh_contain *contain, struct bh_progress *progress, struct bh_error *err)
{
    struct bh_contain_sensitivity *all = contain->sensitivity;
    for (size_t p = 0; p < contain->policies_count; p++) {
        struct bh_stack stack = stack_of(contain, p);
        struct bh_error too_large = {0};
        if (bh_sensitivity_of(&stack, contain->wish.trials.threads, &all->policies[p], &too_large) != 0) {
            bh_sensitivity_free(&all->policies[p]);
            if (too_large.code != BH_ERROR_NUMERIC)
                return bh_fail_again(err, &too_large);
        }
        rank(contain, p);
        bh_progress_step(progress);
    }
    return 0;
}

int bh_contain_find_sensitivity(struct bh_contain *contain, struct bh_error *err)
{
    struct bh_contain_sensitivity *all = contain->sensitivity = bh_allocate(1, sizeof *all);
    size_t count = contain->policies_count;
    bool shows = contain->wish.shows_progress;
    all->boundary = choose_boundary(contain);
    all->policies = bh_allocate(count, sizeof *all->policies);
    all->order = bh_allocate(count * contain->scenario->catalog->parameters_count, sizeof *all->order);
    all->order_count = bh_allocate(count, sizeof *all->order_count);
    struct bh_progress *progress = bh_progress_start("policies differentiated by uncertain numbers", count, shows);
    int status = find_derivatives(contain, progress, err);
    bh_progress_end(progress);
    if (status != 0)
        return -1;
    progress = bh_progress_start("seeking the values at which policies swap places", 0, shows);
    status = find_swaps(contain, err);
    bh_progress_end(progress);
    return status;
}

void bh_contain_free_sensitivity(struct bh_contain *contain)
{
    struct bh_contain_sensitivity *all = contain->sensitivity;
    if (all == NULL)
        return;
    for (size_t p = 0; p < contain->policies_count; p++)
        bh_sensitivity_free(&all->policies[p]);
    free(all->policies);
    free(all->order);
    free(all->order_count);
    free(all->swaps);
    free(all);
    contain->sensitivity = NULL;
}
