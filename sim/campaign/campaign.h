/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A campaign file: a scenario, what to vary, and how many replicas or how precise. */
#pragma once

#include "models/base/error.h"
#include "models/base/metric_list.h"
#include "models/document/document.h"
#include "sim/campaign/enclave_axis.h"
#include "sim/scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of several numbers that an axis varies together (a zip, a design, draws): its labels over the axis' values, which
 * the campaign owns. A plain axis is its own only coordinate, named like it. */
struct bh_coordinate {
    const char *name, *unit;
    const char **labels;
    const char *status; /* of the catalog's number that it is, "assumed"; NULL: none of them */
};
struct bh_campaign_axis {
    bool is_setting;   /* one value, that makes the campaign's own settings: no axis of the results */
    bool is_composite; /* its values are numbered, and coordinates say what they are */
    bool is_latin;     /* strata of a Latin hypercube: with another number of them all values are others */
    size_t coordinates_count;
    struct bh_coordinate *coordinates;
};

/* When a point has enough replicas. */
struct bh_precision {
    bool is_on;
    size_t metric;              /* index into bh_metrics; of the primary enclave if it is by enclave */
    double relative_half_width; /* of the 95 % interval of its mean */
};

struct bh_campaign {
    char *file;
    char *seed, *most;             /* --seed and --replicas as given on the command line; NULL: not given */
    struct bh_document *document;  /* NULL: of a study alone */
    struct bh_study *study;        /* the scenario with all axes, its own `vary` first; its `uncertainty` is not run */
    struct bh_campaign_axis *axes; /* one per axis of the study */
    size_t uncertain_axis;         /* the axis whose positions are those of the study's uncertainty; SIZE_MAX: none */
    bool has_draws;                /* of uncertain numbers: chains are coarse */
    bool is_flat;                  /* `where` left points out: the results have one axis, `point` */
    size_t points;
    size_t uncertain;         /* so many of them, the last, are those of a study's uncertain number */
    size_t *index;            /* [point * study->axes_count + axis] */
    double *cost_s;           /* [point]: predicted time of one replica under all policies; only ratios matter */
    size_t *order;            /* points in the order in which they run: those of one platform together */
    uint64_t replicas, least; /* the most and the least; equal without precision */
    struct bh_precision precision;
    uint64_t chunk;            /* replicas that a unit runs at most */
    struct bh_scenario *first; /* the scenario at the first point */
    struct bh_enclave_axis enclaves;
    struct bh_point *
        *resolved; /* [point]: prepared, of a study without a campaign file; NULL: workers resolve points */
    struct bh_isolation_cache *isolations; /* of these */
    struct bh_probes *probes;              /* likewise */
    struct bh_identities *identities;
    bool says[BH_METRIC_USES]; /* which metrics say anything, at some point: rows are alike at all of them */
    size_t texts_count, documents_count;
    void **texts; /* what coordinates and generated values point at */
    struct bh_document **documents;
};

/* Reads and resolves a campaign. Settings (--set, --replicas, --seed) come on top; replicas and seed replace the
 * campaign's. Values of every axis are resolved (of a long axis 64 of them), so that what is wrong shows before
 * anything runs. Fails with BH_ERROR_INPUT and file:line:column. */
struct bh_campaign *bh_campaign_read(const char *path, const char *data_directory, const struct bh_setting *settings,
                                     size_t settings_count, struct bh_error *err);
void bh_campaign_destroy(struct bh_campaign *campaign);
