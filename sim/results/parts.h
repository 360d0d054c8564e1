/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of the metrics share. */
#ifndef BH_SIM_RESULTS_PARTS_H
#define BH_SIM_RESULTS_PARTS_H

#include "sim/results/metrics.h"

static inline const struct bh_replica_record *bh_metric_record(const struct bh_metric_cell *cell)
{
    return &cell->stage->records[cell->policy * cell->stage->scenario->replicas + cell->at[BH_AXIS_REPLICA]];
}

static inline const struct bh_isolation *bh_metric_isolation(const struct bh_metric_cell *cell)
{
    return &cell->stage->setups[cell->policy]->isolation;
}

static inline const struct bh_tallies *bh_metric_tallies(const struct bh_metric_cell *cell)
{
    return &bh_metric_record(cell)->tallies;
}

/* sim/results/metrics_interaction.c: errors exposed to a boundary and those of them seen beyond it; what the exact chain says at
 * a boundary or scope. */
double bh_metric_escape_seen(const struct bh_metric_cell *cell);
double bh_metric_escape_exposed(const struct bh_metric_cell *cell);
double bh_metric_escape_exact(const struct bh_metric_cell *cell);
double bh_metric_containment_exact(const struct bh_metric_cell *cell);
/* Simulated less exact, at a boundary or scope, and the standard error. */
double bh_metric_escape_interaction(const struct bh_metric_cell *cell);
double bh_metric_escape_interaction_error(const struct bh_metric_cell *cell);
double bh_metric_containment_interaction(const struct bh_metric_cell *cell);
double bh_metric_containment_interaction_error(const struct bh_metric_cell *cell);

#endif
