/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is said of one policy at one point: every number that tables, JSON and figures show. */
#pragma once

#include "analysis/measures/statistics.h"
#include "analysis/reader/view.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_measures {
    size_t replicas,
        unfinished;   /* unfinished: given up, or, unless they count as done, with a wrong result, which are ... */
    size_t not_right; /* ... so many of them */
    /* NaN if any replica is unfinished: the mean of the rest would flatter. */
    struct bh_estimate makespan_s, net_overhead, slowdown;
    /* Useful native node-seconds per node-second, finished or not. */
    struct bh_estimate work_rate;
    /* Paired differences from the reference policy (protection first of the same system): of net overhead, or of the
     * work rate where either is unfinished. All NaN for the reference itself. */
    struct bh_estimate difference;
    bool difference_is_rate;
    double correlation; /* of the paired replicas; NaN if either does not vary */
    double price;

    double interruptions, uptime_s;              /* sums over replicas; uptime: detection and recovery left out */
    struct bh_estimate mtti_s;                   /* uptime per interruption; infinite mean: no interruption seen */
    double checkpoint_time_s;                    /* of the dearest level; NaN: none */
    double restart_time_s;                       /* mean over the scopes of the failures seen; NaN: none */
    struct bh_estimate faults, errors, failures; /* per replica */
    struct bh_estimate unchangeable;             /* share of errors that no policy could have changed */
    struct bh_estimate wrong;                    /* share of replicas whose result is wrong */
    struct bh_estimate right;                    /* share of replicas that came to an end with a right result */
    struct bh_estimate wrong_per_node_s;         /* such ends per node-second that the enclave held */
    struct bh_estimate verification;             /* share of its node-time that went into verifying data */
    struct bh_estimate right_node_s;             /* node-time of all replicas for each right result */
    double silent_errors, struck_while_down, simultaneous_losses; /* sums over replicas; NaN: not recorded */
};

/* Silent errors and verifications of an enclave, of a scenario in which one verifies its data: means per replica. */
struct bh_silent_measures {
    struct bh_estimate verifications, found, rollbacks, beginnings;
    struct bh_estimate corrupt;                    /* share of replicas that ended with a wrong result */
    double detection_delay_s;                      /* mean over the errors found; NaN: none */
    double tainted_ranks_mean, tainted_ranks_most; /* the mean over replicas, the most of all; NaN: none */
};
/* False, and nothing written, when the file has no such numbers. */
bool bh_measure_silent(const struct bh_view *view, size_t policy, size_t point, size_t enclave,
                       struct bh_silent_measures *measures);

/* Mean over replicas of a metric by enclave and replica, for tables that show it as it is; none where it is not recorded. */
struct bh_estimate bh_measure_mean(const struct bh_view *view, enum bh_metric_name metric, size_t policy, size_t point,
                                   size_t enclave);

/* Measures of a policy for one enclave at a point. */
void bh_measure(const struct bh_view *view, size_t policy, size_t point, size_t enclave, struct bh_measures *measures);

/* Whether results can be wrong: silent errors were seen at any point, under any policy. */
bool bh_can_be_wrong(const struct bh_view *view);

/* Share of errors whose system extent is at most `scope`. */
struct bh_estimate bh_measure_containment(const struct bh_view *view, size_t policy, size_t point, size_t scope);
/* Share of errors whose largest extent is exactly `scope`; `extent` is view->numbers[BH_METRIC_system_extent] or ->application_extent. */
struct bh_estimate bh_measure_extent(const struct bh_view *view, const double *extent, size_t policy, size_t point,
                                     size_t scope);
/* Share of the errors not masked at their origin that went beyond a boundary. */
struct bh_estimate bh_measure_escape(const struct bh_view *view, size_t policy, size_t point, size_t boundary);
/* The same to be told: where none was seen, never 0 but the exact chain's ratio, with the bound that none of `exposed`
 * sets. */
struct bh_escape {
    struct bh_estimate ratio; /* without errors to count there is no interval */
    double seen, exposed;     /* sums over replicas */
    bool is_exact;            /* the ratio is the chain's */
};
struct bh_escape bh_measure_escape_or_exact(const struct bh_view *view, size_t policy, size_t point, size_t boundary);

/* Interaction: what the simulation says less what the chain does, of containment at a scope and of an escape ratio. Errors
 * meet outages and each other in the one and not in the other. NaN where the file does not tell: errors by script are
 * not those that the chain weighs. */
struct bh_deviation bh_measure_containment_interaction(const struct bh_view *view, size_t policy, size_t point,
                                                       size_t scope);
struct bh_deviation bh_measure_escape_interaction(const struct bh_view *view, size_t policy, size_t point,
                                                  size_t boundary);

/* Probability that more enclaves are lost at once than the scenario accepts; only with view->numbers[BH_METRIC_unacceptable]. */
struct bh_estimate bh_measure_unacceptable(const struct bh_view *view, size_t policy, size_t point);
/* Share of an enclave's node-time that went into a part of the ledger. */
struct bh_estimate bh_measure_part(const struct bh_view *view, size_t policy, size_t point, size_t enclave,
                                   size_t part);
