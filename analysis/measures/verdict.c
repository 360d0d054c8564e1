/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Verdicts: from the exact chain, with what the replicas showed beside it. */
#include "analysis/measures/verdict.h"

#include "analysis/reader/view_points.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

bool bh_has_verdict(const struct bh_view *view)
{
    return view->reproduces_input && view->numbers[BH_METRIC_script_extent_exact] != NULL &&
           view->numbers[BH_METRIC_script_loss_exact] != NULL;
}

/* Sum of a row over the scopes from `node` up. */
static double node_and_above(const struct bh_view *view, const double *row)
{
    double sum = 0;
    for (size_t s = bh_view_find_label(&view->scope, "node"); s < view->scope.count; s++)
        sum += row[s];
    return sum;
}

static const char *text_of(double contained, double effects)
{
    if (contained < BH_LEAST_CONTAINED)
        return "not contained";
    return effects > BH_MOST_ISOLATED ? "crash contained, host effects" : "isolated";
}

void bh_find_verdict(const struct bh_view *view, size_t policy, size_t point, struct bh_verdict *verdict)
{
    size_t cell = policy * view->points + point, replicas = view->replica.count, scopes = view->scope.count;
    double *counts = bh_allocate(2 * replicas, sizeof *counts), *contained = counts + replicas;
    const double *errors = view->numbers[BH_METRIC_errors] + cell * replicas;
    *verdict = (struct bh_verdict){0};
    for (size_t r = 0; r < replicas; r++) {
        size_t row = (cell * replicas + r) * scopes;
        counts[r] = node_and_above(view, view->numbers[BH_METRIC_system_extent] + row);
        contained[r] = errors[r] - fmin(errors[r], node_and_above(view, view->numbers[BH_METRIC_failures] + row));
        verdict->effects += counts[r];
        verdict->contained += contained[r];
        verdict->errors += errors[r];
    }
    verdict->effects_seen = bh_share(counts, errors, replicas);
    verdict->contained_seen = bh_share(contained, errors, replicas);
    free(counts);
    verdict->effects_exact = node_and_above(view, view->numbers[BH_METRIC_script_extent_exact] + cell * scopes);
    /* The host's kernel is every enclave's: when it goes down, the primary loses the node as all do. */
    size_t primary = (cell * view->enclave.count + view->primary) * scopes;
    verdict->contained_exact = 1 - node_and_above(view, view->numbers[BH_METRIC_script_loss_exact] + primary);
    verdict->text = text_of(verdict->contained_exact, verdict->effects_exact);
}
