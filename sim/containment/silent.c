/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Silent errors to the end: found by a verification, or in the result. */
#include "sim/containment/silent.h"

#include "models/catalog/application.h"
#include "models/containment/isolation_cache.h"
#include "models/silent/course_exact.h"
#include "models/silent/course_monte_carlo.h"
#include "sim/containment/answers.h"
#include "sim/runs/probe.h"
#include "sim/setup/setup.h"

#include <stdlib.h>

static const uint64_t trials_most = 20000; /* each runs along a whole job */

/* A job of one enclave as models/silent/course.h knows it: all in wall-clock seconds. */
static struct bh_silent_course course_of(const struct bh_enclave_setup *setup)
{
    double wall = setup->wall_per_work, interval_s = setup->interval_work_s * wall;
    struct bh_silent_course course = {
        .work_s = setup->spec->work_s * wall,
        .interval_s = interval_s,
        .verify_every_s = isinf(setup->verify_every_work_s) ? interval_s : setup->verify_every_work_s * wall,
        .verifies_at_end = true,
        .verify_s = setup->verification.cost_s,
        .latency_s = setup->verification.latency_s,
        .recall = setup->verification.recall,
        .step_s = setup->spec->application->step_s.value * wall,
        .taint = setup->taint,
    };
    for (int l = 0; l < BH_LEVELS; l++)
        course.level[l] = (struct bh_course_level){setup->write_s[l], setup->every[l], setup->keep[l]};
    return course;
}

static int follow_enclave(struct bh_contain_silent *silent, struct bh_contain *contain,
                          const struct bh_enclave_setup *setup, struct bh_contain_course *course, struct bh_error *err)
{
    course->is_verified = setup->verification.rule != BH_VERIFY_NEVER;
    if (!course->is_verified)
        return 0;
    course->course = course_of(setup);
    course->interval_s = course->course.interval_s;
    if (bh_silent_course_check(&course->course, err) != 0)
        return -1;
    course->exact = bh_silent_course_exact(&course->course);
    course->has_simulated = silent->trials > 0;
    if (!course->has_simulated)
        return 0;
    course->simulated = bh_silent_course_monte_carlo(&course->course, contain->wish.trials.seed, silent->trials,
                                                     contain->wish.trials.threads);
    bh_silent_course_compare(&course->course, &course->exact, &course->simulated, &contain->agreement);
    return 0;
}

/* Enclaves whose data no error reaches are left out; of scripted errors alone the rates know nothing. */
static int follow_policy(struct bh_contain_silent *silent, struct bh_contain *contain, size_t policy,
                         const struct bh_setup *setup, struct bh_error *err)
{
    const struct bh_scenario *scenario = contain->scenario;
    struct bh_contain_silent_policy *followed = &silent->policies[policy];
    size_t tenants = bh_contain_tenants(contain);
    followed->courses = bh_allocate(tenants, sizeof *followed->courses);
    for (size_t t = 0; t < tenants; t++) {
        const struct bh_enclave_spec *spec = bh_contain_enclave(contain, (int)t);
        const struct bh_enclave_setup *enclave = &setup->enclaves[spec - scenario->enclaves];
        double rate = enclave->node->isolation->silent_rate[t] * (double)enclave->nodes;
        if (rate <= 0.0 && scenario->script_count == 0)
            continue;
        struct bh_contain_course *course = &followed->courses[followed->count++];
        course->enclave = spec;
        course->rate_per_s = rate;
        if (follow_enclave(silent, contain, enclave, course, err) != 0)
            return -1;
    }
    return 0;
}

/* A job with too many checkpoints and verifications to follow is said to be one, and the rest goes on. */
static int open_policy(struct bh_contain_silent *silent, struct bh_contain *contain, size_t policy,
                       const struct bh_platform_facts *facts, struct bh_isolation_cache *cache, struct bh_error *err)
{
    const struct bh_scenario *scenario = contain->scenario;
    struct bh_contain_silent_policy *followed = &silent->policies[policy];
    struct bh_error found = {0};
    followed->spec = contain->policies[policy].spec;
    struct bh_setup *setup =
        bh_setup_create(scenario, (size_t)(followed->spec - scenario->policies), facts, cache, &found);
    if (setup != NULL)
        follow_policy(silent, contain, policy, setup, &found);
    bh_setup_destroy(setup);
    if (found.code == BH_ERROR_NUMERIC)
        followed->too_large = bh_copy_text(found.text);
    else if (found.code != BH_ERROR_NONE)
        return bh_fail_again(err, &found);
    return 0;
}

struct bh_contain_silent *bh_contain_silent_create(struct bh_contain *contain, struct bh_error *err)
{
    const struct bh_scenario *scenario = contain->scenario;
    struct bh_contain_silent *silent = bh_allocate(1, sizeof *silent);
    silent->contain = contain;
    silent->policies = bh_allocate(contain->policies_count, sizeof *silent->policies);
    for (size_t t = 0; t < bh_contain_tenants(contain); t++)
        silent->any_verified =
            silent->any_verified || bh_contain_enclave(contain, (int)t)->verification.rule != BH_VERIFY_NEVER;
    if (!silent->any_verified)
        return silent;
    uint64_t wanted = contain->wish.trials.trials;
    silent->trials = !contain->wish.monte_carlo ? 0 : wanted < trials_most ? wanted : trials_most;
    struct bh_platform_facts facts = {0};
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    int status = bh_probe_platform(scenario, &facts, err);
    for (size_t p = 0; p < contain->policies_count && status == 0; p++)
        status = open_policy(silent, contain, p, &facts, cache, err);
    bh_isolation_cache_destroy(cache);
    if (status == 0)
        return silent;
    bh_contain_silent_destroy(silent);
    return NULL;
}

void bh_contain_silent_destroy(struct bh_contain_silent *silent)
{
    if (silent == NULL)
        return;
    for (size_t p = 0; p < silent->contain->policies_count; p++) {
        free(silent->policies[p].courses);
        free(silent->policies[p].too_large);
    }
    free(silent->policies);
    free(silent);
}
