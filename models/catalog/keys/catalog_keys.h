/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of the catalog's files, and of what a scenario defines: the tables that their readers hold them against. */
#pragma once

#include "models/catalog/keys/number_keys.h"
#include "models/catalog/keys/spread_keys.h"
#include "models/document/keys.h"

extern const struct bh_keys bh_component_keys, bh_kernel_keys, bh_guard_keys, bh_domain_keys, bh_memory_keys,
    bh_mode_keys, bh_column_keys, bh_dram_channel_keys, bh_fault_keys, bh_fault_rate_keys, bh_recorded_class_keys,
    bh_recorded_causes_keys, bh_burst_keys, bh_carried_burst_keys, bh_recurrence_keys, bh_application_keys,
    bh_system_keys, bh_system_zone_keys, bh_zone_need_keys, bh_system_channel_keys, bh_system_cost_keys, bh_policy_keys,
    bh_guard_choice_keys, bh_protect_degree_keys, bh_protect_errors_keys;

/* `define` of a scenario; and the root of each file: one section, or a system. */
extern const struct bh_keys bh_define_keys, bh_catalog_keys;
extern const struct bh_form bh_catalog_form;
