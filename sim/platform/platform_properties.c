/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of properties. */
#include "sim/platform/platform_properties.h"

#include <stddef.h>

const struct bh_platform_property bh_platform_properties[] = {
    {"bulkhead:nodes", "1", "On a host: how many nodes it stands for, a whole number."},
    {"bulkhead:role", "compute", "On a host: `compute`, or `storage`, which needs a <disk> at least."},
    {NULL, NULL, NULL},
};
