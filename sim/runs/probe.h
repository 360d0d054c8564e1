/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The machine of a scenario, looked at without simulating on it. */
#ifndef BH_SIM_RUNS_PROBE_H
#define BH_SIM_RUNS_PROBE_H

#include "models/base/error.h"

struct bh_platform_facts;
struct bh_scenario;

/* Loads the platform in a child and checks that it has what the scenario asks for. */
int bh_probe_platform(const struct bh_scenario *scenario, struct bh_platform_facts *facts, struct bh_error *err);

#endif
