/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Words of checkpoints. */
#ifndef BH_SIM_SCENARIO_READ_WORKLOAD_H
#define BH_SIM_SCENARIO_READ_WORKLOAD_H

extern const char *const bh_interval_rule_names[]; /* fixed young daly exact */

#endif
