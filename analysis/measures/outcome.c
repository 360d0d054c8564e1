/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether a run is done, and what it cost then. */
#include "analysis/measures/outcome.h"

#include <math.h>

/* `enclave` is a row of [cell][enclave], `run` one of [cell][enclave][replica]; node_s: what useful work is held against. */
static struct bh_outcome outcome_of(const struct bh_view *view, double *const *numbers, size_t enclave, size_t run,
                                    double node_s)
{
    const double *wrong = numbers[BH_METRIC_sdc];
    struct bh_outcome outcome = {.is_wrong = !view->wrong_is_done && wrong != NULL && wrong[run] != 0};
    outcome.is_done = numbers[BH_METRIC_finished][run] != 0 && !outcome.is_wrong;
    outcome.net_overhead =
        outcome.is_done ? numbers[BH_METRIC_makespan][run] / numbers[BH_METRIC_native_bare_makespan][enclave] - 1 : NAN;
    outcome.work_rate = outcome.is_wrong ? 0 : numbers[BH_METRIC_useful_work][run] / node_s;
    return outcome;
}

struct bh_outcome bh_outcome_at_point(const struct bh_view *view, size_t cell, size_t enclave, size_t replica)
{
    size_t row = cell * view->enclave.count + enclave, run = row * view->replica.count + replica;
    const double *parts = view->numbers[BH_METRIC_node_time];
    /* A view of the values of an uncertain number has no node-time: nothing records it there. */
    double node_s = parts == NULL ? view->numbers[BH_METRIC_elapsed][run] : 0;
    for (size_t p = 0; parts != NULL && p < view->part.count; p++)
        node_s += parts[run * view->part.count + p];
    return outcome_of(view, view->numbers, row, run, node_s);
}

struct bh_outcome bh_outcome_at_value(const struct bh_view *view, size_t policy, size_t value, size_t enclave,
                                      size_t replica)
{
    size_t row = (policy * view->uncertainty.axis.count + value) * view->enclave.count + enclave,
           run = row * view->replica.count + replica;
    return outcome_of(view, view->uncertainty.numbers, row, run, view->uncertainty.numbers[BH_METRIC_elapsed][run]);
}
