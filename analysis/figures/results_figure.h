/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Figures: data and a gnuplot script that an author can change and run again, and what gnuplot makes of them. */
#pragma once

#include "analysis/reader/view.h"
#include "models/base/error.h"

#include <stdbool.h>

/* Leaves NAME.dat, NAME.gp, NAME.pdf, NAME.png and NAME.svg in an existing folder as bh_figure_files_write does, NAME
 * being the scenario's name as a file's. `*base`, "FOLDER/NAME", is the caller's to free, also on failure if not NULL. */
int bh_figure_write(const struct bh_view *view, const char *folder, bool run_gnuplot, char **base,
                    struct bh_error *err);
