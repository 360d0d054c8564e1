/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* States on storage hosts' disks, over the platform's links: they survive everything. */
#include "sim/setup/levels/levels.h"

static double write_s(const struct bh_level_setting *setting)
{
    return setting->bytes * (double)setting->nodes / setting->storage_bandwidth[0];
}

static double read_s(const struct bh_level_setting *setting)
{
    return setting->bytes * (double)setting->nodes / setting->storage_bandwidth[1];
}

const struct bh_level_rule bh_level_storage = {
    .survives = BH_SCOPE_SYSTEM, .survives_its_node = true, .write_s = write_s, .read_s = read_s};
