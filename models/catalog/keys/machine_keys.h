/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of a parametric machine, and of what recovery takes on any: the tables that its reader holds files against. */
#pragma once

#include "models/document/keys.h"

extern const struct bh_keys bh_recovery_keys, bh_machine_keys, bh_machine_nodes_keys, bh_machine_storage_keys,
    bh_machine_law_keys;

extern const char *const bh_machine_names[]; /* parametric */
