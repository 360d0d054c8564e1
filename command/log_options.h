/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Options that say how a failure log is to be read, where it does not. */
#pragma once

#include "command/option_rows.h"

/* A table, as those of command/options.h: --column, --ignore, --dates, --unit, --decimal, --year, --window,
 * --timezone. Fills bh_options.reading. */
extern const struct bh_option bh_options_log[];
