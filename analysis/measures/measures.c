/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers of one policy at one point, from the arrays of a results file. */
#include "analysis/measures/measures.h"

#include "analysis/measures/bootstrap.h"
#include "analysis/measures/outcome.h"
#include "analysis/reader/view_points.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t cell_of(const struct bh_view *view, size_t policy, size_t point)
{
    return policy * view->points + point;
}

/* Row of [cell][enclave][replica]. */
static const double *enclave_row(const struct bh_view *view, const double *array, size_t cell, size_t enclave)
{
    return array + (cell * view->enclave.count + enclave) * view->replica.count;
}

struct bh_estimate bh_measure_mean(const struct bh_view *view, enum bh_metric_name metric, size_t policy, size_t point,
                                   size_t enclave)
{
    const double *array = view->numbers[metric];
    return array == NULL ? bh_estimate_none
                         : bh_mean_by(view->resamples, enclave_row(view, array, cell_of(view, policy, point), enclave),
                                      view->replica.count);
}

static double sum_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

/* Column `index` of [replica][width], and the sum over the width, as lists over replicas. */
static void split(const double *table, size_t replicas, size_t width, size_t first, size_t last, double *parts,
                  double *wholes)
{
    for (size_t r = 0; r < replicas; r++) {
        parts[r] = sum_of(table + r * width + first, last - first + 1);
        wholes[r] = sum_of(table + r * width, width);
    }
}

/* Share of the columns first..last in [cell][replica][width]. */
static struct bh_estimate share_of_columns(const struct bh_view *view, const double *table, size_t width, size_t first,
                                           size_t last)
{
    size_t replicas = view->replica.count;
    double *parts = bh_allocate(2 * replicas, sizeof *parts), *wholes = parts + replicas;
    split(table, replicas, width, first, last, parts, wholes);
    struct bh_estimate estimate = bh_share(parts, wholes, replicas);
    free(parts);
    return estimate;
}

struct bh_estimate bh_measure_containment(const struct bh_view *view, size_t policy, size_t point, size_t scope)
{
    size_t width = view->scope.count;
    return share_of_columns(
        view, view->numbers[BH_METRIC_system_extent] + cell_of(view, policy, point) * view->replica.count * width,
        width, 0, scope);
}

struct bh_estimate bh_measure_extent(const struct bh_view *view, const double *extent, size_t policy, size_t point,
                                     size_t scope)
{
    size_t width = view->scope.count;
    return share_of_columns(view, extent + cell_of(view, policy, point) * view->replica.count * width, width, scope,
                            scope);
}

/* Numbers of errors beyond a boundary and of those that might be, per replica; the caller frees the first. */
static double *count_escapes(const struct bh_view *view, size_t policy, size_t point, size_t boundary)
{
    size_t replicas = view->replica.count, width = view->boundary.count;
    size_t offset = cell_of(view, policy, point) * replicas * width + boundary;
    double *parts = bh_allocate(2 * replicas, sizeof *parts), *wholes = parts + replicas;
    for (size_t r = 0; r < replicas; r++) {
        parts[r] = view->numbers[BH_METRIC_escape_seen][offset + r * width];
        wholes[r] = view->numbers[BH_METRIC_escape_exposed][offset + r * width];
    }
    return parts;
}

struct bh_estimate bh_measure_escape(const struct bh_view *view, size_t policy, size_t point, size_t boundary)
{
    size_t replicas = view->replica.count;
    double *parts = count_escapes(view, policy, point, boundary);
    struct bh_estimate estimate = bh_share(parts, parts + replicas, replicas);
    free(parts);
    return estimate;
}

static double exact_escape(const struct bh_view *view, size_t policy, size_t point, size_t boundary)
{
    return view->numbers[BH_METRIC_escape_exact][cell_of(view, policy, point) * view->boundary.count + boundary];
}

struct bh_escape bh_measure_escape_or_exact(const struct bh_view *view, size_t policy, size_t point, size_t boundary)
{
    size_t replicas = view->replica.count;
    double *parts = count_escapes(view, policy, point, boundary);
    struct bh_escape escape = {.ratio = bh_share(parts, parts + replicas, replicas),
                               .seen = sum_of(parts, replicas),
                               .exposed = sum_of(parts + replicas, replicas)};
    if (escape.seen == 0) { /* NaN where the chain has no such boundary, or no errors but those of a script */
        escape.ratio.mean = exact_escape(view, policy, point, boundary);
        escape.is_exact = isfinite(escape.ratio.mean);
    }
    free(parts);
    return escape;
}

struct bh_deviation bh_measure_escape_interaction(const struct bh_view *view, size_t policy, size_t point,
                                                  size_t boundary)
{
    size_t replicas = view->replica.count;
    double *parts = count_escapes(view, policy, point, boundary);
    double exact =
        view->numbers[BH_METRIC_script_extent_exact] == NULL ? exact_escape(view, policy, point, boundary) : NAN;
    struct bh_deviation deviation = bh_share_deviation(parts, parts + replicas, replicas, exact);
    free(parts);
    return deviation;
}

struct bh_deviation bh_measure_containment_interaction(const struct bh_view *view, size_t policy, size_t point,
                                                       size_t scope)
{
    size_t replicas = view->replica.count, width = view->scope.count, cell = cell_of(view, policy, point);
    double *parts = bh_allocate(2 * replicas, sizeof *parts);
    split(view->numbers[BH_METRIC_system_extent] + cell * replicas * width, replicas, width, 0, scope, parts,
          parts + replicas);
    bool is_told =
        view->numbers[BH_METRIC_containment_exact] != NULL && view->numbers[BH_METRIC_script_extent_exact] == NULL;
    struct bh_deviation deviation =
        bh_share_deviation(parts, parts + replicas, replicas,
                           is_told ? view->numbers[BH_METRIC_containment_exact][cell * width + scope] : NAN);
    free(parts);
    return deviation;
}

struct bh_estimate bh_measure_part(const struct bh_view *view, size_t policy, size_t point, size_t enclave, size_t part)
{
    size_t replicas = view->replica.count, width = view->part.count;
    const double *table = view->numbers[BH_METRIC_node_time] +
                          (cell_of(view, policy, point) * view->enclave.count + enclave) * replicas * width;
    double *parts = bh_allocate(2 * replicas, sizeof *parts), *wholes = parts + replicas;
    split(table, replicas, width, part, part, parts, wholes);
    struct bh_estimate estimate = bh_ratio(parts, wholes, replicas);
    free(parts);
    return estimate;
}

/* Runs that are not done. */
struct not_done {
    size_t all, wrong; /* wrong: among these */
};

/* Net overhead and work rate, by which policies are compared, per replica. */
static struct not_done measure_replicas(const struct bh_view *view, size_t cell, size_t enclave, double *overhead,
                                        double *rate)
{
    struct not_done not_done = {0};
    for (size_t r = 0; r < view->replica.count; r++) {
        struct bh_outcome outcome = bh_outcome_at_point(view, cell, enclave, r);
        not_done.all += !outcome.is_done;
        not_done.wrong += outcome.is_wrong;
        overhead[r] = outcome.net_overhead;
        rate[r] = outcome.work_rate;
    }
    return not_done;
}

static void compare(const struct bh_view *view, size_t policy, size_t point, size_t enclave, const double *overhead,
                    const double *rate, struct bh_measures *measures)
{
    measures->difference = bh_estimate_none;
    measures->correlation = NAN;
    size_t reference = bh_view_reference(view, policy), replicas = view->replica.count;
    if (reference == policy)
        return;
    double *other = bh_allocate(2 * replicas, sizeof *other), *other_rate = other + replicas;
    struct not_done others = measure_replicas(view, cell_of(view, reference, point), enclave, other, other_rate);
    measures->difference_is_rate = others.all > 0 || measures->unfinished > 0;
    const double *left = measures->difference_is_rate ? rate : overhead;
    const double *right = measures->difference_is_rate ? other_rate : other;
    measures->difference = bh_paired_difference_by(view->resamples, left, right, replicas);
    measures->correlation = bh_correlation(left, right, replicas);
    free(other);
}

/* Expected restart time of the failures seen, weighted by their scopes. */
static double mean_restart(const struct bh_view *view, size_t cell, size_t enclave)
{
    if (view->numbers[BH_METRIC_restart_time] == NULL)
        return NAN;
    size_t scopes = view->scope.count, replicas = view->replica.count;
    const double *time = view->numbers[BH_METRIC_restart_time] + (cell * view->enclave.count + enclave) * scopes;
    double weighted = 0, weights = 0;
    for (size_t r = 0; r < replicas; r++)
        for (size_t s = 0; s < scopes; s++) {
            double failures = view->numbers[BH_METRIC_failures][(cell * replicas + r) * scopes + s];
            if (failures > 0 && isfinite(time[s])) {
                weighted += failures * time[s];
                weights += failures;
            }
        }
    return weighted / weights;
}

static double dearest_checkpoint(const struct bh_view *view, size_t cell, size_t enclave)
{
    double dearest = NAN;
    for (size_t l = 0; view->numbers[BH_METRIC_checkpoint_time] != NULL && l < view->level.count; l++)
        dearest = fmax(
            dearest,
            view->numbers[BH_METRIC_checkpoint_time][(cell * view->enclave.count + enclave) * view->level.count + l]);
    return dearest;
}

/* Parts of the ledger in which the enclave does not run. */
static bool is_outage(const char *part)
{
    static const char *const outages[] = {"detection", "restart", "restore", "repair-and-spare-wait"};
    for (size_t i = 0; i < BH_COUNT(outages); i++)
        if (strcmp(part, outages[i]) == 0)
            return true;
    return false;
}

/* Time that the enclave ran, or of a service its parts on average: interruptions happen only then. */
static double uptime_s(const struct bh_view *view, size_t cell, size_t enclave, size_t replica)
{
    size_t row = (cell * view->enclave.count + enclave) * view->replica.count + replica;
    const double *parts = view->numbers[BH_METRIC_node_time] + row * view->part.count;
    double all = 0.0, out = 0.0;
    for (size_t p = 0; p < view->part.count; p++) {
        if (strcmp(view->part.labels[p], "idle-spares") == 0)
            continue;
        all += parts[p];
        out += is_outage(view->part.labels[p]) ? parts[p] : 0.0;
    }
    return all > 0.0 ? view->numbers[BH_METRIC_elapsed][row] * (1.0 - out / all)
                     : view->numbers[BH_METRIC_elapsed][row];
}

static double optional_sum(const double *array, size_t cell, size_t replicas)
{
    return array == NULL ? NAN : sum_of(array + cell * replicas, replicas);
}

static void measure_faults(const struct bh_view *view, size_t cell, struct bh_measures *measures)
{
    size_t replicas = view->replica.count, scopes = view->scope.count;
    measures->faults = bh_mean_by(view->resamples, view->numbers[BH_METRIC_faults] + cell * replicas, replicas);
    measures->errors = bh_mean_by(view->resamples, view->numbers[BH_METRIC_errors] + cell * replicas, replicas);
    measures->unchangeable = bh_share(view->numbers[BH_METRIC_unchangeable_errors] + cell * replicas,
                                      view->numbers[BH_METRIC_errors] + cell * replicas, replicas);
    double *failures = bh_allocate(replicas, sizeof *failures);
    for (size_t r = 0; r < replicas; r++)
        failures[r] = sum_of(view->numbers[BH_METRIC_failures] + (cell * replicas + r) * scopes, scopes);
    measures->failures = bh_mean_by(view->resamples, failures, replicas);
    free(failures);
    measures->silent_errors = optional_sum(view->numbers[BH_METRIC_silent_errors], cell, replicas);
    measures->struck_while_down = optional_sum(view->numbers[BH_METRIC_struck_while_down], cell, replicas);
    measures->simultaneous_losses = optional_sum(view->numbers[BH_METRIC_simultaneous_losses], cell, replicas);
}

bool bh_can_be_wrong(const struct bh_view *view)
{
    const double *silent = view->numbers[BH_METRIC_silent_errors], *wrong = view->numbers[BH_METRIC_sdc];
    size_t cells = view->policy.count * view->points * view->replica.count;
    for (size_t i = 0; silent != NULL && i < cells; i++)
        if (silent[i] > 0)
            return true;
    for (size_t i = 0; wrong != NULL && i < cells * view->enclave.count; i++)
        if (wrong[i] > 0)
            return true;
    return false;
}

/* What was spent on runs that are given up, or wrong, is spent on those that are right. */
static struct bh_estimate node_s_per_right(const double *node_s, size_t parts, const double *finished,
                                           const double *wrong, size_t replicas)
{
    double *spent = bh_allocate(2 * replicas, sizeof *spent), *right = spent + replicas;
    for (size_t r = 0; r < replicas; r++) {
        spent[r] = sum_of(node_s + r * parts, parts);
        right[r] = finished[r] != 0 && (wrong == NULL || wrong[r] == 0);
    }
    struct bh_estimate estimate = bh_ratio(spent, right, replicas);
    free(spent);
    return estimate;
}

static void measure_wrong(const struct bh_view *view, size_t policy, size_t point, size_t enclave,
                          struct bh_measures *measures)
{
    size_t cell = cell_of(view, policy, point), replicas = view->replica.count, parts = view->part.count;
    const double *node_s =
        view->numbers[BH_METRIC_node_time] + (cell * view->enclave.count + enclave) * replicas * parts;
    size_t verification = bh_view_find_label(&view->part, "verification");
    measures->wrong = measures->wrong_per_node_s = measures->verification = bh_estimate_none;
    const double *finished = enclave_row(view, view->numbers[BH_METRIC_finished], cell, enclave), *sdc = NULL;
    double ended = sum_of(finished, replicas);
    measures->right = bh_share_exact(ended, (double)replicas);
    if (view->numbers[BH_METRIC_sdc] != NULL)
        sdc = enclave_row(view, view->numbers[BH_METRIC_sdc], cell, enclave);
    measures->right_node_s = node_s_per_right(node_s, parts, finished, sdc, replicas);
    if (verification < parts)
        measures->verification = bh_measure_part(view, policy, point, enclave, verification);
    if (sdc == NULL)
        return;
    double wrong = sum_of(sdc, replicas);
    measures->wrong = bh_share_exact(wrong, (double)replicas);
    measures->right = bh_share_exact(ended - wrong, (double)replicas); /* who is wrong has ended */
    measures->wrong_per_node_s = bh_rate_exact(wrong, sum_of(node_s, replicas * parts));
}

void bh_measure(const struct bh_view *view, size_t policy, size_t point, size_t enclave, struct bh_measures *measures)
{
    size_t cell = cell_of(view, policy, point), replicas = view->replica.count;
    bh_view_was_read(view);
    double *overhead = bh_allocate(2 * replicas, sizeof *overhead), *rate = overhead + replicas;
    *measures = (struct bh_measures){.replicas = replicas,
                                     .price = view->numbers[BH_METRIC_price][cell * view->enclave.count + enclave]};
    struct not_done not_done = measure_replicas(view, cell, enclave, overhead, rate);
    measures->unfinished = not_done.all;
    measures->not_right = not_done.wrong;
    measures->net_overhead = bh_mean_by(view->resamples, overhead, replicas);
    measures->slowdown = measures->net_overhead;
    measures->slowdown.mean += 1;
    measures->slowdown.low += 1;
    measures->slowdown.high += 1;
    measures->makespan_s =
        measures->unfinished > 0 ? bh_estimate_none : bh_measure_mean(view, BH_METRIC_makespan, policy, point, enclave);
    measures->work_rate = bh_mean_by(view->resamples, rate, replicas);
    compare(view, policy, point, enclave, overhead, rate, measures);
    free(overhead);

    const double *interruptions = enclave_row(view, view->numbers[BH_METRIC_interruptions], cell, enclave);
    double *uptime = bh_allocate(replicas, sizeof *uptime);
    for (size_t r = 0; r < replicas; r++)
        uptime[r] = uptime_s(view, cell, enclave, r);
    measures->interruptions = sum_of(interruptions, replicas);
    measures->uptime_s = sum_of(uptime, replicas);
    measures->mtti_s = bh_time_per_event(uptime, interruptions, replicas);
    free(uptime);
    measures->checkpoint_time_s = dearest_checkpoint(view, cell, enclave);
    measures->restart_time_s = mean_restart(view, cell, enclave);
    measure_faults(view, cell, measures);
    measure_wrong(view, policy, point, enclave, measures);
}

/* Weighted mean of what is a number; NaN where nothing is. `weights` NULL: all alike. */
static double mean_of_numbers(const double *values, const double *weights, size_t count)
{
    double sum = 0, whole = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i]))
            continue;
        sum += values[i] * (weights != NULL ? weights[i] : 1);
        whole += weights != NULL ? weights[i] : 1;
    }
    return sum / whole;
}

bool bh_measure_silent(const struct bh_view *view, size_t policy, size_t point, size_t enclave,
                       struct bh_silent_measures *measures)
{
    size_t replicas = view->replica.count, cell = cell_of(view, policy, point);
    if (view->numbers[BH_METRIC_verifications] == NULL || view->numbers[BH_METRIC_silent_found] == NULL ||
        view->numbers[BH_METRIC_silent_rollbacks] == NULL || view->numbers[BH_METRIC_silent_beginnings] == NULL ||
        view->numbers[BH_METRIC_detection_delay] == NULL || view->numbers[BH_METRIC_tainted_ranks_mean] == NULL ||
        view->numbers[BH_METRIC_tainted_ranks_most] == NULL || view->numbers[BH_METRIC_sdc] == NULL)
        return false;
    const double *found = enclave_row(view, view->numbers[BH_METRIC_silent_found], cell, enclave);
    const double *most = enclave_row(view, view->numbers[BH_METRIC_tainted_ranks_most], cell, enclave);
    *measures = (struct bh_silent_measures){
        .verifications = bh_measure_mean(view, BH_METRIC_verifications, policy, point, enclave),
        .found = bh_mean_by(view->resamples, found, replicas),
        .rollbacks = bh_measure_mean(view, BH_METRIC_silent_rollbacks, policy, point, enclave),
        .beginnings = bh_measure_mean(view, BH_METRIC_silent_beginnings, policy, point, enclave),
        .corrupt = bh_share_exact(sum_of(enclave_row(view, view->numbers[BH_METRIC_sdc], cell, enclave), replicas),
                                  (double)replicas),
        .detection_delay_s = mean_of_numbers(enclave_row(view, view->numbers[BH_METRIC_detection_delay], cell, enclave),
                                             found, replicas),
        .tainted_ranks_mean = mean_of_numbers(
            enclave_row(view, view->numbers[BH_METRIC_tainted_ranks_mean], cell, enclave), NULL, replicas),
        .tainted_ranks_most = NAN,
    };
    for (size_t r = 0; r < replicas; r++)
        if (!(measures->tainted_ranks_most >= most[r])) /* NaN gives way */
            measures->tainted_ranks_most = isnan(most[r]) ? measures->tainted_ranks_most : most[r];
    return true;
}

struct bh_estimate bh_measure_unacceptable(const struct bh_view *view, size_t policy, size_t point)
{
    double violated = 0.0;
    size_t replicas = view->replica.count;
    for (size_t r = 0; r < replicas; r++)
        violated += view->numbers[BH_METRIC_unacceptable][cell_of(view, policy, point) * replicas + r];
    return bh_share_exact(violated, (double)replicas);
}
