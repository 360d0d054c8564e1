/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where node-time goes that does not compute: a bar for each point of the varied axes, a panel for each policy. */
#pragma once

#include "analysis/reader/view.h"
#include "models/base/error.h"

#include <stdbool.h>

/* Leaves NAME-ledger.dat, .gp, .pdf, .png and .svg in an existing folder as bh_figure_files_write does, NAME being the
 * scenario's name as a file's. `*base`, "FOLDER/NAME-ledger", is the caller's to free, also on failure if not NULL. */
int bh_ledger_figure_write(const struct bh_view *view, const char *folder, bool run_gnuplot, char **base,
                           struct bh_error *err);
