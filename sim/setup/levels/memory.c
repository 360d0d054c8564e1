/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* States in the memory of the kernel that the application's processes run on: the guest's; of a native node the host's. */
#include "models/catalog/recovery.h"
#include "sim/setup/levels/levels.h"

static double loss_rate(const struct bh_level_setting *setting, double interval_s)
{
    (void)interval_s;
    return setting->memory_loss_rate;
}

static double time_s(const struct bh_level_setting *setting)
{
    return setting->bytes / setting->recovery->memory_bandwidth.value;
}

static const struct bh_parameter *bandwidth(const struct bh_recovery_numbers *recovery)
{
    return &recovery->memory_bandwidth;
}

const struct bh_level_rule bh_level_memory = {.survives = BH_SCOPE_PROCESS,
                                              .survives_its_node = false,
                                              .loss_rate = loss_rate,
                                              .write_s = time_s,
                                              .read_s = time_s,
                                              .bandwidth = bandwidth};
