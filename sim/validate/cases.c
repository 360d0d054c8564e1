/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The closed forms, one function per scenario of experiments/validate. */
#include "sim/validate/cases.h"

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

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_min.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Arithmetic on clocks of up to 1e9 s in steps of seconds. */
static const double exact = 1e-9;

static struct bh_validation_case *add(struct bh_validation *validation, enum bh_evidence evidence, const char *unit,
                                      double expected, double simulated)
{
    validation->cases = bh_reallocate(validation->cases, validation->count + 1, sizeof *validation->cases);
    struct bh_validation_case *added = &validation->cases[validation->count++];
    *added = (struct bh_validation_case){.unit = unit,
                                         .evidence = evidence,
                                         .expected = expected,
                                         .simulated = simulated,
                                         .tolerance = evidence == BH_EVIDENCE_EXACT ? exact : 0.0};
    return added;
}

static const char *label_of(const struct bh_run *run, size_t point)
{
    return run->campaign->study->axes[0].values[run->campaign->resolved[point]->index[0]].label;
}

/* Of the first enclave, or of the machine, in one replica. */
static double number_of(const struct bh_run *run, enum bh_metric_name metric, size_t point, size_t policy,
                        uint64_t replica)
{
    return *bh_run_value(run, metric, point, policy, replica);
}

/* Mean of one number per replica of the first policy, with its standard error. */
static struct bh_validation_case *add_mean(struct bh_validation *validation, const struct bh_run *run, size_t point,
                                           const char *unit, double expected,
                                           double (*value)(const struct bh_run *run, size_t point, uint64_t replica))
{
    uint64_t count = run->campaign->replicas;
    double replicas = (double)count, mean = 0.0, squares = 0.0;
    for (uint64_t r = 0; r < count; r++)
        mean += value(run, point, r) / replicas;
    for (uint64_t r = 0; r < count; r++)
        squares += pow(value(run, point, r) - mean, 2.0);
    struct bh_validation_case *added = add(validation, BH_EVIDENCE_MEAN, unit, expected, mean);
    added->samples = replicas;
    added->error = sqrt(squares / (replicas - 1.0) / replicas);
    return added;
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

static void compare_fault_free(const struct bh_run *run, struct bh_validation *validation)
{
    const struct bh_point *resolved = run->campaign->resolved[0];
    double native_s = fault_free_s(resolved, resolved->setups[resolved->scenario->baseline]);
    for (size_t p = 0; p < resolved->scenario->policies_count; p++) {
        const char *policy = resolved->scenario->policies[p].name;
        double expected_s = fault_free_s(resolved, resolved->setups[p]);
        double simulated_s = number_of(run, BH_METRIC_fault_free_makespan, 0, p, 0);
        snprintf(add(validation, BH_EVIDENCE_EXACT, "s", expected_s, simulated_s)->name, sizeof validation->cases->name,
                 "makespan, %s", policy);
        snprintf(add(validation, BH_EVIDENCE_EXACT, "1", expected_s / native_s,
                     simulated_s / number_of(run, BH_METRIC_native_makespan, 0, p, 0))
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

static void compare_one_failure(const struct bh_run *run, struct bh_validation *validation)
{
    const struct bh_point *resolved = run->campaign->resolved[0];
    for (size_t p = 0; p < resolved->scenario->policies_count; p++) {
        const struct bh_setup *setup = resolved->setups[p];
        bool is_native = setup->policy->system->guest_kernel == NULL;
        bool takes_node =
            is_native || bh_scope_within(BH_SCOPE_NODE, setup->policy->policy->disposition[BH_GUEST_KERNEL]);
        snprintf(add(validation, BH_EVIDENCE_EXACT, "s", one_failure_s(resolved, setup, takes_node),
                     number_of(run, BH_METRIC_elapsed, 0, p, 0))
                     ->name,
                 sizeof validation->cases->name, "makespan, %s", resolved->scenario->policies[p].name);
    }
}

/* Two equal flows share a link equally, and start and end together: each checkpoint takes twice as long. */
static void compare_shared_storage(const struct bh_run *run, struct bh_validation *validation)
{
    const struct bh_point *resolved = run->campaign->resolved[0];
    const struct bh_scenario *scenario = resolved->scenario;
    double bytes = 0.0;
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        bytes += resolved->setups[0]->enclaves[e].checkpoint_bytes * (double)scenario->nodes;
    double write_s = bytes / resolved->facts.storage_write_bandwidth;
    double count = checkpoints_before_end(scenario->work_s, scenario->checkpoint[BH_LEVEL_STORAGE].interval_s);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        snprintf(add(validation, BH_EVIDENCE_EXACT, "s", scenario->work_s + count * write_s,
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

static void compare_counts(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        double replicas = (double)resolved->scenario->replicas, sum = 0.0, squares = 0.0;
        for (uint64_t r = 0; r < resolved->scenario->replicas; r++)
            sum += number_of(run, BH_METRIC_faults, s, 0, r);
        for (uint64_t r = 0; r < resolved->scenario->replicas; r++)
            squares += pow(number_of(run, BH_METRIC_faults, s, 0, r) - sum / replicas, 2.0);
        struct bh_validation_case *count =
            add(validation, BH_EVIDENCE_COUNT, "1",
                fault_rate(resolved->scenario) * resolved->scenario->horizon_s * replicas, sum);
        snprintf(count->name, sizeof count->name, "faults, %s", label_of(run, s));
        count->samples = sum;
        count->error = sqrt(sum);
        struct bh_validation_case *variance =
            add(validation, BH_EVIDENCE_VARIANCE, "1", 1.0, squares / (replicas - 1.0) / (sum / replicas));
        snprintf(variance->name, sizeof variance->name, "variance / mean of faults, %s", label_of(run, s));
        variance->samples = replicas;
        variance->error = variance->simulated * sqrt(2.0 / (replicas - 1.0));
    }
}

static double lost_share(const struct bh_run *run, size_t point, uint64_t replica)
{
    const struct bh_scenario *scenario = run->campaign->resolved[point]->scenario;
    return 1.0 - number_of(run, BH_METRIC_useful_work, point, 0, replica) /
                     ((double)scenario->nodes * number_of(run, BH_METRIC_elapsed, point, 0, replica));
}

/* With up times of mean M = 1/lambda and down times of mean m and mean square m2, the time down in [0, T] of a part that
 * begins up is U T - (1 - U)^2 lambda m2 / 2 once T is long against both; U = m / (M + m). */
static void compare_service(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_scenario *scenario = resolved->scenario;
        const struct bh_fault_class *class = NULL;
        for (size_t f = 0; f < scenario->catalog->faults_count; f++)
            if (scenario->fault_enabled[f])
                class = &scenario->catalog->faults[f];
        if (class == NULL)
            continue;
        double sigma = class->mend == BH_MEND_REPAIR ? class->repair_sigma.value : 0.0;
        double median_s = class->mend == BH_MEND_REPAIR ? class->repair_median_s.value
                                                        : scenario->catalog->recovery.node_reboot_s.value;
        double mean_s = median_s * exp(0.5 * sigma * sigma), square = pow(median_s, 2.0) * exp(2.0 * sigma * sigma);
        double rate = class->rate.value, down = mean_s / (1.0 / rate + mean_s);
        double expected = down - pow(1.0 - down, 2.0) * rate * square / 2.0 / scenario->horizon_s;
        struct bh_validation_case *added = add_mean(validation, run, s, "1", expected, lost_share);
        snprintf(added->name, sizeof added->name, "share of capacity lost, %s", label_of(run, s));
    }
}

static double elapsed_s(const struct bh_run *run, size_t point, uint64_t replica)
{
    return number_of(run, BH_METRIC_elapsed, point, 0, replica);
}

static void compare_daly(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_scenario *scenario = resolved->scenario;
        const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL];
        double restart_s = scenario->catalog->recovery.process_restart_s.value + local->read_s;
        double expected_s = bh_daly_makespan_s(scenario->work_s, local->interval_s, local->write_s, restart_s,
                                               1.0 / fault_rate(scenario));
        struct bh_validation_case *added = add_mean(validation, run, s, "s", expected_s, elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan, MTTI of %s intervals", label_of(run, s));
    }
}

/* The class that strikes, of which there is one. */
static const struct bh_fault_class *striking(const struct bh_scenario *scenario)
{
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f])
            return &scenario->catalog->faults[f];
    return NULL;
}

/* What strikes while the node boots (D) does nothing, during the relaunch and the restore (R) it begins the outage anew. So a
 * chunk W with its checkpoint C takes e^(lambda R) (1/lambda + D) (e^(lambda (W + C)) - 1). */
static void compare_downtime(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_scenario *scenario = run->campaign->resolved[s]->scenario;
        const struct bh_recovery_numbers *recovery = &scenario->catalog->recovery;
        const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL];
        double rate = fault_rate(scenario), restart_s = recovery->process_restart_s.value + local->read_s;
        double chunk_s = exp(rate * restart_s) * (1.0 / rate + recovery->node_reboot_s.value) *
                         expm1(rate * (local->interval_s + local->write_s));
        struct bh_validation_case *added =
            add_mean(validation, run, s, "s", scenario->work_s / local->interval_s * chunk_s, elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan, reboots of %s", label_of(run, s));
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
static void compare_interval(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_point *resolved = run->campaign->resolved[s];
        const struct bh_scenario *scenario = resolved->scenario;
        const struct bh_checkpoint_spec *local = &scenario->checkpoint[BH_LEVEL_LOCAL];
        double mtti_s = 1.0 / fault_rate(scenario), chosen_s = resolved->setups[0]->enclaves[0].interval_work_s;
        double best_s = best_interval_s((struct chunk){local->write_s, mtti_s});
        struct bh_validation_case *added = add(validation, BH_EVIDENCE_EXACT, "s", best_s, chosen_s);
        added->tolerance = 1e-6;
        snprintf(added->name, sizeof added->name, "best interval, MTTI of %s", label_of(run, s));
        /* With a chunk at the end that is shorter, and its checkpoint. */
        double restart_s = scenario->catalog->recovery.process_restart_s.value + local->read_s;
        double whole_s = floor(scenario->work_s / chosen_s) * chosen_s, rest_s = scenario->work_s - whole_s;
        double expected_s = bh_daly_makespan_s(whole_s, chosen_s, local->write_s, restart_s, mtti_s) +
                            bh_daly_makespan_s(rest_s, rest_s, local->write_s, restart_s, mtti_s);
        added = add_mean(validation, run, s, "s", expected_s, elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan with it, MTTI of %s", label_of(run, s));
    }
}

/* Of a fresh machine no node has failed by t with probability e^(-n H(t)). */
static void compare_first_failure(const struct bh_run *run, struct bh_validation *validation)
{
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_scenario *scenario = run->campaign->resolved[s]->scenario;
        const struct bh_fault_class *class = striking(scenario);
        double replicas = (double)run->campaign->replicas, spared = 0.0;
        for (uint64_t r = 0; r < run->campaign->replicas; r++)
            spared += number_of(run, BH_METRIC_faults, s, 0, r) == 0.0;
        double hazard = bh_distribution_cumulative_hazard(&class->arrival.distribution, scenario->horizon_s);
        struct bh_validation_case *added =
            add(validation, BH_EVIDENCE_SHARE, "1", exp(-(double)scenario->nodes * hazard), spared / replicas);
        added->samples = replicas;
        added->error = sqrt(added->simulated * (1.0 - added->simulated) / replicas);
        snprintf(added->name, sizeof added->name, "no failure by then, %s", label_of(run, s));
    }
}

/* Nodes and spares fail and are repaired independently, all exponentially: those down at t are binomial with
 * p = U (1 - e^(-(lambda + mu) t)), and as many parts are down as there are more of them than spares. */
static double parts_down(size_t nodes, size_t spares, double p)
{
    double down = 0.0;
    for (size_t d = spares; d < nodes + spares; d++)
        down += gsl_cdf_binomial_Q((unsigned)d, p, (unsigned)(nodes + spares));
    return down / (double)nodes;
}

static void compare_spares(const struct bh_run *run, struct bh_validation *validation)
{
    enum { STEPS = 20000 };
    for (size_t s = 0; s < run->campaign->points; s++) {
        const struct bh_scenario *scenario = run->campaign->resolved[s]->scenario;
        const struct bh_fault_class *class = striking(scenario);
        double rate = class->rate.value, mended = 1.0 / bh_distribution_mean_s(&class->repair.distribution), sum = 0.0;
        for (int i = 0; i < STEPS; i++) {
            double t = scenario->horizon_s * (i + 0.5) / STEPS;
            sum +=
                parts_down(scenario->nodes, scenario->spares, rate / (rate + mended) * -expm1(-(rate + mended) * t)) /
                STEPS;
        }
        struct bh_validation_case *added = add_mean(validation, run, s, "1", sum, lost_share);
        snprintf(added->name, sizeof added->name, "share of capacity that waits for a node, %s spares",
                 label_of(run, s));
    }
}

/* Each segment of work is done when it has been verified and saved, whatever strikes meanwhile. */
static void compare_silent(const struct bh_run *run, struct bh_validation *validation)
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
        struct bh_validation_case *added = add_mean(validation, run, s, "s", expected_s, elapsed_s);
        snprintf(added->name, sizeof added->name, "makespan, %s", label_of(run, s));
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
    struct bh_validation_case *added = add(validation, BH_EVIDENCE_SHARE, "1", expected, part / whole);
    added->samples = whole;
    added->error = sqrt(added->simulated * (1.0 - added->simulated) / whole);
    snprintf(added->name, sizeof added->name, "%s, %s", what, policy);
}

/* What lies within a node and what is beyond it cannot differ here: no disposition reaches further. */
static void compare_lone_errors(const struct bh_run *run, struct bh_validation *validation)
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

const struct bh_validation_group bh_validation_groups[] = {
    {"fault-free", "Makespan without faults: work, price and checkpoints", compare_fault_free},
    {"one-failure", "Makespan with one failure at a known time", compare_one_failure},
    {"shared-storage", "Two enclaves that write checkpoints to one storage system", compare_shared_storage},
    {"counts", "Faults over a fixed time: a Poisson process", compare_counts},
    {"service", "Capacity that a loss-tolerant service loses: alternating renewal", compare_service},
    {"daly", "Makespan under exponential failures: Daly's exact expression", compare_daly},
    {"downtime", "Makespan under exponential failures, with reboots in which nothing strikes", compare_downtime},
    {"interval", "The best interval between checkpoints", compare_interval},
    {"first-failure", "No failure of a fresh machine: Weibull arrivals", compare_first_failure},
    {"spares", "Nodes that wait for others to be repaired: independent nodes, some of them spare", compare_spares},
    {"silent", "Makespan under silent errors, verified before each checkpoint", compare_silent},
    {"lone-errors", "Errors that meet nothing else: the exact chain", compare_lone_errors},
    {0},
};
