/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Keeps where modules of the host's network lie. */
#include "lab/plugin/modules.h"

#include "lab/plugin/marks.h"

#include <stddef.h>

enum { MOST_MODULES = 16 };
static struct {
    uint64_t begin, end;
} network[MOST_MODULES];
static size_t network_count;

void bh_modules_learn(uint64_t begin, uint64_t end)
{
    if (network_count == MOST_MODULES)
        return;
    network[network_count].begin = begin;
    network[network_count++].end = end;
}

unsigned bh_modules_zone(uint64_t rip)
{
    for (size_t i = 0; i < network_count; i++)
        if (rip >= network[i].begin && rip < network[i].end)
            return BH_LAB_HOST_NETWORK;
    return rip >= BH_LAB_MODULES && rip < BH_LAB_MODULES_END ? BH_LAB_HOST_MODULES : BH_LAB_HOST_KERNEL;
}
