/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* SimGrid runs once in a process: at another clock it gives other last digits. */
#pragma once

#include "models/base/error.h"

#include <simgrid/forward.h>
#include <stdbool.h>

/* Whether it has run, so that this process gives no other simulation what a fresh one would. */
bool bh_engine_has_run(void);
/* Runs it with one actor, which calls `body`, and all that this makes, until all have ended. `*is_stuck`: every actor waited
 * for another. */
int bh_engine_run(const char *name, sg_host_t host, void (*body)(void *data), void *data, bool *is_stuck,
                  struct bh_error *err);
