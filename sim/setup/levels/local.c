/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* States in node-local storage: they survive guests and reboots, and are gone with their node. */
#include "models/catalog/recovery.h"
#include "sim/setup/levels/levels.h"

static double loss_rate(const struct bh_level_setting *setting, double interval_s)
{
    (void)interval_s;
    return (double)setting->nodes * setting->node_loss_rate;
}

static double time_s(const struct bh_level_setting *setting)
{
    return setting->bytes / setting->recovery->local_bandwidth.value;
}

static const struct bh_parameter *bandwidth(const struct bh_recovery_numbers *recovery)
{
    return &recovery->local_bandwidth;
}

const struct bh_level_rule bh_level_local = {.survives = BH_SCOPE_SYSTEM,
                                             .survives_its_node = false,
                                             .loss_rate = loss_rate,
                                             .write_s = time_s,
                                             .read_s = time_s,
                                             .bandwidth = bandwidth};
