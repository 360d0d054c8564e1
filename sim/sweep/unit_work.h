/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a worker has at hand, and the unit that it runs with it. */
#pragma once

#include "sim/platform/platform.h"
#include "sim/sweep/row_layout.h"
#include "sim/sweep/worker.h"

/* How the checkpoints of a setup's replicas go to storage. */
struct bh_plan {
    const struct bh_setup *setup;
    struct bh_transfer **transfers;
};

struct bh_host {
    const struct bh_campaign *campaign;
    char *platform_key; /* what is loaded; NULL: nothing yet */
    struct bh_platform *platform;
    struct bh_platform_facts facts;
    struct bh_isolation_cache *cache;
    size_t points_seen;
    size_t point; /* of `resolved` */
    struct bh_point *resolved;
    size_t plans_count;
    struct bh_plan *plans;
    struct bh_layout layout[2]; /* of a point, by replica */
    struct bh_unit unit;
    int answers;
    /* Of the unit under way. */
    size_t before; /* jobs that are done, when others begin */
    double *rows;
    struct bh_causes *causes; /* [job], of replicas */
};

/* Plans the transfers of a setup's replicas, once for all of the point; they are the host's. NULL on failure. */
struct bh_transfer *const *bh_host_plan(struct bh_host *host, const struct bh_setup *setup, struct bh_error *err);
/* Runs the unit: its rows and, of replicas, their causes go to `payload`. */
int bh_host_run_unit(struct bh_host *host, FILE *payload, struct bh_error *err);
/* Writes an answer of the worker. */
int bh_host_answer(const struct bh_host *host, struct bh_record_head head, const void *payload);
