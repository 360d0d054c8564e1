/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of the metrics share. */
#ifndef BH_SIM_METRICS_PARTS_H
#define BH_SIM_METRICS_PARTS_H

#include "sim/metrics.h"

static inline const struct bh_replica_record *bh_metric_record(const struct bh_metric_cell *cell)
{
    return &cell->stage->records[cell->policy * cell->stage->scenario->replicas + cell->at[BH_AXIS_REPLICA]];
}

static inline const struct bh_isolation *bh_metric_isolation(const struct bh_metric_cell *cell)
{
    return &cell->stage->setups[cell->policy]->isolation;
}

/* sim/metrics_interaction.c: simulated less exact, at a boundary or scope, and the standard error. */
double bh_metric_escape_interaction(const struct bh_metric_cell *cell);
double bh_metric_escape_interaction_error(const struct bh_metric_cell *cell);
double bh_metric_containment_interaction(const struct bh_metric_cell *cell);
double bh_metric_containment_interaction_error(const struct bh_metric_cell *cell);

#endif
