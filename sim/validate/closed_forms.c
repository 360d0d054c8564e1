/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The closed forms, one function per scenario of experiments/validate. */
#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/containment/isolation.h"
#include "models/cost/interval.h"
#include "models/cost/slowdown.h"
#include "models/times/distribution.h"
#include "models/words/scope.h"
#include "sim/runs/point.h"
#include "sim/setup/setup.h"
#include "sim/sweep/run.h"
#include "sim/validate/parts.h"

#include <gsl/gsl_min.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct bh_fault_class *bh_validation_striking(const struct bh_scenario *scenario)
{
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f])
            return &scenario->catalog->faults[f];
    return NULL;
}

double bh_validation_rate(const struct bh_scenario *scenario, enum bh_mend mend)
{
    double rate = 0.0;
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f] && scenario->catalog->faults[f].mend == mend)
            rate += scenario->catalog->faults[f].rate.value * (double)scenario->nodes;
    return rate;
}

/* --- Arithmetic ------------------------------------------------------------------------------------------------------ */

/* Checkpoints at every multiple of the interval, in useful wall-clock time, that lies before the end of the work. */
static double checkpoints_before_end(double useful_s, double interval_s)
{
    return ceil(useful_s / interval_s * (1.0 - 1e-12)) - 1.0;
}

static double fault_free_s(const struct bh_point *resolved, const struct bh_setup *setup)
{
    const struct bh_scenario *scenario = resolved->scenario;
    const struct bh_slowdown *slowdown = &setup->enclaves[0].pace[1].slowdown;
    const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL],
                                    *storage = &scenario->checkpoint[BH_LEVEL_STORAGE];
    double noise = setup->enclaves[0].pace[1].noise_per_step_s / scenario->enclaves[0].application->step_s.value;
    double useful_s = scenario->work_s * (slowdown->compute + slowdown->virtualization + slowdown->guards + noise);
    return useful_s + checkpoints_before_end(useful_s, local->interval_s) * local->write_s +
           checkpoints_before_end(useful_s, storage->interval_s) * storage->write_s;
}

void bh_validation_compare_fault_free(const struct bh_run *run, struct bh_validation *validation)
{
    const struct bh_point *resolved = run->campaign->resolved[0];
    double native_s = fault_free_s(resolved, resolved->setups[resolved->scenario->baseline]);
    for (size_t p = 0; p < resolved->scenario->policies_count; p++) {
        const char *policy = resolved->scenario->policies[p].name;
        double expected_s = fault_free_s(resolved, resolved->setups[p]);
        double simulated_s = bh_validation_number(run, BH_METRIC_fault_free_makespan, 0, p, 0);
        snprintf(bh_validation_add(validation, BH_EVIDENCE_EXACT, "s", expected_s, simulated_s)->name,
                 sizeof validation->cases->name, "makespan, %s", policy);
        snprintf(bh_validation_add(validation, BH_EVIDENCE_EXACT, "1", expected_s / native_s,
                                   simulated_s / bh_validation_number(run, BH_METRIC_native_makespan, 0, p, 0))
                     ->name,
                 sizeof validation->cases->name, "1 + price, %s", policy);
    }
}

/* The failure strikes at `at_s`: after k checkpoints, and what was computed since the last of them is done again. */
static double one_failure_s(const struct bh_point *resolved, const struct bh_setup *setup, bool takes_node)
{
    const struct bh_scenario *scenario = resolved->scenario;
    const struct bh_recovery_numbers *recovery = &scenario->catalog->recovery;
    const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL];
    double cycle_s = local->interval_s + local->write_s, at_s = scenario->script[0].at_s;
    double boot_s = setup->policy->system->guest_kernel != NULL ? setup->policy->system->guest_boot_s.value : 0.0;
    double outage_s = recovery->detection_s.value + (takes_node ? recovery->node_reboot_s.value : 0.0) + boot_s +
                      recovery->process_restart_s.value + local->read_s;
    return scenario->work_s + checkpoints_before_end(scenario->work_s, local->interval_s) * local->write_s +
           fmod(at_s, cycle_s) + outage_s;
}

void bh_validation_compare_one_failure(const struct bh_run *run, struct bh_validation *validation)
{
    const struct bh_point *resolved = run->campaign->resolved[0];
    for (size_t p = 0; p < resolved->scenario->policies_count; p++) {
        const struct bh_setup *setup = resolved->setups[p];
        bool is_native = setup->policy->system->guest_kernel == NULL;
        bool takes_node =
            is_native || bh_scope_within(BH_SCOPE_NODE, setup->policy->policy->disposition[BH_GUEST_KERNEL]);
        snprintf(bh_validation_add(validation, BH_EVIDENCE_EXACT, "s", one_failure_s(resolved, setup, takes_node),
                                   bh_validation_number(run, BH_METRIC_elapsed, 0, p, 0))
                     ->name,
                 sizeof validation->cases->name, "makespan, %s", resolved->scenario->policies[p].name);
    }
}

/* Two equal flows share a link equally, and start and end together: each checkpoint takes twice as long. */
void bh_validation_compare_shared_storage(const struct bh_run *run, struct bh_validation *validation)
{
    const struct bh_point *resolved = run->campaign->resolved[0];
    const struct bh_scenario *scenario = resolved->scenario;
    double bytes = 0.0;
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        bytes += resolved->setups[0]->enclaves[e].checkpoint_bytes * (double)scenario->nodes;
    double write_s = bytes / resolved->facts.storage_write_bandwidth;
    double count = checkpoints_before_end(scenario->work_s, scenario->checkpoint[BH_LEVEL_STORAGE].interval_s);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        snprintf(bh_validation_add(validation, BH_EVIDENCE_EXACT, "s", scenario->work_s + count * write_s,
                                   bh_run_value(run, BH_METRIC_fault_free_makespan, 0, 0, 0)[e])
                     ->name,
                 sizeof validation->cases->name, "makespan, enclave %s", scenario->enclaves[e].name);
}

/* --- Statistics ------------------------------------------------------------------------------------------------------ */

/* Rate of everything that strikes the machine: hardware on nodes and spares; under native, the kernel and the
 * processes of each node. */
static double fault_rate(const struct bh_scenario *scenario)
{
    double rate = 0.0;
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f])
            rate += scenario->catalog->faults[f].rate.value * (double)(scenario->nodes + scenario->spares);
    if (!scenario->software_faults)
        return rate;
    const struct bh_enclave_spec *enclave = &scenario->enclaves[0];
    double processes = (double)(enclave->guests_per_node * enclave->processes_per_guest);
    return rate +
           (scenario->policies[0].host_kernel->fault_rate.value + processes * enclave->application->fault_rate.value) *
               (double)scenario->nodes;
}

void bh_validation_compare_counts(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        double replicas = (double)resolved->scenario->replicas, sum = 0.0, squares = 0.0;
        for (uint64_t r = 0; r < resolved->scenario->replicas; r++)
            sum += bh_validation_number(run, BH_METRIC_faults, s, 0, r);
        for (uint64_t r = 0; r < resolved->scenario->replicas; r++)
            squares += pow(bh_validation_number(run, BH_METRIC_faults, s, 0, r) - sum / replicas, 2.0);
        struct bh_validation_case *count =
            bh_validation_add(validation, BH_EVIDENCE_COUNT, "1",
                              fault_rate(resolved->scenario) * resolved->scenario->horizon_s * replicas, sum);
        snprintf(count->name, sizeof count->name, "faults, %s", bh_validation_label(run, s));
        count->samples = sum;
        count->error = sqrt(sum);
        struct bh_validation_case *variance = bh_validation_add(validation, BH_EVIDENCE_VARIANCE, "1", 1.0,
                                                                squares / (replicas - 1.0) / (sum / replicas));
        snprintf(variance->name, sizeof variance->name, "variance / mean of faults, %s", bh_validation_label(run, s));
        variance->samples = replicas;
        variance->error = variance->simulated * sqrt(2.0 / (replicas - 1.0));
    }
}

void bh_validation_compare_daly(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_scenario *scenario = resolved->scenario;
        const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL];
        double restart_s = scenario->catalog->recovery.process_restart_s.value + local->read_s;
        double expected_s = bh_daly_makespan_s(scenario->work_s, local->interval_s, local->write_s, restart_s,
                                               1.0 / fault_rate(scenario));
        struct bh_validation_case *added =
            bh_validation_add_mean(validation, run, s, "s", expected_s, bh_validation_elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan, MTTI of %s intervals", bh_validation_label(run, s));
    }
}

/* What strikes while the node boots (D) does nothing, during the relaunch and the restore (R) it begins the outage anew. So a
 * chunk W with its checkpoint C takes e^(lambda R) (1/lambda + D) (e^(lambda (W + C)) - 1). */
void bh_validation_compare_downtime(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_scenario *scenario = run->campaign->resolved[s]->scenario;
        const struct bh_recovery_numbers *recovery = &scenario->catalog->recovery;
        const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL];
        double rate = fault_rate(scenario), restart_s = recovery->process_restart_s.value + local->read_s;
        double chunk_s = exp(rate * restart_s) * (1.0 / rate + recovery->node_reboot_s.value) *
                         expm1(rate * (local->interval_s + local->write_s));
        struct bh_validation_case *added = bh_validation_add_mean(
            validation, run, s, "s", scenario->work_s / local->interval_s * chunk_s, bh_validation_elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan, reboots of %s", bh_validation_label(run, s));
    }
}

struct chunk {
    double checkpoint_s, mtti_s;
};

/* Of Daly's makespan all that depends on the interval, by its logarithm. */
static double cost_of_interval(double log_interval, void *context)
{
    const struct chunk *chunk = context;
    return bh_daly_makespan_s(1.0, exp(log_interval), chunk->checkpoint_s, 0.0, chunk->mtti_s);
}

/* By golden sections, to the square root of rounding; the rule is Lambert's function. */
static double best_interval_s(struct chunk chunk)
{
    double low = log(chunk.checkpoint_s) - 5.0, high = log(chunk.mtti_s) + 1.0;
    gsl_function function = {cost_of_interval, &chunk};
    gsl_min_fminimizer *minimizer = gsl_min_fminimizer_alloc(gsl_min_fminimizer_goldensection);
    double best = NAN;
    if (gsl_min_fminimizer_set(minimizer, &function, log(bh_interval_young_s(chunk.checkpoint_s, chunk.mtti_s)), low,
                               high) == 0) {
        for (int i = 0; i < 60 && gsl_min_fminimizer_iterate(minimizer) == 0; i++)
            continue;
        best = exp(gsl_min_fminimizer_x_minimum(minimizer));
    }
    gsl_min_fminimizer_free(minimizer);
    return best;
}

/* The interval that `exact` chooses, and the makespan with it. */
void bh_validation_compare_interval(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_scenario *scenario = resolved->scenario;
        const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL];
        double mtti_s = 1.0 / fault_rate(scenario), chosen_s = resolved->setups[0]->enclaves[0].interval_work_s;
        double best_s = best_interval_s((struct chunk){local->write_s, mtti_s});
        struct bh_validation_case *added = bh_validation_add(validation, BH_EVIDENCE_EXACT, "s", best_s, chosen_s);
        added->tolerance = 1e-6;
        snprintf(added->name, sizeof added->name, "best interval, MTTI of %s", bh_validation_label(run, s));
        /* With a chunk at the end that is shorter, and its checkpoint. */
        double restart_s = scenario->catalog->recovery.process_restart_s.value + local->read_s;
        double whole_s = floor(scenario->work_s / chosen_s) * chosen_s, rest_s = scenario->work_s - whole_s;
        double expected_s = bh_daly_makespan_s(whole_s, chosen_s, local->write_s, restart_s, mtti_s) +
                            bh_daly_makespan_s(rest_s, rest_s, local->write_s, restart_s, mtti_s);
        added = bh_validation_add_mean(validation, run, s, "s", expected_s, bh_validation_elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan with it, MTTI of %s", bh_validation_label(run, s));
    }
}

/* Of a fresh machine no node has failed by t with probability e^(-n H(t)). */
void bh_validation_compare_first_failure(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_scenario *scenario = run->campaign->resolved[s]->scenario;
        const struct bh_fault_class *class = bh_validation_striking(scenario);
        double replicas = (double)run->campaign->replicas, spared = 0.0;
        for (uint64_t r = 0; r < run->campaign->replicas; r++)
            spared += bh_validation_number(run, BH_METRIC_faults, s, 0, r) == 0.0;
        double hazard = bh_distribution_cumulative_hazard(&class->arrival.distribution, scenario->horizon_s);
        struct bh_validation_case *added = bh_validation_add(validation, BH_EVIDENCE_SHARE, "1",
                                                             exp(-(double)scenario->nodes * hazard), spared / replicas);
        added->samples = replicas;
        added->error = sqrt(added->simulated * (1.0 - added->simulated) / replicas);
        snprintf(added->name, sizeof added->name, "no failure by then, %s", bh_validation_label(run, s));
    }
}

/* Each segment of work is done when it has been verified and saved, whatever strikes meanwhile. */
void bh_validation_compare_silent(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_scenario *scenario = resolved->scenario;
        const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL];
        double hardware_rate = 0.0;
        for (size_t f = 0; f < scenario->catalog->faults_count; f++)
            if (scenario->fault_enabled[f])
                hardware_rate += scenario->catalog->faults[f].rate.value * (double)scenario->nodes;
        struct bh_verified_segment segment = {
            .verification_s = scenario->enclaves[0].verification.cost_s,
            .checkpoint_s = local->write_s,
            .failure_rate = hardware_rate,
            .silent_rate = fault_rate(scenario) - hardware_rate,
            .recovery_s = scenario->catalog->recovery.process_restart_s.value + local->read_s,
            .rollback_s = local->read_s,
        };
        double expected_s = scenario->work_s / local->interval_s * bh_verified_segment_s(&segment, local->interval_s);
        struct bh_validation_case *added =
            bh_validation_add_mean(validation, run, s, "s", expected_s, bh_validation_elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan, %s", bh_validation_label(run, s));
    }
}

/* Cells [first, last] of a metric, summed over a policy's replicas. */
static double sum_of(const struct bh_run *run, enum bh_metric_name metric, size_t policy, int first, int last)
{
    double sum = 0.0;
    for (uint64_t r = 0; r < run->campaign->replicas; r++)
        for (int i = first; i <= last; i++)
            sum += bh_run_value(run, metric, 0, policy, r)[i];
    return sum;
}

static void add_share(struct bh_validation *validation, const char *policy, const char *what, double expected,
                      double part, double whole)
{
    struct bh_validation_case *added = bh_validation_add(validation, BH_EVIDENCE_SHARE, "1", expected, part / whole);
    added->samples = whole;
    added->error = sqrt(added->simulated * (1.0 - added->simulated) / whole);
    snprintf(added->name, sizeof added->name, "%s, %s", what, policy);
}

/* What lies within a node and what is beyond it cannot differ here: no disposition reaches further. */
void bh_validation_compare_lone_errors(const struct bh_run *run, struct bh_validation *validation)
{
    const struct bh_point *resolved = run->campaign->resolved[0];
    for (size_t p = 0; p < resolved->scenario->policies_count; p++) {
        const struct bh_isolation *isolation = &resolved->setups[p]->isolation;
        const char *policy = resolved->scenario->policies[p].name;
        double errors = sum_of(run, BH_METRIC_system_extent, p, 0, BH_SCOPES - 1);
        for (int s = BH_SCOPE_NONE; s != BH_SCOPE_NODE; s++) {
            char what[32];
            snprintf(what, sizeof what, "within %s", bh_scope_names[s]);
            add_share(validation, policy, what, isolation->coverage[s], sum_of(run, BH_METRIC_system_extent, p, 0, s),
                      errors);
        }
        for (int b = BH_PROCESS_KERNEL; b < BH_NODE_NODE; b++) {
            char what[32];
            snprintf(what, sizeof what, "beyond %s", bh_boundary_names[b]);
            add_share(validation, policy, what, isolation->escape[b], sum_of(run, BH_METRIC_escape_seen, p, b, b),
                      sum_of(run, BH_METRIC_escape_exposed, p, b, b));
        }
    }
}
