/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Apart from setup.c, so that who only asks links none of it. */
#include "sim/setup/questions.h"

#include "models/catalog/catalog.h"
#include "models/faults/streams.h"
#include "sim/setup/setup.h"

#include <math.h>

const struct bh_recovery_numbers *bh_setup_recovery(const struct bh_setup *setup)
{
    return &setup->scenario->catalog->recovery;
}

bool bh_spares_serve_crashes(const struct bh_scenario *scenario, double away_s)
{
    return scenario->spares > 0 && scenario->spares_for[BH_SPARES_FOR_CRASH] &&
           scenario->catalog->recovery.spare_activation_s.value < away_s;
}

bool bh_spares_serve_reboots(const struct bh_scenario *scenario)
{
    return bh_spares_serve_crashes(scenario, scenario->catalog->recovery.node_reboot_s.value);
}

double bh_spares_away_s(const struct bh_scenario *scenario, double by_software)
{
    const struct bh_recovery_numbers *recovery = &scenario->catalog->recovery;
    double spare_s = bh_spares_serve_crashes(scenario, INFINITY) ? recovery->spare_activation_s.value : INFINITY;
    double reboot_s = fmin(spare_s, recovery->node_reboot_s.value);
    return reboot_s + by_software * (bh_fault_software_away_s(recovery, spare_s) - reboot_s);
}

const struct bh_node_setup *bh_setup_node(const struct bh_setup *setup, const struct bh_partition *partition)
{
    return &setup->nodes[partition->class];
}

const struct bh_zone_tree *bh_setup_tree(const struct bh_setup *setup, const struct bh_partition *partition)
{
    return bh_node_setup_tree(bh_setup_node(setup, partition));
}
