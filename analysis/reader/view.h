/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A results file in memory: arrays by name, over policies and points of the varied axes. */
#pragma once

#include "models/base/error.h"
#include "models/base/metric_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One axis; `numbers` is NULL when the labels are words. Labels of numbers are printed numbers. */
struct bh_view_axis {
    char *name;
    char *unit;
    size_t count;
    char **labels;
    double *numbers;
    bool is_ordered; /* neither words nor numbered draws: values between two of it make sense */
};

/* The same policies with an assumed number at several values of its range, at one point of the varied axes. */
struct bh_view_uncertainty {
    struct bh_view_axis axis;    /* count 0: the file has none */
    char *source;                /* of a posterior, whose draws have no order; or NULL */
    double *numbers[BH_METRICS]; /* [policy][value] and the metric's own axes; NULL: not recorded there */
};

/* What cost node-time: one row per policy, point and cause, summed over replicas. */
struct bh_view_causes {
    size_t count;
    size_t *policy, *point;
    char **fault, **origin, **disposition; /* `fault` is "CLASS" or "COMPONENT in ZONE" */
    double *failures, *lost_node_s;
};

struct bh_resamples;
struct bh_paged;

/* Everything read is `double`, whatever the file holds. [cell] stands for policy * points + point, and a point for a
 * position on every varied axis, the last varying fastest. All is owned by the view. */
struct bh_view {
    char *file; /* as given; for messages */
    char *title, *scenario, *version, *baseline, *primary_enclave;
    uint64_t seed;
    uint64_t nodes; /* of a scenario that does not vary them; 0: the file does not say */
    bool reproduces_input;
    bool faults_requested;
    bool wrong_is_done; /* whether a replica that ends with a wrong result counts as done */

    size_t points;
    size_t axes_count; /* the varied axes */
    struct bh_view_axis *axes;
    size_t headline; /* the point the uncertainty axis stands at, else the last one, which is the largest scale */

    struct bh_view_axis policy, enclave, replica, part, scope, boundary, level;
    char **policy_system, **policy_policy;
    char **system_colour, **policy_colour, **policy_mark; /* per policy, "" where the catalog leaves it open; or NULL */
    char **policy_offers;                                 /* per policy: words, commas between them; or NULL */
    size_t primary;                                       /* index of the primary enclave */
    char **enclave_entry; /* per enclave: the entry of the workload that made it; or NULL */

    /* By metric: [cell] and the metric's own axes, NaN where there is no such thing; NULL: the file has none, as it may of
     * those that are not needed. */
    double *numbers[BH_METRICS];
    struct bh_view_causes causes; /* count 0: the file has none */

    struct bh_paged *paged; /* owns numbers that are too many for memory (paged_numbers.h); NULL: none are */
    struct bh_view_uncertainty uncertainty;

    /* By which intervals of means are found (analysis/measures/bootstrap.h); NULL, as read: Student's. Not the view's. */
    const struct bh_resamples *resamples;
};

/* Reads a file, or a file that is already open (an HDF5 identifier, which stays open; `name` stands in messages).
 * NULL with BH_ERROR_INPUT when it is no HDF5 file, is cut short, or lacks something or holds it in another shape. */
struct bh_view *bh_view_read(const char *path, struct bh_error *err);
struct bh_view *bh_view_read_open(int64_t file, const char *name, struct bh_error *err);
void bh_view_destroy(struct bh_view *view);
