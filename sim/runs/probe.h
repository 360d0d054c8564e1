/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The machine of a scenario, looked at without simulating on it. */
#pragma once

#include "models/base/error.h"

struct bh_platform_facts;
struct bh_scenario;

/* Prepares the platform's file for as many nodes as the scenario has; see bh_platform_prepare. */
char *bh_prepare_platform(const struct bh_scenario *scenario, int *is_temporary, struct bh_error *err);

/* A text that is equal for scenarios whose platforms are; the caller frees it. */
char *bh_platform_key(const struct bh_scenario *scenario);

/* Loads the platform in a child and checks that it has what the scenario asks for. */
int bh_probe_platform(const struct bh_scenario *scenario, struct bh_platform_facts *facts, struct bh_error *err);

/* Facts of the platforms that were looked at: of points of one platform only the first needs a child. */
struct bh_probes;
struct bh_probes *bh_probes_create(void);
void bh_probes_destroy(struct bh_probes *probes);
int bh_probes_ask(struct bh_probes *probes, const struct bh_scenario *scenario, struct bh_platform_facts *facts,
                  struct bh_error *err);
