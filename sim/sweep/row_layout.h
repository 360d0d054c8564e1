/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of one policy as a row of numbers, which is what a sweep stores of a simulation. */
#pragma once

#include "sim/campaign/campaign.h"
#include "sim/results/metrics.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_layout_entry {
    const struct bh_metric *metric;
    size_t offset, cells; /* in the row */
    size_t axes_count;    /* the metric's own axes without replicas, in its order */
    enum bh_metric_axis axis[BH_METRIC_MOST_AXES];
    size_t replica_place; /* where among the metric's axes the replicas stand */
};

/* Either the metrics of one replica, or those of a point that replicas do not change. */
struct bh_layout {
    bool by_replica;
    size_t count;
    struct bh_layout_entry *entry;
    size_t length; /* of the row */
    size_t sizes[BH_METRIC_AXES];
};

/* Metrics of verification are in every layout, so that an axis may come to vary it later; the others as the campaign says. */
void bh_layout_create(struct bh_layout *layout, const struct bh_campaign *campaign, bool by_replica);
void bh_layout_release(struct bh_layout *layout);
/* The row of one policy at a point that has run; NaN for enclaves that it does not have. */
void bh_layout_fill(const struct bh_layout *layout, const struct bh_campaign *campaign, const struct bh_point *resolved,
                    size_t point, size_t policy, double *row);
/* Where a metric begins in the row; SIZE_MAX if it has none. */
size_t bh_layout_offset(const struct bh_layout *layout, enum bh_metric_name metric);
