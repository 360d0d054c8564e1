/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Several logs of one site as one. */
#pragma once

#include <stddef.h>

struct bh_failure_log;

/* A log of all nodes, failures and jobs of finished logs. A node that one log puts into a system and another into none is
 * one. A failure of a node that begins within `window_s` of one in an earlier log, or while the node is down by it, is that one:
 * its cause is the earlier log's, unless that has none. A note says how many were. Nodes were watched from the first to the last
 * of what their logs say. */
struct bh_failure_log *bh_failure_logs_join(struct bh_failure_log *const *logs, size_t count, double window_s);
