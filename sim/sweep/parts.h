/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that merge a store share; nobody else includes it. */
#pragma once

#include "sim/results/hdf5_writer.h"
#include "sim/sweep/progress_state.h"

/* A replica's rows, [policy][cell], in mapped memory, and the record they are part of. */
struct bh_merge_row {
    const double *row;
    const struct bh_record_head *head;
    uint64_t place; /* of the replica in the record */
};

struct bh_merge {
    const struct bh_campaign *campaign;
    size_t policies;
    struct bh_state state;
    const double **point_rows;         /* [point] */
    struct bh_merge_row *replica_rows; /* [point * campaign->replicas + replica] */
    uint64_t *counts;                  /* [point]: replicas that count */
    uint64_t replicas;                 /* the most of them */
    size_t missing;                    /* units */
};

/* Points of the grid come first, then those of a study's uncertain number. */
static inline size_t bh_merge_points(const struct bh_merge *merge)
{
    return merge->campaign->points - merge->campaign->uncertain;
}
/* stored_rows.c: a replica's row under a policy, or one of a point; NULL where it is missing. */
const double *bh_merge_replica(const struct bh_merge *merge, size_t point, size_t policy, uint64_t replica);
const double *bh_merge_point(const struct bh_merge *merge, size_t point, size_t policy);

/* Reads what a store holds; nothing of it is copied, so that the view must outlive the merge. */
int bh_merge_create(struct bh_merge *merge, const struct bh_campaign *campaign, const struct bh_store_view *view,
                    struct bh_error *err);
void bh_merge_release(struct bh_merge *merge);
/* merge.c: fills a results file that was just created; errors stick to it (see bh_results_commit). */
void bh_merge_write(const struct bh_merge *merge, struct bh_results *results);

/* results_head.c: names of the axes of arrays by policy and point; returns how many. `axes` has BH_RESULTS_MOST_AXES
 * entries. */
size_t bh_merge_axes(const struct bh_merge *merge, const char **axes);
/* Attributes, provenance, axes and coordinates. */
void bh_merge_write_head(const struct bh_merge *merge, struct bh_results *results);
/* The axis of a study's uncertain number. */
void bh_merge_write_uncertainty_axis(const struct bh_merge *merge, struct bh_results *results);
/* merge_overheads.c, merge_interaction.c: values of a metric of use BH_OVER_REPLICAS, over [policy, point, its own axes]. */
void bh_merge_fill_overheads(const struct bh_merge *merge, enum bh_metric_name metric, double *values);
void bh_merge_fill_interaction(const struct bh_merge *merge, enum bh_metric_name metric, double *values);
/* merge_causes.c: the table of causes. */
void bh_merge_write_causes(const struct bh_merge *merge, struct bh_results *results);
