/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* States in the node-local storage of a node and of its partner: gone when both of a pair are lost in one interval. */
#include "models/catalog/recovery.h"
#include "sim/setup/levels/levels.h"
#include "sim/setup/levels/partner_pairs.h"

#include <math.h>

static double loss_rate(const struct bh_level_setting *setting, double interval_s)
{
    struct bh_partners partners = bh_partners_of(setting->nodes, setting->recovery->partner_distance.value);
    return bh_partners_loss_rate(&partners, setting->node_loss_rate, interval_s);
}

/* All nodes send to their partners at once. */
static double time_s(const struct bh_level_setting *setting)
{
    return setting->bytes / fmin(setting->recovery->partner_bandwidth.value, setting->node_bandwidth);
}

static const struct bh_parameter *bandwidth(const struct bh_recovery_numbers *recovery)
{
    return &recovery->partner_bandwidth;
}

const struct bh_level_rule bh_level_partner = {.survives = BH_SCOPE_SYSTEM,
                                               .survives_its_node = true,
                                               .loss_rate = loss_rate,
                                               .write_s = time_s,
                                               .read_s = time_s,
                                               .bandwidth = bandwidth};
