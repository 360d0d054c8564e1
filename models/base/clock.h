/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How long our own work takes; simulated time is SimGrid's. */
#pragma once

/* Seconds on a clock that nobody sets; only differences mean something. */
double bh_now_s(void);
/* Seconds of the processor that this process has had, and its children that have ended. */
double bh_processor_s(void);
