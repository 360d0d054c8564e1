/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* An enclave as models/silent/pattern.h knows jobs, and what was chosen for it put into its setup. */
#include "sim/setup/pattern.h"

#include "models/catalog/application.h"
#include "models/catalog/lookup.h"
#include "models/catalog/recovery.h"
#include "models/catalog/zone_numbers.h"
#include "models/containment/isolation.h"
#include "models/words/scope.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/questions.h"
#include "sim/setup/setup.h"

#include <math.h>

/* Mean time from a failure that the nearest level survives to work again, the restore left out: of nodes those that come back. */
static double outage_s(const struct bh_enclave_setup *enclave, double usual_s)
{
    const struct bh_isolation *isolation = enclave->node->isolation;
    const double *loss_rate = &isolation->loss_rate[enclave->spec->tenant * BH_SCOPES];
    double rates = 0.0, down = 0.0;
    for (enum bh_scope scope = BH_SCOPE_NONE; scope != BH_SCOPES; scope++) {
        if (scope == BH_SCOPE_NONE || !bh_scope_within(scope, BH_SCOPE_NODE))
            continue;
        double gone = scope == BH_SCOPE_NODE ? isolation->repair_rate[enclave->spec->tenant] : 0.0;
        double rate = fmax(0.0, loss_rate[scope] - gone);
        rates += rate;
        down += rate * (isnan(enclave->restart_s[scope]) ? usual_s : enclave->restart_s[scope]);
    }
    return rates > 0.0 ? down / rates : usual_s;
}

/* Levels behind the nearest, each for what those before it do not survive. */
static void add_levels(const struct bh_enclave_setup *enclave, double spare_s, struct bh_pattern_job *job)
{
    double *rate = &job->failure_rate;
    enum bh_level nearest = bh_setup_nearest_level(enclave);
    *rate = 1.0 / enclave->mtti_s[nearest];
    for (int level = (int)nearest + 1; level < BH_LEVELS; level++) {
        double spacing_s = (double)enclave->every[level] * enclave->interval_work_s * enclave->wall_per_work;
        if (enclave->every[level] == 0 || spacing_s >= job->work_s)
            continue;
        struct bh_pattern_level *farther = &job->farther[job->farther_count++];
        *farther = (struct bh_pattern_level){.spacing_s = spacing_s,
                                             .write_s = enclave->write_s[level],
                                             .failure_rate = 1.0 / enclave->mtti_s[level],
                                             .recovery_s = spare_s + enclave->read_s[level],
                                             .read_s = enclave->read_s[level]};
        *rate = fmax(0.0, *rate - farther->failure_rate);
        rate = &farther->failure_rate;
    }
}

static struct bh_pattern_job job_of(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const struct bh_recovery_numbers *recovery = bh_setup_recovery(setup);
    enum bh_level nearest = bh_setup_nearest_level(enclave);
    double usual_s = recovery->detection_s.value + recovery->process_restart_s.value;
    struct bh_pattern_job job = {
        .work_s = enclave->spec->work_s * enclave->wall_per_work,
        .matters = bh_catalog_errors(setup->scenario->catalog)->matters.value,
        .verify_s = enclave->verification.cost_s,
        .recall = enclave->verification.recall,
        .latency_s = enclave->verification.latency_s,
        .knows_age = enclave->verification.knows_age,
        .returns = enclave->verification.returns,
        .write_s = enclave->write_s[nearest],
        .recovery_s = outage_s(enclave, usual_s) + enclave->read_s[nearest],
        .read_s = enclave->read_s[nearest],
        .relaunch_s = recovery->process_restart_s.value,
        .silent_rate = enclave->node->isolation->silent_rate[enclave->spec->tenant] * (double)enclave->nodes,
        .failures_spare_rest = setup->scenario->faults_spare_rest,
        .silent_spares_rest = setup->scenario->faults_spare_rest,
    };
    /* Lost nodes are taken to find a spare, if there are any: how long others wait for repair is not foreseen. */
    double spare_s = setup->scenario->spares > 0 ? recovery->spare_activation_s.value : 0.0;
    double boot_s = enclave->spec->is_native ? 0.0 : enclave->node->guest_boot_s;
    add_levels(enclave, usual_s + boot_s + spare_s, &job);
    return job;
}

/* What the scenario gives stays. */
static struct bh_pattern_wish wish_of(const struct bh_setup *setup, const struct bh_enclave_setup *enclave)
{
    const struct bh_checkpoint_spec *checkpoint = &setup->scenario->checkpoint[bh_setup_nearest_level(enclave)];
    const struct bh_verification_spec *verification = &enclave->verification;
    struct bh_pattern_wish wish = {.target = setup->scenario->trust,
                                   .least_piece_s = enclave->spec->application->step_s.value * enclave->wall_per_work,
                                   .keep = checkpoint->has_keep ? checkpoint->keep : 0,
                                   .is_verified = verification->rule != BH_VERIFY_NEVER,
                                   .verifications = verification->per_checkpoint};
    if (checkpoint->rule != BH_INTERVAL_EXACT)
        wish.intervals = (uint64_t)fmax(1.0, ceil(enclave->spec->work_s / enclave->interval_work_s * (1.0 - 1e-9)));
    return wish;
}

/* Farther levels keep the time between their checkpoints, as far as whole intervals allow. */
static void take(const struct bh_setup *setup, struct bh_enclave_setup *enclave, bool is_given)
{
    const struct bh_pattern *pattern = &enclave->trust.pattern;
    double before_s = enclave->interval_work_s; /* INFINITY: no level was written */
    if (!is_given)
        enclave->interval_work_s =
            pattern->intervals > 1 ? enclave->spec->work_s / (double)pattern->intervals : INFINITY;
    enum bh_level nearest = bh_setup_nearest_level(enclave);
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        double every = round((double)enclave->every[level] * before_s / enclave->interval_work_s);
        if (enclave->every[level] > 0)
            enclave->every[level] = (uint64_t)fmin(fmax(1.0, every), 0x1p53);
        if (!setup->scenario->checkpoint[level].has_keep)
            enclave->keep[level] = pattern->keep;
    }
    enclave->every[nearest] = 1;
    for (enum bh_level level = 0; level < BH_LEVELS && isinf(enclave->interval_work_s); level++)
        enclave->every[level] = 0;
    enclave->verification.per_checkpoint = pattern->verifications;
    if (pattern->verifications == 0)
        enclave->verification.rule = BH_VERIFY_NEVER;
}

void bh_setup_fill_pattern(const struct bh_setup *setup, struct bh_enclave_setup *enclave)
{
    if (bh_has_trust(setup->scenario) && bh_setup_nearest_level(enclave) < BH_LEVELS) {
        struct bh_pattern_job job = job_of(setup, enclave);
        struct bh_pattern_wish wish = wish_of(setup, enclave);
        enclave->trust = bh_pattern_choose(&job, &wish);
        take(setup, enclave, wish.intervals > 0);
    }
    double each_s = enclave->interval_work_s;
    if (isinf(each_s)) /* the end of the work is verified as the end of an interval is */
        each_s = enclave->spec->work_s;
    if (enclave->verification.rule == BH_VERIFY_BEFORE_CHECKPOINT && enclave->verification.per_checkpoint > 1)
        enclave->verify_every_work_s = each_s / (double)enclave->verification.per_checkpoint;
}
