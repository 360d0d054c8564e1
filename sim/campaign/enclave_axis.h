/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The enclaves of a campaign: points may have different ones, results have one axis for all. */
#pragma once

#include "sim/scenario/scenario.h"

#include <stddef.h>

struct bh_enclave_axis {
    size_t count;
    const char **names, **entries; /* borrowed from the scenarios */
    size_t scenarios;              /* one for all points, or one per point */
    size_t *number;                /* of the enclave in scenario s, at [s * count + position]; or BH_NO_ENCLAVE */
};
#define BH_NO_ENCLAVE SIZE_MAX

/* The enclaves of the largest scenario come first. */
void bh_enclave_axis_find(struct bh_enclave_axis *axis, const struct bh_scenario *const *scenarios, size_t count);
void bh_enclave_axis_release(struct bh_enclave_axis *axis);
/* Which enclave of a point stands at a position of the axis. */
size_t bh_enclave_axis_number(const struct bh_enclave_axis *axis, size_t point, size_t position);
