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

static const char *text_of(double down, double degraded)
{
    if (isnan(down))
        return "-";
    if (down > BH_MOST_DOWN)
        return "not contained";
    if (degraded > BH_MOST_ISOLATED)
        return "crash contained, host effects";
    return down > BH_MOST_ISOLATED ? "crash contained" : "isolated";
}

/* Affected, nothing down; nothing of the kind where nothing can be. */
static void find_degraded(const struct bh_view *view, size_t cell, struct bh_verdict *verdict)
{
    const double *seen = view->numbers[BH_METRIC_degraded_errors],
                 *exact = view->numbers[BH_METRIC_script_degraded_exact];
    size_t replicas = view->replica.count;
    if (seen == NULL || exact == NULL)
        return;
    for (size_t r = 0; r < replicas; r++)
        verdict->degraded += seen[cell * replicas + r];
    verdict->degraded_seen =
        bh_share(seen + cell * replicas, view->numbers[BH_METRIC_errors] + cell * replicas, replicas);
    verdict->degraded_exact = exact[cell];
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
    find_degraded(view, cell, verdict);
    verdict->text = text_of(1 - verdict->contained_exact, verdict->degraded_exact);
}
