/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the commands around sweeps share. */
#pragma once

#include "sim/store/manifest.h"

#include <stdbool.h>

/* "2.5 min"; the caller frees. */
char *bh_print_duration(double seconds);
/* The folder that a campaign is swept into unless told otherwise: its name and .sweep, with `-` for what folders' names
 * should not hold. The caller frees. */
struct bh_campaign;
char *bh_sweep_directory(const struct bh_campaign *campaign);
/* What --resume and --extend say together. */
enum bh_manifest_mode bh_sweep_mode(bool resumes, bool extends);
