/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of a scenario file: the tables that its readers hold files against. */
#pragma once

#include "models/document/keys.h"

extern const struct bh_keys bh_scenario_keys, bh_platform_keys, bh_workload_keys, bh_enclave_keys, bh_verification_keys,
    bh_checkpoints_keys, bh_level_keys, bh_line_keys, bh_node_os_keys, bh_limit_keys, bh_random_fault_keys,
    bh_recorded_keys, bh_recorded_start_keys, bh_script_keys, bh_script_node_keys, bh_script_storage_keys,
    bh_composition_keys, bh_composed_windows_keys, bh_composed_degree_keys, bh_acceptance_keys, bh_axis_keys,
    bh_axis_value_keys, bh_uncertain_number_keys, bh_uncertain_posterior_keys, bh_posterior_keys;

extern const char *const bh_engine_names[];        /* calendar simgrid */
extern const char *const bh_resolution_names[];    /* enclave process */
extern const char *const bh_wrong_results_names[]; /* not-done done */
extern const char *const bh_returns_names[];       /* passed older-than-error */
extern const char *const bh_spare_use_names[];     /* node-loss crash: by enum bh_spare_use */
extern const char *const bh_during_names[];        /* always computation */
extern const char *const bh_machine_age_names[];   /* steady fresh */
extern const char *const bh_replay_end_names[];    /* wrap stop */
extern const char *const bh_composed_when_names[]; /* never always */

extern const char *const bh_script_ending_names[];
