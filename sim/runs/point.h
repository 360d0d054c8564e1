/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One point of a study, resolved: the scenario, its platform's facts, and a setup per policy. */
#pragma once

#include "models/base/error.h"
#include "sim/platform/platform.h"
#include "sim/replica/replica.h"

#include <stddef.h>

struct bh_study;

struct bh_isolation_cache;
struct bh_probes;

struct bh_point {
    size_t *index; /* position on each axis; owned */
    int uncertain; /* position on the uncertainty axis; -1: nominal */
    struct bh_scenario *scenario;
    struct bh_platform_facts facts;
    struct bh_setup **setups;    /* per policy */
    struct bh_setup **baselines; /* per policy: the baseline with that policy's intervals */
    struct bh_setup *bare;       /* the baseline without checkpoints */
    /* Filled by whoever runs it. */
    struct bh_replica_record *records;    /* [policy]: of the replica that ran last */
    struct bh_replica_record *fault_free; /* [policy] */
    struct bh_replica_record *native;     /* [policy]: of `baselines` */
    struct bh_replica_record native_bare;
    /* [(policy * BH_BOUNDARIES + boundary) * 2 + end]: see escape_ends.h; else NaN. */
    double *escape_ends;
};

/* Resolves a point: asks `probes` for the platform and checks that it is large enough. `index` is copied. */
struct bh_point *bh_point_create(const struct bh_study *study, const size_t *index, int uncertain,
                                 struct bh_probes *probes, struct bh_isolation_cache *cache, struct bh_error *err);
/* The same of a scenario that was resolved already, which the point takes over, also on failure; `facts` of its platform
 * or NULL to probe it. The point has no index. */
struct bh_point *bh_point_create_from(struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                                      struct bh_isolation_cache *cache, struct bh_error *err);
/* Makes its setups anew, with another cache, which is to outlive them. */
int bh_point_set_up(struct bh_point *resolved, struct bh_isolation_cache *cache, struct bh_error *err);
void bh_point_destroy(struct bh_point *resolved);
