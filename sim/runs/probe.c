/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Looks at a scenario's machine in a child process. */
#include "sim/runs/probe.h"

#include "sim/platform/platform.h"
#include "sim/platform/probe.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"

#include <stdlib.h>
#include <unistd.h>

int bh_probe_platform(const struct bh_scenario *scenario, struct bh_platform_facts *facts, struct bh_error *err)
{
    int is_temporary = 0;
    char *xml = bh_platform_prepare(scenario->platform_file, scenario->platform_nodes + scenario->spares,
                                    scenario->platform_place, &is_temporary, err);
    if (xml == NULL)
        return -1;
    int status = bh_platform_probe(xml, scenario->platform_place, facts, err);
    if (is_temporary)
        unlink(xml);
    free(xml);
    return status != 0 ? -1 : bh_scenario_check_platform(scenario, facts, err);
}
