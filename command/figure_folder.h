/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The folder in which a subcommand leaves figures. */
#pragma once

#include "models/base/error.h"

/* Whether figures could be put there, before work begins; makes nothing. */
int bh_figure_folder_check(const char *folder, struct bh_error *err);
/* Makes the folder if it is not there. */
int bh_figure_folder_make(const char *folder, struct bh_error *err);
/* Says which files a figure has: those of the terminals (0: the usual), and its data and script, by their common name. */
void bh_figure_folder_tell(const char *base, unsigned terminals);
