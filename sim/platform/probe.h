/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Loads a platform in a child first, where what SimGrid chokes on costs one message. */
#pragma once

#include "models/base/error.h"

#include <stdint.h>

struct bh_platform_facts;

/* Loads the XML in a forked child, checks properties, speeds, and every route that a run would use. The network is that of
 * the compute hosts that the first `nodes` nodes are on; 0: of all. 0 or -1. */
int bh_platform_probe(const char *xml, uint64_t nodes, struct bh_place place, struct bh_platform_facts *facts,
                      struct bh_error *err);
