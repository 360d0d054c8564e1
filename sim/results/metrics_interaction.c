/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Interaction: what errors that meet outages and each other do otherwise than the exact chain's single ones. */
#include "sim/results/parts.h"

#include <math.h>

/* A share of errors beside the exact chain's. The standard error has replicas as clusters,
 * sqrt(sum (y_i - R x_i)^2 / (n (n - 1))) / mean(x), and is never below that of as many independent errors. */
static double interaction(const struct bh_metric_cell *cell, double (*part)(const struct bh_metric_cell *),
                          double (*whole)(const struct bh_metric_cell *), double exact, bool wants_error)
{
    struct bh_metric_cell at = *cell;
    const uint64_t replicas = cell->stage->scenario->replicas;
    double parts = 0.0, wholes = 0.0, squares = 0.0, n = (double)replicas;
    if (cell->stage->scenario->script_count > 0) /* its errors are not those that the chain weighs */
        return NAN;
    for (at.at[BH_AXIS_REPLICA] = 0; at.at[BH_AXIS_REPLICA] < replicas; at.at[BH_AXIS_REPLICA]++) {
        parts += part(&at);
        wholes += whole(&at);
    }
    if (!wants_error || wholes <= 0.0)
        return wholes > 0.0 ? parts / wholes - exact : NAN;
    for (at.at[BH_AXIS_REPLICA] = 0; at.at[BH_AXIS_REPLICA] < replicas; at.at[BH_AXIS_REPLICA]++)
        squares += pow(part(&at) - parts / wholes * whole(&at), 2.0);
    double clustered = sqrt(squares / (n * (n - 1.0))) / (wholes / n);
    return fmax(n > 1.0 ? clustered : 0.0, sqrt(exact * (1.0 - exact) / wholes));
}

double bh_metric_escape_seen(const struct bh_metric_cell *cell)
{
    return bh_metric_tallies(cell)->escape_seen[cell->at[BH_AXIS_BOUNDARY]];
}

double bh_metric_escape_exposed(const struct bh_metric_cell *cell)
{
    return bh_metric_tallies(cell)->escape_exposed[cell->at[BH_AXIS_BOUNDARY]];
}

double bh_metric_escape_exact(const struct bh_metric_cell *cell)
{
    return bh_metric_isolation(cell)->escape[cell->at[BH_AXIS_BOUNDARY]];
}

double bh_metric_containment_exact(const struct bh_metric_cell *cell)
{
    return bh_metric_isolation(cell)->coverage[cell->at[BH_AXIS_SCOPE]];
}

static double within_scope(const struct bh_metric_cell *cell)
{
    double sum = 0.0;
    for (size_t s = 0; s <= cell->at[BH_AXIS_SCOPE]; s++)
        sum += bh_metric_tallies(cell)->system_extent[s];
    return sum;
}

static double of_all_scopes(const struct bh_metric_cell *cell)
{
    struct bh_metric_cell last = *cell;
    last.at[BH_AXIS_SCOPE] = BH_SCOPES - 1;
    return within_scope(&last);
}

double bh_metric_escape_interaction(const struct bh_metric_cell *cell)
{
    return interaction(cell, bh_metric_escape_seen, bh_metric_escape_exposed, bh_metric_escape_exact(cell), false);
}

double bh_metric_escape_interaction_error(const struct bh_metric_cell *cell)
{
    return interaction(cell, bh_metric_escape_seen, bh_metric_escape_exposed, bh_metric_escape_exact(cell), true);
}

double bh_metric_containment_interaction(const struct bh_metric_cell *cell)
{
    return interaction(cell, within_scope, of_all_scopes, bh_metric_containment_exact(cell), false);
}

double bh_metric_containment_interaction_error(const struct bh_metric_cell *cell)
{
    return interaction(cell, within_scope, of_all_scopes, bh_metric_containment_exact(cell), true);
}
