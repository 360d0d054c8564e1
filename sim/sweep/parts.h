/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that merge a store share; nobody else includes it. */
#ifndef BH_SIM_SWEEP_PARTS_H
#define BH_SIM_SWEEP_PARTS_H

#include "sim/results/hdf5_writer.h"
#include "sim/sweep/progress_state.h"

/* A replica's rows, [policy][cell], in mapped memory, and the record they are part of. */
struct bh_merge_row {
    const double *row;
    const struct bh_record_head *head;
    uint64_t place; /* of the replica in the record */
};

struct bh_merge {
    const struct bh_plan *plan;
    size_t policies;
    struct bh_state state;
    const double **point_rows;         /* [point] */
    struct bh_merge_row *replica_rows; /* [point * plan->replicas + replica] */
    uint64_t *counts;                  /* [point]: replicas that count */
    uint64_t replicas;                 /* the most of them */
};

/* Names of the axes of arrays by policy and point; returns how many. `axes` has BH_RESULTS_MOST_AXES entries. */
size_t bh_merge_axes(const struct bh_merge *merge, const char **axes);
/* Attributes, provenance, axes and coordinates. */
void bh_merge_write_head(const struct bh_merge *merge, struct bh_results *results);
/* A metric of use BH_OVER_REPLICAS. */
void bh_merge_write_statistic(const struct bh_merge *merge, const struct bh_metric *metric, struct bh_results *results);
void bh_merge_write_causes(const struct bh_merge *merge, struct bh_results *results);

#endif
