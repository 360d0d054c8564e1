/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The words of the model, as files have them. */
#include "models/words/words.h"

#include <stddef.h>

const char *const bh_zone_kind_names[] = {"host-kernel", "host-user", "guest-kernel", "guest-user", NULL};

const char *const bh_boundary_names[] = {"process/kernel", "guest/host", "enclave/enclave", "node/node", NULL};

const char *const bh_ending_names[] = {"drawn", "masked", "signalled", "silent", "at-once", "degraded", NULL};

const char *const bh_multiplicity_names[] = {"node", "guest", "process", NULL};

const char *const bh_need_names[] = {"io", "progress", NULL};

const char *const bh_mechanism_part_names[] = {"notice", "stop", "reclaim", NULL};

const char *const bh_status_names[] = {"published", "measured", "computed", "assumed", "scenario", NULL};

const char *const bh_basis_names[] = {"not said", "guess", "interval", "platforms", "transfer", "ratio", "exact", NULL};

const char *const bh_landing_names[] = {"node",         "memory",        "cpu",         "storage",
                                        "device-user",  "device-driver", "host-kernel", "host-user",
                                        "guest-kernel", "guest-user",    NULL};

bool bh_landing_is_of_device(enum bh_landing landing)
{
    return landing == BH_LANDING_DEVICE_USER || landing == BH_LANDING_DEVICE_DRIVER;
}

enum bh_zone_kind bh_landing_kind(enum bh_landing landing)
{
    return landing < BH_LANDING_HOST_KERNEL ? BH_ZONE_KINDS : (enum bh_zone_kind)(landing - BH_LANDING_HOST_KERNEL);
}

bool bh_landing_is_in_zone(enum bh_landing landing)
{
    return landing == BH_LANDING_MEMORY || landing == BH_LANDING_CPU || bh_landing_is_of_device(landing) ||
           bh_landing_kind(landing) != BH_ZONE_KINDS;
}

const char *const bh_mend_names[] = {"reboot", "repair", NULL};
