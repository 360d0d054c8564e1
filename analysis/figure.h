/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Figures: data and a gnuplot script that an author can change and run again, and what gnuplot makes of them. */
#ifndef BH_ANALYSIS_FIGURE_H
#define BH_ANALYSIS_FIGURE_H

#include "analysis/results_reader.h"
#include "models/base/error.h"

#include <stdbool.h>

/* Writes NAME.dat and NAME.gp into an existing folder, NAME being the scenario's name (other signs than letters,
 * digits, '.', '-' and '_' become '-', and a first sign that is no letter or digit '_'), and runs gnuplot there, which leaves NAME.pdf, NAME.png and NAME.svg.
 * `*base`, "FOLDER/NAME", is the caller's to free, also on failure if not NULL. When gnuplot is missing or fails, the
 * error is BH_ERROR_SYSTEM and data and script stay. */
int bh_figure_write(const struct bh_view *view, const char *folder, bool run_gnuplot, char **base,
                    struct bh_error *err);

#endif
