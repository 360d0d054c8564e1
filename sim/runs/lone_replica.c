/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Loads a platform, plans transfers, runs one replica. */
#include "sim/runs/lone_replica.h"

#include "sim/platform/platform.h"
#include "sim/replica/transfers.h"
#include "sim/runs/point.h"
#include "sim/runs/probe.h"

#include <stdlib.h>
#include <unistd.h>

int bh_lone_replica_run(const struct bh_point *point, const struct bh_setup *setup, struct bh_replica_options options,
                        struct bh_replica_record *record, struct bh_error *err)
{
    int is_temporary = 0, status = -1;
    char *xml = bh_prepare_platform(point->scenario, &is_temporary, err);
    if (xml == NULL)
        return -1;
    struct bh_platform *platform = bh_platform_load(xml, err);
    if (is_temporary)
        unlink(xml);
    free(xml);
    struct bh_transfer **transfers = platform != NULL ? bh_transfers_plan(setup, platform, err) : NULL;
    if (transfers != NULL)
        status = bh_replica_run(setup, platform, transfers, options, record, err);
    bh_transfers_destroy(transfers, setup);
    bh_platform_destroy(platform);
    return status;
}
