/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Follows errors from every origin of every policy, exactly and by chance. */
#include "sim/containment/followed.h"

#include "models/catalog/system.h"
#include "models/containment/monte_carlo.h"
#include "sim/containment/answers.h"
#include "sim/containment/prices.h"
#include "sim/containment/raised.h"
#include "sim/containment/rare.h"
#include "sim/containment/sensitivity.h"
#include "sim/containment/silent.h"
#include "sim/runs/progress.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void name_row(struct bh_contain_row *row, const struct bh_contain *contain,
                     const struct bh_contain_policy *policy, const struct bh_origin *origin)
{
    const struct bh_zone *zone = &policy->model->tree->zones[origin->zone];
    if (zone->enclave >= 0)
        row->zone = bh_print_text("%s of %s", zone->template->name, bh_contain_enclave(contain, zone->enclave)->name);
    else
        row->zone = bh_copy_text(zone->template->name);
    bool at_once = origin->ending == BH_ENDING_SIGNALLED_AT_ONCE;
    bool is_software = bh_error_kind_is_software(origin->kind);
    static const char *const short_names[] = {"sw. data", "sw. instr.", "sw. oper.", "sw. flow"}; /* 120 columns */
    enum bh_error_kind wrong = bh_error_kind_wrong(origin->kind);
    snprintf(row->kind, sizeof row->kind, "%s%s%s", is_software ? short_names[wrong] : bh_error_kind_names[wrong],
             origin->also_host_kernel ? " + host" : "", at_once ? ", detected" : "");
}

static int open_policy(struct bh_contain *contain, struct bh_contain_policy *policy, const struct bh_policy_spec *spec,
                       struct bh_error *err)
{
    const struct bh_scenario *scenario = contain->scenario;
    policy->spec = spec;
    policy->stack = bh_scenario_stack(scenario, (size_t)(spec - scenario->policies), contain->class, false);
    policy->model = bh_scenario_model(scenario, &policy->stack, contain->class, err);
    if (policy->model == NULL)
        return -1;
    policy->streams =
        bh_fault_streams_create(scenario->catalog, policy->model, contain->tenants, bh_scenario_fault_choice(scenario),
                                policy->stack.host_kernel, policy->stack.guest_kernel);
    policy->origins = bh_origins_of_all_zones(policy->model, policy->streams);
    policy->rows = bh_allocate(policy->origins.count, sizeof *policy->rows);
    double total = policy->origins.error_rate;
    for (size_t i = 0; i < policy->origins.count; i++) {
        name_row(&policy->rows[i], contain, policy, &policy->origins.entry[i].origin);
        policy->rows[i].share = total > 0.0 ? policy->origins.entry[i].rate / total : 0.0;
    }
    return 0;
}

/* Origins differ much in the size of their chains: they are shared out one by one. */
static void follow_exactly(struct bh_contain_policy *policy, unsigned threads, struct bh_progress *progress)
{
    struct bh_error *errors = bh_allocate(policy->origins.count, sizeof *errors);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (size_t i = 0; i < policy->origins.count; i++) {
        bh_containment_exact(policy->model, policy->origins.entry[i].origin, &policy->rows[i].exact, &errors[i]);
#pragma omp critical(bh_contain_progress)
        bh_progress_step(progress);
    }
    for (size_t i = 0; i < policy->origins.count; i++) {
        policy->rows[i].has_exact = errors[i].code == BH_ERROR_NONE;
        policy->exact_count += policy->rows[i].has_exact;
        if (!policy->rows[i].has_exact && policy->too_large == NULL)
            policy->too_large = bh_copy_text(errors[i].text);
    }
    free(errors);
}

/* Where the exact chain is too large, simulation goes on in its place. */
static void simulate(struct bh_contain *contain, struct bh_contain_policy *policy, size_t i)
{
    struct bh_contain_row *row = &policy->rows[i];
    row->has_simulated = true;
    row->simulated = bh_containment_monte_carlo(policy->model, policy->origins.entry[i].origin, contain->wish.trials);
    if (row->has_exact)
        bh_containment_compare(&row->exact, &row->simulated, &contain->agreement);
    bh_contain_seek_rare(contain, policy, i);
}

static void follow(struct bh_contain *contain, struct bh_contain_policy *policy, struct bh_progress *progress)
{
    size_t count = policy->origins.count;
    struct bh_containment *exact = bh_allocate(count, sizeof *exact), *simulated = bh_allocate(count, sizeof *exact);
    if (contain->wish.exact)
        follow_exactly(policy, contain->wish.trials.threads, progress);
    for (size_t i = 0; i < count; i++) {
        struct bh_contain_row *row = &policy->rows[i];
        if (contain->wish.monte_carlo || !row->has_exact)
            simulate(contain, policy, i);
        if (contain->wish.monte_carlo)
            bh_progress_step(progress);
        exact[i] = row->exact;
        simulated[i] = row->has_simulated ? row->simulated : row->exact;
        for (int b = 0; b < BH_BOUNDARIES; b++)
            if (row->rare[b].hits > 0)
                exact[i].beyond[b] = simulated[i].beyond[b] = row->rare[b].probability;
    }
    policy->exact_mix = bh_containment_mix(&policy->origins, exact);
    policy->simulated_mix = bh_containment_mix(&policy->origins, simulated);
    free(exact);
    free(simulated);
}

static void follow_all(struct bh_contain *contain)
{
    size_t answers = 0;
    for (size_t p = 0; p < contain->policies_count; p++)
        answers += contain->policies[p].origins.count * ((size_t)contain->wish.exact + contain->wish.monte_carlo);
    struct bh_progress *progress = bh_progress_start("answers", answers, contain->wish.shows_progress);
    for (size_t p = 0; p < contain->policies_count; p++)
        follow(contain, &contain->policies[p], progress);
    bh_progress_end(progress);
}

struct bh_contain *bh_contain_create(const struct bh_scenario *scenario, const struct bh_contain_wish *wish,
                                     struct bh_error *err)
{
    struct bh_contain *contain = bh_allocate(1, sizeof *contain);
    contain->scenario = scenario;
    contain->wish = *wish;
    contain->partition = scenario->enclaves[wish->enclave].partition;
    contain->class = scenario->partitions.partition[contain->partition].class;
    contain->tenants = bh_scenario_tenants(scenario, contain->class);
    contain->agreement = (struct bh_agreement){1.0, 0, NULL};
    contain->policies_count = wish->policies_count > 0 ? wish->policies_count : scenario->policies_count;
    contain->policies = bh_allocate(contain->policies_count, sizeof *contain->policies);
    for (size_t p = 0; p < contain->policies_count; p++) {
        const struct bh_policy_spec *spec = wish->policies_count > 0 ? wish->policies[p] : &scenario->policies[p];
        if (open_policy(contain, &contain->policies[p], spec, err) != 0) {
            bh_contain_destroy(contain);
            return NULL;
        }
    }
    if (wish->sensitivity && !bh_contain_has_rates(&contain->policies[0])) {
        bh_fail(err, BH_ERROR_INPUT, "--sensitivity: %s has no faults at random, whose rates would weigh the outcomes",
                scenario->file);
        bh_contain_destroy(contain);
        return NULL;
    }
    follow_all(contain);
    struct bh_progress *progress = bh_progress_start("following silent errors", 0, wish->shows_progress);
    contain->silent = bh_contain_silent_create(contain, err);
    contain->raises = bh_contain_raises_create(contain);
    bh_progress_end(progress);
    if (contain->silent == NULL) {
        bh_contain_destroy(contain);
        return NULL;
    }
    if ((wish->sensitivity && bh_contain_find_sensitivity(contain, err) != 0) ||
        (wish->prices && (contain->prices = bh_contain_prices_create(contain, err)) == NULL)) {
        bh_contain_destroy(contain);
        return NULL;
    }
    return contain;
}

void bh_contain_destroy(struct bh_contain *contain)
{
    if (contain == NULL)
        return;
    for (size_t p = 0; contain->policies != NULL && p < contain->policies_count; p++) {
        struct bh_contain_policy *policy = &contain->policies[p];
        bh_node_model_destroy(policy->model);
        bh_node_stack_free(&policy->stack);
        bh_fault_streams_destroy(policy->streams);
        for (size_t i = 0; policy->rows != NULL && i < policy->origins.count; i++)
            free(policy->rows[i].zone);
        free(policy->rows);
        bh_origins_free(&policy->origins);
        free(policy->too_large);
    }
    bh_contain_free_sensitivity(contain);
    bh_contain_prices_destroy(contain->prices);
    bh_contain_raises_destroy(contain->raises);
    bh_contain_silent_destroy(contain->silent);
    free(contain->policies);
    free(contain->tenants);
    free(contain);
}
