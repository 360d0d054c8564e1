/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How errors multiply under one policy: the mean matrix of live copies, by kind of zone and enclave. */
#pragma once

#include "models/words/words.h"

#include <stddef.h>

struct bh_scenario;

/* Copies in zones of one kind of one tenant of a class of nodes; tenant -1: in what all of them share. */
struct bh_error_reach_type {
    size_t class;
    int tenant;
    enum bh_zone_kind kind;
    size_t zones; /* of the kind on a node */
};

/* As if all compositions were on and all guards too. A row is the mean over the zones of its type. */
struct bh_error_reach {
    size_t types_count;
    struct bh_error_reach_type *type;
    double *mean; /* mean[i * types_count + j]: copies of type j that one of type i makes before it ends */
    double radius;
    double *total; /* per type: copies that come of one by the branching process, itself included; INFINITY */
};

struct bh_error_reach *bh_error_reach_create(const struct bh_scenario *scenario, size_t policy);
void bh_error_reach_destroy(struct bh_error_reach *reach);
