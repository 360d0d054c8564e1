/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Words of checkpoints. */
#pragma once

extern const char *const bh_interval_rule_names[]; /* fixed young daly exact */
