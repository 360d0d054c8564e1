/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where the program finds its data: models/data, platforms and experiments; and where it keeps answers. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>

bool bh_is_folder(const char *path);

/* The folder that holds models/data, platforms/ and experiments/: the first of
 *   1. $BULKHEAD_DATA; if it is set, nothing else is tried,
 *   2. the source tree, when the program lies in its build tree,
 *   3. ../share/bulkhead seen from the program, so that an installation can be moved,
 *   4. the folder that configure was told.
 * The caller frees. NULL with BH_ERROR_INPUT when none has models/data: the message names those tried. */
char *bh_data_directory(struct bh_error *err);

/* Where answers are kept from run to run: $BULKHEAD_CACHE, NULL where it is set and empty; else $XDG_CACHE_HOME/bulkhead, else
 * $HOME/.cache/bulkhead, else NULL. The caller frees. */
char *bh_cache_directory(void);

/* FOLDER/models/data of the above, as bh_study_read wants it; the caller frees. */
char *bh_models_directory(struct bh_error *err);
